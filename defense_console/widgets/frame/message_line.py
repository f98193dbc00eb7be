"""MessageLine: what the last key did and what takes it back; one row that is always there."""

from __future__ import annotations

import re
from typing import Literal

from textual.content import Content

from defense_console.safe_text import cells
from defense_console.widgets.frame.quiet_text import QuietText

Tone = Literal["plain", "refused", "failed"]
"""How a message is said."""
STYLES: dict[Tone, str] = {"plain": "", "refused": "bold $text-warning", "failed": "bold $text-error"}
MOST_ROWS = 5
"""Rows of the longest message; what it says beyond them is cut, with a sign."""


_PIECES = re.compile(r"\s+|[^\s/\\]*[/\\]|[^\s/\\]+")
"""White space, a part of a path with the separator behind it, a word."""


def wrapped(text: Content, width: int) -> list[Content]:
    """Return a text in rows of at most so many cells: a path breaks behind a separator, so that its names stay whole."""
    plain = text.plain
    if all(cells(word) <= width for word in plain.split()):
        return text.wrap(width)
    rows: list[Content] = []
    for line in text.split("\n"):
        start, used = 0, 0
        for piece in _PIECES.finditer(line.plain):
            if used and used + cells(piece.group().rstrip()) > width:
                rows.append(line[start : piece.start()].rstrip())
                start, used = piece.start() if piece.group().strip() else piece.end(), 0
            if start <= piece.start():
                used += cells(piece.group())
        rows += line[start:].wrap(width)  # a name that is longer than a row
    return rows


class MessageLine(QuietText):
    """One message. A longer one lies over the last rows of the body, so that nothing moves."""

    DEFAULT_CSS = """
    MessageLine { height: auto; min-height: 1; padding: 0 1; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._message = Content()
        self._standing = Content()

    def show_message(self, text: Content | str, tone: Tone = "plain") -> None:
        """Replace the message; an empty text takes it away."""
        message = Content(text) if isinstance(text, str) else text
        self._message = message.stylize_before(STYLES[tone]) if message and STYLES[tone] else message
        self._draw()

    def show_standing(self, text: Content) -> None:
        """Replace what is said while there is no message."""
        self._standing = text.stylize_before("$text-warning")
        self._draw()

    def on_resize(self) -> None:
        """Another width, other rows."""
        self._draw()

    def _draw(self) -> None:
        width = self.size.width or self.screen.size.width - self.gutter.width
        rows = wrapped(self._message or self._standing, max(1, width))
        if len(rows) > MOST_ROWS:
            rows = [*rows[: MOST_ROWS - 1], rows[MOST_ROWS - 1].truncate(width - 1).rstrip() + "…"]
        self.show(Content("\n").join(rows))
