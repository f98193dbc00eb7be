"""The index for searches of a store in a folder: a cache that follows the logs, and that may be damaged or missing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from defense_console.model.defense.subject import DEFENSE
from defense_console.model.queue.searching import Found, Wanted
from defense_console.store.caches import notes_of_log
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.copies.restoring import restore
from defense_console.store.sqlite.damage.diagnosis import examine
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.search import index as index_module
from defense_console.store.sqlite.search import making, searching
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.store.contract import closed_at
from tests.waiting import wait_for

LATER = "2026-03-02T10:00:00.000Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three closed defenses and one that waits, all of one student; each has a note."""
    folder = tmp_path / "store"
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.student("s1", "Lina Demo"))
        for n in range(1, 5):
            store.append(closed_at(n, f"2026-03-{n:02}T10:00:00.000Z") if n < 4 else logs.first(n))
            row = msgspec.structs.replace(logs.summary(n, pending=n == 4), notes=1)
            store.append(msgspec.structs.replace(logs.more(n, 1, f"hesitates{n}"), row=msgspec.to_builtins(row)))
    return folder


@pytest.fixture
def store(folder: Path) -> Iterator[TinyStore]:
    with closing(TinyStore.open(folder)) as store:
        yield store


def told(store: TinyStore, text: str) -> tuple[int, int]:
    found = store.search(Wanted(text))
    return found.total, len(found.pending)


def indexed(folder: Path) -> list[str]:
    """What the index holds, read as SQLite has it."""
    with closing(sqlite3.connect(folder / place.SEARCH)) as connection:
        return sorted(id for (id,) in connection.execute("SELECT id FROM docs"))


def kinds(folder: Path) -> list[str]:
    return [each.kind for each in examine(Backups(folder))]


def test_it_is_made_by_the_first_search_and_takes_in_only_what_is_new(
    folder: Path, store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not (folder / place.SEARCH).exists()
    assert told(store, "hesit") == (3, 1)
    assert indexed(folder) == sorted(logs.defense(n) for n in range(1, 5))
    read: list[str] = []

    def noted(stream: str, *rest: Any) -> str:
        read.append(stream)
        return notes_of_log(stream, *rest)

    monkeypatch.setattr(searching, "notes_of_log", noted)
    store.append(logs.more(4, 2, "budget"))
    assert (told(store, "lina"), told(store, "budg")) == ((3, 1), (0, 0)), "the row of the test says it has no note"
    store.append(msgspec.structs.replace(logs.more(4, 3, "diagram"), row=None))
    assert told(store, "diagr") == (0, 1)
    store.append(logs.student("s2", "Tom Demo"))
    assert told(store, "lina hesitates2") == (1, 0)
    assert read == [logs.stream(4)], "no other log is read again"


def test_a_closed_defense_that_waits_again_is_pending_in_it(store: TinyStore) -> None:
    assert told(store, "lina") == (3, 1)
    store.append(logs.more(1, 2, "contested"))
    assert told(store, "lina") == (2, 2)


@pytest.mark.parametrize("damage", ["garbage", "page", "other", "locked out"])
def test_whatever_is_wrong_with_it_searches_go_on(folder: Path, damage: str) -> None:
    with closing(TinyStore.open(folder)) as store:
        assert told(store, "hesit") == (3, 1)
    path = folder / place.SEARCH
    if damage == "garbage":
        path.write_bytes(b"not a database" * 400)
    elif damage == "page":
        content = bytearray(path.read_bytes())
        content[4096:] = b"\xa5" * (len(content) - 4096)
        path.write_bytes(content)
    elif damage == "other":
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE facts (other TEXT)")
    else:
        path.unlink()
        path.mkdir()
    with closing(TinyStore.open(folder)) as store:
        assert store.verify_all() == ()
        assert "index" in kinds(folder)
        for _ in range(2):
            assert told(store, "hesit") == (3, 1)
        store.append(logs.more(1, 2, "goes on"))
        assert told(store, "lina") == (2, 2)


def test_a_doctor_sees_that_it_says_something_else_than_the_store(folder: Path, store: TinyStore) -> None:
    assert told(store, "lina") == (3, 1)
    assert kinds(folder) == []
    with closing(sqlite3.connect(folder / place.SEARCH)) as connection, connection:
        connection.execute("UPDATE docs SET name = 'nobody' WHERE id = ?", (logs.defense(1),))
    assert kinds(folder) == ["index"]
    store.make_index()
    assert kinds(folder) == []


def test_without_fts5_the_same_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "WORDS", "CREATE VIRTUAL TABLE words USING no_such_module (piece)")
    id = logs.defense(2)[:6]
    texts = ("", "lin", "lina 1", "in", "p2 demo", "hesit", "hesitates2", id, "2026-03-02", "2/3/20", "valid")
    with closing(TinyStore.open(folder)) as store:
        without = [_ids(store.search(Wanted(text))) for text in texts]
    with closing(sqlite3.connect(folder / place.SEARCH)) as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchall()
    monkeypatch.undo()
    place.remove_index(folder)
    with closing(TinyStore.open(folder)) as store:
        assert [_ids(store.search(Wanted(text))) for text in texts] == without
    assert [total for _ids, total, _pending in without] == [3, 3, 0, 3, 3, 3, 1, 1, 3, 3, 0]


