"""What may happen next: every event is checked here before it is appended.

A check never reads a clock: the only time it knows is the stamp of the event it is asked about.
"""

from __future__ import annotations

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.kinds import DefenseWhat, Planned, Redone, Released, Undone
from defense_console.model.defense.legal_context import Case, checks, require
from defense_console.model.defense.state import Defense
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Stamp, check_texts
from defense_console.model.log.undo import check_undo

SIGNED = N_("The verdict is signed: {key:edit.undo} takes the signature back, {key:verdict.sign} releases it.")
"""Why nothing changes between the signature and the release."""


def check_legal(defense: Defense | None, what: DefenseWhat, at: Stamp, curriculum: Curriculum | None = None) -> None:
    """Refuse an event that may not come next.

    Args:
        defense: What is known so far; None before `planned`.
        what: The event.
        at: Its stamp.
        curriculum: The pinned curriculum, or the shipped one before the first start; None skips what only it
            knows (criteria, deliverables, the plan).

    Raises:
        ConsoleError: Why not, in a sentence for the mentor.
    """
    check_texts(what)
    if defense is None:
        require(isinstance(what, Planned), "A defense begins with its planning.")
        return
    require(not isinstance(what, Planned), "This defense is already planned.")
    if what.fact:
        return
    if isinstance(what, Undone | Redone):
        check_undo(what, defense.undo, defense.redo)
        return
    if (reason := sealed(defense.signed is not None, what)) is not None:
        raise reason
    project = curriculum.project(defense.project) if curriculum else None
    checks.ask(Case(defense, at, curriculum, project), what)


def sealed(signed: bool, what: DefenseWhat) -> ConsoleError | None:
    """Return why a decision may not follow a signature that is not released (`signed`), None when it may."""
    return ConsoleError(SIGNED) if signed and not (isinstance(what, Released) or what.anyone) else None
