"""The envelope and every kind of event. An event is a decision of a mentor, or a fact the system saw.

Durations are whole milliseconds or seconds as their names say, instants are ISO 8601 UTC, there are no floats.
Source: product.md §2.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from defense_console.model.curriculum import canonical_json

RatingValue = Literal["met", "to_improve", "not_met", "not_observed"]
OutcomeValue = Literal["validated", "conditional", "rework"]
Severity = Literal["required", "advice"]
Verification = Literal["by_me", "by_other", "self_certified", "needs_defense"]
PauseReason = Literal["technical", "student", "mentor"]
QuestionState = Literal["open", "asked", "answered", "dropped"]
GapAnswer = Literal["counted", "pause", "ended"]
CancelledBy = Literal["student", "mentor", "other"]
Section = Literal["strength", "improvement"]


class Stamp(msgspec.Struct, frozen=True):
    """One reading of the machine's clocks.

    Attributes:
        wall: ISO 8601 UTC with milliseconds, ending in Z.
        boot_ms: milliseconds of a clock that counts suspend: the source of durations.
        awake_ms: milliseconds of a clock that stops in suspend.
        boot_id: tells whether two `boot_ms` can be compared.
    """

    wall: str
    boot_ms: int
    awake_ms: int
    boot_id: str


class What(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """Base of every kind of event; the tag `kind` names it in the log."""


# --- the appointment ---------------------------------------------------------------------------------------------


class Carried(msgspec.Struct, frozen=True):
    """What a new attempt takes over from the one before."""

    curriculum_hash: str
    ratings: dict[str, RatingValue]


class Planned(What, frozen=True, tag="planned"):
    """First event of every defense. `duration_min` is the calendar slot; None means the plan's length."""

    student_id: str
    curriculum: str
    project: str
    attempt: int
    planned_at: str
    duration_min: int | None = None
    language: str | None = None
    carried: Carried | None = None


class Rescheduled(What, frozen=True, tag="rescheduled"):
    """Another start; opens the next sitting when the last one ended without being held."""

    planned_at: str
    reason: str = ""


class DetailsChanged(What, frozen=True, tag="details_changed"):
    """An import brought another slot length or language."""

    duration_min: int | None = None
    language: str | None = None


class Parked(What, frozen=True, tag="parked"):
    """The mentor put the defense at the end of the queue, or took it back."""

    parked: bool


class DeliverableDeclared(What, frozen=True, tag="deliverable_declared"):
    """The mentor says that a deliverable has been received, or has not."""

    deliverable: int
    received: bool


class CheckTicked(What, frozen=True, tag="check_ticked"):
    """A line of the pre-flight list."""

    check: str
    done: bool


class RoomOpened(What, frozen=True, tag="room_opened"):
    """The mentor waits for the student: the no-show time runs from here."""


class NoShow(What, frozen=True, tag="no_show"):
    """The student did not come. `reason` is needed before a third of the plan has gone."""

    reason: str = ""


class Cancelled(What, frozen=True, tag="cancelled"):
    """The defense will not take place as planned. `late` was decided by the desk from the rule in force."""

    by: CancelledBy
    late: bool
    reason: str = ""


class Aborted(What, frozen=True, tag="aborted"):
    """The defense broke off for a technical reason."""

    reason: str = ""


# --- the clock ---------------------------------------------------------------------------------------------------


class Started(What, frozen=True, tag="started"):
    """The student is here: the first phase runs, and the curriculum is pinned."""

    curriculum_hash: str


class Paused(What, frozen=True, tag="paused"):
    """The clock stops. Only `resumed` starts it again."""

    reason: PauseReason | None = None


class Resumed(What, frozen=True, tag="resumed"):
    """The clock runs again."""


class PhaseEntered(What, frozen=True, tag="phase_entered"):
    """The next phase begins; phases are never entered by themselves."""

    phase: str


class TargetMoved(What, frozen=True, tag="target_moved"):
    """The target of a phase moves by so many seconds; its window and the elapsed time do not."""

    phase: str
    by_s: int


class RecordingStarted(What, frozen=True, tag="recording_started"):
    """The jury's recording starts now."""


class Finished(What, frozen=True, tag="finished"):
    """The defense is over: the session is held."""


class Reopened(What, frozen=True, tag="reopened"):
    """A held defense goes on; the time since its end is a pause."""


class GapPaused(What, frozen=True, tag="gap_paused"):
    """A gap that was counted becomes a pause. `gap` is the number of the event that told of it."""

    gap: int


class Suspended(What, frozen=True, tag="suspended"):
    """The machine slept between two stamps (system fact). The time was counted."""

    since: Stamp
    gap_ms: int


class ClockStepped(What, frozen=True, tag="clock_stepped"):
    """The wall clock was set by so many milliseconds (system fact). The elapsed time did not move."""

    by_ms: int


