"""The line that says how far long work is: in a terminal, not before a second, gone at the end; elsewhere nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress

import pyte
import pytest

from defense_console.terminal.progress import EVERY_S, watched
from defense_console.words.translation import set_language


class Shown(io.StringIO):
    """A standard error that is a terminal of 80×3, and how often it was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = pyte.Screen(80, 3)
        self._stream = pyte.Stream(self.screen)
        self.writes = 0

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.writes += 1
        self._stream.feed(text)
        return len(text)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display).strip()


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def standard_error(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """The standard error from now on; no fixture, since pytest puts its own back before the test begins."""
    stream = Shown()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    yield
    set_language("en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "2,000 of 90,000 rows, 1,000 a second, 1 min 28 s left"),
        ("fr", "2 000 lignes sur 90 000, 1 000 par seconde, encore 1 min 28 s"),
    ],
)
def test_rows_rate_and_time_left_stand_on_one_line_until_the_work_ends(
    monkeypatch: pytest.MonkeyPatch, language: str, text: str
) -> None:
    set_language(language)
    shown, clock = standard_error(monkeypatch), Clock()
    with suppress(KeyboardInterrupt), watched("rows", 90_000, clock) as passed:
        clock.now_s += 0.9
        passed(1_000)
        assert shown.text == "", "it may end within a second"
        clock.now_s += 1.1
        passed(1_000)
        assert re.sub(r"\s", " ", shown.text) == text
        raise KeyboardInterrupt
    assert shown.text == ""
    assert shown.screen.cursor.y == 0, "it never left its line"


def test_it_is_drawn_a_few_times_a_second_however_often_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, clock = standard_error(monkeypatch), Clock()
    with watched("bytes", 10_000_000, clock) as passed:
        for _ in range(10_000):
            clock.now_s += 0.001
            passed(1_000)
        assert shown.text.startswith("10")
    assert shown.writes <= 2 + 9 / EVERY_S


@pytest.mark.parametrize("quiet", ["a pipe", "a terminal that cannot go back"])
def test_a_pipe_and_a_terminal_that_cannot_take_it_away_never_get_it(
    monkeypatch: pytest.MonkeyPatch, quiet: str
) -> None:
    shown, clock = standard_error(monkeypatch), Clock()
    if quiet == "a pipe":
        monkeypatch.setattr(shown, "isatty", lambda: False)
    else:
        monkeypatch.setenv("TERM", "dumb")
    with watched("rows", 90_000, clock) as passed:
        clock.now_s += 60
        passed(80_000)
    assert shown.writes == 0
