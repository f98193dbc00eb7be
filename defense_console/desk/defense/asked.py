"""What dialogs ask about a defense: the field key under which a text typed in one is kept, and what settles it."""

from __future__ import annotations

from enum import StrEnum

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat


class Asked(StrEnum):
    """Field keys of the questions; none depends on the language in which a question is asked.

    Source: docs/decisions.md, "A text in a dialog is a draft like any other".
    """

    AMEND = "ask/amend"
    CONTEST = "ask/contest"
    UPHOLD = "ask/uphold"
    NEXT_ATTEMPT = "ask/next_attempt"
    ABORT = "ask/abort"
    ABSENT = "ask/absent"
    CANCEL = "ask/cancel"
    CLOSE = "ask/close"
    DATE = "ask/date"
    DATE_REASON = "ask/date_reason"
    DOCUMENT = "ask/document"
    FILES = "ask/files"
    SAVED = "ask/saved"
    AGAIN = "ask/again"
    WAIVE = "ask/waive"
    WITHDRAW = "ask/withdraw"
    STUDENT = "ask/student"
    STUDENT_ID = "ask/student_id"
    PROJECT = "ask/project"
    GIVE_BACK = "ask/give_back"
    HAND_OVER_NOTE = "ask/hand_over_note"
    SETTLE = "ask/settle"

    def of(self, row: str) -> str:
        """Return the key of a question about one document to revise. Args: row: its id."""
        return f"{self}/{row}"


def is_asked(field: str) -> bool:
    """Return whether a field is one of a dialog: no screen opens it by itself."""
    return field.startswith("ask/")


def settled_by(what: DefenseWhat) -> tuple[str, ...]:
    """Return the questions that an event answers, by field key: their texts are in the record now, or are past.

    A document's name is not among them: not every change of a document is the answer to that question.
    """
    match what:
        case ev.AmendmentOpened():
            return (Asked.AMEND,)
        case ev.Contested():
            return (Asked.CONTEST,)
        case ev.ContestResolved():
            return (Asked.UPHOLD,)
        case ev.Aborted():
            return (Asked.ABORT,)
        case ev.NoShow():
            return (Asked.ABSENT,)
        case ev.Cancelled():
            return (Asked.CANCEL,)
        case ev.Rescheduled() | ev.DefenseClosed():
            return (Asked.DATE, Asked.DATE_REASON, Asked.CLOSE)
        case ev.RowRequestedAgain(row=row):
            return (Asked.AGAIN.of(row),)
        case ev.RowWaived(row=row):
            return (Asked.WAIVE.of(row),)
        case ev.RowWithdrawn(row=row):
            return (Asked.WITHDRAW.of(row),)
        case ev.DeliverableReceived(files=files) | ev.RowReceived(files=files) if files:
            return (Asked.FILES,)
    return ()
