"""What was decided here and refused because another console was first: kept aside until the mentor has chosen.

It is kept in the store beside the drafts, so that nothing is lost across a restart and either console can settle it.
Each is one event as it was meant; what is kept for good is recorded anew, with the time at which that is done.

Numbers in it that lie before the place where the two consoles parted are those of the record. From there on they name
others kept aside: such an event can only be recorded after the one it changes, and then names the new line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from defense_console.model import events as ev
from defense_console.model.errors import ConsoleError
from defense_console.model.events import DefenseWhat, Event, What, decode_event, encode_event
from defense_console.model.fold import settle
from defense_console.store.base import Append, Draft, Job, SaveDraft, Store

PREFIX = "aside/"
"""Their field keys among the drafts: `aside/<first number after the parting>/<number>-<digest>`."""

_NAMES: dict[type[What], str] = {
    ev.NoteEdited: "note",
    ev.NotePrivacySet: "note",
    ev.QuestionMoved: "question",
    ev.QuestionEdited: "question",
    ev.LineEdited: "line",
    ev.GapPaused: "gap",
    ev.PauseExplained: "pause",
    ev.Undone: "cancelled",
    ev.Redone: "restored",
}
"""Which field of an event is the number of another one."""
_ROW = re.compile(r"r(\d+)")
"""A document the mentor asked for bears the number of the event that did."""
_BINDING = (ev.Signed, ev.Released)
"""What binds the state as it was: it is decided again, never carried over."""


class Aside(msgspec.Struct, frozen=True):
    """One event kept aside.

    Attributes:
        key: its name among those of its defense.
        base: first number after the place where the two consoles parted.
        event: as it was meant.
    """

    key: str
    base: int
    event: Event


def key_of(base: int, event: Event) -> str:
    """The name of an event kept aside; the same event always has the same one."""
    digest = hashlib.sha256(encode_event(event)).hexdigest()[:12]
    return f"{PREFIX}{base}/{event.seq}-{digest}"


def decisions(events: Sequence[Event]) -> tuple[Event, ...]:
    """What of a refused tail is the mentor's to choose: what was taken back within it and what the system saw is not.

    Args:
        events: The tail, in order.
    """
    applied = {event.seq for event in settle(events)[0]}
    actions = {event.action for event in events}
    return tuple(
        event
        for event in events
        if not isinstance(event.what, ev.SYSTEM_FACTS) and (event.seq in applied or _outside(event.what, actions))
    )


def _outside(what: DefenseWhat, actions: set[int]) -> bool:
    """Whether it takes back, or brings back, something recorded before the tail."""
    match what:
        case ev.Undone(cancelled=action) | ev.Redone(restored=action):
            return action not in actions
    return False


def _named(what: DefenseWhat) -> int:
    """The number of the line that an event changes, or that a document it is about was asked for by; 0 for none."""
    if type(what) in _NAMES:
        number: int = getattr(what, _NAMES[type(what)])
        return number
    row = what.row.id if isinstance(what, ev.RowSet) else getattr(what, "row", "")
    made = _ROW.fullmatch(row)
    return int(made[1]) if made else 0


def _renamed(what: DefenseWhat, number: int) -> DefenseWhat:
    """The same event about another line."""
    if type(what) in _NAMES:
        return msgspec.structs.replace(what, **{_NAMES[type(what)]: number})
    if isinstance(what, ev.RowSet):
        return msgspec.structs.replace(what, row=msgspec.structs.replace(what.row, id=f"r{number}"))
    return msgspec.structs.replace(what, row=f"r{number}")


def _asides(drafts: Mapping[str, Draft]) -> dict[str, Aside]:
    found = {}
    for key, draft in drafts.items():
        if key.startswith(PREFIX):
            base = int(key.removeprefix(PREFIX).partition("/")[0])
            found[key] = Aside(key, base, decode_event(draft.text.encode()))
    return found


class KeptAside:
    """What is kept aside, of every defense of one store.

    Args:
        store: Read connection.
        submit: Hands a write to the recorder.
    """

    def __init__(self, store: Store, submit: Callable[[Job], None]) -> None:
        self._store = store
        self._submit = submit
        self._known: dict[str, dict[str, Aside]] = {}
        self._writing: dict[tuple[str, str], Draft | Literal["dropped", "recorded"]] = {}
        """What the last write of each on its way leaves behind: the answer to an earlier one says nothing of it."""
        self._tails: dict[str, tuple[int, list[Event]]] = {}
        """Of each log the latest refused tail: its first number, and its events."""

    def of(self, stream: str) -> tuple[Aside, ...]:
        """What is kept aside of a log, in the order in which it was decided; empty when all is settled."""
        if stream not in self._known:
            self._known[stream] = _asides(self._store.drafts(stream))
        return tuple(sorted(self._known[stream].values(), key=lambda aside: (aside.event.at.wall, aside.event.seq)))

    def refresh(self) -> frozenset[str]:
        """Read anew what another console added or settled. Returns: streams of which it did."""
        changed, stored = set(), self._store.all_drafts()
        for stream, known in self._known.items():
            busy = {key for name, key in self._writing if name == stream}
            there = {key: aside for key, aside in _asides(stored.get(stream, {})).items() if key not in busy}
            here = {key: aside for key, aside in known.items() if key not in busy}
            if there.keys() != here.keys():
                self._known[stream] = there | {key: known[key] for key in busy & known.keys()}
                changed.add(stream)
        return frozenset(changed)

    def refused(self, job: Append) -> None:
        """The store refused an append because another writer was first.

        The jobs after it in the same tail are refused as well, one by one: what one of them takes back of another is
        not kept.
        """
        stream, events = job.stream, [decode_event(line) for line in job.lines]
        base, tail = self._tails.get(stream, (0, []))
        if not tail or tail[-1].seq != job.expected:
            base, tail = job.expected + 1, []
        before = {key_of(base, event) for event in decisions(tail)}
        self._tails[stream] = base, [*tail, *events]
        after = {key_of(base, event): event for event in decisions([*tail, *events])}
        self.add(stream, base, (event for key, event in after.items() if key not in before))
        for key in before - after.keys():
            self.drop(stream, key)
        for field in job.drop_drafts:  # the text is in the event
            self._save(stream, field, None)

    def add(self, stream: str, base: int, events: Iterable[Event]) -> None:
        """Keep events aside. Args: base: first number after the place where the consoles parted."""
        self.of(stream)
        for event in events:
            key = key_of(base, event)
            self._known[stream][key] = Aside(key, base, event)
            self._save(stream, key, Draft(encode_event(event).decode(), event.at, 0))

    def drop(self, stream: str, key: str) -> None:
        """Give one up."""
        self.of(stream)
        if self._known[stream].pop(key, None) is not None:
            self._save(stream, key, None)

    def _save(self, stream: str, key: str, draft: Draft | None) -> None:
        self._writing[stream, key] = draft or "dropped"
        self._submit(SaveDraft(stream, key, draft))

    def written(self, job: Job) -> None:
        """The recorder has done a job."""
        match job:
            case SaveDraft(stream=stream, field=field, draft=draft):
                self._forget(stream, field, draft or "dropped")
            case Append(stream=stream, drop_drafts=fields):
                for field in fields:
                    self._forget(stream, field, "recorded")

    def _forget(self, stream: str, field: str, done: Draft | str) -> None:
        if self._writing.get((stream, field)) == done:
            del self._writing[stream, field]

    def unwritten(self) -> int:
        """How many are still on their way to the store."""
        return sum((stream, key) in self._writing for stream, known in self._known.items() for key in known)

    # --- keeping -------------------------------------------------------------------------------------------------

    def wanted(self, stream: str, key: str, seq: int) -> DefenseWhat:
        """What is recorded when one is taken up.

        Args:
            stream: Whose log.
            key: Which.
            seq: Number its line will have.

        Raises:
            ConsoleError: It cannot be: it is gone, binds a state that is no more, or changes another one kept aside.
        """
        self.of(stream)
        aside = self._known[stream].get(key)
        if aside is None:
            raise ConsoleError("This is settled already.")
        what = aside.event.what
        if isinstance(what, _BINDING):
            raise ConsoleError("A signature is not carried over: sign again what the record says now.")
        named = _named(what)
        if named >= aside.base and isinstance(what, ev.RowSet) and named == aside.event.seq:
            return _renamed(what, seq)  # the document it asks for
        if named >= aside.base:
            raise ConsoleError("It changes something that is not in the record: keep that first, or drop this.")
        return what

    def taken_up(self, stream: str, key: str, seq: int) -> None:
        """One was recorded anew, and its row went in the same transaction.

        Args:
            stream: Whose log.
            key: Which.
            seq: Number of its new line: those that change it name this one from now on.
        """
        aside = self._known[stream].pop(key)
        self._writing[stream, key] = "recorded"
        for other in list(self._known[stream].values()):
            if other.base == aside.base and _named(other.event.what) == aside.event.seq:
                what = _renamed(other.event.what, seq)
                self.drop(stream, other.key)
                self.add(stream, seq + 1, (msgspec.structs.replace(other.event, what=what),))
