"""Copies of a store: made while others write, checked, kept for so many days, put back without losing anything."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from defense_console.store.base import DamagedStore, NotOurStore, StoreError
from defense_console.store.sqlite.copies.backing_up import Made
from defense_console.store.sqlite.copies.backups import (
    Backup,
    Backups,
    folder_of,
    named,
    superseded,
    too_large,
)
from defense_console.store.sqlite.copies.restoring import restore
from defense_console.store.sqlite.damage.diagnosis import examine
from defense_console.store.sqlite.damage.repairing import repair
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.holding import alone, share
from defense_console.store.sqlite.opening.upgrading import copy_before_upgrade
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.waiting import wait_for

AT = "2026-03-02T09:00:00.000Z"
LATER = "2026-03-02T10:00:00.000Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two defenses."""
    folder = tmp_path / "store"
    store = TinyStore.open(folder)
    for n in (1, 2):
        store.append(logs.first(n))
        store.append(logs.more(n, 1, "one note", "another"))
    store.close()
    return folder


def lines(folder: Path, n: int = 1) -> int:
    store = TinyStore.open(folder, create=False)
    try:
        return len(store.read_log(logs.stream(n)))
    finally:
        store.close()


def test_a_copy_is_one_file_for_its_owner_alone_and_named_by_its_instant(folder: Path) -> None:
    backup = Backups(folder).write(AT)

    assert backup.path == folder / "backups" / "defenses-20260302T090000000Z.db"
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in backup.path.parent.iterdir()] == [backup.path.name], "nothing beside it"
    assert backup.path.read_bytes()[18:20] == b"\1\1", "nor will anything be: it opens on a disk for reading only"
    assert named(backup.path) == Backup(backup.path, AT)


def test_a_copy_made_while_another_connection_writes_holds_whole_actions_only(folder: Path) -> None:
    writer = TinyStore.open(folder)
    ended = threading.Event()
    done: list[int] = []

    def write() -> None:
        expected = 3
        own = TinyStore.open(folder)
        while not ended.is_set():
            own.append(logs.more(1, expected, "left half", "right half"))
            expected += 2
            done.append(expected)
        own.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        wait_for(lambda: len(done) >= 3, "nothing is written")
        copies = [(done[-1], Backups(folder).write(f"2026-03-02T09:00:0{n}.000Z")) for n in range(5)]
    finally:
        ended.set()
        thread.join()
        writer.close()

    found = []
    for there, copy in copies:
        connection = sqlite3.connect(copy.path)
        (count,) = connection.execute("SELECT count(*) FROM rows WHERE tab = ?", (logs.stream(1),)).fetchone()
        connection.close()
        found.append(count)
        assert count >= there, "what was written before is in it"
    assert all(count % 2 for count in found), "3 lines, then two at a time"
    assert found == sorted(found)


def test_a_copy_that_is_interrupted_leaves_nothing(folder: Path) -> None:
    stages: list[str] = []

    @contextmanager
    def watch(counted: str, _total: int) -> Iterator[Callable[[int], None]]:
        stages.append(counted)

        def passed(_more: int) -> None:
            if len(stages) == interrupted:
                raise KeyboardInterrupt

        yield passed

    for interrupted in (1, 2):
        stages.clear()
        with pytest.raises(KeyboardInterrupt):
            Backups(folder).write(AT, watch=watch)
        assert stages == ["bytes", "rows"][:interrupted]
        assert not list((folder / "backups").iterdir())


def test_a_store_that_is_not_sound_is_not_copied_and_the_copies_before_stay(folder: Path) -> None:
    before = Backups(folder, kept=1).write(AT)
    connection = sqlite3.connect(folder / place.FILE)
    with connection:
        connection.execute("UPDATE rows SET body = replace(body, 'one note', 'one lie') WHERE id = 2")
    connection.close()

    with pytest.raises(DamagedStore, match="run doctor"):
        Backups(folder, kept=1).write(LATER)
    assert [path.name for path in before.path.parent.iterdir()] == [before.path.name]


def test_many_copies_of_one_day_push_out_no_day_before() -> None:
    days = [
        Backup(Path(f"{day}-{hour}"), f"2026-03-{day:02}T{hour:02}:00:00.000Z")
        for day in range(1, 5)
        for hour in (8, 9)
    ]
    today = [Backup(Path(f"5-{hour}"), f"2026-03-05T{hour:02}:00:00.000Z") for hour in range(8, 14)]
    restores = [Backup(Path(f"r{day}"), f"2026-03-{day:02}T07:00:00.000Z", "restore") for day in range(1, 6)]

    gone = {str(backup.path) for backup in superseded([*days, *today, *restores], 3)}

    kept = {str(backup.path) for backup in (*days, *today, *restores)} - gone
    assert kept == {"3-9", "4-9", "5-11", "5-12", "5-13", "r3", "r4", "r5"}
    assert superseded([], 3) == []
    assert superseded(days[:1], 1) == []


