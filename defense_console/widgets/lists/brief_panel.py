"""BriefPanel: what to know of the selected defense, next to the queue."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from defense_console.widgets.lists.panel import Item, Panel


class BriefPanel(VerticalScroll, can_focus=False):
    """Lines the screen has worded; nothing in it is chosen."""

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Panel()

    def show_lines(self, heading: Content, lines: Sequence[Content]) -> None:
        """Show these lines. An empty list clears the panel."""
        self.query_one(Panel).show(heading, tuple(Item(text) for text in lines))
