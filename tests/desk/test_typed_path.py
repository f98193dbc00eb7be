from __future__ import annotations

from pathlib import Path

import pytest

from defense_console.desk.typed.completed import Completed
from defense_console.desk.typed.path import complete_path, typed_path
from defense_console.model.errors import ConsoleError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/a/b.zip", "/a/b.zip"),
        ("  /a/b.zip \n", "/a/b.zip"),
        ("'/a/b c.zip'", "/a/b c.zip"),
        ('"/a/b c.zip"', "/a/b c.zip"),
        ("/a/b\\ c\\(1\\).zip", "/a/b c(1).zip"),
        ("file:///a/b%20c.zip", "/a/b c.zip"),
        ("it's.zip", "it's.zip"),
    ],
)
def test_a_path_as_terminals_give_it(typed: str, meant: str) -> None:
    assert typed_path(typed) == Path(meant)


def test_the_home_and_what_is_really_named_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed_path("~/a.zip") == tmp_path / "a.zip"
    odd = tmp_path / "a\\ b.zip"
    odd.write_bytes(b"")
    assert typed_path(str(odd)) == odd


@pytest.mark.parametrize("typed", ["", "  ", "''", "~nobody-of-this-name/a"])
def test_what_is_no_path_is_refused(typed: str) -> None:
    with pytest.raises(ConsoleError):
        typed_path(typed)


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with documents in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "sent in May").mkdir()
    for name in ("ada one.zip", "ada two.zip", "Zoé.zip", ".hidden.zip", "sent in May/guide.pdf", "odd\n.zip"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("~", Completed("~/")),
        ("~/a", Completed("~/ada ", ("ada one.zip", "ada two.zip"))),
        ("~/ada o", Completed("~/ada one.zip")),
        ("~/ada\\ o", Completed("~/ada one.zip")),
        ("'~/ada o", Completed("'~/ada one.zip")),
        ("~/se", Completed("~/sent in May/")),
        ("~/sent in May/", Completed("~/sent in May/guide.pdf")),
        ("~/zo", Completed("~/Zoé.zip")),
        ("~/.h", Completed("~/.hidden.zip")),
        ("~/x", Completed("~/x", exists=False)),
        ("~/odd", Completed("~/odd", exists=False)),
        ("~/nowhere/x", Completed("~/nowhere/x", exists=False)),
        ("~nobody-of-this-name/x", Completed("~nobody-of-this-name/x", exists=False)),
        ("\0", Completed("\0", exists=False)),
    ],
)
def test_a_path_is_completed(sent: Path, typed: str, completed: Completed) -> None:
    assert complete_path(typed) == completed


def test_what_is_completed_is_read_as_that_path(sent: Path) -> None:
    assert typed_path(complete_path("~/ada o").text) == sent / "ada one.zip"
