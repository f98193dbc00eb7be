"""DocumentsPanel: the suggested outcome and the documents to revise, told to the student before the defense ends."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from defense_console.safe_text import content
from defense_console.widgets.lists.panel import Item, ScrollingPanel
from defense_console.words.translation import _


class DocumentsPanel(ScrollingPanel):
    """Suggestion and rows, to be read only; they are changed on the verdict screen."""

    kept = 0
    """How many documents are to be revised."""

    def show_rows(self, suggestion: str, rows: Sequence[tuple[str, bool]]) -> None:
        """Show the suggestion and the documents.

        Args:
            suggestion: In words.
            rows: Title of each document and whether it is kept.
        """
        items = [Item(content(suggestion), mark=Content("→ "))]
        for title, kept in rows:
            text = content(title) if kept else content(title).stylize("strike $text-muted")
            items.append(Item(text, mark=Content("[✓] " if kept else "[ ] ")))
        self.kept = sum(1 for _title, kept in rows if kept)
        self.panel.show(Content.assemble((_("Documents to revise"), "bold"), f" {self.kept}"), items)
