"""BigClock: a time in solid digits as large as the room allows, to be read from across the room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from defense_console.widgets.clock.words import STATES
from defense_console.widgets.frame.marks import plain

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
    "\N{MINUS SIGN}": ("  ", "  ", "##", "  ", "  "),
}
HALVES = {(" ", " "): " ", ("#", " "): "▀", (" ", "#"): "▄", ("#", "#"): "█"}
"""Two dots, one above the other, in one cell."""
ROWS = 5
HALF_ROWS = 3
LARGEST = 4


def large_digits(text: str, scale: int) -> list[str]:
    """The lines of a text in large digits.

    Args:
        text: Digits, `:` and the minus sign; anything else is left out.
        scale: Each dot is so many lines high and twice as many cells wide; at 0 it is half a line and one cell.
    """
    glyphs = [FONT[character] for character in text if character in FONT]
    dotted = [" ".join(glyph[row] for glyph in glyphs) for row in range(ROWS)]
    if scale == 0:
        pairs = zip(dotted[::2], (*dotted[1::2], " " * len(dotted[0])), strict=True)
        return ["".join(HALVES[pair] for pair in zip(*pair_of_rows, strict=True)) for pair_of_rows in pairs]
    lines: list[str] = []
    block = "#" if plain() else "█"
    for dots in dotted:
        line = dots.replace(" ", "  " * scale).replace("#", block * 2 * scale)
        lines.extend([line] * scale)
    return lines


@lru_cache(maxsize=8)
def digits(text: str, size: Size, half_blocks: bool) -> list[str]:
    """Return the lines of a time in the largest digits that fit, on one plain line where none do.

    Args:
        text: The time.
        size: The room.
        half_blocks: Whether the font has them, so that a dot may be half a line high.
    """
    for scale in range(min(LARGEST, size.height // ROWS), -1 if half_blocks else 0, -1):
        lines = large_digits(text, scale)
        if len(lines) <= size.height and len(lines[0]) <= size.width:
            return lines
    return [text]


class BigClock(Widget):
    """Shows `text` in the largest digits that fit, on one plain line where none do or a font lacks half blocks."""

    DEFAULT_CSS = """
    BigClock {
        width: 1fr; height: 1fr; content-align: center middle; text-style: bold;
        &.-ok { color: $text-success; }
        &.-early { color: $text-primary; }
        &.-warn, &.-danger { color: $text-warning; }
        &.-over, &.-out { color: $text-error; }
        &.-paused, &.-ended, &.-idle { color: $text-muted; }
    }
    """
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        """The time that is shown."""
        self._state = ""

    def show_time(self, text: str, state: str) -> None:
        """Show a time in the colour of a state: the cells that differ are drawn. Args: state: one of `STATES`."""
        before, self.text = self.text, text
        self._draw_changes(self._digits(before), self._digits(text))
        if state != self._state:
            self._state = state
            for name in STATES:
                self.set_class(name == state, f"-{name}")

    def _draw_changes(self, before: Sequence[str], after: Sequence[str]) -> None:
        if len(before) != len(after) or len(before[0]) != len(after[0]):
            self.refresh()
            return
        (x, y), changed = self._place(after), list[Region]()
        for row, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                places = [place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
                changed.append(Region(x + places[0], y + row, places[-1] + 1 - places[0], 1))
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """A line of the digits."""
        lines, width = self._digits(self.text), self.content_size.width
        x, top = self._place(lines)
        line = " " * x + lines[y - top] if 0 <= y - top < len(lines) else ""
        return Strip([Segment(line[:width].ljust(width), self.visual_style.rich_style)], width)

    def _digits(self, text: str) -> list[str]:
        return digits(text, self.content_size, not plain())

    def _place(self, lines: Sequence[str]) -> tuple[int, int]:
        """Return the cell of the first digit, across and down."""
        across, down = self.styles.content_align
        x = (self.content_size.width - len(lines[0])) // 2 if across == "center" else 0
        y = (self.content_size.height - len(lines)) // 2 if down == "middle" else 0
        return max(0, x), max(0, y)
