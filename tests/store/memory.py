"""An engine in memory for the tests of the desk: the same answers as a store on a disk, and no disk.

What an append may do is `log_rules`'; the contract suite compares it with every other engine.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import SUMMARY_VERSION, Summary
from defense_console.model.log.chain import StoredLine
from defense_console.model.log.instants import iso, later
from defense_console.model.queue.searching import MOST, Closed, Found, Wanted, closed_row, look_through
from defense_console.model.student.state import Student, has_day
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.store import log_rules
from defense_console.store.base import Append, Conflict, Draft, Identity, Lease, Size, StoreError
from defense_console.store.caches import notes_of_log, row_of_log
from defense_console.store.claiming import ANSWER_DAYS, CLAIM_DAYS, FIRST_DAYS, Claim, Claims, may_write
from defense_console.store.id_digits import digits
from defense_console.store.people import AskedReading, Known, People, Person

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class Tables:
    """What is stored. Every value is frozen, so that copying the tables copies the state."""

    logs: dict[str, tuple[StoredLine, ...]] = field(default_factory=dict)
    summaries: dict[str, Summary] = field(default_factory=dict)
    students: dict[str, Student] = field(default_factory=dict)
    drafts: dict[tuple[str, str], Draft] = field(default_factory=dict)
    asides: dict[tuple[str, str], bytes] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    curricula: dict[str, bytes] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    """The own mentor of each student."""
    readers: dict[tuple[str, str], AskedReading] = field(default_factory=dict)

    def copy(self) -> Tables:
        """Return the state as it is now."""
        return Tables(*(dict(table) for table in vars(self).values()))


class Database:
    """What several stores share, each on a thread of its own."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.lock = threading.RLock()
        self.tables = Tables()
        self.names: set[str] = set()
        """Names that stores which are open hold."""
        self.writes: dict[int, int] = {}
        """How often each store has written."""
        self.now: Callable[[], str] = lambda: iso(datetime.now(UTC))
        """The clock of the server that it stands for."""
        self.hides = False
        """Whether a log that an account took is read by no other one, as by the policies of a school's server."""