def _ids(found: Found) -> tuple[tuple[str, ...], int, frozenset[str]]:
    return tuple(each.id for each in found.closed), found.total, found.pending


def test_a_word_that_is_longer_than_a_piece_is_found_whole(store: TinyStore) -> None:
    name = "Donaudampfschifffahrtsgesellschaftskapitän"
    store.append(logs.renamed("s1", 1, name))
    assert (told(store, name), told(store, name + "s"), told(store, name[:30])) == ((3, 1), (0, 0), (3, 1))


def test_a_store_put_back_to_an_earlier_state_has_another_index(folder: Path) -> None:
    backups = Backups(folder)
    with closing(TinyStore.open(folder)) as store:
        assert told(store, "hesit") == (3, 1)
        copy = backups.write(LATER).path
        store.append(logs.more(1, 2, "contested"))
        assert told(store, "lina") == (2, 2)
    kept = folder / "kept"
    shutil.copyfile(folder / place.SEARCH, kept)
    restore(copy, backups, LATER)
    assert not (folder / place.SEARCH).exists()
    shutil.move(kept, folder / place.SEARCH)  # as somebody does who copies files
    with closing(TinyStore.open(folder)) as store:
        for seq, text in ((2, "another"), (3, "history")):
            row = msgspec.structs.replace(logs.summary(4), notes=seq)
            store.append(msgspec.structs.replace(logs.more(4, seq, text), row=msgspec.to_builtins(row)))
        assert (told(store, "histo"), told(store, "lina")) == ((0, 1), (3, 1))


def test_what_is_far_behind_is_made_again_by_a_process_of_its_own(
    folder: Path, store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    found = store.search(Wanted("lina"))
    assert (found.total, len(found.pending), found.whole) == (3, 1, False), "the rows answer meanwhile"
    wait_for(lambda: store.search(Wanted("hesit")).whole, "nobody makes the index")
    assert told(store, "hesit") == (3, 1)


def test_the_process_makes_it(folder: Path) -> None:
    making.main(str(folder))
    assert len(indexed(folder)) == 4


def test_it_is_in_no_copy_and_is_only_for_the_mentor(folder: Path, store: TinyStore) -> None:
    store.search(Wanted("hesit"))
    assert (folder / place.SEARCH).stat().st_mode & 0o777 == 0o600
    copy = Backups(folder).write(LATER).path
    with closing(sqlite3.connect(copy)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {"rows", "tables"}
    assert [stream for stream in store.streams() if not stream.startswith((DEFENSE.prefix, "student/"))] == []
