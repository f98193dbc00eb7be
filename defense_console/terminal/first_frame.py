"""The first thing that is drawn, before the toolkit and the store are loaded: whose console opens, in an empty frame.

It holds nothing of a defense and answers no key: what is typed meanwhile waits for the first screen, which is drawn
over it. It loads neither the toolkit nor the store.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

from defense_console.model.text import cells, shortened

if TYPE_CHECKING:
    from defense_console.settings import Settings

_ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[2J"
_LEAVE: Final = "\x1b[?1049l\x1b[?25h"
"""The alternate screen without a cursor, and back. Source: XTerm Control Sequences, "DEC Private Mode Set"."""
_BOLD: Final = "\x1b[1m"
_DIM: Final = "\x1b[2m"
_PLAIN: Final = "\x1b[0m"
_FRAMED: Final = 100
"""Columns from which on lists have a frame."""
_TERMINATED: Final = 128 + signal.SIGTERM


@contextmanager
def first_frame(settings: Settings, title: str) -> Iterator[Callable[[], None]]:
    """Show an empty frame; where no screen follows, the terminal is as it was before, for the words of a refusal.

    Args:
        title: Of the screen that follows, as its header says it; "" where it is not known.

    Yields:
        What to call once a screen was drawn over it.
    """
    terminal = sys.__stderr__  # where the toolkit draws
    if os.name != "posix" or terminal is None or sys.__stdin__ is None or not terminal.isatty():
        yield lambda: None
        return
    keys, covered = _Keys(sys.__stdin__.fileno()), list[bool]()
    before = signal.signal(signal.SIGTERM, _end)
    keys.wait()
    try:
        _write(terminal, _ENTER + drawn(settings, title, *os.get_terminal_size(terminal.fileno())))
        yield lambda: covered.append(True)
    finally:
        if not covered:
            _write(terminal, _LEAVE)
        keys.go_on()
        signal.signal(signal.SIGTERM, before)


def drawn(settings: Settings, title: str, columns: int, rows: int) -> str:
    """Return what a terminal of this size draws: the header in its first row, and the frame of the list."""
    width = max(0, columns - 2)
    name = shortened(settings.name, max(0, width - cells(title) - 2)) if title else ""
    text = f"\x1b[1;1H {_BOLD}{shortened(title, width)}{_PLAIN}  {name}"
    if columns < _FRAMED or rows < 8 or settings.glyphs == "plain":
        return text
    top, bottom, side = f"┏{'━' * width}┓", f"┗{'━' * width}┛", "┃"
    text += f"{_DIM}\x1b[4;1H{top}"
    for row in range(5, rows - 1):
        text += f"\x1b[{row};1H{side}\x1b[{row};{columns}H{side}"
    return f"{text}\x1b[{rows - 1};1H{bottom}{_PLAIN}"


def _write(terminal: TextIO, text: str) -> None:
    terminal.write(text)
    terminal.flush()


def _end(_signal: int, _frame: Any) -> NoReturn:
    """End in order: the terminal is put back on the way out."""
    sys.exit(_TERMINATED)


class _Keys:
    """What is typed before somebody reads it: kept as it was typed, neither shown nor translated."""

    def __init__(self, terminal: int) -> None:
        import termios

        self._terminal = terminal
        self._before = termios.tcgetattr(terminal)

    def wait(self) -> None:
        """Let keys wait."""
        import termios

        input_flags, output, control, local, *speeds, characters = self._before
        local &= ~(termios.ECHO | termios.ICANON)
        input_flags &= ~termios.ICRNL  # Enter stays Enter
        termios.tcsetattr(self._terminal, termios.TCSANOW, [input_flags, output, control, local, *speeds, characters])

    def go_on(self) -> None:
        """Let the terminal treat keys as it did."""
        import termios

        termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)
