"""DocumentsPanel: the suggested outcome and the documents to revise, said to the student before the defense ends."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from defense_console.safe_text import content
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item, Panel


class DocumentsPanel(Panel):
    """Suggestion and rows, to be read only; they are changed on the verdict screen."""

    def show_rows(self, title: Content, suggestion: str, rows: Sequence[tuple[str, bool]]) -> None:
        """Show the suggestion and the documents.

        Args:
            title: Of the frame.
            suggestion: In words.
            rows: Title of each document and whether it is kept.
        """
        items = [Item(content(suggestion))]
        for name, kept in rows:
            text = content(name) if kept else content(name).stylize("strike $text-muted")
            items.append(Item(text, mark=Content(mark("ticked" if kept else "unticked") + " ")))
        self.show(title, items)
