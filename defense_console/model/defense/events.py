"""The envelope and every kind of event. An event is a decision of a mentor, or a fact the system saw.

The kinds are defined by subject in `events_session.py` and `events_verdict.py`; everyone imports them from here.
Source: product.md §2.
"""

from __future__ import annotations

import msgspec

from defense_console.model.curriculum import canonical_json
from defense_console.model.defense.events_session import (
    Aborted,
    CalendarLinked,
    Cancelled,
    Carried,
    CheckTicked,
    ClockStepped,
    DeliverableDeclared,
    DetailsChanged,
    Finished,
    GapPaused,
    GoalSet,
    LeaseTaken,
    LineAdded,
    LineEdited,
    NoShow,
    Noted,
    NoteEdited,
    NotePrivacySet,
    Parked,
    Paused,
    PauseExplained,
    PhaseEntered,
    Planned,
    QuestionEdited,
    QuestionMoved,
    QuestionParked,
    Rated,
    RecordingStarted,
    Recovered,
    Reopened,
    Rescheduled,
    Resumed,
    RoomOpened,
    SkillCommented,
    Started,
    Suspended,
    TargetMoved,
)
from defense_console.model.defense.events_verdict import (
    AmendmentDropped,
    AmendmentOpened,
    Contested,
    ContestResolved,
    DeliverableReceived,
    OutcomeChosen,
    ParagraphEdited,
    ReasonGiven,
    ReceivedFile,
    ReceptionCompleted,
    Released,
    Request,
    ReviewStarted,
    RowAccepted,
    RowExpired,
    RowExtended,
    RowKept,
    RowReceived,
    RowRequestedAgain,
    RowSet,
    RowWaived,
    RowWithdrawn,
    Signed,
)
from defense_console.model.log.envelope import (
    CancelledBy,
    GapAnswer,
    OutcomeValue,
    PauseReason,
    QuestionState,
    RatingValue,
    Section,
    Severity,
    Stamp,
    Verification,
    What,
)

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
    | CalendarLinked
    | Parked
    | DeliverableDeclared
    | CheckTicked
    | RoomOpened
    | NoShow
    | Cancelled
    | Aborted
    | Started
    | Paused
    | PauseExplained
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
    | ParagraphEdited
    | RowSet
    | RowKept
    | Signed
    | Released
    | AmendmentOpened
    | AmendmentDropped
    | Contested
    | ContestResolved
    | DeliverableReceived
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

SYSTEM_FACTS: tuple[type[What], ...] = (Suspended, ClockStepped, Recovered, LeaseTaken, CalendarLinked)
"""Never undoable and legal in every state once the defense exists."""

WALLS: tuple[type[What], ...] = (Planned, Rescheduled, Released, DeliverableReceived, RowReceived)
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


__all__ = [
    "SYSTEM_FACTS",
    "WALLS",
    "Aborted",
    "AmendmentDropped",
    "AmendmentOpened",
    "AnyEvent",
    "CalendarLinked",
    "Cancelled",
    "CancelledBy",
    "Carried",
    "CheckTicked",
    "ClockStepped",
    "ContestResolved",
    "Contested",
    "DefenseWhat",
    "DeliverableDeclared",
    "DeliverableReceived",
    "DetailsChanged",
    "Event",
    "Finished",
    "FollowUpEdited",
    "FollowUpNoted",
    "GapAnswer",
    "GapPaused",
    "GoalSet",
    "LeaseTaken",
    "LineAdded",
    "LineEdited",
    "NoShow",
    "NoteEdited",
    "NotePrivacySet",
    "Noted",
    "OutcomeChosen",
    "OutcomeValue",
    "ParagraphEdited",
    "Parked",
    "PauseExplained",
    "PauseReason",
    "Paused",
    "PhaseEntered",
    "Planned",
    "QuestionEdited",
    "QuestionMoved",
    "QuestionParked",
    "QuestionState",
    "Rated",
    "RatingValue",
    "ReasonGiven",
    "ReceivedFile",
    "ReceptionCompleted",
    "RecordingStarted",
    "Recovered",
    "Redone",
    "Released",
    "Reopened",
    "Request",
    "Rescheduled",
    "Resumed",
    "ReviewStarted",
    "RoomOpened",
    "RowAccepted",
    "RowExpired",
    "RowExtended",
    "RowKept",
    "RowReceived",
    "RowRequestedAgain",
    "RowSet",
    "RowWaived",
    "RowWithdrawn",
    "Section",
    "Severity",
    "Signed",
    "SkillCommented",
    "Stamp",
    "Started",
    "StudentChanged",
    "StudentEvent",
    "StudentRegistered",
    "StudentWhat",
    "Suspended",
    "TargetMoved",
    "Undone",
    "Verification",
    "What",
    "decode_event",
    "decode_student_event",
    "encode_event",
]
