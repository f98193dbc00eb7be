"""The spool: what could not be written lies elsewhere, whole, and comes into its own store once and in order."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from defense_console.desk.logs.unsaved import replayed_sentences
from defense_console.model.defense.kinds import Noted
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import encode_event
from defense_console.model.log.refused import aside_of
from defense_console.model.student.kinds import StudentChanged, StudentEvent
from defense_console.store import durable_files
from defense_console.store.base import (
    Ack,
    Answer,
    Append,
    DamagedStore,
    Failed,
    FullDisk,
    Identity,
    SaveDraft,
    SpooledJob,
    StoreError,
    WriteLease,
    write_job,
)
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.forgetting import waiting
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved import spool as spooling
from defense_console.store.unsaved.replay import Replayed, replay
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import (
    ASIDE,
    DAMAGED_SPOOL,
    belongs,
    file_content,
    owner,
    read_jobs,
    spool_files,
    write_aside,
    write_file,
)
from tests.examples import examples
from tests.store import logs
from tests.store.test_recorder import Answers, FaultyStore
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
DRAFT = SaveDraft(logs.stream(), "note", logs.DRAFT)
JOBS: list[SpooledJob] = logs.named(
    logs.first(), DRAFT, logs.more(1, 1, "é [/] \x1b"), SaveDraft(logs.stream(), "goal", None)
)


@pytest.fixture
def store(tmp_path: Path) -> TinyStore:
    return TinyStore.open(tmp_path / "store")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def left_by_a_dead_console(folder: Path, store: Identity, jobs: list[SpooledJob]) -> Path:
    spool = Spool(folder, store)
    spool.keep(jobs)
    spool.close()
    assert spool.file is not None
    return spool.file


# --- the file ----------------------------------------------------------------------------------------------------


def test_what_is_kept_is_read_back_and_only_the_mentor_may_read_it(folder: Path, store: TinyStore) -> None:
    spool = Spool(folder, store.identity)
    assert not folder.exists(), "nothing is made before it is needed"
    spool.keep(JOBS[:1])
    spool.keep(JOBS[1:])
    (file,) = spool_files(folder)
    assert spool.holds
    assert spool.file == file
    assert read_jobs(file) == (JOBS, 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    spool.empty()
    assert spool_files(folder) == []
    assert not spool.holds


@pytest.mark.parametrize(("field", "job"), [("summary", logs.first()), ("student", logs.student())])
def test_the_row_is_found_under_the_name_that_earlier_consoles_gave_it(
    folder: Path, store: TinyStore, field: str, job: Append
) -> None:
    path = left_by_a_dead_console(folder, store.identity, [job])
    head, entry, end = path.read_bytes().split(b"\n")
    body = bytes(msgspec.json.decode(entry, type=dict[str, msgspec.Raw])["body"]).replace(
        b'"row":', f'"{field}":'.encode()
    )
    sum = hashlib.blake2b(body, digest_size=8).hexdigest()
    path.write_bytes(b"\n".join([head, f'{{"sum":"{sum}","body":'.encode() + body + b"}", end]))
    assert read_jobs(path) == ([job], 0)


def test_it_is_never_in_the_stores_own_folder(store: TinyStore) -> None:
    for inside in (store.folder, store.folder / "spool", store.folder / ".." / store.folder.name / "x"):
        with pytest.raises(ConsoleError, match="must not be in the store"):
            Spool(inside, store.identity)


def test_a_cut_end_is_not_a_job_and_a_changed_line_is_told(folder: Path, store: TinyStore) -> None:
    path = left_by_a_dead_console(folder, store.identity, JOBS)
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        jobs, damaged = read_jobs(path)
        assert jobs == JOBS[: len(jobs)]
        assert damaged == 0
    lines = whole.split(b"\n")
    path.write_bytes(b"\n".join([lines[0], lines[1], lines[2].replace(b"note", b"goal"), *lines[3:]]))
    assert read_jobs(path) == ([JOBS[0], *JOBS[2:]], 1)
    path.write_bytes(b"\n".join([lines[0], lines[1], *lines[3:]]))
    assert read_jobs(path) == ([JOBS[0], *JOBS[2:]], 1), "a line that is gone is missed"


def test_a_write_that_fails_half_way_leaves_no_half_line(
    folder: Path, store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(folder, store.identity)
    spool.keep(JOBS[:1])
    assert spool.file is not None

    def half(handle: int, data: bytes) -> None:
        os.write(handle, data[:20])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spooling, "write_all", half)
        with pytest.raises(StoreError, match="cannot be written either"):
            spool.keep(JOBS[1:])
    assert read_jobs(spool.file) == (JOBS[:1], 0)
    spool.keep(JOBS[1:])
    assert read_jobs(spool.file) == (JOBS, 0)


# --- replaying ---------------------------------------------------------------------------------------------------


def test_the_next_console_writes_it_in_order_and_the_file_goes(folder: Path, store: TinyStore) -> None:
    left_by_a_dead_console(folder, store.identity, JOBS)
    done = replay(folder, store, store.identity)
    assert (done.written, done.kept, done.damaged, done.left, done.error) == (2, 0, 0, 0, None)
    assert [line.body for line in store.read_log(logs.stream())] == [*logs.first().lines, *JOBS[2].lines]  # type: ignore[union-attr]
    assert store.all_drafts().get(logs.stream(), {}) == {"note": logs.DRAFT}
    assert store.verify_all() == ()
    assert list(folder.iterdir()) == []
    assert replay(folder, store, store.identity) == Replayed()


@examples(12, [HealthCheck.function_scoped_fixture])
@given(there=st.integers(0, 6), again=st.integers(1, 3))
def test_it_is_written_once_wherever_the_console_died(
    tmp_path_factory: pytest.TempPathFactory, there: int, again: int
) -> None:
    """Some of the jobs had reached the store before; replaying was begun and cut several times."""
    root = tmp_path_factory.mktemp("once")
    store = TinyStore.open(root / "store")
    committed = msgspec.structs.replace(logs.more(1, 1, "kept"), drop_drafts=("note",))
    later = msgspec.structs.replace(logs.DRAFT, text="later")
    jobs: list[SpooledJob] = logs.named(
        logs.first(), DRAFT, committed, SaveDraft(logs.stream(), "goal", logs.DRAFT), logs.more(1, 2, "x", "y"),
        SaveDraft(logs.stream(), "goal", later),
    )  # fmt: skip
    for job in jobs[:there]:
        write_job(store, job)
    path = left_by_a_dead_console(root / "spool", store.identity, jobs)
    whole = path.read_bytes()
    for _turn in range(again):
        path.write_bytes(whole)
        assert replay(root / "spool", store, store.identity).error is None
    assert [line.seq for line in store.read_log(logs.stream())] == [1, 2, 3, 4]
    assert store.all_drafts().get(logs.stream(), {}) == {"goal": later}, (
        "a draft that became an event does not come back"
    )
    assert store.verify_all() == ()
    store.close()


def test_what_waits_follows_a_folder_that_was_moved(folder: Path, store: TinyStore) -> None:
    moved = Identity(str(folder.parent / "where it was"), store.identity.id)
    path = left_by_a_dead_console(folder, moved, JOBS)
    assert belongs(path, store.identity)
    assert replay(folder, store, store.identity).error is None
    assert not path.exists()
    assert not store.is_empty()


def test_the_file_of_a_console_that_lives_and_of_another_store_are_not_touched(folder: Path, store: TinyStore) -> None:
    alive = Spool(folder, store.identity)
    alive.keep(JOBS)
    copied = folder.parent / "copied"
    TinyStore.open(copied).close()
    others = [Identity(store.identity.path, "another id"), Identity(str(copied), store.identity.id)]
    for other in others:
        left_by_a_dead_console(folder, other, JOBS)
    before = {path: path.read_bytes() for path in spool_files(folder)}
    assert replay(folder, store, store.identity) == Replayed()
    assert {path: path.read_bytes() for path in spool_files(folder)} == before
    assert store.is_empty()
    alive.close()
    assert replay(folder, store, store.identity).written == 2
    assert len(spool_files(folder)) == 2


def kept_texts(store: TinyStore, n: int = 1) -> list[str]:
    """The texts of the notes kept aside of a defense, sorted."""
    rows = [aside_of(DEFENSE, key, event) for key, event in store.all_asides().get(logs.stream(n), {}).items()]
    return sorted(row.event.what.text for row in rows if isinstance(row.event.what, Noted))


def test_what_another_writer_made_impossible_is_kept_aside_in_the_store(folder: Path, store: TinyStore) -> None:
    store.append(logs.first())
    store.append(logs.more(1, 1, "by another console"))
    mine = logs.named(logs.more(1, 1, "mine"), logs.more(1, 2, "and more"), logs.first(2))
    left_by_a_dead_console(folder, store.identity, list(mine))
    done = replay(folder, store, store.identity)
    assert (done.written, done.kept, done.filed, done.left, done.error) == (1, 2, 0, 0, None)
    assert list(folder.iterdir()) == [], "nothing is kept twice"
    assert kept_texts(store) == ["and more", "mine"]
    assert len(store.read_log(logs.stream())) == 2


def test_what_has_no_defense_in_the_store_is_kept_in_a_file_until_it_has_one(folder: Path, store: TinyStore) -> None:
    changed = StudentEvent(2, 2, logs.STAMP, "Camille", StudentChanged("Lina Other"))
    student = Append("student/s1", 1, (encode_event(changed),), row=logs.student().row)
    unknown = Append(logs.stream(3), 1, (b'{"seq":2,"action":2,"what":{"kind":"of a console to come"}}',))
    store.append(logs.first(3))
    jobs: list[SpooledJob] = [logs.more(1, 4, "mine"), student, unknown]
    store.append(logs.more(3, 1, "by another console"))
    left_by_a_dead_console(folder, store.identity, jobs)
    done = replay(folder, store, store.identity)
    assert (done.written, done.kept, done.filed, done.left) == (0, 0, 3, 0)
    (aside,) = folder.iterdir()
    assert aside.suffix == ASIDE
    assert read_jobs(aside) == (jobs, 0)
    before = aside.read_bytes()
    done = replay(folder, store, store.identity)
    assert (done.kept, done.filed, done.left) == (0, 0, 0), "it was told"
    assert aside.read_bytes() == before
    store.append(logs.first())
    store.append(logs.student())
    assert replay(folder, store, store.identity).kept == 2
    assert kept_texts(store) == ["mine"]
    assert len(store.all_asides().get("student/s1", {})) == 1
    assert read_jobs(aside) == ([unknown], 0)


def test_the_file_of_an_earlier_console_is_taken_up_and_nothing_of_it_is_recorded_by_itself(
    folder: Path, store: TinyStore
) -> None:
    store.append(logs.first())
    folder.mkdir()
    aside = write_aside(folder, store.identity, [logs.more(1, 1, "it would fit")])
    assert replay(folder, store, store.identity).kept == 1
    assert not aside.exists()
    assert kept_texts(store) == ["it would fit"]
    assert len(store.read_log(logs.stream())) == 1


def test_what_cannot_be_written_stays_and_the_rest_is_not_written_twice(folder: Path, store: TinyStore) -> None:
    class Half(TinyStore):
        def append(self, job: Append) -> tuple[int, str]:
            if job.stream == logs.stream(2):
                raise DamagedStore("damaged")
            return super().append(job)

    half = Half.open(store.folder)
    jobs: list[SpooledJob] = logs.named(
        logs.first(2), logs.first(1), SaveDraft(logs.stream(2), "note", logs.DRAFT), DRAFT
    )
    path = left_by_a_dead_console(folder, store.identity, jobs)
    done = replay(folder, half, store.identity)
    assert (done.written, done.left) == (1, 2)
    assert isinstance(done.error, DamagedStore)
    assert read_jobs(path) == ([jobs[0], jobs[2]], 0)
    assert owner(path) == store.identity
    assert replay(folder, store, store.identity).written == 1
    assert store.all_drafts().get(logs.stream(2), {}) == {"note": logs.DRAFT}


def test_a_disk_that_is_still_full_keeps_everything(folder: Path, store: TinyStore) -> None:
    class Full(TinyStore):
        def append(self, job: Append) -> tuple[int, str]:
            raise FullDisk("full")

    path = left_by_a_dead_console(folder, store.identity, JOBS)
    done = replay(folder, Full.open(store.folder), store.identity)
    assert (done.written, done.left) == (0, 4)
    assert isinstance(done.error, FullDisk)
    assert read_jobs(path) == (JOBS, 0)


def test_damaged_lines_are_kept_beside_what_could_be_read(folder: Path, store: TinyStore) -> None:
    path = left_by_a_dead_console(folder, store.identity, JOBS)
    damaged = path.read_bytes().replace(b'"goal"', b'"gaol"')
    path.write_bytes(damaged)
    done = replay(folder, store, store.identity)
    assert (done.written, done.damaged, done.error) == (2, 1, None)
    assert path.with_suffix(DAMAGED_SPOOL).read_bytes() == damaged
    assert spool_files(folder) == []


# --- with the recorder -------------------------------------------------------------------------------------------


def recorder_of(faulty: FaultyStore, answers: Answers, spool: Spool, delay_s: float = 0.001) -> Recorder:
    recorder = Recorder(faulty.open, answers, now=lambda: "now", delays_s=(delay_s,), spool=spool)
    recorder.start()
    return recorder


def test_what_fails_is_spooled_before_it_is_told_and_so_is_what_comes_after(folder: Path, store: TinyStore) -> None:
    seen: list[object] = []

    def look(answer: Answer) -> None:
        if isinstance(answer, Failed) and answer.spool is not None:
            seen.append(read_jobs(answer.spool))

    faulty, answers, spool = FaultyStore(), Answers(look), Spool(folder, store.identity)
    recorder = recorder_of(faulty, answers, spool, delay_s=3600)
    faulty.fault_of[logs.stream()] = FullDisk("full")
    recorder.submit(JOBS[0])
    answers.wait(lambda all: len(all) == 1)
    assert seen == [([JOBS[0]], 0)]
    # Nothing is tried again for an hour: what is submitted now reaches the spool all the same.
    recorder.submit(JOBS[1])
    recorder.submit(WriteLease("d", None))
    wait_for(lambda: read_jobs(spool_files(folder)[0]) == (JOBS[:2], 0), "the second job is never spooled")
    faulty.fault_of.clear()
    assert recorder.close(PATIENCE_S)
    assert faulty.written == [JOBS[0], ("note", logs.DRAFT), ("d", None)]
    assert list(folder.iterdir()) == []


def test_whatever_is_tried_while_the_spool_holds_anything_is_in_it(folder: Path, store: TinyStore) -> None:
    """A crash in the middle of any write finds everything that was not in the store before, the newest draft too."""

    class Watching(FaultyStore):
        def __init__(self) -> None:
            super().__init__()
            self.spooled: list[list[SpooledJob]] = []

        def append(self, job: Append) -> tuple[int, str]:
            self._look()
            return super().append(job)

        def save_draft(self, stream: str, field: str, draft: object) -> None:
            self._look()
            super().save_draft(stream, field, draft)

        def _look(self) -> None:
            self.spooled.append([job for file in spool_files(folder) for job in read_jobs(file)[0]])

    newer = SaveDraft(logs.stream(), "note", msgspec.structs.replace(logs.DRAFT, text="newer"))

    def go_on(answer: Answer) -> None:
        if isinstance(answer, Failed):  # on the recorder's thread: it finds both and is to try again at once
            recorder.submit(newer)
            recorder.submit(logs.first())
            recorder.flush(0)

    watching, answers = Watching(), Answers(go_on)
    watching.faults = [FullDisk("full")]
    recorder = recorder_of(watching, answers, Spool(folder, store.identity), delay_s=3600)
    recorder.submit(DRAFT)
    answers.wait(lambda all: len(all) == 3)
    assert recorder.close(PATIENCE_S)
    assert watching.written == [("note", newer.draft), logs.first()]
    assert watching.spooled == [[], [DRAFT, newer, logs.first()], [DRAFT, newer, logs.first()]]
    assert spool_files(folder) == []


def test_everything_goes_through_the_spool_until_it_is_empty(folder: Path, store: TinyStore) -> None:
    """A draft that is written while an older one is spooled must be spooled first: a crash would bring the old back."""
    faulty, answers, spool = FaultyStore(), Answers(), Spool(folder, store.identity)
    faulty.fault_of[logs.stream(2)] = DamagedStore("damaged")
    recorder = recorder_of(faulty, answers, spool)
    recorder.submit(logs.first(2))
    answers.wait(lambda all: len(all) >= 1)
    newer = SaveDraft(logs.stream(), "note", msgspec.structs.replace(logs.DRAFT, text="newer"))
    recorder.submit(DRAFT)
    recorder.submit(newer)
    answers.wait(lambda all: any(isinstance(answer, Ack) and answer.job is newer for answer in all))
    assert read_jobs(spool_files(folder)[0])[0][-1] == newer
    faulty.fault_of.clear()
    assert recorder.close(PATIENCE_S)
    assert spool_files(folder) == []


def test_the_spool_is_never_emptied_while_anything_waits(folder: Path, store: TinyStore) -> None:
    """What is at fault waits alone; what is written meanwhile beside it must not take it out of the file."""
    waiting: list[int] = []

    class Watched(Spool):
        def empty(self) -> None:
            waiting.append(len(recorder.unsaved()))
            super().empty()

    faulty, answers = FaultyStore(), Answers()
    faulty.fault_of[logs.stream(2)] = DamagedStore("damaged")
    recorder = recorder_of(faulty, answers, Watched(folder, store.identity))
    recorder.submit(logs.first(2))
    answers.wait(lambda all: len(all) >= 1)
    recorder.submit(DRAFT)
    answers.wait(lambda all: any(isinstance(answer, Ack) for answer in all))
    faulty.fault_of.clear()
    assert recorder.close(PATIENCE_S)
    assert waiting == [0]


def test_a_spool_that_fails_too_is_told(tmp_path: Path, store: TinyStore) -> None:
    (tmp_path / "file").write_text("not a folder")
    faulty, answers, spool = FaultyStore(), Answers(), Spool(tmp_path / "file" / "spool", store.identity)
    faulty.faults = [FullDisk("full")]
    recorder = recorder_of(faulty, answers, spool)
    recorder.submit(JOBS[0])
    assert recorder.close(PATIENCE_S)
    (failed,) = answers.of(Failed)
    assert failed.spool is None
    assert isinstance(failed.spool_error, StoreError)
    assert faulty.written == [JOBS[0]]


def test_a_store_that_hangs_spools_what_waits_when_the_console_closes(folder: Path, store: TinyStore) -> None:
    faulty, answers = FaultyStore(), Answers()
    faulty.gate.clear()
    recorder = recorder_of(faulty, answers, Spool(folder, store.identity))
    for job in JOBS:
        recorder.submit(job)
    assert faulty.entered.wait(PATIENCE_S)
    assert not recorder.close(0.05)
    assert read_jobs(spool_files(folder)[0]) == (JOBS, 0)
    faulty.gate.set()


def test_what_waits_when_the_thread_ends_is_spooled(folder: Path, store: TinyStore) -> None:
    """The disk is slow: nothing has failed, but the time in which a console closes is over."""
    faulty = FaultyStore()
    answers = Answers(lambda _ack: recorder.close(0))
    recorder = Recorder(faulty.open, answers, spool=Spool(folder, store.identity))
    for job in JOBS:
        recorder.submit(job)
    recorder.start()
    wait_for(lambda: [read_jobs(file) for file in spool_files(folder)] == [(JOBS[1:], 0)], "what waits is not spooled")
    assert faulty.written == JOBS[:1]


def test_a_lease_is_never_spooled(folder: Path, store: TinyStore) -> None:
    """An old sign of life must not come back over a newer one."""
    faulty, answers = FaultyStore(), Answers()
    faulty.fault_of["d"] = FullDisk("full")
    recorder = recorder_of(faulty, answers, Spool(folder, store.identity))
    recorder.submit(WriteLease("d", None))
    answers.wait(lambda all: len(all) >= 1)
    assert spool_files(folder) == []
    faulty.fault_of.clear()
    assert recorder.close(PATIENCE_S)


CONSOLE = """
import resource, signal, sys
from pathlib import Path
from defense_console.store.base import Failed
from defense_console.store.recorder import Recorder
from defense_console.store.unsaved.spool import Spool
from defense_console.store.sqlite.forgetting import waiting
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool_files import read_jobs, spool_files
from tests.store import logs
from tests.waiting import wait_for

