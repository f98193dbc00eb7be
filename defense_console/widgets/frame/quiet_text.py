"""A text of which only the cells that differ are drawn, so that an update every second does not redraw the screen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from defense_console.safe_text import cells


class QuietText(Widget):
    """A static text for the things a clock redraws."""

    DEFAULT_CSS = """
    QuietText { height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self.content = Content()
        """What is shown."""

    def render(self) -> Content:
        """The text."""
        return self.content

    def show(self, text: Content) -> bool:
        """Show a text; the same one again draws nothing, one of the same shape does not lay the screen out anew.

        Returns:
            Whether it is another one.
        """
        before, self.content = self.content, text
        if before.is_same(text):
            return False
        if self._takes_room(_shape(before), _shape(text)):
            self.refresh(layout=True)
        elif max(*_shape(before), *_shape(text)) > self.size.width or self._is_centred:
            self.refresh()  # lines do not lie where they are counted
        else:
            self.refresh(*changed_cells(before, text))  # not the same, so there are some
        return True

    def _takes_room(self, before: Sequence[int], after: Sequence[int]) -> bool:
        """Whether another text of these widths may change the size of the widget."""
        width, height = self.styles.width, self.styles.height
        if width is not None and width.is_auto:
            return before != after
        wraps = len(before) != len(after) or max(*before, *after) > self.size.width
        return height is not None and height.is_auto and wraps and before != after

    @property
    def _is_centred(self) -> bool:
        styles = self.styles
        return styles.text_align == "center" or styles.content_align_horizontal == "center"


def _shape(text: Content) -> tuple[int, ...]:
    return tuple(line.cell_length for line in text.split("\n"))


def changed_cells(before: Content, after: Content) -> list[Region]:
    """Return where two texts of unwrapped lines differ: in each line from the first such cell to the last one."""
    found, none = list[Region](), Content()
    for y, (old, new) in enumerate(zip_longest(before.split("\n"), after.split("\n"), fillvalue=none)):
        if old.is_same(new):
            continue
        one, other = _styled(old), _styled(new)
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
