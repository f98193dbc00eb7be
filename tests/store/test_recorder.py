"""The recorder: nothing dropped, in order, once; faults, conflicts, another process, and the end of the process."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from defense_console.store.base import (
    Ack,
    Answer,
    Append,
    Conflict,
    DamagedStore,
    Draft,
    Failed,
    FullDisk,
    Job,
    Refused,
    SaveDraft,
    Store,
    WriteLease,
)
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.waiting import PATIENCE_S, wait_for


class Answers:
    """What the recorder delivered, to be waited for.

    Args:
        look: Called with each answer first, on the recorder's thread.
    """

    def __init__(self, look: Callable[[Answer], object] | None = None) -> None:
        self.all: list[Answer] = []
        self._look = look
        self._changed = threading.Condition()

    def __call__(self, answer: Answer) -> None:
        if self._look is not None:
            self._look(answer)
        with self._changed:
            self.all.append(answer)
            self._changed.notify_all()

    def wait(self, condition: Callable[[list[Answer]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.all), PATIENCE_S), self.all

    def of(self, kind: type[Answer]) -> list[Any]:
        with self._changed:
            return [answer for answer in self.all if isinstance(answer, kind)]


class FaultyStore:
    """A store that does what it is told: raises what stands in `faults`, and waits at `gate`."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.fault_of: dict[str, Exception] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.written: list[object] = []
        self.opened = self.closed = 0

    def open(self) -> Store:
        self.opened += 1
        return cast(Store, self)

    def _write(self, lane: str, what: object) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if lane in self.fault_of:
            raise self.fault_of[lane]
        if self.faults:
            raise self.faults.pop(0)
        self.written.append(what)

    def append(self, job: Append) -> tuple[int, str]:
        self._write(job.stream, job)
        return job.expected + len(job.lines), "hash"

    def save_draft(self, stream: str, field: str, draft: object) -> None:
        self._write(stream, (field, draft))

    def write_lease(self, stream: str, lease: object, over: object = None) -> None:
        self._write(stream, (stream, lease))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def faulty() -> FaultyStore:
    return FaultyStore()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def recorder(faulty: FaultyStore, answers: Answers) -> Iterator[Recorder]:
    recorder = Recorder(faulty.open, answers, now=lambda: "now", delays_s=(0.001,))
    recorder.start()
    yield recorder
    faulty.gate.set()
    faulty.faults.clear()
    faulty.fault_of.clear()
    recorder.close(PATIENCE_S)


def test_jobs_are_written_in_order_and_acknowledged(recorder: Recorder, faulty: FaultyStore, answers: Answers) -> None:
    jobs: list[Job] = [
        logs.first(),
        logs.more(1, 1, "x"),
        SaveDraft(logs.stream(), "note", logs.DRAFT),
        WriteLease("d", None),
    ]
    for job in jobs:
        recorder.submit(job)
    assert recorder.flush(PATIENCE_S)
    answers.wait(lambda all: len(all) == 4)
    assert [answer.job for answer in answers.all] == jobs
    assert answers.all[1] == Ack(jobs[1], 2, "hash", "now")
    assert recorder.pending == 0
    assert recorder.close(PATIENCE_S)
    assert (faulty.opened, faulty.closed) == (1, 1)


