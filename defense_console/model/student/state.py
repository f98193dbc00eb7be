"""A student, folded from their own log. Source: product.md §2."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.model.student.folding import Folding, applies
from defense_console.model.student.kinds import StudentChanged, StudentEvent, StudentRegistered, StudentWhat


class KnownStudent(msgspec.Struct, frozen=True):
    """What is known of a student after the event with the number `seq`; texts are "" where nothing is known."""

    id: str
    name: str
    email: str
    timezone: str
    seq: int


def fold_student(events: Sequence[StudentEvent]) -> KnownStudent:
    """What a student's log tells.

    Raises:
        ConsoleError: It does not begin with a registration.
    """
    if not events or not isinstance(events[0].what, StudentRegistered):
        raise ConsoleError("A student begins with a registration.")
    state = Folding()
    for event in events:
        applies.apply(state, event)
    return KnownStudent(state.id, state.name, state.email, state.timezone, len(events))


def names_ever(events: Sequence[StudentEvent]) -> tuple[str, ...]:
    """Every name that a student's log tells of, the latest last; empty when it tells of none."""
    return _ever(events, "name")


def emails_ever(events: Sequence[StudentEvent]) -> tuple[str, ...]:
    """Every address that a student's log tells of, the latest last; empty when it tells of none."""
    return _ever(events, "email")


def _ever(events: Sequence[StudentEvent], field: str) -> tuple[str, ...]:
    told = (
        getattr(event.what, field) for event in events if isinstance(event.what, StudentRegistered | StudentChanged)
    )
    return tuple(dict.fromkeys(value for value in told if value))


def check_student(before: Sequence[StudentEvent], what: StudentWhat) -> None:
    """Refuse an event that may not come next in a student's log.

    Raises:
        ConsoleError: Why not.
    """
    if isinstance(what, StudentRegistered) == bool(before):
        raise ConsoleError("A student begins with a registration.")
