"""A student, folded from their own log. Source: product.md §2."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from defense_console.model.defense.events import (
    FollowUpEdited,
    FollowUpNoted,
    StudentChanged,
    StudentEvent,
    StudentRegistered,
    StudentWhat,
)
from defense_console.model.errors import ConsoleError


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
    first = events[0].what
    student = KnownStudent(first.student_id, first.name, first.email, first.timezone, len(events))
    for event in events[1:]:
        if isinstance(event.what, StudentChanged):
            given = ((name, getattr(event.what, name)) for name in ("name", "email", "timezone"))
            changed = {name: value for name, value in given if value is not None}
            student = msgspec.structs.replace(student, **changed)
    return student


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
    noted = {event.seq for event in before if isinstance(event.what, FollowUpNoted)}
    if isinstance(what, FollowUpEdited) and what.note not in noted:
        raise ConsoleError("This note is gone.")
