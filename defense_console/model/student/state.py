"""A student, folded from their own log."""

from __future__ import annotations

import msgspec


class Student(msgspec.Struct, frozen=True):
    """What is known of a student after the event with the number `seq`; texts are "" where nothing is known.

    Attributes:
        undo: actions that can be undone, the next one last; a row of the store does not have them.
        redo: actions that can be redone, the next one last.
    """

    id: str
    name: str
    email: str
    timezone: str
    seq: int
    undo: tuple[int, ...] = ()
    redo: tuple[int, ...] = ()
