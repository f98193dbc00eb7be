"""ColumnTable: one line each under column titles; where there is no room the least needed columns are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content

from defense_console.safe_text import cells
from defense_console.widgets.lists.titled_table import TitledTable

LEAST_NAME, NAME, MOST_NAME = 10, 15, 32
"""Cells of the first column, which gives way to the others; before it has less than `NAME` a column is left out."""


@dataclass(frozen=True)
class Column:
    """A column. Attributes: title: translated; drop: the highest is left out first, 0 never."""

    title: str
    drop: int = 0


@dataclass(frozen=True)
class TableRow:
    """A line of the table, as cells.

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


class ColumnTable(TitledTable):
    """The list. A column without any content is not shown."""

    MARKS = 4
    """Cells of the cursor and of the mark."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns: tuple[Column, ...] = ()
        self._rows: tuple[TableRow, ...] = ()
        self._laid = _Laid(-1)

    def show_rows(self, columns: Sequence[Column], rows: Sequence[TableRow], empty: str) -> None:
        """Replace the lines; the cursor stays on its line, else on its place. Args: empty: said when there is none."""
        if (tuple(columns), tuple(rows), empty) == (self._columns, self._rows, self._empty):
            return
        self._columns, self._rows = tuple(columns), tuple(rows)
        self._laid = _Laid(-1)
        self.put_rows([row.id for row in rows], empty)

    # --- lines -------------------------------------------------------------------------------------------------------

    def line_count(self) -> int:
        """Titles, then the lines; a sentence says that there is none."""
        return 1 + (len(self._rows) or len(self.empty_lines(self.view.width)))

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

        name = min(NAME, max(LEAST_NAME, *sizes[:1]))
        while self.MARKS + name + taken() > width and any(self._columns[n].drop for n in shown):
            shown.remove(max(shown, key=lambda n: self._columns[n].drop))
        if sizes:
            sizes[0] = max(LEAST_NAME, min(sizes[0], MOST_NAME, width - self.MARKS - taken()))
        self._laid = _Laid(width, tuple((n, sizes[n]) for n in shown))
        return self._laid.columns

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """Titles, a line, or the sentence of an empty list."""
        if not self._rows:
            if line == 0:
                return Content("")
            return self.empty_lines(width)[line - 1]
        if line == 0:
            titles = [Content.styled(column.title, "$text-muted") for column in self._columns]
            return self._line(Content(" " * self.MARKS), titles, width)
        row = self._rows[line - 1]
        lead = Content.assemble("  ", (row.mark or " ", row.mark_style), " ")
        return self._line(lead, [c.stylize("$text-muted") for c in row.cells] if row.muted else row.cells, width)

    def _line(self, lead: Content, texts: Sequence[Content], width: int) -> Content:
        gap, parts = " " * self.gap(width), [lead]
        for n, size in self.placed(width):
            cut = texts[n].truncate(size, ellipsis=True)
            parts += [cut, Content(" " * (size - cut.cell_length) + gap)]
        return Content("").join(parts).rstrip().truncate(width, ellipsis=True)