class MemoryStore:
    """A store in memory. One object belongs to one thread.

    Args:
        database: What it shares with others.
        account: Whose it is in a school; "" for a mentor alone.
    """

    read_only = None

    def __init__(self, database: Database | None = None, account: str = "") -> None:
        self.database = database or Database()
        self.claims: Claims | None = MemoryClaims(self, account) if account else None
        self.people: People | None = MemoryPeople(self, account) if account else None
        self.identity = Identity("memory", self.database.id)
        self._open: Tables | None = None
        self._names: set[str] = set()

    @property
    def _tables(self) -> Tables:
        """What is stored; in a transaction, what will be."""
        return self._open or self.database.tables

    @contextmanager
    def transaction(self, begins: Sequence[str] = ()) -> Iterator[None]:
        with self.database.lock:
            before, self._open = self._open, self._tables.copy()
            try:
                yield
            except BaseException:
                self._open = before
                raise
            if before is None:
                self.database.tables, self._open = self._open, None
                self.database.writes[id(self)] = self.database.writes.get(id(self), 0) + 1

    @contextmanager
    def reading(self) -> Iterator[None]:
        before, self._open = self._open, self._tables  # a commit puts other tables in the place of these
        try:
            yield
        finally:
            self._open = before

    def subscribe(self) -> Callable[[], bool]:
        def others() -> int:
            return sum(times for writer, times in self.database.writes.items() if writer != id(self))

        seen = others()

        def changed() -> bool:
            nonlocal seen
            before, seen = seen, others()
            return before != seen

        return changed

    def close(self) -> None:
        self.database.names -= self._names

    # --- logs --------------------------------------------------------------------------------------------------------

    def append(self, job: Append) -> tuple[int, str]:
        with self.transaction():
            claim = self._tables.claims.get(job.stream)
            place = None if claim is None else (claim.holder, claim.fence)
            if job.fence is not None and not may_write(job.fence, self.claims.me if self.claims else "", place):
                raise Conflict("{stream} is no longer yours.", stream=job.stream)
            return log_rules.append(self, job)

    def read_log(self, stream: str) -> tuple[StoredLine, ...]:
        claim = self._tables.claims.get(stream) if self.database.hides else None
        if claim is not None and claim.holder and self.claims is not None and claim.holder != self.claims.me:
            return ()
        return log_rules.checked(stream, self._tables.logs.get(stream, ()))

    def last(self, stream: str) -> StoredLine | None:
        return self._tables.logs.get(stream, (None,))[-1]

    def lines(self, stream: str, low: int, high: int) -> Sequence[StoredLine]:
        return [line for line in self._tables.logs.get(stream, ()) if low <= line.seq <= high]

    def add(self, stream: str, after: StoredLine | None, lines: Sequence[StoredLine]) -> None:
        assert after == self.last(stream)
        if lines:
            self._tables.logs[stream] = (*self._tables.logs.get(stream, ()), *lines)

    def logs(self, prefix: str) -> Iterator[tuple[str, tuple[StoredLine, ...]]]:
        return ((stream, self.read_log(stream)) for stream in self.streams(prefix))

    def size(self, prefix: str = "") -> Size:
        streams = self.streams(prefix)
        return Size(len(streams), sum(len(self._tables.logs[stream]) for stream in streams))

    def streams(self, prefix: str = "") -> tuple[str, ...]:
        return tuple(sorted(stream for stream in self._tables.logs if stream.startswith(prefix)))

    def withheld(self, prefix: str = "") -> int:
        return 0

    def is_empty(self) -> bool:
        return not self._tables.logs

    @property
    def tables(self) -> Tables:
        return self._tables

    def put_claim(self, claim: Claim) -> None:
        self._tables.claims[claim.stream] = claim

    # --- defenses and students ---------------------------------------------------------------------------------------

    def put_row(self, stream: str, row: Mapping[str, Any]) -> None:
        if subject_of(stream) is STUDENT:
            self._tables.students[row["id"]] = msgspec.convert(row, Student)
        elif subject_of(stream) is DEFENSE:
            self._tables.summaries[row["id"]] = msgspec.convert(row, Summary)

    def _summaries(self) -> list[Summary]:
        """Every summary in order of the ids; one that lags behind its log, or that an older console computed, anew."""
        found = []
        for stream in self.streams(DEFENSE.prefix):
            id, log = DEFENSE.id_of(stream), self._tables.logs[stream]
            known = self._tables.summaries.get(id)
            if known is None or known.seq < len(log) or known.version < SUMMARY_VERSION:
                row = row_of_log(stream, log, self.curriculum)
                known = known if row is None else msgspec.convert(row, Summary)
            if known is not None:
                found.append(known)
        return found

    def pending(self) -> tuple[Summary, ...]:
        return tuple(summary for summary in self._summaries() if summary.pending)

    def closed(self) -> tuple[Closed, ...]:
        found = [closed_row(summary) for summary in self._summaries() if not summary.pending]
        return tuple(sorted(found, key=lambda each: (each.planned_at, each.id), reverse=True))

    def search(self, wanted: Wanted) -> Found:
        def notes(id: str) -> str:
            return notes_of_log(DEFENSE.stream(id), self._tables.logs[DEFENSE.stream(id)], self.curriculum)

        names = {each.id: each.name for each in self.students()}
        closed, pending = look_through(wanted, self.closed(), self.pending(), names.get, notes)
        return Found(wanted, self.summaries_by_ids(closed[:MOST]), len(closed), frozenset(pending))

    def find(self, prefix: str) -> tuple[Summary, ...]:
        wanted = digits(prefix)
        found = self._summaries() if wanted is not None else []
        return tuple(each for each in found if each.id.replace("-", "").startswith(wanted or ""))

    def summary(self, id: str) -> Summary | None:
        return next(iter(self.summaries_by_ids([id])), None)

    def summaries_by_ids(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        known = {summary.id: summary for summary in self._summaries()}
        return tuple(known[id] for id in ids if id in known)

    def students(self) -> tuple[Student, ...]:
        return self.students_by_ids([STUDENT.id_of(stream) for stream in self.streams(STUDENT.prefix)])

    def of_the_day(self) -> tuple[str, ...]:
        return tuple(student.id for student in self.students() if has_day(student))

    def students_by_ids(self, ids: Sequence[str]) -> tuple[Student, ...]:
        return tuple(student for id in ids if (student := self.student(id)) is not None)

    def student(self, id: str) -> Student | None:
        stream = STUDENT.stream(id)
        row = row_of_log(stream, self.read_log(stream), self.curriculum)
        return self._tables.students.get(id) or (None if row is None else msgspec.convert(row, Student))

    # --- the rest ----------------------------------------------------------------------------------------------------

    def all_drafts(self) -> dict[str, dict[str, Draft]]:
        found: dict[str, dict[str, Draft]] = {}
        for (stream, name), draft in sorted(self._tables.drafts.items()):
            found.setdefault(stream, {})[name] = draft
        return found

    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        with self.transaction():
            _put(self._tables.drafts, (stream, field), draft)

    def all_asides(self) -> dict[str, dict[str, bytes]]:
        found: dict[str, dict[str, bytes]] = {}
        for (stream, key), event in sorted(self._tables.asides.items()):
            found.setdefault(stream, {})[key] = event
        return found

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        with self.transaction():
            _put(self._tables.asides, (stream, key), event)

    def leases(self) -> dict[str, Lease]:
        return dict(self._tables.leases)

    def write_lease(self, stream: str, lease: Lease | None, over: Collection[str] | None = None) -> None:
        with self.transaction():
            if log_rules.may_write_lease(self._tables.leases.get(stream), over):
                _put(self._tables.leases, stream, lease)

    def hold_name(self, name: str) -> bool:
        self._names.add(name)
        self.database.names.add(name)
        return True

    def name_held(self, name: str) -> bool:
        return name in self.database.names

    def curriculum(self, hash: str) -> bytes | None:
        return self._tables.curricula.get(hash)

    def curricula(self) -> dict[str, bytes]:
        return dict(sorted(self._tables.curricula.items()))

    def pin(self, hash: str, body: bytes) -> None:
        with self.transaction():
            self._tables.curricula.setdefault(hash, body)

    def meta(self, key: str) -> str | None:
        return self._tables.meta.get(key)

    def set_meta(self, key: str, value: str) -> None:
        with self.transaction():
            self._tables.meta[key] = value


def _put(table: dict[K, V], key: K, value: V | None) -> None:
    """Overwrite a row; None drops it."""
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


class MemoryClaims:
    """The claims of a school in memory."""

    def __init__(self, store: MemoryStore, me: str) -> None:
        self.me = me
        self._store = store

    def all(self) -> dict[str, Claim]:
        waiting = {DEFENSE.stream(summary.id) for summary in self._store.pending()}
        return {name: claim for name, claim in self._store.database.tables.claims.items() if name in waiting}

    def of(self, stream: str) -> Claim | None:
        return self._store.database.tables.claims.get(stream)

    def offer(self, stream: str, apart: str = "", first: str = "") -> Claim:
        now = self._store.database.now()
        offered = Claim(stream, "offered", "", 0, since=now, apart=apart, first=first)
        return self.of(stream) or self._put(offered)

    def take(self, claim: Claim) -> Claim:
        early = self._before(claim.since, FIRST_DAYS) is False
        if claim.state != "offered" or (early and claim.first not in ("", self.me)):
            raise self._lost(claim)
        return self._change(claim, self.me, claim.note)

    def give_back(self, claim: Claim, reason: str) -> Claim:
        return self._change(claim, "", reason)

    def hand_over(self, claim: Claim, holder: str, note: str) -> Claim:
        return self._change(claim, holder, note)

    def keep(self, claim: Claim) -> Claim:
        return self._put(self._checked(claim, since=self._store.database.now(), asked=""))

    def ask(self, claim: Claim) -> Claim:
        if claim.asked or not self._before(claim.since, CLAIM_DAYS):
            raise self._lost(claim)
        return self._put(self._checked(claim, asked=self._store.database.now()))

    def expire(self, claim: Claim, starts: str) -> Claim:
        soon = self._before(starts, -ANSWER_DAYS)
        if not claim.asked or not self._before(claim.asked, ANSWER_DAYS) or soon:
            raise self._lost(claim)
        return self._change(claim, "", "")

    def _before(self, at: str, days: int) -> bool:
        """Whether so many days have passed since an instant."""
        return later(at, days * 86_400) < self._store.database.now()

    def _change(self, claim: Claim, holder: str, note: str) -> Claim:
        if claim.apart and holder == claim.apart:
            raise self._lost(claim)
        now, state = self._store.database.now(), "claimed" if holder else "offered"
        fence = claim.fence + 1
        return self._put(self._checked(claim, state=state, holder=holder, fence=fence, note=note, since=now, asked=""))

    def _checked(self, claim: Claim, **changes: object) -> Claim:
        there = self.of(claim.stream)
        if there is None or there.fence != claim.fence:
            raise self._lost(claim)
        return msgspec.structs.replace(there, **changes)

    def _put(self, claim: Claim) -> Claim:
        with self._store.transaction():
            self._store.put_claim(claim)
        return claim

    def _lost(self, claim: Claim) -> Conflict:
        return Conflict("{stream} is no longer yours: it was given back or handed over meanwhile.", stream=claim.stream)


class MemoryPeople:
    """The people of a school in memory: everybody who opened it, and whom a test adds. It withholds nothing."""

    def __init__(self, store: MemoryStore, me: str) -> None:
        self.me = me
        self._store = store
        store.database.tables.people.setdefault(me, Person(me, "mentor", me))

    def known(self) -> Known:
        tables = self._store.tables
        people = sorted(tables.people.values(), key=lambda each: (each.kind, each.name, each.role))
        reads = frozenset(stream for stream, role in tables.readers if role == self.me)
        return Known(tuple(people), dict(tables.own), reads, tables.people[self.me].kind == "administrator")

    def hand_student(self, student: str, role: str, before: str) -> None:
        with self._store.transaction():
            if self._store.tables.own.get(student) != before or role not in self._store.tables.people:
                raise Conflict("The student {id} is not yours to give: ask who looks after the school.", id=student)
            self._store.tables.own[student] = role

    def ask_reading(self, stream: str, student: str, role: str) -> None:
        with self._store.transaction():
            if role not in self._store.tables.people:
                raise StoreError("There is nobody with the account “{role}” in this school.", role=role)
            if (stream, role) in self._store.tables.readers:
                raise Conflict("“{role}” was asked to read this defense already.", role=role)
            self._store.tables.readers[stream, role] = AskedReading(stream, role, self._store.database.now())

    def end_reading(self, stream: str, role: str) -> bool:
        with self._store.transaction():
            return self._store.tables.readers.pop((stream, role), None) is not None

    def readings_asked(self) -> tuple[AskedReading, ...]:
        return tuple(sorted(self._store.tables.readers.values(), key=lambda each: (each.since, each.stream)))
