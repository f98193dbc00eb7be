"""The fold: a student's log in, a Student out."""

from __future__ import annotations

from collections.abc import Sequence

from defense_console.model.errors import ConsoleError
from defense_console.model.log.undo import settle
from defense_console.model.student.folding import StudentFolding, applies
from defense_console.model.student.kinds import StudentChanged, StudentEvent, StudentRegistered
from defense_console.model.student.state import FollowedStudent


def fold_student(events: Sequence[StudentEvent]) -> FollowedStudent:
    """Return what a student's log tells.

    Raises:
        ConsoleError: It does not begin with a registration.
    """
    if not events or not isinstance(events[0].what, StudentRegistered):
        raise ConsoleError("A student begins with a registration.")
    applied, undo, redo = settle(events)
    state = StudentFolding()
    for event in applied:
        applies.apply(state, event)
    return state.frozen(events[-1], undo, redo)


def names_ever(events: Sequence[StudentEvent]) -> tuple[str, ...]:
    """Return every name that a student's log tells of, the latest last; empty when it tells of none."""
    return _ever(events, "name")


def emails_ever(events: Sequence[StudentEvent]) -> tuple[str, ...]:
    """Return every address that a student's log tells of, the latest last; empty when it tells of none."""
    return _ever(events, "email")


def _ever(events: Sequence[StudentEvent], field: str) -> tuple[str, ...]:
    told = (
        getattr(event.what, field) for event in events if isinstance(event.what, StudentRegistered | StudentChanged)
    )
    return tuple(dict.fromkeys(value for value in told if value))
