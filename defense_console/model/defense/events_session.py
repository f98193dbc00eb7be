"""Events of the session: the appointment, the clock, what was seen and said."""

from __future__ import annotations

import msgspec

from defense_console.model.log.envelope import (
    CancelledBy,
    GapAnswer,
    PauseReason,
    QuestionState,
    RatingValue,
    Section,
    Stamp,
    What,
)

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


class CalendarLinked(What, frozen=True, tag="calendar_linked"):
    """An event of a calendar stands for the latest sitting (system fact): an import finds the defense again by it.

    `uid` is the calendar's name of the event; `recurrence` the planned instant of one repetition of a repeated event,
    ISO 8601 UTC, else ""; `start` and `sequence` are the event's as they were taken last: only what the calendar
    changed since moves the defense.
    """

    uid: str
    start: str
    recurrence: str = ""
    sequence: int = 0


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


class PauseExplained(What, frozen=True, tag="pause_explained"):
    """Why the clock was stopped, said afterwards. `pause` is the number of the `paused` event."""

    pause: int
    reason: PauseReason


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
