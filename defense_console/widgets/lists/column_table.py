"""ColumnTable: one line each under column titles; where there is no room the least needed columns are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content

from defense_console.safe_text import cells, content
from defense_console.widgets.lists.line_list import LineList

MARKS = 4
"""Cells of the cursor and of the mark."""
LEAST_NAME, MOST_NAME = 10, 32
"""Cells of the first column, which gives way to the others."""
EMPTY_CELLS = 80
ROOMY_FROM = 100
"""From so many cells on, columns are two cells apart."""


@dataclass(frozen=True)
class Column:
    """A column. Attributes: title: translated; drop: the highest is left out first, 0 never."""

    title: str
    drop: int = 0


@dataclass(frozen=True)
class TableRow:
    """A line.

    Attributes:
        id: What the screen calls it.
        cells: One for each column, the first one is the name.
        mark, mark_style: Before it.
        muted: The whole line steps back.
    """

    id: str
    cells: tuple[Content, ...]
    mark: str = ""
    mark_style: str = ""
    muted: bool = False


@dataclass(frozen=True)
class _Laid:
    """What was laid out for a width: the columns that are shown, each with its cells."""

    width: int
    columns: tuple[tuple[int, int], ...] = field(default=())


class ColumnTable(LineList):
    """The list. A column without any content is not shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns: tuple[Column, ...] = ()
        self._rows: tuple[TableRow, ...] = ()
        self._empty = ""
        self._laid = _Laid(-1)

    def show_rows(self, columns: Sequence[Column], rows: Sequence[TableRow], empty: str) -> None:
        """Replace the lines; the cursor stays on its line, else on its place. Args: empty: said when there is none."""
        chosen, new = self.chosen, (tuple(columns), tuple(rows), empty)
        if new == (self._columns, self._rows, self._empty):
            return
        self._columns, self._rows, self._empty = new
        self._laid = _Laid(-1)
        place = next((i for i, row in enumerate(self._rows) if row.id == chosen), min(self.row, len(self._rows) - 1))
        self.relayout()
        self.go_to(max(0, place))

    @property
    def chosen(self) -> str:
        """Id of the line under the cursor, "" in an empty list."""
        return self._rows[self.row].id if self.row < len(self._rows) else ""

    def choose(self, id: str) -> None:
        """Put the cursor on a line; one that is not listed changes nothing."""
        for place, row in enumerate(self._rows):
            if row.id == id:
                self.go_to(place)

    # --- lines -------------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """One for each line."""
        return len(self._rows)

    def line_count(self) -> int:
        """Titles, then the lines; a sentence says that there is none."""
        return 1 + (len(self._rows) or len(self._empty_lines(self.view.width)))

    def _empty_lines(self, width: int) -> list[Content]:
        return content(self._empty).wrap(max(8, min(width, EMPTY_CELLS) - MARKS)) or [Content("")]

    def row_of(self, line: int) -> int:
        """The first line holds the titles."""
        return line - 1 if 0 < line <= len(self._rows) else -1

    def lines_of(self, row: int) -> range:
        """The titles are seen with the first line."""
        return range(0 if row == 0 else row + 1, row + 2)

    def placed(self, width: int) -> tuple[tuple[int, int], ...]:
        """Return the columns that have room, each by its number with its cells."""
        if self._laid.width == width:
            return self._laid.columns
        gap = self.gap(width)
        widest = [max((row.cells[n].cell_length for row in self._rows), default=0) for n in range(len(self._columns))]
        shown = [n for n, most in enumerate(widest) if most or n == 0]
        sizes = [max(most, cells(column.title)) for most, column in zip(widest, self._columns, strict=True)]

        def taken() -> int:
            return sum(sizes[n] + gap for n in shown if n)

        while MARKS + LEAST_NAME + taken() > width and any(self._columns[n].drop for n in shown):
            shown.remove(max(shown, key=lambda n: self._columns[n].drop))
        if sizes:
            sizes[0] = max(LEAST_NAME, min(sizes[0], MOST_NAME, width - MARKS - taken()))
        self._laid = _Laid(width, tuple((n, sizes[n]) for n in shown))
        return self._laid.columns

    @staticmethod
    def gap(width: int) -> int:
        """Cells between two columns."""
        return 2 if width >= ROOMY_FROM else 1

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """Titles, a line, or the sentence of an empty list."""
        if not self._rows:
            if line == 0:
                return Content("")
            return Content.assemble(" " * MARKS, self._empty_lines(width)[line - 1].rstrip().stylize("$text-muted"))
        if line == 0:
            titles = [Content.styled(column.title, "$text-muted") for column in self._columns]
            return self._line(Content(" " * MARKS), titles, width)
        row = self._rows[line - 1]
        lead = Content.assemble("  ", (row.mark or " ", row.mark_style), " ")
        return self._line(lead, [c.stylize("$text-muted") for c in row.cells] if row.muted else row.cells, width)

    def _line(self, lead: Content, texts: Sequence[Content], width: int) -> Content:
        gap, parts = " " * self.gap(width), [lead]
        for n, size in self.placed(width):
            cut = texts[n].truncate(size, ellipsis=True)
            parts += [cut, Content(" " * (size - cut.cell_length) + gap)]
        return Content("").join(parts).rstrip().truncate(width, ellipsis=True)
