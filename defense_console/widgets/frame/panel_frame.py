"""PanelFrame: the frame every panel of a screen has, with its name, a count and the keys that act in it.

From 100 columns it is a box, below it is a rule above the panel: `app.tcss` draws both. The weight of the line alone
tells which panel has the focus.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from defense_console.safe_text import line
from defense_console.widgets.frame.hint_bar import Hint, hint_words

MOST_KEYS = 3
"""Keys named in a frame."""


class PanelFrame(Widget):
    """A widget in a frame. A screen gives it the class `panel`."""

    DEFAULT_CLASSES = "panel"

    def name_frame(self, title: str | Content, count: str = "", hints: Sequence[Hint] = ()) -> None:
        """Write name, count and keys into the frame.

        Args:
            title: Translated; user text in it is made safe.
            count: Muted, after the name.
            hints: At most three keys that act in this panel.
        """
        name = line(title) if isinstance(title, str) else title
        words = Content.assemble(name.stylize("bold"), (f" {count}" if count else "", "$text-muted"))
        # The toolkit parts a title from the corners of a box, not from a rule without corners.
        self.border_title = words if self.styles.border_left[0] else Content(" ") + words + Content(" ")
        self.border_subtitle = hint_words(hints[:MOST_KEYS])
