"""MessageLine: what the last key did and what takes it back; one row that is always there."""

from __future__ import annotations

from typing import Literal

from textual.content import Content

from defense_console.safe_text import wrapped
from defense_console.widgets.frame.quiet_text import QuietText

Tone = Literal["plain", "refused", "failed"]
"""How a message is said."""
STYLES: dict[Tone, str] = {"plain": "", "refused": "bold $text-warning", "failed": "bold $text-error"}
MOST_ROWS = 5
"""Rows of the longest message; what it says beyond them is cut, with a sign."""


class MessageLine(QuietText):
    """One message. A longer one lies over the last rows of the body, so that nothing moves."""

    DEFAULT_CSS = """
    MessageLine { height: auto; min-height: 1; padding: 0 1; background: $background; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._message = Content()
        self._standing = Content()

    def show_message(self, text: Content | str, tone: Tone = "plain") -> bool:
        """Replace the message; an empty text takes it away. Return whether it takes other rows."""
        message = Content(text) if isinstance(text, str) else text
        self._message = message.stylize_before(STYLES[tone]) if message and STYLES[tone] else message
        return self._draw()

    def show_standing(self, text: Content) -> None:
        """Replace what is said while there is no message."""
        self._standing = text
        self._draw()

    def on_resize(self) -> None:
        """Another width, other rows. The toolkit forgets a layout that is asked for while it tells the sizes."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> bool:
        width = self.size.width or self.screen.size.width - self.gutter.width
        rows = wrapped(self._message or self._standing, width)
        if len(rows) > MOST_ROWS:
            rows = [*rows[: MOST_ROWS - 1], rows[MOST_ROWS - 1].truncate(width - 1).rstrip() + "…"]
        before = len(self.lines)
        self.show(*rows)
        return before != len(rows)
