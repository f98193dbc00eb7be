"""What must be on the disk before something else happens, and what nobody else may read, from the first byte on.

A power cut shows only once in many that a sync is missing; here every call is written down instead, in order.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.copies.replacing import set_aside
from defense_console.store.sqlite.copies.restoring import restore
from defense_console.store.sqlite.damage.repairing import repair
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.forgetting import forget_in_copy, forget_in_store
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.reserve import Reserve
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import write_aside
from tests.store import logs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file a handle is")

AT, LATER = "2026-03-02T09:00:00.000Z", "2026-03-02T10:00:00.000Z"
COPY = "defenses-20260302T090000000Z.db"


class Journal(list[str]):
    """What this process synced, named, removed and cut, in order; SQLite's own calls are not among them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        fsync, replace, unlink, ftruncate = os.fsync, os.replace, os.unlink, os.ftruncate

        def name(handle: int) -> str:
            return Path(f"/proc/self/fd/{handle}").readlink().name

        def synced(handle: int) -> None:
            self.append(f"sync {name(handle)}")
            fsync(handle)

        def named(source: Any, target: Any) -> None:
            self.append(f"name {Path(target).name}")
            replace(source, target)

        def removed(path: Any, **options: Any) -> None:
            self.append(f"remove {Path(path).name}")
            unlink(path, **options)

        def cut(handle: int, length: int) -> None:
            self.append(f"cut {name(handle)}")
            ftruncate(handle, length)

        for function, double in (("fsync", synced), ("replace", named), ("unlink", removed), ("ftruncate", cut)):
            patch.setattr(os, function, double)

    def around(self, entry: str, before: int, after: int) -> list[str]:
        """So many entries before one, and after it."""
        at = self.index(entry)
        return [*self[at - before : at], *self[at + 1 : at + 1 + after]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with a copy."""
    folder = tmp_path / "store"
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.student())
        store.append(logs.first())
    Backups(folder).write(AT)
    return folder


@pytest.fixture
def journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    with monkeypatch.context() as patch:
        yield Journal(patch)


def test_a_copy_is_on_the_disk_before_it_gets_its_name_and_so_is_the_name(folder: Path, journal: Journal) -> None:
    copy = Backups(folder).write(LATER).path
    before, after = journal.around(f"name {copy.name}", 1, 1)
    assert before == f"sync {place.FILE}"
    assert after == "sync backups"


def test_the_old_log_is_gone_from_the_disk_before_another_file_gets_the_name(folder: Path, journal: Journal) -> None:
    restore(folder / "backups" / COPY, Backups(folder), LATER)
    wal, shm = (f"remove {place.FILE}{end}" for end in place.COMPANIONS)
    assert journal.around(f"name {place.FILE}", 3, 1) == [wal, shm, "sync store", "sync store"]


def test_what_a_repair_keeps_is_on_the_disk_before_anything_is_replaced(folder: Path, journal: Journal) -> None:
    aside = repair(Backups(folder), LATER, {}).aside
    assert journal[:3] == [f"sync {place.FILE}", f"sync {aside.name}", "sync store"]
    assert f"name {place.FILE}" in journal[3:]


def test_what_was_built_anew_without_a_student_is_on_the_disk_before_it_gets_the_name(
    folder: Path, journal: Journal
) -> None:
    assert forget_in_copy(folder / "backups" / COPY, "s1")
    before, after = journal.around(f"name {COPY}", 1, 1)
    assert before == f"sync {place.FILE}"
    assert after == "sync backups"
    journal.clear()
    forget_in_store(folder, "s1")
    assert journal[0] == f"sync {place.FILE}"
    assert f"name {place.FILE}" in journal[1:]


def test_a_spool_that_goes_is_emptied_on_the_disk_first(tmp_path: Path, folder: Path, journal: Journal) -> None:
    """After a power cut a name that was removed may be there again: of an empty file nothing is written twice."""
    with closing(TinyStore.open(folder)) as store:
        spool = Spool(tmp_path / "spool", store.identity)
    spool.keep([logs.first()])
    assert spool.file is not None
    name = spool.file.name
    journal.clear()
    spool.empty()
    assert journal == [f"cut {name}", f"sync {name}", f"remove {name}", "sync spool"]


def test_a_store_is_whole_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    link = os.link

    def looked_at(new: Path, path: Path) -> None:
        with closing(sqlite3.connect(new)) as connection:
            found.append(schema.version_of(connection))
        link(new, path)

    monkeypatch.setattr(os, "link", looked_at)
    TinyStore.open(tmp_path / "new").close()
    assert found == [schema.version()]


def test_every_new_file_is_private_from_its_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a file's making and a change of its rights anybody could open it, and read on for ever."""
    modes: list[tuple[str, int]] = []
    opened = os.open

    def watched(path: Any, flags: int, mode: int = 0o777, **options: Any) -> int:
        if flags & os.O_CREAT:
            modes.append((Path(path).name, mode))
        return opened(path, flags, mode, **options)

    monkeypatch.setattr(os, "open", watched)
    mask = os.umask(0)
    try:
        folder = tmp_path / "store"
        with closing(TinyStore.open(folder)) as store:
            store.append(logs.first())
            spool = Spool(tmp_path / "spool", store.identity)
        spool.keep([logs.first()])
        write_aside(spool.folder, spool.store, [logs.first()])
        copy = Backups(folder).write(AT).path
        restore(copy, Backups(folder), LATER)
        aside = set_aside(folder, LATER)
        Reserve(folder).renew()
        with FolderVault(folder).taking() as taking:
            taking.add([b"a report"])
    finally:
        os.umask(mask)
    assert len(modes) == 9
    assert [entry for entry in modes if entry[1] != 0o600] == []
    made = [aside, copy.parent, tmp_path / "spool", folder / "documents"]
    assert [path.stat().st_mode & 0o777 for path in made] == [0o700] * 4