FAULTS = [
    FullDisk("full"),
    sqlite3.OperationalError("disk I/O error"),
    OSError(5, "Input/output error"),
    DamagedStore("damaged"),
    TypeError("a mistake"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_failed_write_is_told_tried_again_and_never_dropped(
    recorder: Recorder, faulty: FaultyStore, answers: Answers, fault: Exception
) -> None:
    faulty.faults = [fault] * 7
    jobs = [logs.first(), logs.more(1, 1, "x"), logs.more(1, 2, "y")]
    for job in jobs:
        recorder.submit(job)
    assert recorder.flush(PATIENCE_S)
    assert faulty.written == jobs
    failed = answers.of(Failed)
    assert [(answer.job, answer.attempt) for answer in failed] == [(jobs[0], n) for n in range(1, 8)]
    assert all(str(answer.error) for answer in failed)
    assert [answer.job for answer in answers.of(Ack)] == jobs
    assert faulty.opened > 1, "a connection that fails again and again is replaced"


def test_a_store_that_does_not_open_is_tried_again(answers: Answers, faulty: FaultyStore) -> None:
    tries = iter([FullDisk("full"), OSError(13, "no")])

    def open_store() -> Store:
        for fault in tries:
            raise fault
        return faulty.open()

    recorder = Recorder(open_store, answers, delays_s=(0.001,))
    recorder.submit(logs.first())
    recorder.start()
    assert recorder.close(PATIENCE_S)
    assert len(answers.of(Failed)) == 2
    assert len(faulty.written) == 1


def test_a_connection_is_given_up_only_for_another_one(faulty: FaultyStore, answers: Answers) -> None:
    """The disk lets nothing be opened any more, but what is open can be written again."""

    def open_store() -> Store:
        if faulty.opened:
            raise OSError(24, "Too many open files")
        return faulty.open()

    faulty.faults = [FullDisk("full") for _ in range(4)]
    recorder = Recorder(open_store, answers, delays_s=(0.001,))
    recorder.submit(logs.first())
    recorder.start()
    answers.wait(lambda all: len(all) >= 5)
    assert isinstance(answers.all[4], Ack)
    assert recorder.close(PATIENCE_S)


def test_no_fault_of_a_write_ends_the_saving(faulty: FaultyStore, answers: Answers) -> None:
    faulty.faults = [KeyError("a mistake of ours")]
    recorder = Recorder(faulty.open, answers, delays_s=(0.001,))
    recorder.submit(logs.first())
    recorder.start()
    answers.wait(lambda all: len(all) >= 2)
    assert [type(answer) for answer in answers.all] == [Failed, Ack]
    assert recorder.close(PATIENCE_S)


def test_a_disk_that_fails_holds_everything_back_in_order(
    recorder: Recorder, faulty: FaultyStore, answers: Answers
) -> None:
    faulty.fault_of[logs.stream(1)] = FullDisk("full")
    recorder.submit(logs.first(1))
    answers.wait(lambda all: len(all) >= 3)
    recorder.submit(logs.first(2))
    answers.wait(lambda all: len(all) >= 6)
    assert faulty.written == []
    assert recorder.unsaved() == (logs.first(1), logs.first(2))
    faulty.fault_of.clear()
    assert recorder.flush(PATIENCE_S)
    assert faulty.written == [logs.first(1), logs.first(2)]


def test_a_job_at_fault_holds_back_its_own_stream_only(
    recorder: Recorder, faulty: FaultyStore, answers: Answers
) -> None:
    faulty.fault_of[logs.stream(1)] = DamagedStore("damaged")
    for job in (logs.first(1), logs.more(1, 1, "x"), logs.first(2)):
        recorder.submit(job)
    answers.wait(lambda all: bool([a for a in all if isinstance(a, Ack)]))
    assert faulty.written == [logs.first(2)]
    recorder.submit(logs.more(2, 1, "x"))
    answers.wait(lambda all: len([a for a in all if isinstance(a, Ack)]) == 2)
    faulty.fault_of.clear()
    assert recorder.flush(PATIENCE_S)
    assert faulty.written[-2:] == [logs.first(1), logs.more(1, 1, "x")]


def test_waiting_drafts_and_leases_are_overwritten(recorder: Recorder, faulty: FaultyStore) -> None:
    faulty.gate.clear()
    recorder.submit(logs.first())
    assert faulty.entered.wait(PATIENCE_S)

    def draft(text: str) -> SaveDraft:
        return SaveDraft(logs.stream(), "note", Draft(text, logs.STAMP, 0))

    recorder.submit(draft("h"))
    recorder.submit(SaveDraft(logs.stream(), "goal", None))
    recorder.submit(WriteLease("d", logs.lease("1")))
    recorder.submit(draft("ha"))
    recorder.submit(logs.more(1, 1, "x"))
    recorder.submit(draft("hal"))
    recorder.submit(WriteLease("d", logs.lease("2")))
    assert recorder.pending == 5
    faulty.gate.set()
    assert recorder.flush(PATIENCE_S)
    assert faulty.written[1:] == [
        ("goal", None),
        logs.more(1, 1, "x"),
        ("note", draft("hal").draft),
        ("d", logs.lease("2")),
    ]


def test_a_draft_that_is_being_written_is_not_taken_away(recorder: Recorder, faulty: FaultyStore) -> None:
    faulty.gate.clear()
    recorder.submit(SaveDraft("s", "note", logs.DRAFT))
    assert faulty.entered.wait(PATIENCE_S)
    recorder.submit(SaveDraft("s", "note", None))
    assert recorder.pending == 2
    faulty.gate.set()
    assert recorder.flush(PATIENCE_S)
    assert faulty.written == [("note", logs.DRAFT), ("note", None)]


def test_a_conflict_refuses_the_rest_of_its_stream_and_nothing_else(
    recorder: Recorder, faulty: FaultyStore, answers: Answers
) -> None:
    faulty.gate.clear()
    faulty.faults = [Conflict("another")]
    other: list[Job] = [logs.first(2), SaveDraft(logs.stream(3), "note", None)]
    mine = [logs.more(1, 1, "x"), logs.more(1, 2, "y"), logs.more(1, 3, "z")]
    for job in (mine[0], other[0], mine[1], other[1], mine[2]):
        recorder.submit(job)
    assert faulty.entered.wait(PATIENCE_S)
    faulty.gate.set()
    assert recorder.flush(PATIENCE_S)
    assert [answer.job for answer in answers.of(Refused)] == mine
    assert [answer.job for answer in answers.of(Ack)] == other
    assert faulty.written == [other[0], ("note", None)]


def test_an_answer_that_cannot_be_delivered_stops_nothing(faulty: FaultyStore) -> None:
    def deliver(_: Answer) -> None:
        raise RuntimeError("the console is gone")

    recorder = Recorder(faulty.open, deliver, delays_s=(0.001,))
    recorder.start()
    recorder.submit(logs.first())
    recorder.submit(logs.more(1, 1, "x"))
    assert recorder.close(PATIENCE_S)
    assert len(faulty.written) == 2


def test_closing_on_a_failing_disk_gives_up_in_time_and_keeps_what_is_left(
    faulty: FaultyStore, answers: Answers
) -> None:
    faulty.fault_of[logs.stream()] = FullDisk("full")
    recorder = Recorder(faulty.open, answers, delays_s=(0.001,))
    recorder.start()
    recorder.submit(logs.first())
    assert not recorder.close(0.2)
    assert recorder.unsaved() == (logs.first(),)
    wait_for(lambda: faulty.closed == faulty.opened, "its last try is given up, too")


def test_flushing_tries_at_once(faulty: FaultyStore, answers: Answers) -> None:
    recorder = Recorder(faulty.open, answers, delays_s=(3600.0,))
    recorder.start()
    faulty.faults = [FullDisk("full")]
    recorder.submit(logs.first())
    answers.wait(lambda all: len(all) == 1)
    assert recorder.flush(PATIENCE_S)
    assert recorder.close(PATIENCE_S)


# --- with the real store -----------------------------------------------------------------------------------------


def test_reader_and_writer_have_connections_of_their_own(tmp_path: Path, answers: Answers) -> None:
    reader = TinyStore.open(tmp_path / "s")
    recorder = Recorder(lambda: TinyStore.open(tmp_path / "s"), answers)
    recorder.start()
    recorder.submit(logs.first())
    recorder.submit(logs.more(1, 1, "x"))
    assert recorder.flush(PATIENCE_S)
    assert [line.seq for line in reader.read_log(logs.stream())] == [1, 2]
    answers.wait(lambda all: len(all) == 2)
    assert [(a.seq, a.hash) for a in answers.of(Ack)] == [(n.seq, n.hash) for n in reader.read_log(logs.stream())]
    assert recorder.close(PATIENCE_S)
    reader.close()


def test_a_commit_that_failed_after_its_bytes_arrived_is_written_once(tmp_path: Path, answers: Answers) -> None:
    class Forgetful(TinyStore):
        failed = False

        def append(self, job: Append) -> tuple[int, str]:
            answer = super().append(job)
            if not Forgetful.failed:
                Forgetful.failed = True
                raise OSError(5, "Input/output error")
            return answer

    recorder = Recorder(lambda: Forgetful.open(tmp_path / "s"), answers, delays_s=(0.001,))
    recorder.start()
    recorder.submit(logs.first())
    recorder.submit(logs.more(1, 1, "x"))
    assert recorder.close(PATIENCE_S)
    assert [type(answer) for answer in answers.all] == [Failed, Ack, Ack]
    store = TinyStore.open(tmp_path / "s")
    assert len(store.read_log(logs.stream())) == 2
    assert store.verify_all() == ()
    store.close()


# Another process: appends notes to the defenses whose numbers it is given, in turn, each at the end it finds, and
# prints `<stream> <seq>` once a line is acknowledged. A conflict reads the end anew.
WRITER = """
import sys
from pathlib import Path
from defense_console.store.base import Ack, Refused
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
import queue

folder, name, count, numbers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), [int(n) for n in sys.argv[4:]]
reader, answers = TinyStore.open(folder), queue.Queue()
recorder = Recorder(lambda: TinyStore.open(folder), answers.put)
recorder.start()
for turn in range(count):
    n = numbers[turn % len(numbers)]
    for _try in range(1000):
        last = reader.last(logs.stream(n))
        recorder.submit(logs.more(n, last.seq, f"{name}-{turn}"))
        while not isinstance(answer := answers.get(timeout=60), (Ack, Refused)):
            pass
        if isinstance(answer, Ack):
            print(logs.stream(n), answer.seq, f"{name}-{turn}", flush=True)
            break
recorder.close(10)
reader.close()
"""


def writer(folder: Path, name: str, count: int, *numbers: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WRITER, str(folder), name, str(count), *map(str, numbers)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def acknowledged(output: str) -> list[tuple[str, int, str]]:
    """What a writer printed; a line cut by its death does not count."""
    whole = output[: output.rfind("\n") + 1]
    return [(stream, int(seq), text) for stream, seq, text in (line.split(" ") for line in whole.splitlines())]


def test_two_processes_on_the_same_and_on_different_defenses(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    store = TinyStore.open(folder)
    for n in (1, 2, 3):
        store.append(logs.first(n))
    processes = [writer(folder, "a", 60, 1, 2), writer(folder, "b", 60, 1, 3)]
    outputs = [process.communicate(timeout=PATIENCE_S) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    told = [line for output, _ in outputs for line in acknowledged(output)]
    assert len(told) == 120
    assert len({(stream, seq) for stream, seq, _ in told}) == 120, "a number given twice"
    bodies = {
        (logs.stream(n), line.seq): line.body.decode() for n in (1, 2, 3) for line in store.read_log(logs.stream(n))
    }
    assert len(bodies) == 123
    assert all(f'"{text}"' in bodies[stream, seq] for stream, seq, text in told)
    assert store.verify_all() == ()
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    chance = random.Random(9)
    for turn in range(8):
        folder = tmp_path / f"s{turn}"
        store = TinyStore.open(folder)
        store.append(logs.first(1))
        store.close()
        process = writer(folder, "w", 100_000, 1)
        assert process.stdout is not None
        output = "".join(process.stdout.readline() for _ in range(chance.randint(1, 40)))
        os.kill(process.pid, signal.SIGKILL)
        output += process.stdout.read()  # not communicate(), which skips what readline() has buffered
        process.wait(PATIENCE_S)
        store = TinyStore.open(folder)
        log = store.read_log(logs.stream(1))
        told = acknowledged(output)
        assert told
        assert all(f'"{text}"' in log[seq - 1].body.decode() for _, seq, text in told)
        assert len(log) in (told[-1][1], told[-1][1] + 1)
        assert [s.seq for s in store.pending()] == [len(log)]
        assert store.verify_all() == ()
        assert store.append(logs.more(1, len(log), "life goes on"))[0] == len(log) + 1
        store.close()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_store_killed_while_it_is_made_opens(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from defense_console.store.sqlite.store import TinyStore;"
    code += "print(flush=True);"
    chance = random.Random(4)
    for turn in range(6):
        folder = tmp_path / f"s{turn}"
        loop = f"{code}\nfor n in range(10000): TinyStore.open(Path(sys.argv[1]) / str(n)).close()"
        process = subprocess.Popen([sys.executable, "-c", loop, str(folder)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        wanted = folder / str(chance.randint(0, 12))
        wait_for(wanted.exists, "the store is never made")
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)
        for made in folder.iterdir():
            store = TinyStore.open(made)
            assert store.verify_all() == ()
            store.close()
