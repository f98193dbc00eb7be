"""What may happen next: every event is checked here before it is appended. Source: product.md §2.

A check never reads a clock: the only time it knows is the stamp of the event it is asked about.
"""

from __future__ import annotations

import msgspec

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense import events as ev
from defense_console.model.defense import legal_session, legal_verdict
from defense_console.model.defense.events import SYSTEM_FACTS, DefenseWhat, Stamp, What
from defense_console.model.defense.legal_context import CHECKS, Case, require
from defense_console.model.defense.state import Defense
from defense_console.model.errors import N_, ConsoleError

SIGNED = N_("The verdict is signed: {key:edit.undo} takes the signature back, {key:verdict.sign} releases it.")
"""Why nothing changes between the signature and the release."""

_REGISTERED = (legal_session, legal_verdict)  # importing them fills CHECKS


def check_legal(defense: Defense | None, what: DefenseWhat, at: Stamp, curriculum: Curriculum | None = None) -> None:
    """Refuse an event that may not come next.

    Args:
        defense: What is known so far; None before `planned`.
        what: The event.
        at: Its stamp.
        curriculum: The pinned curriculum, or the shipped one before the first start; None skips what only it can
            tell (criteria, deliverables, the plan).

    Raises:
        ConsoleError: Why not, in a sentence for the mentor.
    """
    _check_texts(what)
    if defense is None:
        require(isinstance(what, ev.Planned), "A defense begins with its planning.")
        return
    require(not isinstance(what, ev.Planned), "This defense is already planned.")
    if isinstance(what, SYSTEM_FACTS):
        return
    if defense.signed is not None and not isinstance(what, ev.Undone | ev.Redone | ev.Released):
        raise ConsoleError(SIGNED)
    project = curriculum.project(defense.project) if curriculum else None
    check = CHECKS.get(type(what))
    if check is not None:
        check(Case(defense, at, curriculum, project), what)


def _check_texts(what: What) -> None:
    """A lone surrogate cannot be stored as UTF-8: it is refused at the door."""
    try:
        msgspec.json.encode(what)
    except UnicodeEncodeError:
        raise ConsoleError("This text holds half a character that cannot be saved; please type it again.") from None
