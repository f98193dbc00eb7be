"""What every event is made of: the stamp of the clocks, the base of the kinds, one line of a log.

Durations are whole milliseconds or seconds as their names say, instants are ISO 8601 UTC, there are no floats.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Self, TypeVar

import msgspec

from defense_console.model.curriculum import canonical_json
from defense_console.model.errors import ConsoleError


class Stamp(msgspec.Struct, frozen=True):
    """One reading of the machine's clocks.

    Attributes:
        wall: ISO 8601 UTC with milliseconds, ending in Z.
        boot_ms: milliseconds of a clock that counts suspend: the source of durations.
        awake_ms: milliseconds of a clock that stops in suspend.
        boot_id: says whether two `boot_ms` can be compared.
    """

    wall: str
    boot_ms: int
    awake_ms: int
    boot_id: str


class What(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """Base of every kind of event; the tag `kind` names it in the log.

    Attributes:
        wall: undo never goes past it.
        fact: the system saw it: it is never undone, and legal in every state.
        binds: it binds the state as it was: what was refused is decided again, never carried over.
        refers: name of the field that holds the number of another event, "" for none.
        recorded: False for what only stands for a line that cannot be read: no log holds it.
        anyone: in a school, also who is not responsible for the log may decide it. It changes nothing that others
            decided, and undo passes it by.
        of_student: the student does it, so in a school nobody need be responsible for the log to record it.
    """

    wall: ClassVar[bool] = False
    fact: ClassVar[bool] = False
    binds: ClassVar[bool] = False
    refers: ClassVar[str] = ""
    recorded: ClassVar[bool] = True
    anyone: ClassVar[bool] = False
    of_student: ClassVar[bool] = False

    def passable(self) -> bool:
        """Return whether undo may pass this wall, as long as no other action follows it."""
        return False

    def names(self) -> int:
        """Return the number of the event that this one changes, 0 for none."""
        return int(getattr(self, self.refers)) if self.refers else 0

    def naming(self, number: int) -> Self:
        """Return the same decision about another event."""
        return msgspec.structs.replace(self, **{self.refers: number}) if self.refers else self


W = TypeVar("W", bound=What, covariant=True)


class Event(msgspec.Struct, Generic[W], frozen=True):
    """One line of a log.

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
    what: W


def encode_event(event: Event[Any]) -> bytes:
    """Return the canonical JSON of an event: the bytes that are stored, exported and hashed.

    Raises:
        UnicodeEncodeError: A text holds a lone surrogate; the desk refuses these at its door.
    """
    return canonical_json(event)


def check_texts(what: What) -> None:
    """Refuse half a character, which cannot be stored as UTF-8, and what no log holds."""
    if not what.recorded:
        raise ConsoleError("This stands for a line that cannot be read: it is never recorded.")
    try:
        msgspec.json.encode(what)
    except UnicodeEncodeError:
        raise ConsoleError("This text holds half a character that cannot be saved; please type it again.") from None
