"""Files that a mentor saves: their names, and that nothing half-written is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from defense_console.desk.exchange.saving import proposed_file, save
from defense_console.model.errors import ConsoleError


def test_a_name_is_proposed_that_no_file_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_documents_path", lambda: tmp_path)
    first = proposed_file(("Zoé [/x] O'Neill", "IRP-P2", "../report"), "pdf")
    assert first == tmp_path / "Zoé_x_O_Neill-IRP-P2-report.pdf"
    first.touch()
    assert proposed_file(("Zoé [/x] O'Neill", "IRP-P2", "../report"), "pdf").name.endswith("-report-2.pdf")
    assert len(proposed_file(("a" * 300,), "md").name) < 100


def test_without_a_folder_for_documents_it_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_documents_path", lambda: tmp_path / "none")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert proposed_file(("a",), "md") == tmp_path / "a.md"


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "full")

    place = tmp_path / "report.md"
    place.write_text("old")
    with pytest.raises(ConsoleError):
        save(place, parts())
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.md", "old")]
