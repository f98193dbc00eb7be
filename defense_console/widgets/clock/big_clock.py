"""BigClock: a time in solid digits as large as the room allows, to be read from across the room."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from defense_console.widgets.clock.words import STATES
from defense_console.widgets.frame.marks import plain
from defense_console.widgets.frame.quiet_text import changed_cells

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
        line = "".join((block if dot == "#" else " ") * (2 * scale) for dot in dots)
        lines.extend([line] * scale)
    return lines


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

    text: reactive[str] = reactive("", repaint=False)

    def show_time(self, text: str, state: str) -> None:
        """Show a time in the colour of a state. Args: state: one of `STATES`."""
        self.text = text
        for name in STATES:
            self.set_class(name == state, f"-{name}")

    def watch_text(self, before: str, after: str) -> None:
        """Draw the cells that differ."""
        old, new = self._digits(before), self._digits(after)
        if old.cell_length != new.cell_length:
            self.refresh()
            return
        lines = new.split("\n")
        across, down = self.styles.content_align
        x = (self.content_size.width - max(line.cell_length for line in lines)) // 2 if across == "center" else 0
        y = (self.content_size.height - len(lines)) // 2 if down == "middle" else 0
        if changed := changed_cells(old, new):
            self.refresh(*(region.translate((x, y)) for region in changed))

    def render(self) -> Content:
        """The digits."""
        return self._digits(self.text)

    def _digits(self, text: str) -> Content:
        for scale in range(_scale(self.content_size.height), 0 if plain() else -1, -1):
            lines = large_digits(text, scale)
            if len(lines) <= self.content_size.height and len(lines[0]) <= self.content_size.width:
                return Content("\n".join(lines))
        return Content(text)


def _scale(rows: int) -> int:
    """The largest scale that fits in so many lines."""
    return min(LARGEST, rows // ROWS)
