"""What the event loop shows again and again, in memory: it asks the store only when somebody has written to it.

The answers to this console's own writes keep it up to date. What another console wrote shows in `refresh`, which is
called once a second and when a defense is opened. While the store cannot be read, what was read last stays, and every
`refresh` tries again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar

import msgspec

from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.searching import Closed
from defense_console.model.student.state import Student
from defense_console.model.subjects import subject_of
from defense_console.store.base import Ack, Append, Draft, Lease, SaveAside, SaveDraft, Store, StoreError, WriteLease
from defense_console.store.claiming import UNCLAIMED, Claim
from defense_console.store.people import Known

R = TypeVar("R", Summary, Student)
T = TypeVar("T")


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
        """Goes up whenever somebody has written to the store, and once it can be read again."""
        self.answered = 0
        """How many writes of this console to logs were answered."""
        self.unread: StoreError | None = None
        """Why the store could not be read at the last look or since; None when it could."""
        self._now, self._before = _Rows(), _Rows()
        """What was read since somebody wrote, and before that."""

    def refresh(self) -> bool:
        """Return whether somebody, this console too, has written since the last look; if so, forget what was read."""
        again, self.unread = self.unread is not None, None
        try:
            changed = self._changed() or again
        except StoreError as error:
            self.cannot_read(error)
            return False
        if changed:
            self.generation += 1
            self._before, self._now = self._now.over(self._before), _Rows()
        return changed

    def cannot_read(self, error: StoreError) -> None:
        """Take note that the store could not be read; the next look tries again."""
        self.unread = error

    def _ask(self, read: Callable[[], T], before: T | None) -> T:
        """Read something, or give what was read last.

        Raises:
            StoreError: It cannot be read, and never was.
        """
        try:
            return read()
        except StoreError as error:
            self.cannot_read(error)
            if before is None:
                raise
            return before

    # --- reading -------------------------------------------------------------------------------------------------

    def pending(self) -> tuple[Summary, ...]:
        """Return the summaries of the defenses that are not closed, in order of their ids."""
        now, before = self._now, self._before
        if now.listed is None:
            if now.pending is None:
                now.pending = self._all(now.summaries, self._store.pending, before.pending, before.summaries)
            now.listed = _present(now.summaries, sorted(now.pending))
        return now.listed

    def closed(self) -> tuple[Closed, ...]:
        """Return what is looked at of the closed defenses, the latest first."""
        if self._now.closed is None:
            self._now.closed = self._ask(self._store.closed, self._before.closed)
        return self._now.closed

    def summaries(self, ids: Iterable[str]) -> dict[str, Summary]:
        """Return some summaries by id, without those that do not exist."""
        return self._rows(self._now.summaries, self._before.summaries, ids, self._store.summaries_by_ids)

    def students(self, ids: Iterable[str]) -> dict[str, Student]:
        """Return some students by id, without those that do not exist."""
        return self._rows(self._now.students, self._before.students, ids, self._store.students_by_ids)

    def everybody(self) -> tuple[Student, ...]:
        """Return every student, sorted by id."""
        now, before = self._now, self._before
        if now.everybody is None:
            now.everybody = self._all(now.students, self._store.students, before.everybody, before.students)
        return _present(now.students, sorted(now.everybody))

    def student(self, id: str) -> Student | None:
        """Return one student."""
        return self.students((id,)).get(id)

    def drafts(self, stream: str) -> Mapping[str, Draft]:
        """Return the drafts of one stream by field key."""
        if self._now.drafts is None:
            self._now.drafts = self._ask(self._store.all_drafts, self._before.drafts)
        return self._now.drafts.get(stream, {})

    def asides(self, stream: str) -> Mapping[str, bytes]:
        """Return the decisions of one stream that are kept aside: canonical JSON of the events by key."""
        if self._now.asides is None:
            self._now.asides = self._ask(self._store.all_asides, self._before.asides)
        return self._now.asides.get(stream, {})

    def leases(self) -> Mapping[str, Lease]:
        """Return the leases by stream."""
        if self._now.leases is None:
            self._now.leases = self._ask(self._store.leases, self._before.leases)
        return self._now.leases

    def claims(self) -> Mapping[str, Claim]:
        """Return the claims of the pending defenses by stream; none in a store that is not shared."""
        if self._now.claims is None:
            shared = self._store.claims
            self._now.claims = {} if shared is None else self._ask(shared.all, self._before.claims)
        return self._now.claims

    def known(self) -> Known:
        """Return what is known of the people of the school; nobody in a store that is not shared."""
        if self._now.known is None:
            shared = self._store.people
            self._now.known = Known() if shared is None else self._ask(shared.known, self._before.known)
        return self._now.known

    def claim_of_closed(self, stream: str) -> Claim | None:
        """Return the claim of a defense that is closed, or was just now; None when it was never offered."""
        shared, now = self._store.claims, self._now.single_claims
        if shared is not None and stream not in now:
            now[stream] = self._ask(lambda: (shared.of(stream),), (self._before.single_claims.get(stream),))[0]
        return now.get(stream)

    def fence(self, stream: str) -> int | None:
        """Return under which claim this console writes on a log: 0, which is none, where somebody else has it."""
        shared = self._store.claims
        if shared is None or subject_of(stream) is not DEFENSE:
            return None
        if (claim := self.claims().get(stream)) is None:
            return UNCLAIMED  # or a closed one: the store knows who had it
        return claim.fence if claim.holder == shared.me else 0

    def claim_changed(self) -> None:
        """Take note that this console has changed a claim, and with it whom the mentor may read about."""
        self._ask_again("claims")
        self._ask_again("everybody")
        self._now.students = {}
        self._before.single_claims |= self._now.single_claims
        self._now.single_claims = {}

    def student_handed_on(self) -> None:
        """Take note that this console has given a student away: another one has them now."""
        self._ask_again("known")
        self._ask_again("everybody")
        self._ask_again("pending")
        self._ask_again("closed")
        self._now.students, self._now.listed = {}, None
        self.generation += 1

    def _all(
        self,
        now: dict[str, R | None],
        read: Callable[[], tuple[R, ...]],
        ids: Iterable[str] | None,
        before: Mapping[str, R | None],
    ) -> set[str]:
        """Read every row of a list, else take the rows `ids` that it had before; return the ids."""
        found = self._ask(read, None if ids is None else _present(before, ids))
        now.update((row.id, row) for row in found)
        return {row.id for row in found}

    def _rows(
        self,
        now: dict[str, R | None],
        before: Mapping[str, R | None],
        ids: Iterable[str],
        read: Callable[[list[str]], Iterable[R]],
    ) -> dict[str, R]:
        """Return rows by id, without those that do not exist; only what is not known yet is read, all at once."""
        wanted = list(ids)
        if missing := [id for id in wanted if id not in now]:
            known = _present(before, missing) if all(id in before for id in missing) else None
            found = {row.id: row for row in self._ask(lambda: tuple(read(missing)), known)}
            now.update((id, found.get(id)) for id in missing)
        return {id: row for id in wanted if (row := now[id]) is not None}

    # --- what the store answers ----------------------------------------------------------------------------------

    def written(self, answer: Ack) -> None:
        """Take the answer to a write of this console.

        A row next to a log has the number of its last line, so it is known which one is the latest. The other rows
        have none: another console may have written since, so they are read again when they are asked for.
        """
        match answer.job:
            case Append(stream=stream, row=row, drop_drafts=dropped, drop_aside=settled, aside=moved):
                self.answered += 1
                if row is not None:
                    self._take_row(stream, {**row, "seq": answer.seq, "hash": answer.hash})
                if dropped:
                    self._ask_again("drafts")
                if settled or moved:
                    self._ask_again("asides")
            case SaveDraft():
                self._ask_again("drafts")
            case SaveAside():
                self._ask_again("asides")
            case WriteLease():
                self._ask_again("leases")

    def _ask_again(
        self, name: Literal["closed", "pending", "everybody", "drafts", "asides", "leases", "claims", "known"]
    ) -> None:
        if getattr(self._now, name) is not None:
            setattr(self._before, name, getattr(self._now, name))
            setattr(self._now, name, None)

    def _take_row(self, stream: str, row: Mapping[str, object]) -> None:
        now = self._now
        if subject_of(stream) is REHEARSAL:
            return
        if subject_of(stream) is not DEFENSE:
            student = msgspec.convert(row, Student)
            if student.id not in now.students:
                self._ask_again("everybody")  # it may be a new one
            _take(now.students, student)
            return
        self._ask_again("closed")
        summary = msgspec.convert(row, Summary)
        if summary.id not in now.summaries and summary.pending:
            self._ask_again("pending")  # whether it still is one: another console may have written since
        elif _take(now.summaries, summary) and now.pending is not None:
            (now.pending.add if summary.pending else now.pending.discard)(summary.id)
            if now.listed is not None:
                now.listed = _with(now.listed, summary)
            return
        now.listed = None


class _Rows(msgspec.Struct):
    """Rows that were read; None is what was not asked for, or a row that is not there."""

    pending: set[str] | None = None
    closed: tuple[Closed, ...] | None = None
    everybody: set[str] | None = None
    listed: tuple[Summary, ...] | None = None
    """The pending ones in order, until one of them changes."""
    summaries: dict[str, Summary | None] = {}
    students: dict[str, Student | None] = {}
    drafts: dict[str, dict[str, Draft]] | None = None
    asides: dict[str, dict[str, bytes]] | None = None
    leases: dict[str, Lease] | None = None
    claims: dict[str, Claim] | None = None
    known: Known | None = None
    single_claims: dict[str, Claim | None] = {}

    def over(self, before: _Rows) -> _Rows:
        """Return these rows, and the earlier ones where there are none."""
        return _Rows(
            before.pending if self.pending is None else self.pending,
            before.closed if self.closed is None else self.closed,
            before.everybody if self.everybody is None else self.everybody,
            None,
            before.summaries | self.summaries,
            before.students | self.students,
            before.drafts if self.drafts is None else self.drafts,
            before.asides if self.asides is None else self.asides,
            before.leases if self.leases is None else self.leases,
            before.claims if self.claims is None else self.claims,
            before.known if self.known is None else self.known,
            before.single_claims | self.single_claims,
        )


def _present(rows: Mapping[str, R | None], ids: Iterable[str]) -> tuple[R, ...]:
    return tuple(row for id in ids if (row := rows.get(id)) is not None)


def _with(listed: tuple[Summary, ...], row: Summary) -> tuple[Summary, ...]:
    """Return the pending ones in order of their ids with a row as it is now: none of the others is looked at."""
    place = bisect_left(listed, row.id, key=lambda each: each.id)
    there = place < len(listed) and listed[place].id == row.id
    return (*listed[:place], *([row] if row.pending else []), *listed[place + there :])


def _take(known: dict[str, R | None], row: R) -> bool:
    """Take a row in the place of an earlier one; return whether it was taken.

    One that was not read yet is left to be read: the store may hold a later one by then.
    """
    there = known.get(row.id)
    if row.id not in known or (there is not None and there.seq >= row.seq):
        return False
    known[row.id] = row
    return True
