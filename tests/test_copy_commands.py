"""`backup` and `restore` on the command line, documents and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model import events as ev
from defense_console.store.tiny import TinyStore
from defense_console.store.vault import Vault
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A defense with one document in the vault."""
    room = Room(tmp_path / "store")
    room.student("s1", "Lina [x]\x1b[31m")
    id = room.plan()
    with Vault(room.folder).taking() as taking:
        kept = taking.add([b"the document"])
    file = ev.ReceivedFile("report.txt", kept.size, kept.sha256)
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
        (inside, "lies in the store's own folder"),
        (nothing, "no such file"),
        (none, "no sound copy"),
    ):
        assert refused.exit_code == 2
        assert words in refused.output
