"""What was decided here and refused because another console was first: kept aside until the mentor has chosen.

It is kept in rows of the store, so that nothing is lost across a restart and either console can settle it.
Each is one event as it was meant; what is kept for good is recorded again, with the time at which that is done.
The recorder writes them before it says that they were refused: see `store/unsaved/keeping_aside.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event
from defense_console.model.log.refused import Aside, aside_of
from defense_console.model.subjects import subject_of
from defense_console.store.base import Append, Job, SaveAside
from defense_console.store.snapshot import Snapshot
from defense_console.store.unsaved.keeping_aside import aside_row


class Move(msgspec.Struct, frozen=True):
    """What happens to the rows when one is taken up: it goes, and those that change it name its new line.

    Attributes:
        gone: the keys that go.
        there: the rows that come, key and canonical JSON of the event.
    """

    gone: tuple[str, ...] = ()
    there: tuple[tuple[str, bytes], ...] = ()


NOTHING_MOVES = Move()


def _asides(stream: str, rows: Mapping[str, bytes]) -> dict[str, Aside]:
    subject = subject_of(stream)
    return {key: aside_of(subject, key, event) for key, event in rows.items()}


def _when(aside: Aside) -> tuple[str, int]:
    return aside.event.at.wall, aside.event.seq


class KeptAside:
    """What is kept aside, of every log of one store."""

    def __init__(self, snapshot: Snapshot, submit: Callable[[Job], None]) -> None:
        self._snapshot = snapshot
        self._submit = submit
        self._known: dict[str, dict[str, Aside]] = {}
        self._writing: dict[tuple[str, str], bytes | Literal["dropped", "recorded"]] = {}
        """What the last write of each on its way leaves behind: the answer to an earlier one says nothing of it."""

    def of(self, stream: str) -> tuple[Aside, ...]:
        """Return what is kept aside of a log in the order of the decisions, a change after what it changes."""
        if stream not in self._known:
            self._known[stream] = _asides(stream, self._snapshot.asides(stream))
        found = sorted(self._known[stream].values(), key=_when)
        lines = {(aside.base, aside.event.seq): _when(aside) for aside in found}

        def place(aside: Aside) -> tuple[tuple[str, int], bool]:
            line = lines.get((aside.base, aside.event.what.names()))
            own = _when(aside)
            return (own, False) if line is None or line <= own else (line, True)

        return tuple(sorted(found, key=place))

    def refresh(self) -> frozenset[str]:
        """Read again what another console added or settled; return the streams where it did."""
        return frozenset(stream for stream in tuple(self._known) if self._reread(stream))

    def _reread(self, stream: str) -> bool:
        """Return whether there is something else than was known; what is on its way is known better here."""
        stored = self._snapshot.asides(stream)
        known = self._known.get(stream, {})
        busy = {key for name, key in self._writing if name == stream}
        there = {key: aside for key, aside in _asides(stream, stored).items() if key not in busy}
        self._known[stream] = there | {key: known[key] for key in busy & known.keys()}
        return self._known[stream].keys() != known.keys()

    def refused(self, job: Append) -> None:
        """Take note that the store refused an append, since another writer was first, and has kept it aside."""
        for key in (*job.drop_aside, *(key for key, _event in job.aside)):
            self._writing.pop((job.stream, key), None)
        self._snapshot.refresh()
        self._reread(job.stream)

    def add(self, stream: str, base: int, events: Iterable[Event[Any]]) -> None:
        """Keep events aside. Args: base: first number after the place where the consoles parted."""
        self.of(stream)
        for event in events:
            key, row = aside_row(base, event)
            self._known[stream][key] = Aside(key, base, event)
            self._save(stream, key, row)

    def drop(self, stream: str, key: str) -> None:
        """Give one up."""
        self.of(stream)
        if self._known[stream].pop(key, None) is not None:
            self._save(stream, key, None)

    def _save(self, stream: str, key: str, event: bytes | None) -> None:
        self._writing[stream, key] = event or "dropped"
        self._submit(SaveAside(stream, key, event))

    def written(self, job: Job) -> None:
        """Take note that the recorder has done a job."""
        match job:
            case SaveAside(stream=stream, key=key, event=event):
                self._forget(stream, key, event or "dropped")
            case Append(stream=stream, drop_aside=gone, aside=there):
                for key in gone:
                    self._forget(stream, key, "recorded")
                for key, event in there:
                    self._forget(stream, key, event)

    def _forget(self, stream: str, key: str, done: bytes | str) -> None:
        if self._writing.get((stream, key)) == done:
            del self._writing[stream, key]

    def unwritten(self) -> int:
        """Return how many are still on their way to the store."""
        return sum((stream, key) in self._writing for stream, known in self._known.items() for key in known)

    # --- keeping -------------------------------------------------------------------------------------------------

    def wanted(self, stream: str, key: str, seq: int) -> Any:
        """Return what is recorded when one is taken up.

        Args:
            seq: Number its line will have.

        Raises:
            ConsoleError: It cannot be: it is gone, binds a state that is no more, or changes another one kept aside.
        """
        self.of(stream)
        aside = self._known[stream].get(key)
        if aside is None:
            raise ConsoleError("This is settled already.")
        what = aside.event.what
        if what.binds:
            raise ConsoleError("A signature is not carried over: sign again what the record says now.")
        line = what.names()
        if line >= aside.base and line == aside.event.seq:
            return what.naming(seq)  # it names itself: the document it asks for
        if line >= aside.base:
            raise ConsoleError("It changes something that is not in the record: keep that first, or drop this.")
        return what

    def move(self, stream: str, key: str, seq: int) -> Move:
        """Return what happens to the rows when one is recorded, in the same transaction.

        Args:
            seq: Number its line will have.
        """
        self.of(stream)
        aside = self._known[stream][key]
        those = [
            other
            for other in self._known[stream].values()
            if other.base == aside.base and other != aside and other.event.what.names() == aside.event.seq
        ]
        events = [msgspec.structs.replace(o.event, what=o.event.what.naming(seq)) for o in those]
        return Move((key, *(other.key for other in those)), tuple(aside_row(seq + 1, event) for event in events))

    def taken_up(self, stream: str, move: Move) -> None:
        """Let a row go that is being recorded again, and move those that change it."""
        known = self._known[stream]
        for gone in move.gone:
            del known[gone]
            self._writing[stream, gone] = "recorded"
        for key, event in move.there:
            known[key] = aside_of(subject_of(stream), key, event)
            self._writing[stream, key] = event
