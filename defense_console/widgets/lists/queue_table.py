"""QueueTable: the pending defenses in order, one line each, drawn line by line so that its length costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from defense_console.safe_text import cells, content, shortened
from defense_console.widgets.lists.line_list import LineList


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue, in words.

    Attributes:
        id: Of the defense.
        when: Start, absolute; shown with `ahead` where both fit.
        ahead: Start, relative.
        near: The relative form matters more than the day: it starts within hours.
        mark: Glyph of the session, one cell.
        student, project, documents, waits: The columns; the project with its attempt.
        style: Of the glyph and of what is waited for.
        gone: Not in this list any more: the row is muted until the cursor leaves it.
    """

    id: str
    when: str
    ahead: str
    mark: str
    student: str
    project: str
    documents: str
    waits: str
    style: str = ""
    gone: bool = False


EMPTY_CELLS = 80
"""A sentence about an empty list is not stretched beyond so many cells."""
PROJECT, DOCUMENTS, MARKS = 8, 4, 4
"""Cells of a project's id with its attempt, of `3/5`, and of the cursor and the glyph before a row."""


class QueueTable(LineList):
    """The list; its columns follow the width: documents appear when there is room."""

    DEFAULT_CSS = """
    QueueTable { padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[QueueRow, ...] = ()
        self._titles: tuple[str, ...] = ("",) * 5
        self._empty = ""

    def show_rows(self, rows: Sequence[QueueRow], titles: Sequence[str], empty: str) -> None:
        """Replace the rows; the cursor stays on its defense, else on its place.

        Args:
            rows: In order.
            titles: Of the columns: when, student, project and attempt, documents, what is waited for.
            empty: Told when there is no row.
        """
        chosen = self.chosen
        self._rows, self._titles, self._empty = tuple(rows), tuple(titles), empty
        place = next((i for i, row in enumerate(self._rows) if row.id == chosen), min(self.row, len(self._rows) - 1))
        self.relayout()
        self.go_to(max(0, place))

    @property
    def chosen(self) -> str | None:
        """Id of the defense under the cursor, None in an empty list."""
        return self._rows[self.row].id if self.row < len(self._rows) else None

    def choose(self, defense_id: str) -> None:
        """Put the cursor on a defense; one that is not listed changes nothing."""
        for place, row in enumerate(self._rows):
            if row.id == defense_id:
                self.go_to(place)

    # --- lines -------------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """One per defense."""
        return len(self._rows)

    def line_count(self) -> int:
        """Titles, then one line per row; a sentence says that the list is empty."""
        return 1 + (len(self._rows) or len(self._empty_lines(self.view.width)))

    def _empty_lines(self, width: int) -> list[Content]:
        return content(self._empty).wrap(max(8, min(width, EMPTY_CELLS) - MARKS)) or [Content("")]

    def row_of(self, line: int) -> int:
        """The first line holds the titles."""
        return line - 1 if 0 < line <= len(self._rows) else -1

    def lines_of(self, row: int) -> range:
        """The titles are seen with the first row."""
        return range(0 if row == 0 else row + 1, row + 2)

    def widths(self, width: int) -> tuple[int, int, int, int, int]:
        """Cells of each column, 0 for one that is left out; student and what is waited for share what is left."""
        when = 30 if width >= 105 else 17
        documents = DOCUMENTS if width >= 70 else 0
        left = max(0, width - when - PROJECT - documents - self.gap(width) * (3 + (documents > 0)) - MARKS)
        student = min(32, max(8, left * 2 // 5 if width < 100 else left // 2))
        return when, student, PROJECT, documents, max(0, min(48, left - student))

    @staticmethod
    def gap(width: int) -> int:
        """Cells between two columns."""
        return 2 if width >= 90 else 1

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """Titles, a row, or the sentence of an empty list."""
        widths = self.widths(width)
        if line == 0:
            fields = self._fields(widths, self._titles, self.gap(width))
            return Content.assemble("    ", (fields, "$text-muted bold"))
        if not self._rows:
            return Content.assemble(" " * MARKS, self._empty_lines(width)[line - 1].rstrip())
        row = self._rows[line - 1]
        texts = (_when(row, widths[0]), row.student, row.project, row.documents)
        before = self._fields(widths[:4], texts, self.gap(width))
        waits = shortened(row.waits, widths[4])
        texts_style, style = ("$text-muted", "$text-muted") if row.gone else ("", row.style)
        return Content.assemble("› " if chosen else "  ", (f"{row.mark} ", style), (before, texts_style),
                                " " * self.gap(width), (waits, style))  # fmt: skip

    @staticmethod
    def _fields(widths: Sequence[int], texts: Sequence[str], gap: int) -> str:
        """The texts side by side, each shortened or filled to its column."""
        parts = []
        for width, text in zip(widths, texts, strict=True):
            if width:
                shown = shortened(text, width)
                parts.append(shown + " " * (width - cells(shown)))
        return (" " * gap).join(parts)


def _when(row: QueueRow, width: int) -> str:
    """Both forms where they fit, else the nearer one."""
    both = f"{row.when} · {row.ahead}"
    if cells(both) <= width:
        return both
    return f"{row.when} {row.ahead}" if cells(f"{row.when} {row.ahead}") <= width else row.when
