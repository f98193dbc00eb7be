from __future__ import annotations

from pathlib import Path

import pytest

from defense_console.desk.typed.path import typed_path
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
