"""What a key would record now. Each screen has one table of wishes; footer, palette, help and key ask the law of it.

Nothing here loads the toolkit, so that a test can ask every command in every state without a running console.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.one_log import TO_COME, LogDesk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import What

Whats = tuple[Any, ...]
"""The events of one action; empty for a command that records nothing."""


class Asks(Protocol):
    """What a wish depends on, and who knows the law of it."""

    def refusal(self, *whats: Any) -> ConsoleError | None:
        """Return why these events would be refused now, None when they would be recorded."""


D = TypeVar("D", bound=LogDesk[Any, Any], covariant=True)
S = TypeVar("S", bound=Asks)
V = TypeVar("V")


class Seen(msgspec.Struct, Generic[D], frozen=True):
    """A screen about one log. Attributes: panel, key: of the line that has the cursor, "" without one."""

    desk: D
    panel: str = ""
    key: str = ""

    def refusal(self, *whats: Any) -> ConsoleError | None:
        """Return why these events would be refused now, None when they would be recorded."""
        return self.desk.refusal(*whats)

    def record(self, *whats: Any) -> object:
        """Record these events as one action: what a key does that asks nothing and says nothing."""
        return self.desk.act(*whats)


Wishes = Mapping[str, Callable[[S], Whats]]
"""By command id, what the command would record; raises a ConsoleError where the screen itself knows that it cannot act.

Words that are asked for later are `TO_COME`. A command without a wish records nothing and can always act. A command
without an `action_` method on a screen about a defense records what it wishes.
"""


def refused(wishes: Wishes[S], id: str, see: Callable[[], S]) -> ConsoleError | None:
    """Return why the command with this id cannot act now, None when it can. `see` gives what its wish depends on."""
    if (wish := wishes.get(id)) is None:
        return None
    seen = see()
    try:
        whats = wish(seen)
    except ConsoleError as error:
        return error
    return seen.refusal(*whats) if whats else None


def needs(value: V | None, id: str) -> V:
    """Return a value that a command needs, such as the row under the cursor.

    Raises:
        ConsoleError: It is None or empty; `id` is the sentence that says so.
    """
    if value is None or value in ("", ()):
        raise ConsoleError(id)
    return value


def reads(value: object, id: str) -> Whats:
    """A command that records nothing, but needs something to read. Raises: as `needs`."""
    needs(value, id)
    return ()


def unless(reason: ConsoleError | None) -> Whats:
    """A command that records nothing here, of which the desk itself knows whether it can act.

    Raises:
        ConsoleError: There is a reason against it.
    """
    if reason is not None:
        raise reason
    return ()


def writes(field: str) -> Callable[[Seen[LogDesk[Any, Any]]], Whats]:
    """A command that writes a text. Args: field: its key."""
    return lambda seen: (seen.desk.another_text(field),)


def records(what: What) -> Callable[[Asks], Whats]:
    """A command that always records the same."""
    return lambda _seen: (what,)


def _receives(seen: Seen[DefenseDesk]) -> Whats:
    deliverable = next((d.n for d in seen.desk.project.deliverables), 0)
    return (ev.DeliverableReceived(deliverable, (ReceivedFile("", 0, ""),)),)


ON_A_LOG: Final[Wishes[Seen[LogDesk[Any, Any]]]] = {
    "edit.undo": lambda seen: (seen.desk.undoing,),
    "edit.redo": lambda seen: (seen.desk.redoing,),
    "console.take_over": lambda seen: unless(seen.desk.no_take_over),
    "console.aside": lambda seen: reads(seen.desk.aside, "Everything decided here is in the record."),
}
"""What means the same on every screen about one log."""
ON_A_DEFENSE: Final[Wishes[Seen[DefenseDesk]]] = {
    **ON_A_LOG,
    "live.note": writes("note"),
    "live.recording": records(ev.RecordingStarted()),
    "documents.receive": _receives,
    "defense.reschedule": lambda seen: (ev.Rescheduled(seen.desk.defense.planned_at),),
    "defense.close": records(ev.DefenseClosed(TO_COME)),
}
"""What means the same on every screen about a defense."""