folder = Path(sys.argv[2])
store = TinyStore.open(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

def deliver(answer):
    if isinstance(answer, Failed) and not told:
        told.append(answer)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        for seq in range(200, 210):
            recorder.submit(jobs[seq])
told = []
jobs = logs.named(logs.first(), *(logs.more(1, seq, f"note {seq}") for seq in range(1, 210)))
recorder = Recorder(lambda: TinyStore.open(Path(sys.argv[1])), deliver, delays_s=(3600.0,),
                    spool=Spool(folder, store.identity))
for job in jobs[:200]:
    recorder.submit(job)
recorder.start()
wait_for(lambda: told and sum(len(read_jobs(file)[0]) for file in spool_files(folder)) == recorder.pending,
         "what waits is never spooled")
print(recorder.pending, flush=True)
signal.pause()
"""


def test_a_console_killed_while_its_files_cannot_grow_loses_nothing(tmp_path: Path, folder: Path) -> None:
    """The limit is below SQLite: its writes fail in the kernel. The spool is small enough to be written."""
    store = TinyStore.open(tmp_path / "store")
    arguments = [sys.executable, "-c", CONSOLE, str(store.folder), str(folder), str(300_000)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    waiting = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)
    assert 10 < waiting < 210, "some were written, some were not"
    assert len(store.read_log(logs.stream())) < 210
    done = replay(folder, store, store.identity)
    assert done.error is None
    assert done.written == waiting
    log = store.read_log(logs.stream())
    assert [line.seq for line in log] == list(range(1, 211))
    assert b"note 209" in log[-1].body
    assert store.verify_all() == ()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 300_000


def test_the_names_of_the_folders_made_for_a_spool_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(durable_files, "sync_folder", synced.append)
    durable_files.make_folder(tmp_path / "state" / "spool")
    assert {tmp_path, tmp_path / "state"} <= set(synced), "a power cut could take the whole folder"


# --- whose file it is, and what it follows -----------------------------------------------------------------------


def test_a_file_of_another_account_is_not_replayed_and_is_told(
    folder: Path, store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that several accounts share, somebody else can write a file that names our store."""
    path = left_by_a_dead_console(folder, store.identity, JOBS)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
        done = replay(folder, store, store.identity)
        assert done.foreign[0][0] == path
        assert [text for text in replayed_sentences(done) if "another account" in text and str(path) in text]
        assert waiting(folder, store.identity) == [], "it stops no command"
    assert (done.written, done.left, done.error) == (0, 0, None)
    assert path.read_bytes() == before
    assert store.is_empty()
    assert replay(folder, store, store.identity).written == 2, "its owner replays it"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_to_is_not_replayed(folder: Path, store: TinyStore, mode: int) -> None:
    path = left_by_a_dead_console(folder, store.identity, JOBS)
    path.chmod(mode)
    done = replay(folder, store, store.identity)
    assert [text for text in replayed_sentences(done) if "Other accounts may write" in text]
    assert store.is_empty()
    path.chmod(0o644)
    assert replay(folder, store, store.identity).written == 2, "that others may read it is no reason"


def test_a_file_put_under_its_name_meanwhile_is_not_read(
    folder: Path, store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_a_dead_console(folder, store.identity, JOBS)

    def exchanged(path: Path, handle: int | None = None) -> tuple[list[SpooledJob], int]:
        other = path.with_name("other")
        other.write_bytes(file_content(store.identity, [logs.first()]))
        other.replace(path)
        return read_jobs(path, handle)

    monkeypatch.setattr("defense_console.store.unsaved.replay.read_jobs", exchanged)

    assert replay(folder, store, store.identity).written == 2


def test_an_append_that_does_not_name_what_it_follows_is_not_recorded_by_itself(folder: Path, store: TinyStore) -> None:
    store.append(logs.first())
    left_by_a_dead_console(folder, store.identity, [logs.more(1, 1, "a number is all it knows")])
    done = replay(folder, store, store.identity)
    assert (done.written, done.kept) == (0, 1)
    assert kept_texts(store) == ["a number is all it knows"], "the mentor chooses"


def test_an_append_of_an_earlier_console_still_follows_a_number(folder: Path, store: TinyStore) -> None:
    store.append(logs.first())
    folder.mkdir()
    path = folder / "0123.spool"
    write_file(path, file_content(store.identity, [logs.more(1, 1, "as before")], version=2))
    assert replay(folder, store, store.identity).written == 1


def test_an_append_that_follows_another_line_is_not_recorded(folder: Path, store: TinyStore) -> None:
    store.append(logs.first())
    (job,) = logs.named(logs.more(1, 1, "of another history"))
    left_by_a_dead_console(folder, store.identity, [msgspec.structs.replace(job, previous="0" * 64)])
    done = replay(folder, store, store.identity)
    assert (done.written, done.kept) == (0, 1)
