"""Stores of every earlier schema open, after a copy, step by step, and give what they always gave."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from defense_console.desk.logs.direct import DirectLogs
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.store.base import DamagedStore, NewerStore, StoreError
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies import backups as backups_module
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.copies.restoring import restore
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.store.make_store import STORES, desk

EARLIER = sorted(STORES.glob("*.db"), key=lambda path: int(path.stem))
LATER = "2026-03-02T10:00:00.000Z"


def test_every_schema_has_its_store() -> None:
    assert [path.stem for path in EARLIER] == [str(n) for n in range(1, schema.version() + 1)]


@pytest.mark.parametrize("path", EARLIER, ids=lambda path: path.stem)
def test_a_store_of_an_earlier_schema_gives_what_it_always_gave(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    shutil.copyfile(path, folder / place.FILE)
    with closing(TinyStore.open(folder, create=False)) as store:
        exported = b"".join(desk(store).export())
        assert exported == path.with_suffix(".jsonl").read_bytes()
        assert store.verify_all() == ()
        logs_of_all = DirectLogs(store, lambda: Stamp(LATER, 0, 0, ""), "Mentor Test", {})
        sessions = {logs_of_all.log(DEFENSE, id).state.session for id in logs_of_all.ids(DEFENSE)}
        assert {"planned", "live", "held"} <= sessions, "every log folds, in every state"
        assert len(store.pending()) + len(store.closed()) == len(list(logs_of_all.ids(DEFENSE)))
    upgrades = [backup for backup in Backups(folder).all() if backup.reason == "upgrade"]
    assert len(upgrades) == int(path.stem != str(schema.version()))


# --- a step that does not exist yet ---------------------------------------------------------------------------------


def add_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (note TEXT)")


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half (note TEXT)")
    raise sqlite3.OperationalError("disk I/O error")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first())
        store.append(logs.more(1, 1, "a note"))
    return folder


def steps(monkeypatch: pytest.MonkeyPatch, *taken: schema.Step) -> int:
    monkeypatch.setattr(schema, "SCHEMA_STEPS", (*schema.SCHEMA_STEPS, *taken))
    return schema.version()


def version(folder: Path) -> tuple[int, set[str]]:
    """The schema of the file, and its tables."""
    with closing(sqlite3.connect(folder / place.FILE)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return schema.version_of(connection), names


def test_a_step_is_taken_once_after_a_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(folder)[0]
    after = steps(monkeypatch, add_table)
    for _ in range(2):
        with closing(TinyStore.open(folder)) as store:
            assert len(store.read_log(logs.stream())) == 2
    assert version(folder)[0] == after
    assert "notes" in version(folder)[1]
    (copy,) = Backups(folder).all()
    assert copy.reason == "upgrade"
    with closing(sqlite3.connect(copy.path)) as connection:
        assert schema.version_of(connection) == before

    done = restore(copy.path, Backups(folder), LATER)
    assert done.logs == 1
    assert version(folder)[0] == after, "a copy of an earlier schema is brought up as well"


def test_a_step_another_console_took_meanwhile_is_not_taken_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked, and one of them was first: the other has the transaction now, and must look again."""
    after, looked = steps(monkeypatch, add_table), schema.version_of
    others: list[int] = []
    with closing(sqlite3.connect(folder / place.FILE, isolation_level=None)) as connection:

        def look(asked: sqlite3.Connection) -> int:
            found = looked(asked)
            if asked is connection and not others:
                others.append(found)
                TinyStore.open(folder).close()
            return found

        monkeypatch.setattr(schema, "version_of", look)
        schema.bring_up(connection)
    assert others == [after - 1]
    assert version(folder)[0] == after


def test_a_new_store_has_the_present_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after = steps(monkeypatch, add_table)
    TinyStore.open(tmp_path / "new").close()
    assert version(tmp_path / "new")[0] == after
    assert Backups(tmp_path / "new").all() == (), "there is nothing to copy"


def test_a_step_that_fails_leaves_the_store_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(folder)
    with monkeypatch.context() as patch:
        steps(patch, add_table, fail)
        with pytest.raises(StoreError):
            TinyStore.open(folder)
        assert version(folder)[0] == before[0] + 1, "the step before it is whole"
        assert "half" not in version(folder)[1]
    with pytest.raises(NewerStore):
        TinyStore.open(folder)
    restore(Backups(folder).all()[0].path, Backups(folder), LATER)
    assert version(folder) == before


def test_without_a_copy_no_step_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(folder)
    steps(monkeypatch, add_table)
    (folder / "backups").write_text("a file is in the way")
    with pytest.raises(StoreError):
        TinyStore.open(folder)
    assert version(folder) == before


# --- where the copy goes --------------------------------------------------------------------------------------------


def test_the_copy_goes_where_all_copies_go_and_pushes_none_of_them_out(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = Backups(folder, tmp_path / "stick" / "store", kept=1)
    for day in ("2026-03-01", "2026-03-02"):
        Backups(folder, backups.folder, kept=0).write(f"{day}T10:00:00.000Z")
    steps(monkeypatch, add_table)
    with closing(TinyStore.open(folder, backups=backups)) as store:
        assert store.notice is None
    assert [backup.reason for backup in backups.all()] == ["", "", "upgrade"]
    assert not (folder / place.BACKUPS).exists()


def test_where_that_folder_cannot_be_written_it_lies_beside_the_store_and_this_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stick").write_text("a file is in the way")
    steps(monkeypatch, add_table)
    with closing(TinyStore.open(folder, backups=Backups(folder, tmp_path / "stick" / "store"))) as store:
        told = store.notice
    (copy,) = Backups(folder).all()
    assert copy.reason == "upgrade"
    assert told is not None
    assert told.parameters["path"] == copy.path
    assert str(tmp_path / "stick") in str(told.parameters["problem"])
    with closing(TinyStore.open(folder, backups=Backups(folder, tmp_path / "stick" / "store"))) as store:
        assert store.notice is None, "once"


def test_a_damaged_store_is_not_brought_up_from_anywhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = version(folder)
    steps(monkeypatch, add_table)
    monkeypatch.setattr(backups_module, "fault_of", lambda _path, _watch: ConsoleError("damaged"))
    with pytest.raises(DamagedStore):
        TinyStore.open(folder, backups=Backups(folder, tmp_path / "stick"))
    assert version(folder) == before
    assert Backups(folder).all() == ()
