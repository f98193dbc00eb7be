"""The line that says how far long work is: rows, rows a second, time left.

It stands on the standard error, only where that is a terminal, from the second second on, and is gone when the work
ends. A pipe or a file never gets it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from defense_console.model.text import cells
from defense_console.model.watching import Counted, Passed, Watch, not_counted, unwatched
from defense_console.terminal.files import at_terminal
from defense_console.words.translation import _, count_text, duration_text, size_text

SILENT_S: Final = 1.0
"""Work that ends within this gets no line."""
EVERY_S: Final = 0.2
"""Time between two drawings."""
_LOOKS: Final = 256
"""Rows between two looks at the clock."""
_AGAIN: Final = "\r\x1b[K"
"""To the first column, and away with what stands there. Source: ECMA-48, EL."""
_NO_CURSOR: Final = ("", "dumb")
"""Terminals that know no such thing. Source: term(7)."""


@contextmanager
def watched(counted: Counted, total: int, clock: Callable[[], float] = time.monotonic) -> Iterator[Passed]:
    """Open a stage of long work, and show it; see `model/watching.py`."""
    stream = sys.stderr
    if stream is None or not stream.isatty() or os.environ.get("TERM", "") in _NO_CURSOR:
        yield not_counted
        return
    line = _Line(stream, counted, total, clock)
    try:
        yield line.passed
    finally:
        line.clear()


def watched_beside(output: str | None) -> Watch:
    """Return what shows the work of writing an output: nothing, where the output itself goes to a terminal."""
    return unwatched if output in (None, "-") and at_terminal() else watched


class _Line:
    """The line of one stage."""

    def __init__(self, stream: TextIO, counted: Counted, total: int, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._counted = counted
        self._total = total
        self._clock = clock
        self._begun = clock()
        self._due = self._begun + SILENT_S
        self._done = 0
        self._look = 0
        self._shown = ""

    def passed(self, more: int) -> None:
        """Count, and draw when it is time."""
        self._done += more
        if self._done < self._look:
            return
        self._look = self._done + _LOOKS
        now = self._clock()
        if now >= self._due:
            self._due = now + EVERY_S
            self._draw(self._words(now - self._begun))

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._draw("")

    def _draw(self, text: str) -> None:
        if text != self._shown:
            with suppress(OSError, ValueError):
                self._stream.write(_AGAIN + text)
                self._stream.flush()
            self._shown = text

    def _words(self, seconds: float) -> str:
        rate = max(1.0, self._done / seconds)
        amount = size_text if self._counted == "bytes" else count_text
        places = {"done": amount(self._done), "rate": amount(round(rate))}
        if not self._total:
            text = _("{done} rows, {rate} a second", **places) if self._counted == "rows" else ""
        else:
            left = duration_text(max(0, round((self._total - self._done) / rate)))
            places |= {"total": amount(max(self._total, self._done)), "left": left}
            if self._counted == "rows":
                text = _("{done} of {total} rows, {rate} a second, {left} left", **places)
            else:
                text = _("{done} of {total} copied, {rate} a second, {left} left", **places)
        return text if cells(text) < self._width() else ""

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            return 80
