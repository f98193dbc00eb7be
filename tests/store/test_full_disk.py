"""A full disk stops neither opening nor a running defense: on a small file system of its own, which really is full."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from defense_console.store.base import Ack, Append, Failed, FullDisk, ReadOnlyStore, StoreError
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite import pragmas
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.copies.restoring import restore
from defense_console.store.sqlite.opening import reading
from defense_console.store.sqlite.opening.reading import open_store, read_store
from defense_console.store.sqlite.opening.reserve import SIZE_BYTES, Reserve
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.store.disks import Disk, small_disk
from tests.store.test_recorder import Answers
from tests.waiting import PATIENCE_S


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder) as found:
        yield found


def filled_store(folder: Path, notes: int = 3) -> None:
    store = TinyStore.open(folder)
    store.append(logs.first())
    for seq in range(1, notes + 1):
        store.append(logs.more(1, seq, f"note {seq}"))
    store.close()


def recorded(folder: Path, job: Append) -> bool:
    """Whether a recorder can write this now."""
    answers = Answers()
    recorder = Recorder(lambda: TinyStore.open(folder), answers, delays_s=(3600.0,), space=Reserve(folder))
    recorder.start()
    recorder.submit(job)
    answers.wait(lambda all: len(all) == 1)
    recorder.close(0)
    return isinstance(answers.all[0], Ack)


# --- the reserve -------------------------------------------------------------------------------------------------


def test_the_reserve_is_made_given_back_and_made_again_when_there_is_space(disk: Disk) -> None:
    reserve = Reserve(disk.folder)
    assert reserve.renew()
    assert reserve.file.stat().st_size == SIZE_BYTES
    assert reserve.file.stat().st_blocks * 512 >= SIZE_BYTES, "it really takes the space"
    disk.fill()
    before = shutil.disk_usage(disk.folder).free
    assert reserve.free()
    assert shutil.disk_usage(disk.folder).free - before >= SIZE_BYTES
    assert not reserve.free()
    assert not Reserve(disk.folder).renew(), "there is no plenty"
    assert list(disk.folder.iterdir()) == [disk.folder / "filler"]
    disk.free()
    assert Reserve(disk.folder).renew()


def test_the_reserve_is_bytes_that_no_file_system_makes_smaller(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path)
    assert reserve.renew()
    assert len(zlib.compress(reserve.file.read_bytes())) > 0.99 * SIZE_BYTES


def test_the_reserve_is_not_what_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=4 * SIZE_BYTES - 1))
    assert not Reserve(tmp_path).renew()
    assert list(tmp_path.iterdir()) == []


def test_a_defense_goes_on_when_the_disk_is_full(disk: Disk) -> None:
    """With the reserve more than a thousand actions are still written: that is several hours."""
    folder = disk.folder / "store"
    filled_store(folder)
    answers = Answers()
    recorder = Recorder(lambda: TinyStore.open(folder), answers, delays_s=(3600.0,), space=Reserve(folder))
    recorder.start()
    recorder.submit(logs.more(1, 4, "before"))
    assert recorder.flush(PATIENCE_S)
    disk.fill()
    written = 5
    while not answers.of(Failed) and written < 2000:
        recorder.submit(logs.more(1, written, f"a note of some length about what was said, number {written}"))
        written += 1
        recorder.flush(0.5)
    assert written - 6 >= 1000
    disk.free()
    assert recorder.close(PATIENCE_S)
    store = TinyStore.open(folder)
    assert [line.seq for line in store.read_log(logs.stream())] == list(range(1, written + 1))
    assert store.verify_all() == ()
    assert Reserve(folder).renew()
    store.close()


# --- opening -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_reserve", [True, False], ids=["reserve", "no reserve"])
def test_a_store_opens_on_a_full_disk_whatever_is_left(disk: Disk, with_reserve: bool) -> None:
    folder = disk.folder / "store"
    opened = written = 0
    trials = [(leave, notes) for leave in range(0, 40_960, 4096) for notes in (0, 1, 40)]
    for leave, notes in trials:
        filled_store(folder, notes)
        if with_reserve:
            assert Reserve(folder).renew()
        disk.fill(leave)
        store = open_store(folder, create=False)
        log = store.read_log(logs.stream())
        assert len(log) == notes + 1
        opened += 1
        if store.read_only is None:
            written += recorded(folder, logs.more(1, notes + 1, "more"))
        else:
            assert isinstance(store.read_only, FullDisk)
            with pytest.raises(FullDisk):
                store.append(logs.more(1, notes + 1, "more"))
            with pytest.raises(FullDisk):
                store.save_draft(logs.stream(), "note", logs.DRAFT)
        store.close()
        disk.free()
        shutil.rmtree(folder)
    assert opened == len(trials)
    assert (written == len(trials)) == with_reserve


def test_what_a_crash_left_in_the_write_ahead_log_is_read_too(disk: Disk, tmp_path: Path) -> None:
    """The copy a backup tool makes: file and log, without the shared memory."""
    folder = disk.folder / "store"
    store = TinyStore.open(folder)
    store.append(logs.first())
    store.append(logs.more(1, 1, "only in the log"))
    crashed = disk.folder / "crashed"
    crashed.mkdir()
    for name in ("defenses.db", "defenses.db-wal"):
        shutil.copyfile(folder / name, crashed / name)
    store.close()
    disk.fill()
    found = open_store(crashed, create=False)
    assert found.read_only is not None
    assert len(found.read_log(logs.stream())) == 2
    found.close()
    assert sorted(path.name for path in crashed.iterdir() if path.stat().st_size > 4096) == [
        "defenses.db",
        "defenses.db-wal",
    ]


def test_a_store_on_a_full_disk_that_is_none_says_so(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(FullDisk):
        open_store(disk.folder / "store", create=True)
    assert not (disk.folder / "store" / "defenses.db").exists()


def test_the_disk_that_is_full_is_named_whichever_side_it_is_on(disk: Disk, tmp_path: Path) -> None:
    folder, small = tmp_path / "store", disk.folder / "store"
    filled_store(folder)
    filled_store(small)
    copy = Backups(folder).write("2026-03-02T10:00:00.000Z")
    disk.fill(8192)
    with pytest.raises(FullDisk) as copying:
        Backups(folder, disk.folder).write("2026-03-02T10:00:01.000Z")
    with pytest.raises(FullDisk) as restoring:
        restore(copy.path, Backups(small), "2026-03-02T10:00:02.000Z")
    assert copying.value.parameters["place"] == disk.folder
    assert restoring.value.parameters["place"] == small
    disk.free()
    with closing(TinyStore.open(small)) as store:
        assert len(store.read_log(logs.stream())) == 4


# --- without the right to write ----------------------------------------------------------------------------------


def test_a_reader_beside_a_writer_follows_it(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    writer = TinyStore.open(folder)
    writer.append(logs.first())
    reader = read_store(folder, ReadOnlyStore("no right"))
    assert len(reader.read_log(logs.stream())) == 1
    changed = reader.subscribe()
    writer.append(logs.more(1, 1, "later"))
    assert changed()
    assert len(reader.read_log(logs.stream())) == 2
    with pytest.raises(ReadOnlyStore, match="no right"):
        reader.append(logs.more(1, 2, "mine"))
    reader.close()
    writer.close()


def test_a_copy_is_never_taken_while_somebody_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "store"
    writer = TinyStore.open(folder)
    connect = pragmas.connect_to_read

    def in_place_it_reads_nothing(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
        return connect(path, immutable=True) if immutable else sqlite3.connect(":memory:")

    monkeypatch.setattr(reading, "connect_to_read", in_place_it_reads_nothing)
    with pytest.raises(FullDisk, match="full"):
        read_store(folder, FullDisk("full"))
    writer.close()
    found = read_store(folder, FullDisk("full"))
    assert found.is_empty()
    found.close()


READER = """
import os, sys, uuid
from contextlib import closing
from pathlib import Path
from defense_console.store.sqlite.opening.reading import open_store
from tests.store import logs
from tests.store.disks import SIZE_MB, Disk, small_disk
os.setgroups([]), os.setgid(65534), os.setuid(65534)
store = open_store(Path(sys.argv[1]), create=True)
print(type(store.read_only).__name__, len(store.read_log(logs.stream())))
try:
    store.append(logs.more(1, 4, "x"))
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to drop")
def test_a_folder_that_may_not_be_written_is_read() -> None:
    with tempfile.TemporaryDirectory() as outside:  # every run of the tests closes the folder of all of them again
        Path(outside).chmod(0o711)
        folder = Path(outside, "store")
        filled_store(folder)
        folder.chmod(0o555)
        (folder / "defenses.db").chmod(0o444)
        done = subprocess.run([sys.executable, "-c", READER, str(folder)], capture_output=True, text=True, check=False)
        assert done.stdout.split() == ["ReadOnlyStore", "4", "ReadOnlyStore"], done.stderr
        assert sorted(path.name for path in folder.iterdir()) == ["defenses.db"]


def test_nothing_else_is_read_as_a_store(tmp_path: Path) -> None:
    (tmp_path / "defenses.db").write_bytes(b"something else")
    with pytest.raises(StoreError):
        read_store(tmp_path, FullDisk("full"))
    with pytest.raises(FullDisk):
        read_store(tmp_path / "nowhere", FullDisk("full"))


def test_appending_twice_is_still_one_action_after_the_reserve_was_given_back(disk: Disk) -> None:
    """The second try of a write that failed for want of space writes it once."""
    folder = disk.folder / "store"
    filled_store(folder, 0)
    answers = Answers()
    recorder = Recorder(lambda: TinyStore.open(folder), answers, space=Reserve(folder))
    recorder.start()
    recorder.submit(logs.more(1, 1, "x"))
    assert recorder.flush(PATIENCE_S)
    disk.fill()
    big = Append(logs.stream(), 2, tuple(logs.note(3 + n, "y" * 900) for n in range(60)))
    recorder.submit(big)
    assert recorder.close(PATIENCE_S)
    assert answers.of(Failed) == []
    store = TinyStore.open(folder)
    assert len(store.read_log(logs.stream())) == 62
    store.close()
