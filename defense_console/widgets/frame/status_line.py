"""The status line: what the letters do now, the last message, and whether everything is saved."""

from __future__ import annotations

from typing import Literal

from textual.content import Content

from defense_console.widgets.frame.quiet_text import QuietText

Tone = Literal["plain", "refused", "failed"]
"""How a message is said."""
STYLES: dict[Tone, str] = {"plain": "", "refused": "bold $text-warning", "failed": "bold $text-error"}
GAP = 2
"""Cells between two of the three texts."""
MOST_MESSAGE_ROWS = 5
"""Rows of the longest message; what it says beyond them is cut, with a sign."""


class StatusLine(QuietText):
    """Mode on the left, message in the middle, saved line on the right.

    A message that does not fit between the two stands above them, as wide as the screen and in as many rows as it
    needs: in half a screen, while a text is written, a mentor still reads all of it. Its screen shows everything again
    when the width has changed.
    """

    DEFAULT_CSS = """
    StatusLine {
        height: auto;
        padding: 0 1;
        background: $panel;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._mode = Content()
        self._message = Content()
        self._saved = Content()

    def show_mode(self, text: str, writing: bool) -> None:
        """What the letters do now. Args: text: translated; writing: a text field has the focus."""
        style = "bold $text-accent reverse" if writing else "$text-muted"
        self._mode = Content.styled(f" {text} " if writing else text, style)
        self._draw()

    def show_message(self, text: Content | str, tone: Tone = "plain") -> None:
        """Replace the message; an empty text takes it away."""
        message = Content(text) if isinstance(text, str) else text
        self._message = message.stylize_before(STYLES[tone]) if message and STYLES[tone] else message
        self._draw()

    def show_saved(self, text: str) -> None:
        """Replace the saved line; an empty text takes it away."""
        self._saved = Content.styled(text, "$text-muted")
        self._draw()

    def _draw(self) -> None:
        width = self.size.width or self.screen.size.width - self.gutter.width
        ends = self._mode.cell_length + self._saved.cell_length
        beside = "\n" not in self._message.plain and ends + self._message.cell_length + 2 * GAP <= width
        gap, rows = Content(" " * GAP), list[Content]()
        line = self._mode
        if beside and self._message:
            line = line + gap + self._message
        elif self._message:
            rows = self._message.wrap(max(1, width))
            if len(rows) > MOST_MESSAGE_ROWS:
                rows = [*rows[: MOST_MESSAGE_ROWS - 1], rows[MOST_MESSAGE_ROWS - 1].truncate(width - 1).rstrip() + "…"]
        between = Content(" " * max(GAP, width - line.cell_length - self._saved.cell_length))
        self.show(Content("\n").join([*rows, line + between + self._saved if self._saved else line]))
