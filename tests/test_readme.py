"""What the documents say is true: the README's key table is the command table, every link and picture is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defense_console.keys.sentences import key_table_markdown

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TABLE_BEGINS = "a test compares them -->\n"
TABLE_ENDS = "\n<!-- end of keys"


@pytest.mark.snapshot
def test_the_key_table_is_the_command_table(request: pytest.FixtureRequest) -> None:
    text = README.read_text(encoding="utf-8")
    before, begins, rest = text.partition(TABLE_BEGINS)
    table, ends, after = rest.partition(TABLE_ENDS)
    assert ends, "the README has lost a mark of its key table"
    commands = key_table_markdown("en").strip()
    if request.config.getoption("--snapshot-update"):
        README.write_text(before + begins + commands + ends + after, encoding="utf-8")
    else:
        assert table == commands


DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md", *(ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_and_picture_exists(document: Path) -> None:
    targets = re.findall(r"\]\(<?([^)>]+)>?\)", document.read_text(encoding="utf-8"))
    files = [target.partition("#")[0] for target in targets if not target.startswith(("#", "https://"))]
    assert document.name != "README.md" or targets
    assert [file for file in files if not (document.parent / file).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_and_folder_that_is_named_exists(document: Path) -> None:
    """A module is named by the end of its path, `live/screen.py`; a folder by its path in the package or the project."""
    text = document.read_text(encoding="utf-8")
    package = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[a-z]*/**/*.py")} | {"hatch_build.py"}
    modules = re.findall(r"`([\w/]+\.py)`", text)
    assert [name for name in modules if not any(f"/{path}".endswith(f"/{name}") for path in package)] == []
    folders = re.findall(r"`([a-z_]+(?:/[a-z_]+)*)/`", text)
    assert [name for name in folders if not any((root / name).is_dir() for root in (ROOT / "defense_console", ROOT))] == []
