"""A console has two connections to its store; another process that comes and goes takes nothing from them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from defense_console.model.log.envelope import Stamp
from defense_console.store.base import Draft
from defense_console.store.sqlite.opening.place import FILE
from defense_console.store.sqlite.store import TinyStore

COME_AND_GO = """
import sys
from pathlib import Path
from defense_console.store.sqlite.store import TinyStore
store = TinyStore.open(Path(sys.argv[1]))
print(sorted(store.all_drafts()["defense/x"]))
store.close()
"""


def visit(folder: Path) -> str:
    """Another process opens the store, reads and leaves."""
    command = [sys.executable, "-c", COME_AND_GO, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_visitor_does_not_delete_the_log_under_a_running_console(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    reader = TinyStore.open(folder)
    assert reader.pending() == ()
    writer = TinyStore.open(folder)
    try:
        writer.save_draft("defense/x", "first", Draft("a", Stamp("", 0, 0, ""), 0))
        log = (folder / f"{FILE}-wal").stat().st_ino
        assert "first" in visit(folder)
        assert (folder / f"{FILE}-wal").stat().st_ino == log
        writer.save_draft("defense/x", "second", Draft("b", Stamp("", 0, 0, ""), 0))
        assert "second" in visit(folder)
        assert set(reader.all_drafts().get("defense/x", {})) == {"first", "second"}
    finally:
        writer.close()
        reader.close()
