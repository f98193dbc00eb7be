"""The snapshot: it answers as the store does, and asks the store only when somebody has written to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.log.subject import beside
from defense_console.store.base import Ack, Job, SaveAside, SaveDraft, Store, WriteLease, write_job
from defense_console.store.snapshot import Snapshot
from tests.model.long_logs import steps
from tests.store import logs
from tests.store.counting import counted
from tests.store.memory import Database, MemoryStore


@dataclass
class Console:
    """A snapshot, and the connection that writes for it; another console writes through `other`."""

    database: Database = field(default_factory=Database)

    def __post_init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.writer: Store = MemoryStore(self.database)
        self.other: Store = MemoryStore(self.database)
        self.snapshot = Snapshot(counted(MemoryStore(self.database), self.calls))

    def write(self, job: Job) -> None:
        """Write as the recorder does, and take its answer."""
        self.snapshot.written(self.written(job))

    def written(self, job: Job) -> Ack:
        return Ack(job, *write_job(self.writer, job), "")

    def asked(self) -> Counter[str]:
        """What the store was asked since this was last called."""
        calls = Counter(self.calls)
        self.calls.clear()
        return calls


@pytest.fixture
def console() -> Console:
    return Console()


def read(snapshot: Snapshot) -> tuple[object, ...]:
    """Everything that it can be asked."""
    ids = [logs.defense(n) for n in (1, 2, 3)]
    rows = snapshot.summaries(ids), snapshot.pending(), snapshot.students(["s1", "s2"])
    return *rows, snapshot.drafts(logs.stream()), snapshot.asides(logs.stream()), snapshot.leases()


def test_what_was_read_is_not_asked_for_again(console: Console) -> None:
    for job in (logs.student(), logs.first(1), logs.first(2, pending=False)):
        write_job(console.other, job)
    first = read(console.snapshot)
    assert sum(console.asked().values()) == 6
    assert read(console.snapshot) == first
    assert console.snapshot.summaries([logs.defense(3)]) == {}
    assert console.snapshot.student("s2") is None
    assert not console.asked()


def test_an_own_write_costs_the_same_with_ten_times_as_many_pending() -> None:
    def taken(pending: int) -> int:
        console = Console()
        for n in range(1, pending + 1):
            write_job(console.other, logs.first(n))
        assert len(console.snapshot.pending()) == pending
        answer = console.written(logs.more(1, 1, "x"))

        took = steps(lambda: console.snapshot.written(answer)) + steps(console.snapshot.pending)
        assert [each.seq for each in console.snapshot.pending() if each.id == logs.defense(1)] == [2]
        return took

    assert taken(300) < taken(30) + 30


def test_what_this_console_writes_is_known_from_the_answer(console: Console) -> None:
    console.write(logs.first(1))
    read(console.snapshot)
    console.asked()
    console.write(logs.more(1, 1, "x"))
    console.write(logs.first(2))
    console.write(logs.student())
    assert [(summary.seq, summary.hash) for summary in console.snapshot.pending()] == [
        (summary.seq, summary.hash) for summary in console.other.pending()
    ]
    assert console.snapshot.student("s1") == console.other.student("s1")
    closed = msgspec.structs.replace(logs.more(2, 1, "end"), row=beside(logs.summary(2, pending=False)))
    console.write(closed)
    assert [summary.id for summary in console.snapshot.pending()] == [logs.defense(1)]
    assert not console.snapshot.summaries([logs.defense(2)])[logs.defense(2)].pending
    assert not console.asked()


def test_rows_without_a_number_are_read_again_after_a_write(console: Console) -> None:
    console.write(logs.first())
    read(console.snapshot)
    console.asked()
    for job, what in (
        (SaveDraft(logs.stream(), "note", logs.DRAFT), "all_drafts"),
        (SaveAside(logs.stream(), "2/2-a", b"{}"), "all_asides"),
        (WriteLease(logs.stream(), logs.lease()), "leases"),
    ):
        console.write(job)
        read(console.snapshot)
        assert console.asked() == {what: 1}
    settled = msgspec.structs.replace(logs.more(1, 1, "x"), drop_drafts=("note",), drop_aside=("2/2-a",))
    console.write(settled)
    assert (console.snapshot.drafts(logs.stream()), console.snapshot.asides(logs.stream())) == ({}, {})


def test_what_another_console_writes_is_seen_by_the_next_look(console: Console) -> None:
    write_job(console.other, logs.first())
    console.snapshot.refresh()
    before, generation = read(console.snapshot), console.snapshot.generation
    assert not console.snapshot.refresh()
    write_job(console.other, logs.more(1, 1, "x"))
    write_job(console.other, WriteLease(logs.stream(), logs.lease()))
    assert read(console.snapshot) == before
    assert console.snapshot.refresh()
    assert console.snapshot.generation > generation
    assert [summary.seq for summary in console.snapshot.pending()] == [2]
    assert console.snapshot.leases() == {logs.stream(): logs.lease()}


@pytest.mark.parametrize("read_first", [True, False])
def test_a_late_answer_never_hides_what_another_console_wrote_after_it(console: Console, read_first: bool) -> None:
    console.write(logs.first())
    read(console.snapshot)
    mine = console.written(logs.more(1, 1, "mine"))
    write_job(console.other, logs.more(1, 2, "theirs"))
    console.snapshot.refresh()
    if read_first:
        read(console.snapshot)
    console.snapshot.written(mine)
    assert console.snapshot.summaries([logs.defense()])[logs.defense()].seq == 3
    assert [summary.seq for summary in console.snapshot.pending()] == [3]


STEPS = st.lists(st.tuples(st.sampled_from(["mine", "theirs", "answer", "look", "read"]), st.integers(0, 5)))


@given(STEPS)
def test_after_every_answer_and_a_look_it_is_what_the_store_holds(steps: list[tuple[str, int]]) -> None:
    console, waiting = Console(), list[Ack]()
    for step, n in steps:
        last = console.other.last(logs.stream(n % 2))
        seq = last.seq if last is not None else 0
        jobs: list[Job] = [
            msgspec.structs.replace(
                logs.more(n % 2, seq, "x") if seq else logs.first(n % 2),
                row=beside(logs.summary(n % 2, pending=n % 3 > 0)),
            ),
            SaveDraft(logs.stream(), "note", logs.DRAFT if n % 2 else None),
            SaveAside(logs.stream(), "2/2-a", b"{}" if n % 2 else None),
            WriteLease(logs.stream(), logs.lease() if n % 2 else None),
        ]
        match step:
            case "mine":
                waiting.append(console.written(jobs[n % 4]))
            case "theirs":
                write_job(console.other, jobs[n % 4])
            case "answer" if waiting:
                console.snapshot.written(waiting.pop(0))
            case "look":
                console.snapshot.refresh()
            case "read":
                read(console.snapshot)
    for answer in waiting:
        console.snapshot.written(answer)
    console.snapshot.refresh()
    assert read(console.snapshot) == read(Snapshot(console.other))
