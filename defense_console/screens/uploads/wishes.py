"""What the keys of the documents to revise would record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from defense_console.desk.defense.revisions import RevisionsDesk
from defense_console.desk.logs.one_log import TO_COME
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.errors import N_, ConsoleError
from defense_console.screens.shared.wishes import ON_A_DEFENSE, Seen, Whats, Wishes, needs, records, unless

NONE_CHOSEN: Final = N_("Choose a document first: {key:panel.next} goes to the documents.")
OnDocuments = Seen[RevisionsDesk]
"""The key is that of the document the cursor is in, "" on a version of the verdict."""


def _row(seen: OnDocuments) -> str:
    return needs(seen.key, NONE_CHOSEN)


def _decides(decision: Callable[[str], DefenseWhat]) -> Callable[[OnDocuments], Whats]:
    """A decision on the document under the cursor. Args: decision: from the document's id."""
    return lambda seen: (decision(_row(seen)),)


def _extends(sign: int) -> Callable[[OnDocuments], Whats]:
    return lambda seen: (ev.RowExtended(_row(seen), sign * seen.desk.curriculum.rules.due_step_s),)


def _shows_file(seen: OnDocuments) -> Whats:
    answer = seen.desk.revision(_row(seen)).answer
    if answer is None:
        raise ConsoleError("Nothing has been received yet.")
    if not answer.files:
        raise ConsoleError("It was only declared received: there is no file.")
    return ()


def _compares(seen: OnDocuments) -> Whats:
    """On a version of the verdict the key shows its report."""
    return () if seen.panel == "versions" else _shows_file(seen)


def _signs(seen: OnDocuments) -> Whats:
    """Where something is to be decided or released first, the key only goes to the verdict."""
    defense, proposed = seen.desk.defense, seen.desk.proposal()
    if defense.signed is not None or proposed not in ("validated", None):
        return ()
    return seen.desk.signing_proposal()


DOCUMENTS: Final[Wishes[OnDocuments]] = {
    **ON_A_DEFENSE,
    "revisions.accept": lambda seen: (seen.desk.accepting(_row(seen)),),
    "revisions.again": lambda seen: (
        ev.RowRequestedAgain(_row(seen), TO_COME, seen.desk.curriculum.rules.student_due_s),
    ),
    "revisions.expire": _decides(ev.RowExpired),
    "revisions.waive": _decides(lambda row: ev.RowWaived(row, TO_COME)),
    "revisions.withdraw": _decides(lambda row: ev.RowWithdrawn(row, TO_COME)),
    "revisions.declare": _decides(ev.RowReceived),
    "revisions.later": _extends(1),
    "revisions.earlier": _extends(-1),
    "revisions.compare": _compares,
    "revisions.open_file": _shows_file,
    "revisions.complete": records(ev.ReceptionCompleted()),
    "revisions.sign": _signs,
    "report.message": lambda seen: unless(seen.desk.no_message),
}
