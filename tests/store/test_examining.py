"""Looking at a store changes nothing of it, whatever its schema, whoever has it open, and without rights."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from defense_console.desk.logs.direct import DirectLogs
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.envelope import Stamp
from defense_console.store.base import NewerStore
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.diagnosis import examine, examined
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.reading import examined_store
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.store.make_store import STORES

KEPT = sorted(STORES.glob("*.db"), key=lambda path: int(path.stem))
NOW = "2026-03-02T10:00:00.000Z"


def add_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (note TEXT)")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> int:
    """A console of one schema more, for which every store kept is an earlier one. Returns: its schema."""
    monkeypatch.setattr(schema, "SCHEMA_STEPS", (*schema.SCHEMA_STEPS, add_table))
    return schema.version()


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and rights of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes() if path.is_file() else b"", path.stat().st_mode)
        for path in (folder, *sorted(folder.rglob("*")))
    }


def crashed(folder: Path, target: Path, beside: tuple[str, ...]) -> Path:
    """What a kill leaves of a store: its last commits are in the log alone."""
    store = TinyStore.open(folder)
    store.append(logs.first())
    store.append(logs.more(1, 1, "only in the log"))
    target.mkdir(mode=0o700)
    for end in ("", *beside):
        shutil.copyfile(folder / (place.FILE + end), target / (place.FILE + end))
        (target / (place.FILE + end)).chmod(0o600)
    store.close()
    return target


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_store_of_an_earlier_schema_is_examined_without_changing_a_byte(
    path: Path, tmp_path: Path, later: int
) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    shutil.copyfile(path, folder / place.FILE)
    (folder / place.FILE).chmod(0o600)
    before = state(folder)
    with examined(Backups(folder)) as (found, store):
        assert [(each.kind, each.repairable) for each in found] == [("schema", True)]
        assert found[0].problem.parameters == {"found": int(path.stem), "wanted": later}
        assert store is not None
        known = DirectLogs(store, lambda: Stamp(NOW, 0, 0, ""), "", {})
        assert {"planned", "live", "held"} <= {known.log(DEFENSE, id).state.session for id in known.ids(DEFENSE)}
    assert state(folder) == before


def test_damage_in_a_store_of_an_earlier_schema_is_named_too(tmp_path: Path, later: int) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    shutil.copyfile(KEPT[-1], folder / place.FILE)
    (folder / place.FILE).chmod(0o600)
    with closing(sqlite3.connect(folder / place.FILE)) as connection, connection:
        connection.execute("UPDATE rows SET sum = x'00' WHERE tab LIKE 'defense/%' AND id = 2")
    before = state(folder)
    kinds = [each.kind for each in examine(Backups(folder))]
    assert kinds[0] == "schema"
    assert "log" in kinds
    assert state(folder) == before


@pytest.mark.parametrize("beside", [("-wal",), ("-wal", "-shm")], ids=["log", "log and shared memory"])
def test_what_a_crash_left_is_looked_at_as_it_is(tmp_path: Path, beside: tuple[str, ...]) -> None:
    folder = crashed(tmp_path / "store", tmp_path / "crashed", beside)
    before = state(folder)
    with examined(Backups(folder)) as (found, store):
        assert found == ()
        assert store is not None
        assert len(store.read_log(logs.stream())) == 2
    assert state(folder) == before


def test_a_sound_store_is_left_as_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first())
    before = state(folder)
    assert examine(Backups(folder)) == ()
    assert state(folder) == before


def test_a_store_somebody_has_open_is_looked_at_as_it_is_now(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with closing(TinyStore.open(folder)) as writer:
        writer.append(logs.first())
        store, version = examined_store(folder)
        with closing(store):
            assert version == schema.version()
            assert len(store.read_log(logs.stream())) == 1
            writer.append(logs.more(1, 1, "later"))
            assert len(store.read_log(logs.stream())) == 1, "it is a copy, and holds nobody up"


def test_nothing_is_written_into_what_is_only_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    TinyStore.open(folder).close()
    store, _version = examined_store(folder)
    with closing(store), pytest.raises(RuntimeError, match="looked at"):
        store.append(logs.first())


def test_a_newer_store_is_refused_and_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    TinyStore.open(folder).close()
    with closing(sqlite3.connect(folder / place.FILE)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.version() + 1}")
    before = state(folder)
    with pytest.raises(NewerStore):
        examine(Backups(folder))
    assert state(folder) == before


WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.diagnosis import examined
os.setgroups([]), os.setgid(65534), os.setuid(65534)
with examined(Backups(Path(sys.argv[1]))) as (found, store):
    print(*sorted({each.kind for each in found}), len(store.streams()))
"""


@pytest.mark.skipif(os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to drop")
def test_a_store_that_cannot_be_written_is_examined() -> None:
    with tempfile.TemporaryDirectory() as outside:  # every run of the tests closes the folder of all of them again
        Path(outside).chmod(0o711)
        folder = Path(outside, "store")
        with closing(TinyStore.open(folder)) as store:
            store.append(logs.first())
        folder.chmod(0o555)
        (folder / place.FILE).chmod(0o444)
        before = state(folder)
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, str(folder)], capture_output=True, text=True, check=False
        )
        assert done.stdout.split() == ["rights", "1"], done.stderr
        assert state(folder) == before
