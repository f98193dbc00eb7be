"""A text that is drawn only when it changes, so that an update every second does not redraw the screen."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class QuietText(Static):
    """A static text for the things a clock redraws."""

    def show(self, text: Content) -> None:
        """Show a text; the same one again draws nothing, one of the same shape does not lay the screen out anew."""
        before = self.content
        if isinstance(before, Content):
            if before.is_same(text):
                return
            self.update(text, layout=_shape(before) != _shape(text))
        else:
            self.update(text)


def _shape(text: Content) -> tuple[int, ...]:
    return tuple(line.cell_length for line in text.split("\n"))
