"""The events of a log as the store holds it: the one way to read a stored line, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from defense_console.model.defense.kinds import DefenseEvent, decode_event
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.student.kinds import StudentEvent, decode_student_event
from defense_console.store.base import Line

E = TypeVar("E")


def defense_events(stream: str, lines: Iterable[Line]) -> list[DefenseEvent]:
    """The log of a defense, in order; empty when there is none.

    Args:
        stream: The name of the log.
        lines: As the store reads them, in order: their chain holds.

    Raises:
        ConsoleError: It holds what only a newer console knows.
    """
    return _events(stream, lines, decode_event)


def student_events(stream: str, lines: Iterable[Line]) -> list[StudentEvent]:
    """The log of a student, in order; empty when there is none.

    Args:
        stream: The name of the log.
        lines: As the store reads them, in order: their chain holds.

    Raises:
        ConsoleError: It holds what only a newer console knows.
    """
    return _events(stream, lines, decode_student_event)


def _events(stream: str, lines: Iterable[Line], decode: Callable[[bytes], E]) -> list[E]:
    events: list[E] = []
    for line in lines:
        try:
            events.append(decode(line.body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Its checksum and its hash hold, so it is what was written: by a console that knows more kinds.
            raise ConsoleError(
                N_(
                    "Line {seq} of {stream} is of a kind that this console does not know: "
                    "a newer one wrote it. Update this console."
                ),
                seq=line.seq,
                stream=stream,
            ) from None
    return events
