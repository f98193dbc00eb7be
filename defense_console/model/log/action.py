"""A log in memory, and the one way to add to it: number, stamp, check, fold.

The desk, the imports, the demo and the tests all write through `append_action`. It touches no store: what it gives back
says what has to be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from defense_console.model.curriculum import Curricula
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.chain import StoredLine, chain, first_hash
from defense_console.model.log.envelope import Event, Stamp, What, encode_event
from defense_console.model.log.every_log import Withheld
from defense_console.model.log.running import RunningFold
from defense_console.model.log.subject import Subject

W = TypeVar("W", bound=What)
S = TypeVar("S")


class Log(msgspec.Struct, Generic[W, S], frozen=True, eq=False):  # noqa: PLW1641 — nobody looks one up by its value
    """A log: its events, what they fold to, the hash of its last line.

    Attributes:
        subject: what it is about.
        id: of whom or what.
        events: in order; empty before the first action.
        folded: what they fold to; None for an empty log.
        head: hash of the last line, as every store computes it: what the next action builds on.
    """

    subject: Subject[W, S]
    id: str
    events: tuple[Event[W], ...]
    folded: S | None
    head: str
    running: RunningFold[W, S] | None = None
    """The fold that ended with this log when it was written; the next action takes it over and goes on with it."""

    def __eq__(self, other: object) -> bool:
        mine = (self.subject, self.id, self.events, self.folded, self.head)
        return isinstance(other, Log) and mine == (other.subject, other.id, other.events, other.folded, other.head)

    @classmethod
    def empty(cls, subject: Subject[W, S], id: str) -> Log[W, S]:
        """Return a log before its first action."""
        return cls(subject, id, (), None, first_hash(subject.stream(id)))

    @classmethod
    def read(cls, subject: Subject[W, S], id: str, lines: Sequence[StoredLine], curricula: Curricula) -> Log[W, S]:
        """Return a log as it is stored; an empty one where there are no lines.

        Raises:
            ConsoleError: It holds what only a newer console knows, or the curriculum it pins is missing.
        """
        if not lines:
            return cls.empty(subject, id)
        events = tuple(read_events(subject, subject.stream(id), lines))
        return cls(subject, id, events, subject.fold(events, curricula), lines[-1].hash)

    @property
    def stream(self) -> str:
        """Return its name in a store."""
        return self.subject.stream(self.id)

    @property
    def state(self) -> S:
        """Return what its events fold to.

        Raises:
            ConsoleError: It is empty.
        """
        if self.folded is None:
            raise self.subject.missing(self.id)
        return self.folded

    @property
    def row(self) -> dict[str, Any]:
        """Return the row that a store keeps with it."""
        return self.subject.row(self.id, self.state)

    @property
    def lines(self) -> tuple[bytes, ...]:
        """Return the canonical JSON of every event."""
        return tuple(encode_event(event) for event in self.events)

    def upto(self, seq: int, curricula: Curricula) -> Log[W, S]:
        """Return the log as it was after the event with this number."""
        events = self.events[:seq]
        head = chain(first_hash(self.stream), (encode_event(event) for event in events))
        return Log(self.subject, self.id, events, self.subject.fold(events, curricula), head)


class Action(msgspec.Struct, Generic[W, S], frozen=True):
    """What one action adds to a log.

    Attributes:
        before: the log it builds on.
        after: the log with it.
        lines: canonical JSON of its events.
        pin: hash and canonical JSON of a curriculum to keep for ever, or None.
    """

    before: Log[W, S]
    after: Log[W, S]
    lines: tuple[bytes, ...]
    pin: tuple[str, bytes] | None


def append_action(log: Log[W, S], whats: Sequence[W], at: Stamp, author: str, curricula: Curricula) -> Action[W, S]:
    """Add one action to a log: all of its events, or none.

    Raises:
        ConsoleError: An event may not come next.
    """
    added, running = _decided(log, whats, at, author, curricula)
    pins = _pins(log.subject, whats, curricula)
    lines = tuple(encode_event(event) for event in added)
    running = running or _running(log, curricula)
    for event in added[-1:]:
        running.add(event)
    after = Log(log.subject, log.id, (*log.events, *added), running.state, chain(log.head, lines), running)
    return Action(log, after, lines, next(iter(pins), None))


def check_action(log: Log[W, S], whats: Sequence[W], at: Stamp, curricula: Curricula) -> None:
    """Refuse an action that `append_action` would refuse, at the price of the law alone.

    Raises:
        ConsoleError: An event may not come where it stands.
    """
    _decided(log, whats, at, "", curricula)


def _decided(
    log: Log[W, S], whats: Sequence[W], at: Stamp, author: str, curricula: Curricula
) -> tuple[list[Event[W]], RunningFold[W, S] | None]:
    """Return the events of one action more, each checked where it stands.

    Returns:
        The events; a fold of its own for an action of several, up to its last event but one.
    """
    subject, action = log.subject, len(log.events) + 1
    added: list[Event[W]] = []
    state, running = log.folded, None
    for what in whats:
        if added:  # what follows within an action is judged after what precedes
            _pins(subject, [added[-1].what], curricula)
            running = running or _running(log, curricula).copy()
            running.add(added[-1])
            state = running.state
        subject.check(state, what, at, curricula)
        added.append(Event(action + len(added), action, at, author, what))
    return added, running


def _running(log: Log[W, S], curricula: Curricula) -> RunningFold[W, S]:
    """Return the fold that ends with a log: its own while nothing went on with that, else one made for it."""
    last = log.events[-1] if log.events else None
    if log.running is not None and log.running.last is last:
        return log.running
    return RunningFold(log.subject, curricula, log.events)


def _pins(subject: Subject[W, S], whats: Sequence[W], curricula: Curricula) -> list[tuple[str, bytes]]:
    """Return hash and JSON of the curricula that these events pin; they count as kept from then on."""
    names = (name for what in whats if (name := subject.pins(what)) is not None)
    return [(name, body) for name in names if (body := curricula.to_pin(name)) is not None]


def read_events(subject: Subject[W, S], stream: str, lines: Iterable[StoredLine]) -> list[Event[W]]:
    """Return the events of stored lines: the one way to read them.

    Raises:
        ConsoleError: A line holds what only a newer console knows.
    """
    events: list[Event[W]] = []
    for line in lines:
        if line.withheld and events:
            events.append(_withheld(line, events[-1].at))
            continue
        try:
            events.append(subject.decode(line.body))
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


def _withheld(line: StoredLine, at: Stamp) -> Event[Any]:
    """Return what stands for a line that this reader may not see: an action, or a part of one, that changes nothing."""
    return Event(line.seq, line.action or line.seq, at, "", Withheld())