class Recovered(What, frozen=True, tag="recovered"):
    """The console came back after it was gone while the defense was live (system fact).

    `last` is the last stamp of the lease, `back` the first one of the console that came back.
    """

    last: Stamp
    back: Stamp
    answer: GapAnswer


class LeaseTaken(What, frozen=True, tag="lease_taken"):
    """Another console took the defense over (system fact)."""

    host: str
    pid: int


# --- what was seen and said --------------------------------------------------------------------------------------


class Rated(What, frozen=True, tag="rated"):
    """A criterion is rated; None clears the rating."""

    criterion: str
    rating: RatingValue | None


class Noted(What, frozen=True, tag="noted"):
    """A note, on a criterion or on the defense. `first` is the stamp of its first keystroke."""

    text: str
    first: Stamp
    criterion: str | None = None
    private: bool = True


class NoteEdited(What, frozen=True, tag="note_edited"):
    """The text of a note changes; an empty text withdraws it. `note` is the number of its event."""

    note: int
    text: str


class NotePrivacySet(What, frozen=True, tag="note_privacy_set"):
    """A note becomes private or shared."""

    note: int
    private: bool


class QuestionParked(What, frozen=True, tag="question_parked"):
    """A question to ask later."""

    text: str
    first: Stamp


class QuestionMoved(What, frozen=True, tag="question_moved"):
    """A parked question was asked, answered or dropped."""

    question: int
    state: QuestionState


class QuestionEdited(What, frozen=True, tag="question_edited"):
    """The text of a parked question changes; an empty text withdraws it."""

    question: int
    text: str


class LineAdded(What, frozen=True, tag="line_added"):
    """A strength or an area for improvement."""

    section: Section
    text: str


class LineEdited(What, frozen=True, tag="line_edited"):
    """The text of such a line changes; an empty text withdraws it."""

    line: int
    text: str


class SkillCommented(What, frozen=True, tag="skill_commented"):
    """The comment of a skill; an empty text withdraws it."""

    skill: str
    text: str


class GoalSet(What, frozen=True, tag="goal_set"):
    """The student's next goal; an empty text withdraws it."""

    text: str


# --- the verdict -------------------------------------------------------------------------------------------------


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document to revise as the mentor asks for it.

    Attributes:
        id: `d<number>` for the row pre-filled for a deliverable, `r<seq>` for a row the mentor added.
        deliverable: number of the deliverable, or None with a free `title`.
        criteria: ids of the criteria that are the reasons.
        reason: what was observed, in the mentor's words; empty reads from the notes on the criteria.
        expected: what must change, in the mentor's words; empty reads from the criteria.
        due_after_s: time given from release, in seconds.
        verifier: name of the person who verifies, for `by_other`.
    """

    id: str
    deliverable: int | None = None
    title: str = ""
    criteria: tuple[str, ...] = ()
    reason: str = ""
    expected: str = ""
    severity: Severity = "required"
    due_after_s: int = 172_800
    verification: Verification = "by_me"
    verifier: str = ""


class OutcomeChosen(What, frozen=True, tag="outcome_chosen"):
    """The mentor's outcome on the draft verdict."""

    outcome: OutcomeValue


class ReasonGiven(What, frozen=True, tag="reason_given"):
    """Why the outcome is another than the one suggested; an empty text withdraws it."""

    text: str


class RowSet(What, frozen=True, tag="row_set"):
    """A document to revise as the mentor wants it: a new row, or a row (also a pre-filled one) changed."""

    row: Request


class RowKept(What, frozen=True, tag="row_kept"):
    """A row is kept or dropped."""

    row: str
    kept: bool


class Signed(What, frozen=True, tag="signed"):
    """The verdict as signed. `clock_ratings` holds what was folded from the clock and not rated by the mentor."""

    version: int
    outcome: OutcomeValue
    suggested: OutcomeValue | None
    reason: str = ""
    rows: tuple[Request, ...] = ()
    clock_ratings: dict[str, RatingValue] = {}


class Released(What, frozen=True, tag="released"):
    """The signed verdict goes out: due dates run from here."""

    version: int


class AmendmentOpened(What, frozen=True, tag="amendment_opened"):
    """A new version of a released verdict is drafted, for this reason."""

    reason: str


class Contested(What, frozen=True, tag="contested"):
    """The student contests the released verdict."""

    reason: str


class ContestResolved(What, frozen=True, tag="contest_resolved"):
    """The contested verdict stands; a contest that changes it is resolved by an amendment."""

    reason: str


# --- documents to revise, after release --------------------------------------------------------------------------