def test_of_a_large_store_fewer_copies_are_kept_but_never_less_than_three(folder: Path) -> None:
    days = [Backup(Path(f"{day}"), f"2026-03-{day:02}T08:00:00.000Z") for day in range(1, 9)]
    restores = [Backup(Path(f"r{day}"), f"2026-03-{day:02}T07:00:00.000Z", "restore") for day in range(1, 3)]
    kept_of = [(10, {"1", "2", "3", "4", "5", "6", "7", "8"}), (5, {"4", "5", "6", "7", "8"}), (0, {"6", "7", "8"})]
    for most, kept in kept_of:
        gone = too_large([*days, *restores], most, lambda _backup: 1)
        assert {str(each.path) for each in (*days, *restores) if each not in gone} == {*kept, "r1", "r2"}

    small = Backups(folder, most_mb=0)
    for day in range(1, 6):
        small.write(f"2026-03-{day:02}T08:00:00.000Z")
    assert [each.at[8:10] for each in small.all()] == ["03", "04", "05"]


def test_each_store_has_a_folder_of_its_own_in_the_one_chosen_for_copies(tmp_path: Path) -> None:
    here, there = folder_of(tmp_path / "a" / "store", str(tmp_path)), folder_of(tmp_path / "b" / "store", str(tmp_path))
    assert here != there
    assert here.parent == there.parent == tmp_path
    assert folder_of(tmp_path / "a") == tmp_path / "a" / "backups"


def test_the_folder_of_copies_must_not_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "backups").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="symbolic link"):
        Backups(folder).write(AT)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_link_is_no_copy_and_is_not_put_back(folder: Path, tmp_path: Path) -> None:
    elsewhere = Backups(folder, tmp_path / "elsewhere").write(AT)
    (folder / "backups").mkdir()
    link = folder / "backups" / elsewhere.path.name
    link.symlink_to(elsewhere.path)
    assert Backups(folder).all() == ()
    with pytest.raises(StoreError, match="symbolic link"):
        restore(link, Backups(folder), LATER)


def test_what_a_killed_copy_left_is_swept_and_is_no_copy(folder: Path) -> None:
    left = folder / "backups" / ".defenses-new-0123"
    left.parent.mkdir()
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert Backups(folder).all() == ()
    Backups(folder).write(AT)
    assert not left.exists()


def test_the_process_that_copies_tells_the_path_or_the_reason(folder: Path, tmp_path: Path) -> None:
    def run(store: Path) -> Made:
        command = [
            sys.executable,
            "-P",
            "-m",
            "defense_console.store.sqlite.copies.backing_up",
            str(store),
            str(tmp_path / "c"),
            "3",
            "100",
            AT,
        ]
        return msgspec.json.decode(subprocess.run(command, capture_output=True, check=True).stdout, type=Made)

    assert named(Path(run(folder).path)) is not None
    refused = run(tmp_path / "nowhere")
    assert refused.path == ""
    assert "There is no store" in str(refused.refusal)
    TinyStore.open(tmp_path / "empty").close()
    assert run(tmp_path / "empty") == Made(), "an empty store needs no copy"


# --- putting back ------------------------------------------------------------------------------------------------


def test_a_copy_put_back_keeps_what_it_replaces(folder: Path) -> None:
    backup = Backups(folder).write(AT)
    store = TinyStore.open(folder)
    store.append(logs.more(1, 3, "after the copy"))
    store.close()

    done = restore(backup.path, Backups(folder), LATER)

    assert (lines(folder), done.logs) == (3, 2)
    assert done.kept is not None
    restore(done.kept, Backups(folder), "2026-03-02T11:00:00.000Z")
    assert lines(folder) == 4, "and what was replaced can be put back as well"


def test_of_a_folder_the_last_sound_copy_is_taken(folder: Path) -> None:
    first = Backups(folder).write(AT)
    second = Backups(folder).write(LATER)
    second.path.write_bytes(second.path.read_bytes().replace(b"one note", b"one lie."))

    assert restore(folder / "backups", Backups(folder), "2026-03-02T11:00:00.000Z").source == first.path


def test_a_copy_of_the_future_is_not_taken_for_the_last_and_pushes_none_out(folder: Path) -> None:
    backups = Backups(folder, kept=2, now=lambda: "2026-03-03T10:00:00.000Z")
    wrong = Backups(folder).write("2099-01-01T00:00:00.000Z")
    first, second = backups.write("2026-03-01T10:00:00.000Z"), backups.write("2026-03-02T10:00:00.000Z")
    assert [backup.path for backup in backups.all()] == [first.path, second.path]
    assert not wrong.path.exists()

    Backups(folder).write("2099-01-01T00:00:00.000Z")
    assert [(each.at[:4], each.doubtful) for each in backups.all()] == [
        ("2099", True),
        ("2026", False),
        ("2026", False),
    ]
    assert next(backups.sound()).path == second.path
    assert restore(folder / "backups", backups, "2026-03-03T10:00:00.000Z").source == second.path


