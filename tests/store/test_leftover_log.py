"""A write-ahead log beside a file it was not left by: nothing is read from the two, and neither is changed."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from defense_console.store.base import DamagedStore, ReadOnlyStore
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.diagnosis import examine
from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.opening import place, reading
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs

WAL = place.FILE + "-wal"


def killed(folder: Path, *ends: str) -> dict[str, bytes]:
    """What lies in a folder while a store is open, which is what a kill leaves. Args: which files, by their ends."""
    return {place.FILE + end: (folder / (place.FILE + end)).read_bytes() for end in ends}


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(mode=0o700)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    return folder


def history(folder: Path, defenses: int, notes: int) -> None:
    """A store of some defenses with notes, closed."""
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.student())
        for n in range(1, defenses + 1):
            store.append(logs.first(n))
            for seq in range(1, notes + 1):
                store.append(logs.more(n, seq, f"note {seq} of {n} " + "x" * 200))


def gone_on(folder: Path, defenses: int, notes: int, more: int) -> dict[str, bytes]:
    """What is left of a store that was killed after some more notes."""
    with closing(TinyStore.open(folder)) as store:
        for n in range(1, defenses + 1):
            for seq in range(notes + 1, notes + more + 1):
                store.append(logs.more(n, seq, f"later {seq} of {n} " + "y" * 200))
        return killed(folder, "", "-wal", "-shm")


@pytest.mark.parametrize("ends", [("", "-wal"), ("", "-wal", "-shm")], ids=["log", "log and shared memory"])
@pytest.mark.parametrize("more", [1, 20])
def test_what_a_crash_left_is_opened(tmp_path: Path, ends: tuple[str, ...], more: int) -> None:
    history(tmp_path / "store", 5, 10)
    left = gone_on(tmp_path / "store", 5, 10, more)
    folder = lay(tmp_path / "crashed", {place.FILE + end: left[place.FILE + end] for end in ends})
    with closing(TinyStore.open(folder, create=False)) as store:
        assert store.verify_all() == ()
        assert len(store.read_log(logs.stream(5))) == 11 + more


@pytest.mark.parametrize(("notes", "later", "more"), [(4, 10, 1), (4, 10, 20), (8, 20, 3), (3, 9, 2)])
def test_the_log_of_a_later_state_is_not_read_with_an_earlier_file(
    tmp_path: Path, notes: int, later: int, more: int
) -> None:
    store = tmp_path / "store"
    history(store, 5, notes)
    earlier = (store / place.FILE).read_bytes()
    left = gone_on(store, 5, notes, later)  # ends well: what is in its log goes into the file
    left = gone_on(store, 5, notes + later, more)
    refused(lay(tmp_path / "mixed", {place.FILE: earlier, WAL: left[WAL]}))


def test_the_log_of_another_store_is_not_read(tmp_path: Path) -> None:
    history(tmp_path / "store", 4, 6)
    history(tmp_path / "other", 3, 9)
    left = gone_on(tmp_path / "other", 3, 9, 2)
    refused(lay(tmp_path / "mixed", {place.FILE: (tmp_path / "store" / place.FILE).read_bytes(), WAL: left[WAL]}))


def refused(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in (place.FILE, WAL)}
    for _ in range(2):  # the first look must not make the mixture the file
        with pytest.raises(DamagedStore) as error:
            TinyStore.open(folder, create=False).close()
        assert "doctor" in str(error.value)
        with pytest.raises(DamagedStore):
            reading.read_store(folder, ReadOnlyStore("it may not be written")).close()
        assert {name: (folder / name).read_bytes() for name in (place.FILE, WAL)} == before
    assert [each.repairable for each in examine(Backups(folder))]


def test_an_open_store_is_not_looked_through_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history(tmp_path / "store", 1, 1)
    with closing(TinyStore.open(tmp_path / "store")) as store:
        store.append(logs.more(1, 2, "in the log"))
        monkeypatch.setattr(RowStorage, "has_torn_pages", lambda _rows: True)
        TinyStore.open(tmp_path / "store").close()
    shutil.rmtree(tmp_path / "store")
