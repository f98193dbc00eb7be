"""The red rows: why nothing is saved and what to do. They lie over the last rows of the body while it is so."""

from __future__ import annotations

from textual.content import Content

from defense_console.safe_text import wrapped
from defense_console.widgets.frame.quiet_text import QuietText


class AlarmLine(QuietText):
    """As many whole rows as its sentence needs; without a sentence it takes none."""

    DEFAULT_CSS = """
    AlarmLine {
        display: none;
        width: 1fr;
        height: auto;
        padding: 0 1;
        text-wrap: nowrap;
        background: $error;
        color: $background;
        text-style: bold;
        &.-on { display: block; }
    }
    """

    def tell(self, text: Content) -> bool:
        """Show a sentence; an empty one takes the line away. Return whether anything changed."""
        if not text.plain and not self.has_class("-on"):
            return False
        changed = self.show(*wrapped(text, self.screen.size.width - self.gutter.width))
        self.set_class(bool(text.plain), "-on")
        return changed
