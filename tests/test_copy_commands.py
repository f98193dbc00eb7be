"""`backup` and `restore` on the command line, documents and all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies.backups import Backups, folder_of
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.store import TinyStore
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A defense with one document in the vault."""
    room = Room(tmp_path / "store")
    room.student("s1", "Lina [x]\x1b[31m")
    id = room.plan()
    with FolderVault(room.folder).taking() as taking:
        kept = taking.add([b"the document"])
    file = ReceivedFile("report.txt", kept.size, kept.sha256)
    room.add(id, ev.DeliverableReceived(1, (file,)))
    return room


def cli(room: Room, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--store", str(room.folder)])


def test_a_copy_for_another_disk_takes_the_documents_along_each_once(room: Room, tmp_path: Path) -> None:
    other = tmp_path / "stick"
    first, second = cli(room, "backup", "-o", other), cli(room, "backup", "-o", other)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "2 logs copied and checked" in first.output
    assert "1 document copied" in first.output
    assert "0 documents copied" in second.output
    assert len(list(other.glob("*.db"))) == 2

    empty = Room(tmp_path / "another")
    done = cli(empty, "restore", other)
    assert done.exit_code == 0, done.output
    assert "2 logs restored" in done.output
    assert "1 document came with it." in done.output
    assert "kept" not in done.output, "there was nothing before"
    assert cli(empty, "verify").exit_code == 0
    assert cli(empty, "export").output == cli(room, "export").output


def test_a_restored_store_tells_what_it_replaced_and_what_is_missing(room: Room, tmp_path: Path) -> None:
    made = cli(room, "backup")
    assert made.exit_code == 0
    for document in (room.folder / "documents").rglob("*"):
        if document.is_file():
            document.unlink()
    done = cli(room, "restore", next((room.folder / "backups").iterdir()))
    assert done.exit_code == 0
    assert "What was there before is kept:" in done.output
    assert "1 document is missing" in done.output


def test_refusals_are_sentences(room: Room, tmp_path: Path) -> None:
    store = TinyStore.open(room.folder)
    cli(room, "backup")
    held = cli(room, "restore", room.folder / "backups")
    store.close()
    inside, nothing = cli(room, "backup", "-o", room.folder / "x"), cli(room, "restore", tmp_path / "nothing")
    (tmp_path / "none").mkdir()
    none = cli(room, "restore", tmp_path / "none")
    for refused, words in (
        (held, "is open in a console"),
        (inside, "is in the store's own folder"),
        (nothing, "no such file"),
        (none, "no sound copy"),
    ):
        assert refused.exit_code == 2
        assert words in refused.output


def test_the_invented_documents_of_the_demo_are_missed_by_no_command(tmp_path: Path) -> None:
    demo, other = Room(tmp_path / "demo"), tmp_path / "stick"
    assert cli(demo, "demo", "--fill").exit_code == 0
    for arguments in (("backup",), ("backup", "-o", other), ("restore", demo.folder / "backups"), ("restore", other),
                      ("doctor",), ("export", "--files", "-o", tmp_path / "whole.zip")):  # fmt: skip
        done = cli(demo, *arguments)
        assert (done.exit_code, done.stderr) == (0, ""), arguments


def add_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (note TEXT)")


@pytest.mark.parametrize(
    "arguments", [("list",), ("verify",), ("export",), ("backup",), ("doctor", "--repair"), ("forget", "s1", "--yes")],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_whichever_command_brings_a_store_up_copies_it_where_the_settings_say(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    settings, stick = tmp_path / "settings.toml", tmp_path / "stick"
    settings.write_text(f'zone = "UTC"\nbackup_folder = "{stick}"\n')
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(settings))
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setattr(schema, "SCHEMA_STEPS", (*schema.SCHEMA_STEPS, add_table))
    done = cli(room, *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    reasons = [backup.reason for backup in Backups(room.folder, folder_of(room.folder, str(stick))).all()]
    assert reasons[0] == "upgrade"
    assert not (room.folder / "backups").exists()


def test_a_copy_that_had_to_be_made_beside_the_store_is_told_beside_the_answer(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, stick = tmp_path / "settings.toml", tmp_path / "stick"
    settings.write_text(f'zone = "UTC"\nbackup_folder = "{stick}"\n')
    stick.write_text("a file is in the way")
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(settings))
    monkeypatch.setattr(schema, "SCHEMA_STEPS", (*schema.SCHEMA_STEPS, add_table))
    listed, again = cli(room, "list", "--json"), cli(room, "list", "--json")
    (copy,) = (room.folder / "backups").iterdir()
    assert listed.exit_code == 0
    assert listed.stderr.startswith(f"The copy made before this store was updated is in {copy}, not with the others:")
    assert (again.stdout, again.stderr) == (listed.stdout, "")
