"""What the event loop shows again and again, in memory: it asks the store only when somebody has written to it.

The answers to this console's own writes keep it up to date. What another console wrote shows in `refresh`, which is
called once a second and when a defense is opened. Source: engineering.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

import msgspec

from defense_console.model.defense.subject import DEFENSE
from defense_console.model.queue.agenda import Summary
from defense_console.model.student.state import Student
from defense_console.model.subjects import subject_of
from defense_console.store.base import Ack, Append, Draft, Lease, SaveAside, SaveDraft, Store, WriteLease


class Row(Protocol):
    """The row next to a log: an id, and the number of the last line it was folded from."""

    @property
    def id(self) -> str:
        """Whose row it is."""
        ...

    @property
    def seq(self) -> int:
        """The number."""
        ...


R = TypeVar("R", bound=Row)


class Snapshot:
    """The rows of one store that this console has read, as the store holds them now.

    What is still on its way to the store is not in it.

    Args:
        store: Read connection; the snapshot belongs to its thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = store.subscribe()
        self.generation = 0
        """Goes up whenever somebody has written to the store."""
        self._forget()

    def _forget(self) -> None:
        self._pending: set[str] | None = None
        self._summaries: dict[str, Summary | None] = {}
        self._students: dict[str, Student | None] = {}
        self._drafts: dict[str, dict[str, Draft]] | None = None
        self._asides: dict[str, dict[str, bytes]] | None = None
        self._leases: dict[str, Lease] | None = None

    def refresh(self) -> bool:
        """Look whether somebody has written since the last look, and forget what was read if so.

        Returns:
            Whether somebody has; the writes of this console count too.
        """
        changed = self._changed()
        if changed:
            self.generation += 1
            self._forget()
        return changed

    # --- reading -------------------------------------------------------------------------------------------------

    def pending(self) -> tuple[Summary, ...]:
        """Return the summaries of the defenses that are not closed, in order of their ids."""
        if self._pending is None:
            found = self._store.pending()
            self._summaries.update((summary.id, summary) for summary in found)
            self._pending = {summary.id for summary in found}
        return tuple(summary for id in sorted(self._pending) if (summary := self._summaries[id]) is not None)

    def summaries(self, ids: Iterable[str]) -> dict[str, Summary]:
        """Return some summaries by id, without those that do not exist."""
        return _read(self._summaries, ids, self._store.summaries_by_ids)

    def students(self, ids: Iterable[str]) -> dict[str, Student]:
        """Return some students by id, without those that do not exist."""
        return _read(self._students, ids, self._store.students_by_ids)

    def student(self, id: str) -> Student | None:
        """Return one student."""
        return self.students((id,)).get(id)

    def drafts(self, stream: str) -> Mapping[str, Draft]:
        """Return the drafts of one stream by field key."""
        if self._drafts is None:
            self._drafts = self._store.all_drafts()
        return self._drafts.get(stream, {})

    def asides(self, stream: str) -> Mapping[str, bytes]:
        """Return the decisions of one stream that are kept aside: canonical JSON of the events by key."""
        if self._asides is None:
            self._asides = self._store.all_asides()
        return self._asides.get(stream, {})

    def leases(self) -> Mapping[str, Lease]:
        """Return the leases by defense id."""
        if self._leases is None:
            self._leases = self._store.leases()
        return self._leases

    # --- what the store answers ----------------------------------------------------------------------------------

    def written(self, answer: Ack) -> None:
        """Take the answer to a write of this console.

        A row next to a log has the number of its last line, so it is known which one is the latest. The other rows
        have none: another console may have written since, so they are read again when they are asked for.
        """
        match answer.job:
            case Append(stream=stream, row=row, drop_drafts=dropped, drop_aside=settled, aside=moved):
                if row is not None:
                    self._take_row(stream, {**row, "seq": answer.seq, "hash": answer.hash})
                if dropped:
                    self._drafts = None
                if settled or moved:
                    self._asides = None
            case SaveDraft():
                self._drafts = None
            case SaveAside():
                self._asides = None
            case WriteLease():
                self._leases = None

    def _take_row(self, stream: str, row: Mapping[str, object]) -> None:
        if subject_of(stream) is not DEFENSE:
            _take(self._students, msgspec.convert(row, Student))
            return
        summary = msgspec.convert(row, Summary)
        if self._pending is not None and summary.pending:
            self._summaries.setdefault(summary.id)
        if _take(self._summaries, summary) and self._pending is not None:
            (self._pending.add if summary.pending else self._pending.discard)(summary.id)


def _read(known: dict[str, R | None], ids: Iterable[str], read: Callable[[list[str]], Iterable[R]]) -> dict[str, R]:
    """Return rows by id, without those that do not exist; only what is not known yet is read, all at once."""
    wanted = list(ids)
    if missing := [id for id in wanted if id not in known]:
        found = {row.id: row for row in read(missing)}
        known.update((id, found.get(id)) for id in missing)
    return {id: row for id in wanted if (row := known[id]) is not None}


def _take(known: dict[str, R | None], row: R) -> bool:
    """Take a row in the place of an earlier one; return whether it was taken.

    One that was not read yet is left to be read: the store may hold a later one by then.
    """
    there = known.get(row.id)
    if row.id not in known or (there is not None and there.seq >= row.seq):
        return False
    known[row.id] = row
    return True
