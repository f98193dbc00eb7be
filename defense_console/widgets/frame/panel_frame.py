"""PanelFrame: the frame every panel of a screen has, with its name, a count and the keys that act in it.

From 100 columns it is a box, below it is a rule above the panel: `app.tcss` draws both. The weight of the line alone
tells which panel has the focus.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from defense_console.safe_text import line
from defense_console.widgets.frame.hint_bar import Hint, hint_words

MOST_KEYS = 3
"""Keys named in a frame."""


class PanelFrame(Widget):
    """A widget in a frame. A screen gives it the class `panel`."""

    DEFAULT_CLASSES = "panel"
    _framed = (Content(), Content())
    _frame_row: Region | None = None
    """The row of the frame that gets other words now."""

    @property
    def frame_title(self) -> str:
        """Name and count, as they stand in the frame."""
        return self._framed[0].plain.strip()

    def name_frame(self, name: str | Content, count: str = "", hints: Sequence[Hint] | Content = ()) -> None:
        """Write name, count and keys into the frame.

        Args:
            name: Translated; user text in it is made safe.
            count: Muted, after the name.
            hints: At most three keys that act in this panel, or all that stands there.
        """
        shown = line(name) if isinstance(name, str) else name
        words = Content.assemble(shown.stylize("bold"), (f" {count}" if count else "", "$text-muted"))
        # The toolkit parts a title from the corners of a box, not from a rule without corners.
        title = words if self.styles.border_left[0] else Content(" ") + words + Content(" ")
        subtitle = hints if isinstance(hints, Content) else hint_words(hints[:MOST_KEYS])
        left, top = self.content_offset
        size = self.outer_size
        try:
            if not title.is_same(self._framed[0]):
                self._frame_row = Region(-left, -top, size.width, 1)
                self.border_title = title
            if not subtitle.is_same(self._framed[1]):
                self._frame_row = Region(-left, size.height - 1 - top, size.width, 1)
                self.border_subtitle = subtitle
        finally:
            self._frame_row = None
        self._framed = (title, subtitle)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> PanelFrame:
        """Draw the panel again, or a part of it. Other words in the frame draw their row of it alone."""
        row = self._frame_row
        found = regions if row is None or not row.area else (row,)
        return super().refresh(*found, repaint=repaint, layout=layout, recompose=recompose)