class ReceivedFile(msgspec.Struct, frozen=True):
    """A file received: its name as given, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


class RowReceived(What, frozen=True, tag="received"):
    """A version of a document came in."""

    row: str
    files: tuple[ReceivedFile, ...] = ()


class ReviewStarted(What, frozen=True, tag="review_started"):
    """The mentor looks at the version received."""

    row: str


class RowAccepted(What, frozen=True, tag="accepted"):
    """The document is settled. `sha256` binds to the content that was accepted (empty when it was only declared)."""

    row: str
    sha256: tuple[str, ...] = ()


class RowRequestedAgain(What, frozen=True, tag="re_requested"):
    """The document is asked for again: a new round, with its own time."""

    row: str
    expected: str
    due_after_s: int


class RowWaived(What, frozen=True, tag="waived"):
    """The mentor gives the document up, for this reason."""

    row: str
    reason: str


class RowWithdrawn(What, frozen=True, tag="withdrawn"):
    """The request was a mistake."""

    row: str
    reason: str


class RowExtended(What, frozen=True, tag="extended"):
    """More time for the student, in seconds."""

    row: str
    by_s: int


class RowExpired(What, frozen=True, tag="expired"):
    """The mentor closes the row because nothing came in time."""

    row: str


class ReceptionCompleted(What, frozen=True, tag="reception_completed"):
    """The mentor declares that nothing more is to come: the mentor's own time runs from here."""


# --- undo --------------------------------------------------------------------------------------------------------


class Undone(What, frozen=True, tag="undone"):
    """The action with this number is cancelled."""

    cancelled: int


class Redone(What, frozen=True, tag="redone"):
    """The action with this number, cancelled before, applies again."""

    restored: int


DefenseWhat = (
    Planned
    | Rescheduled
    | DetailsChanged
    | Parked
    | DeliverableDeclared
    | CheckTicked
    | RoomOpened
    | NoShow
    | Cancelled
    | Aborted
    | Started
    | Paused
    | Resumed
    | PhaseEntered
    | TargetMoved
    | RecordingStarted
    | Finished
    | Reopened
    | GapPaused
    | Suspended
    | ClockStepped
    | Recovered
    | LeaseTaken
    | Rated
    | Noted
    | NoteEdited
    | NotePrivacySet
    | QuestionParked
    | QuestionMoved
    | QuestionEdited
    | LineAdded
    | LineEdited
    | SkillCommented
    | GoalSet
    | OutcomeChosen
    | ReasonGiven
    | RowSet
    | RowKept
    | Signed
    | Released
    | AmendmentOpened
    | Contested
    | ContestResolved
    | RowReceived
    | ReviewStarted
    | RowAccepted
    | RowRequestedAgain
    | RowWaived
    | RowWithdrawn
    | RowExtended
    | RowExpired
    | ReceptionCompleted
    | Undone
    | Redone
)

SYSTEM_FACTS: tuple[type[What], ...] = (Suspended, ClockStepped, Recovered, LeaseTaken)
"""Never undoable and legal in every state once the defense exists."""

WALLS: tuple[type[What], ...] = (Planned, Rescheduled, Released, RowReceived)
"""Undo never goes past one of these."""


class Event(msgspec.Struct, frozen=True):
    """One line of a defense's log.

    Attributes:
        seq: number in the log, from 1 without a hole.
        action: `seq` of the first event of the same key press.
        at: when it was decided.
        author: name of the mentor who decided.
        what: what was decided.
    """

    seq: int
    action: int
    at: Stamp
    author: str
    what: DefenseWhat


# --- students ----------------------------------------------------------------------------------------------------


class StudentRegistered(What, frozen=True, tag="student_registered"):
    """First event of every student."""

    student_id: str
    name: str
    email: str = ""
    timezone: str = ""


class StudentChanged(What, frozen=True, tag="student_changed"):
    """Fields that an import brought with another value; None leaves a field as it is."""

    name: str | None = None
    email: str | None = None
    timezone: str | None = None


class FollowUpNoted(What, frozen=True, tag="follow_up_noted"):
    """A dated note on a student outside a defense."""

    text: str
    first: Stamp


class FollowUpEdited(What, frozen=True, tag="follow_up_edited"):
    """The text of such a note changes; an empty text withdraws it."""

    note: int
    text: str


StudentWhat = StudentRegistered | StudentChanged | FollowUpNoted | FollowUpEdited


class StudentEvent(msgspec.Struct, frozen=True):
    """One line of a student's log, with the same envelope as a defense's."""

    seq: int
    action: int
    at: Stamp
    author: str
    what: StudentWhat


AnyEvent = Event | StudentEvent

_defense_decoder = msgspec.json.Decoder(Event)
_student_decoder = msgspec.json.Decoder(StudentEvent)


def encode_event(event: AnyEvent) -> bytes:
    """Canonical JSON of an event: the bytes that are stored, exported and hashed.

    Raises:
        UnicodeEncodeError: A text holds a lone surrogate; the desk refuses these at its door.
    """
    return canonical_json(event)


def decode_event(line: bytes | str) -> Event:
    """The defense event of a stored line.

    Raises:
        msgspec.DecodeError: The line is not JSON, or not an event of a known kind.
    """
    return _defense_decoder.decode(line)


def decode_student_event(line: bytes | str) -> StudentEvent:
    """The student event of a stored line.

    Raises:
        msgspec.DecodeError: The line is not JSON, or not an event of a known kind.
    """
    return _student_decoder.decode(line)
