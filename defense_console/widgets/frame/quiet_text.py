"""A text of which only the cells that differ are drawn, so that an update every second does not redraw the screen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from defense_console.safe_text import cells
from defense_console.widgets.frame.line_strips import line_strip


class QuietText(Widget):
    """A static text for the things a clock redraws."""

    DEFAULT_CSS = """
    QuietText { height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self.lines: tuple[Content, ...] = (Content(),)
        """What is shown, line by line."""

    def render(self) -> Content:
        """Return the text."""
        return Content("\n").join(self.lines)

    def render_line(self, y: int) -> Strip:
        """Draw a line alone where lines lie as they are counted."""
        if not self._lies_as_counted or self.text_selection is not None:
            return super().render_line(y)
        line, width = self.lines[y] if y < len(self.lines) else Content(), self.size.width
        if line.cell_length > width:
            line = line.truncate(width, ellipsis=self.styles.text_overflow == "ellipsis")
        return line_strip(self, line, width, y)

    def show(self, *lines: Content) -> bool:
        """Show a text; the same one again draws nothing, one of the same shape does not lay the screen out anew.

        Args:
            lines: Each of one line or of several.

        Returns:
            Whether it is another one.
        """
        before = self.lines
        self.lines = tuple(part for line in lines for part in _parts(line)) or (Content(),)
        changed = changed_cells(before, self.lines)
        if not changed and len(before) == len(self.lines):
            return False
        shapes = _shape(before), _shape(self.lines)
        if self._takes_room(*shapes):
            self.refresh(layout=True)
        elif self._is_centred or (max(map(max, shapes)) > self.size.width and not self._lies_as_counted):
            self.refresh()
        elif changed:
            self.refresh(*changed)
        return True

    def _takes_room(self, before: Sequence[int], after: Sequence[int]) -> bool:
        """Whether another text of these widths may change the size of the widget."""
        width, height = self.styles.width, self.styles.height
        if width is not None and width.is_auto:
            return before != after
        wraps = len(before) != len(after) or max(*before, *after) > self.size.width
        return height is not None and height.is_auto and wraps and before != after

    @property
    def _lies_as_counted(self) -> bool:
        """Whether each line has one row, from the first cell on."""
        return self.styles.text_wrap == "nowrap" and not self._is_centred

    @property
    def _is_centred(self) -> bool:
        styles = self.styles
        return styles.text_align == "center" or styles.content_align_horizontal == "center"


def _parts(line: Content) -> list[Content]:
    return line.split("\n", allow_blank=True) if "\n" in line.plain else [line]


def _shape(lines: Sequence[Content]) -> tuple[int, ...]:
    return tuple(line.cell_length for line in lines)


def changed_cells(before: Sequence[Content], after: Sequence[Content]) -> list[Region]:
    """Return where two texts of unwrapped lines differ: in each line from the first such cell to the last one."""
    found, none = list[Region](), Content()
    for y, (old, new) in enumerate(zip_longest(before, after, fillvalue=none)):
        if old.is_same(new):
            continue
        alike = old.spans == new.spans  # the same styles at the same places: the letters alone can differ
        one, other = (old.plain, new.plain) if alike else (_styled(old), _styled(new))
        length = min(len(one), len(other))
        first = next((i for i in range(length) if one[i] != other[i]), length)
        same_end = 0
        if old.cell_length == new.cell_length:
            same_end = next((i for i in range(length - first) if one[-1 - i] != other[-1 - i]), length - first)
        start = cells(new.plain[:first])
        end = max(old.cell_length, new.cell_length) - cells(new.plain[len(other) - same_end :])
        if end > start:
            found.append(Region(start, y, end - start, 1))
    return found


def _styled(line: Content) -> list[tuple[object, ...]]:
    """Return each character of a line with its styles."""
    found: list[tuple[object, ...]] = [(character,) for character in line.plain]
    for span in line.spans:
        for place in range(max(0, span.start), min(span.end, len(found))):
            found[place] += (span.style,)
    return found
