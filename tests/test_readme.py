"""The documents are true: keys and settings match the code, links and names lead somewhere, words are plain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defense_console.settings import Settings
from tests.key_tables import BEGINS, PAGE, with_tables
from tests.ui.test_pictures import SCENES

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCUMENTS = (
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "data" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
)
STILTED = r"\b(?:told|anew|besides?|bears?|stands?|whatever|whoever|of which|thereof|wherein|hitherto)\b"

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def test_the_key_tables_are_the_command_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: make keys"


def test_every_setting_is_described_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    described = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text.partition("## Environment")[0], re.MULTILINE))
    defaults = {
        name: getattr(Settings(), name)
        for name in Settings.__struct_fields__
        if name not in ("file", "kept", "new", "unnamed")
    }
    assert described.keys() == defaults.keys()
    numbers = {name: str(value) for name, value in defaults.items() if type(value) is int}
    assert {name: described[name] for name in numbers} == numbers


def test_the_front_page_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


@each_document
def test_every_link_and_picture_exists(document: Path) -> None:
    targets = re.findall(r"\]\(<?([^)>]+)>?\)", document.read_text(encoding="utf-8"))
    assert document.name != "README.md" or targets
    broken = []
    for target in targets:
        if not target.startswith("https://"):
            file, _sign, heading = target.partition("#")
            page = document.parent / file if file else document
            if not page.exists() or (heading and heading not in headings(page)):
                broken.append(target)
    assert broken == []


def headings(page: Path) -> set[str]:
    """The names under which GitHub links the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_is_listed() -> None:
    listed = set(re.findall(r"\]\(([\w.]+\.md)", (ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"} - listed == set()


def test_every_page_that_the_code_names_exists() -> None:
    named = {
        page
        for folder in ("defense_console", "torture", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for source, page in re.findall(r"(Source: )?([\w/]+\.md)\b", path.read_text(encoding="utf-8"))
        if source or page.startswith("docs/")
    }
    assert [page for page in sorted(named) if not (ROOT / page).is_file()] == []


def test_each_of_the_eight_duties_names_a_test_and_a_picture_that_is_compared() -> None:
    table = README.read_text(encoding="utf-8").partition("### Duties of the week")[2].partition("\n\n`v`")[0]
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| \[`(\w+)`\]\((\S+)\) \| \[[^]]+\]\(<(.+)>\) \|$", table, re.MULTILINE)
    assert [duty for duty, *_rest in rows] == [
        "follow a path", "point to resources", "answer and unblock", "develop how they learn", "estimate progress",
        "prepare defenses", "set goals that keep the pace", "alert the school",
    ]  # fmt: skip
    for duty, test, file, picture in rows:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), duty
        scene = re.fullmatch(r"tests/ui/__snapshots__/test_pictures/test_picture\[(\w+)-120x40-en-dark\]\.svg", picture)
        assert scene is not None, duty
        assert scene[1] in SCENES, duty


@each_document
def test_every_module_and_folder_that_is_named_exists(document: Path) -> None:
    """A module is named by the end of its path, `live/screen.py`; a folder by its whole path."""
    text = document.read_text(encoding="utf-8")
    package = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[a-z]*/**/*.py")} | {"hatch_build.py"}
    modules = re.findall(r"`([\w/]+\.py)`", text)
    assert [name for name in modules if not any(f"/{path}".endswith(f"/{name}") for path in package)] == []
    tops = (ROOT, ROOT / "defense_console")
    folders = re.findall(r"`([a-z_]+(?:/[a-z_]+)*)/`", text)
    assert [name for name in folders if not any((top / name).is_dir() for top in tops)] == []


@each_document
def test_words_are_plain(document: Path) -> None:
    """What is generated or printed by the console is left out: its words are the code's."""
    text = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    if document == PAGE:
        text = text.partition(BEGINS)[0]
    assert re.findall(rf"[^\n]*{STILTED}[^\n]*", text, re.IGNORECASE) == []
