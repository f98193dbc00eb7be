"""What a log is about. Everything that works on logs is written against this, not against defenses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, Stamp, What

W = TypeVar("W", bound=What)
S = TypeVar("S")


class Subject(ABC, Generic[W, S]):
    """What a log is about: how its lines are read, what may come next, what they fold to.

    Which kinds undo stops at, and which the system saw, each kind says itself.

    Args:
        prefix: How the names of its logs begin; the rest is the id.
        event: The type of its events.
    """

    def __init__(self, prefix: str, event: type[Event[W]]) -> None:
        self.prefix = prefix
        self._event = event

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Event[W]]:
        return msgspec.json.Decoder(self._event)  # made for the first line: it takes some milliseconds

    def stream(self, id: str) -> str:
        """Return the name of a log."""
        return self.prefix + id

    def id_of(self, stream: str) -> str:
        """Return the id in the name of a log."""
        return stream.removeprefix(self.prefix)

    def decode(self, line: bytes | str) -> Event[W]:
        """Return the event of a stored line.

        Raises:
            msgspec.DecodeError: The line is not JSON, or not an event of a known kind.
        """
        return self._decoder.decode(line)

    @abstractmethod
    def check(self, state: S | None, what: W, at: Stamp, curricula: Curricula) -> None:
        """Refuse an event that may not come next.

        Args:
            state: What the log folds to; None when it is empty.
            what: The event.
            at: Its stamp.
            curricula: What the law may look up.

        Raises:
            ConsoleError: Why not, in a sentence for the mentor.
        """

    @abstractmethod
    def fold(self, events: Sequence[Event[W]], curricula: Curricula) -> S:
        """Return what a whole log folds to.

        Raises:
            ConsoleError: It does not begin as it must, or the curriculum it pins is missing.
        """

    @abstractmethod
    def blank(self) -> Any:
        """Return the working value of a log before its first event: what it folds into, which `copy()` copies."""

    @abstractmethod
    def apply(self, working: Any, event: Event[W], pinned: Curriculum | None) -> None:
        """Change a working value by the next event.

        Args:
            working: What `blank` gave.
            event: It applies: undo has not cancelled it.
            pinned: The curriculum the log folds with, None before it pins one.

        Raises:
            ConsoleError: The curriculum it pins is missing.
        """

    @abstractmethod
    def freeze(self, working: Any, last: Event[W], undo: tuple[int, ...], redo: tuple[int, ...]) -> S:
        """Return the state of a working value, which may change afterwards: the state does not."""

    @abstractmethod
    def row(self, id: str, state: S) -> dict[str, Any]:
        """Return the row beside a log, which spares reading the log, as JSON holds it."""

    @abstractmethod
    def own_id(self, state: S) -> str:
        """Return the id that a log must have that folds to this."""

    @abstractmethod
    def missing(self, id: str) -> ConsoleError:
        """Return the sentence that there is no such log."""

    def folds_with(self, events: Iterable[Event[W]]) -> str | None:
        """Return the hash of the pinned curriculum that a log folds with, None when it needs none."""
        return None

    def pins(self, what: W) -> str | None:
        """Return the hash of the curriculum that must be kept from this event on, None for most events."""
        return None


def beside(value: msgspec.Struct) -> dict[str, Any]:
    """Return the row beside a log as JSON holds it."""
    row: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return row
