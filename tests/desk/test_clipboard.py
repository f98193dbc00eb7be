"""What is copied is told truthfully: which way it went, and never "copied" when nothing was."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from defense_console.desk.exchange import clipboard

HERE: dict[str, str] = {}
REMOTE = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}


def test_the_tool_and_the_file_both_hold_it(tmp_path: Path) -> None:
    given: list[str] = []

    def tool(text: str) -> bool:
        given.append(text)
        return True

    copied = clipboard.copy("[/foo]\nça", tmp_path, tool=tool, environ=HERE)
    assert given == ["[/foo]\nça"]
    file = tmp_path / "clipboard.txt"
    assert copied == clipboard.Copied(True, False, file)
    assert file.read_bytes() == "[/foo]\nça".encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert copied.sentence("en").startswith("Copied")


def test_without_a_tool_the_line_names_the_file(tmp_path: Path) -> None:
    sentence = clipboard.copy("x", tmp_path, tool=lambda _: False, environ=HERE).sentence("en")
    assert "clipboard.txt" in sentence
    assert "opied" not in sentence


def test_is_elsewhere_the_tool_of_the_wrong_machine_is_not_used(tmp_path: Path) -> None:
    def tool(_: str) -> bool:
        raise AssertionError("the tool was called")

    copied = clipboard.copy("x", tmp_path, tool=tool, environ=REMOTE)
    assert copied.terminal
    assert not copied.tool
    assert "opied" not in copied.sentence("en")


def test_nothing_worked_and_the_line_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    copied = clipboard.copy("x", folder, tool=lambda _: False, environ=HERE)
    assert copied.file is None
    assert copied.sentence("en").startswith("Not copied")


def test_a_tool_that_does_not_hold_the_text_has_not_copied_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyperclip

    monkeypatch.setattr(pyperclip, "copy", lambda _: None)
    monkeypatch.setattr(pyperclip, "paste", lambda: "something else")
    assert clipboard.by_tool("x") is False
    monkeypatch.setattr(pyperclip, "paste", lambda: "a\r\nb")
    assert clipboard.by_tool("a\nb") is True


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_link_is_not_followed_and_the_line_says_so(tmp_path: Path, language: str) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("precious")
    (tmp_path / "clipboard.txt").symlink_to(elsewhere)
    copied = clipboard.copy("secret", tmp_path, tool=lambda _: False, environ=HERE)
    assert elsewhere.read_text() == "precious"
    assert copied.file is None
    assert {"fr": "c'est un lien", "en": "it is a link"}[language] in copied.sentence(language).replace("’", "'")


def test_a_link_made_at_the_last_moment_is_not_followed_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clipboard.txt").symlink_to(tmp_path / "not-there-yet")
    monkeypatch.setattr(Path, "is_symlink", lambda _: False)
    assert clipboard.copy("secret", tmp_path, tool=lambda _: False, environ=HERE).file is None
    assert not (tmp_path / "not-there-yet").exists()


def test_the_file_that_others_could_read_is_the_mentors_alone_again(tmp_path: Path) -> None:
    file = tmp_path / "clipboard.txt"
    file.write_text("a longer text that others could read")
    file.chmod(0o644)
    assert clipboard.to_file("secret", tmp_path) == file
    assert file.read_text() == "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