def test_a_copy_of_the_future_alone_is_better_than_none(folder: Path) -> None:
    wrong = Backups(folder).write("2099-01-01T00:00:00.000Z")
    assert restore(wrong.path.parent, Backups(folder), "2026-03-03T10:00:00.000Z").source == wrong.path


def test_what_was_undone_by_a_restoration_does_not_come_back_from_a_copy_of_the_future(folder: Path) -> None:
    now = "2026-03-05T10:00:00.000Z"
    backups = Backups(folder, now=lambda: now)
    first = backups.write(AT)
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.more(1, 3, "undone"))
    Backups(folder).write("2099-01-01T00:00:00.000Z")
    restore(first.path, backups, "2026-03-04T10:00:00.000Z")
    assert "behind" not in [each.kind for each in examine(backups)]
    repair(backups, now, {})
    assert lines(folder) == 3


@pytest.mark.parametrize("damage", ["page", "header", "empty", "gone"])
def test_a_damaged_store_is_kept_byte_by_byte(folder: Path, damage: str) -> None:
    backup = Backups(folder).write(AT)
    file = folder / place.FILE
    data = bytearray(file.read_bytes())
    if damage == "page":
        data[4096:4196] = bytes(100)
    elif damage == "header":
        data[:16] = bytes(16)
    else:
        data.clear()
    if damage == "gone":
        file.unlink()
        (folder / f"{place.FILE}-wal").write_bytes(b"rest")
    else:
        file.write_bytes(data)

    done = restore(backup.path, Backups(folder), LATER)

    assert lines(folder) == 3
    assert done.kept is not None
    assert done.kept.name.startswith("damaged-")
    left = done.kept / (f"{place.FILE}-wal" if damage == "gone" else place.FILE)
    assert left.read_bytes() == (b"rest" if damage == "gone" else bytes(data))


def test_the_write_ahead_log_of_a_damaged_store_is_not_replayed_into_the_copy(folder: Path, tmp_path: Path) -> None:
    backup = Backups(folder).write(AT)
    store = TinyStore.open(folder)
    store.append(logs.more(1, 3, "only in the write-ahead log"))
    left = {end: (folder / (place.FILE + end)).read_bytes() for end in ("", "-wal")}
    store.close()
    left[""] = bytes(16) + left[""][16:]
    for end, data in left.items():
        logs.replace(folder / (place.FILE + end), data)

    done = restore(backup.path, Backups(folder), LATER)

    assert lines(folder) == 3
    assert done.kept is not None
    assert (done.kept / f"{place.FILE}-wal").read_bytes() == left["-wal"]


def test_what_is_no_sound_copy_is_refused_and_nothing_changes(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"not a database at all")
    backup = Backups(folder).write(AT)
    torn = tmp_path / "torn.db"
    torn.write_bytes(backup.path.read_bytes().replace(b"one note", b"one lie."))
    before = (folder / place.FILE).read_bytes()

    with pytest.raises(NotOurStore, match="not a copy of a store"):
        restore(other, Backups(folder), LATER)
    with pytest.raises(DamagedStore):
        restore(torn, Backups(folder), LATER)
    with pytest.raises(Exception, match="no such file"):
        restore(tmp_path / "nothing", Backups(folder), LATER)

    assert (folder / place.FILE).read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["backups", place.FILE]


def test_nothing_is_put_back_under_an_open_store_nor_opened_meanwhile(folder: Path) -> None:
    backup = Backups(folder).write(AT)
    store = TinyStore.open(folder)
    with pytest.raises(StoreError, match="open in a console"):
        restore(backup.path, Backups(folder), LATER)
    store.close()
    with alone(folder), pytest.raises(StoreError, match="being restored or repaired"):
        TinyStore.open(folder)
    held = share(folder)
    share(folder).release()
    held.release()
    with alone(folder):
        pass


def test_an_upgrade_drops_no_copy_and_a_store_that_is_gone_is_not_begun_anew_beside_its_copies(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    TinyStore.open(folder).close()
    days = [f"2026-01-{day:02d}T08:00:00.000Z" for day in range(1, 21)]
    for day in days:
        Backups(folder, kept=0).write(day)
    copy_before_upgrade(Backups(folder))
    assert len(Backups(folder).all()) == len(days) + 1
    (folder / "defenses.db").unlink()
    with pytest.raises(StoreError, match="copies of it are there"):
        TinyStore.open(folder)
