"""BigClock: a time in digits as large as the room allows, to be read from the other side of a shared screen."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

FONT = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ":": (" ", "#", " ", "#", " "),
    "\N{MINUS SIGN}": ("   ", "   ", "###", "   ", "   "),
}
ROWS = 5
LARGEST = 4


def drawn(text: str, scale: int) -> list[str]:
    """The lines of a text in large digits.

    Args:
        text: Digits, `:` and the minus sign; anything else is left out.
        scale: Each dot is so many lines high and twice as many cells wide.
    """
    glyphs = [FONT[character] for character in text if character in FONT]
    lines: list[str] = []
    for row in range(ROWS):
        dots = " ".join(glyph[row] for glyph in glyphs)
        line = "".join(("█" if dot == "#" else " ") * (2 * scale) for dot in dots)
        lines.extend([line] * scale)
    return lines


class BigClock(Widget):
    """Shows `text` in the largest digits that fit, on one plain line where none do; centred."""

    DEFAULT_CSS = """
    BigClock { width: 1fr; height: 1fr; content-align: center middle; text-style: bold; }
    """

    text: reactive[str] = reactive("")

    def render(self) -> Content:
        """The digits."""
        for scale in range(LARGEST, 0, -1):
            lines = drawn(self.text, scale)
            if lines and len(lines[0]) <= self.content_size.width and len(lines) <= self.content_size.height:
                return Content("\n".join(lines))
        return Content(self.text)
