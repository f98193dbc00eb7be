"""QueueTable: defenses in sections, one line each, drawn line by line so that its length costs nothing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from textual.content import Content

from defense_console.safe_text import cells, shortened
from defense_console.widgets.lists.line_list import heading
from defense_console.widgets.lists.titled_table import TitledTable


class QueueRow(msgspec.Struct, frozen=True):
    """One line of the queue, in words.

    Attributes:
        id: Of the defense.
        turn, turn_style: Mark of who has to act, and its style.
        mark: Of the state, one cell; style: of it and of what comes next.
        when: In one short form.
        student, project, documents: The columns; the project with its attempt.
        following: What comes next; it is never cut.
        gone: Not in this list any more: the row is muted until the cursor leaves it.
    """

    id: str
    turn: str
    mark: str
    when: str
    student: str
    project: str
    documents: str
    following: str
    turn_style: str = ""
    style: str = ""
    gone: bool = False


class QueueSection(msgspec.Struct, frozen=True):
    """Rows under a heading. Attributes: title: "" for rows without one; rows: in order."""

    title: str
    rows: tuple[QueueRow, ...]


DOCUMENTS, DOCUMENTS_FROM = 4, 68
"""Cells of `3/5`, and of the list from which on they are shown: 72 columns."""
LEAST_NAME = 4


class QueueTable(TitledTable):
    """The list; its columns follow the width. The name of the student gives way to what comes next."""

    MARKS = 6
    """Cells of the cursor, of whose turn it is and of the state."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: tuple[QueueSection, ...] = ()
        self._rows: tuple[QueueRow, ...] = ()
        self._lines: tuple[int, ...] = ()
        """Of each line under the titles: its row, or -1 - the place of its section."""
        self._line_of: tuple[int, ...] = ()
        """Of each row: its line."""
        self._titles: tuple[str, ...] = ("",) * 5
        self._laid: tuple[int, tuple[int, ...]] = (-1, ())

    def show_sections(self, sections: Sequence[QueueSection], titles: Sequence[str], empty: str) -> None:
        """Replace the rows; the cursor stays on its defense, else on its place.

        Args:
            sections: In order; one without rows is left out.
            titles: Of the columns: when, student, project and attempt, documents, what comes next.
            empty: Said when there is no row.
        """
        shown = tuple(section for section in sections if section.rows)
        if (shown, tuple(titles), empty) == (self._sections, self._titles, self._empty):
            return
        self._sections, self._titles = shown, tuple(titles)
        self._rows = tuple(row for section in self._sections for row in section.rows)
        lines: list[int] = []
        for place, section in enumerate(self._sections):
            first = sum(line >= 0 for line in lines)
            lines += [-1 - place] if section.title else []
            lines += range(first, first + len(section.rows))
        self._lines = tuple(lines)
        self._line_of = tuple(line + 1 for line, row in enumerate(lines) if row >= 0)
        self._laid = (-1, ())
        self.put_rows([row.id for row in self._rows], empty)

    def show_following(self, defense_id: str, following: str) -> None:
        """Replace what comes next on one line, which is drawn alone: a time that runs."""
        for place, row in enumerate(self._rows):
            if row.id == defense_id and row.following != following:
                self._rows = (
                    *self._rows[:place],
                    msgspec.structs.replace(row, following=following),
                    *self._rows[place + 1 :],
                )
                if cells(following) > cells(row.following):
                    self._laid = (-1, ())
                self.refresh_lines(self._line_of[place], 1)

    # --- lines -------------------------------------------------------------------------------------------------------

    def line_count(self) -> int:
        """Titles, then headings and rows; a sentence says that the list is empty."""
        return 1 + (len(self._lines) or len(self.empty_lines(self.view.width)))

    def row_of(self, line: int) -> int:
        """The first line holds the titles."""
        return max(-1, self._lines[line - 1]) if 0 < line <= len(self._lines) else -1

    def lines_of(self, row: int) -> range:
        """A heading is seen with its first row, the titles with the first one."""
        line = self._line_of[row]
        above = line - (line > 1 and self._lines[line - 2] < 0)
        return range(0 if row == 0 else above, line + 1)

    def widths(self, width: int) -> tuple[int, int, int, int]:
        """Return the cells of when, student, project and documents, 0 for one that is left out."""
        if self._laid[0] == width:
            return self._laid[1]  # type: ignore[return-value]
        titles, rows, gap = self._titles, self._rows, self.gap(width)

        def widest(texts: Sequence[str], most: int) -> int:
            return min(most, max(map(cells, texts), default=0))

        when = widest([titles[0], *(row.when for row in rows)], 10)
        project = widest([titles[2], *(row.project for row in rows)], 12)
        documents = max(DOCUMENTS, cells(titles[3])) if width >= DOCUMENTS_FROM else 0
        following = widest([titles[4], *(row.following for row in rows)], width)
        fixed = self.MARKS + when + project + documents + gap * (3 + (documents > 0))
        most = widest([titles[1], *(row.student for row in rows)], max(18, width // 3))
        student = min(max(12, most), max(LEAST_NAME, width - fixed - following))
        self._laid = (width, (when, student, project, documents))
        return when, student, project, documents

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """Titles, a heading, a row, or the sentence of an empty list."""
        if line == 0:
            return Content.styled(
                " " * self.MARKS + self._fields(self._titles[:4], width) + self._titles[4], "$text-muted"
            ).truncate(width)
        if not self._rows:
            return self.empty_lines(width)[line - 1]
        row = self._lines[line - 1]
        if row < 0:
            section = self._sections[-1 - row]
            return heading(section.title, f" {len(section.rows)}", width)
        return self._draw_row(self._rows[row], width)

    def _draw_row(self, row: QueueRow, width: int) -> Content:
        fields = self._fields((row.when, row.student, row.project, row.documents), width)
        room = width - self.MARKS - cells(fields)
        if cells(row.following) > room:  # only where no name could give way: the columns before do
            fields = shortened(fields, max(0, width - self.MARKS - cells(row.following) - 1)) + " "
        style = "$text-muted" if row.gone else row.style
        return Content.assemble(
            "  ", (row.turn or " ", row.turn_style), " ", (row.mark or " ", style), " ",
            (fields, "$text-muted" if row.gone else ""), (row.following, style),
        ).truncate(width, ellipsis=True)  # fmt: skip

    def _fields(self, texts: Sequence[str], width: int) -> str:
        """Return the columns, each shortened or filled to its width, each with the gap after it."""
        gap, parts = " " * self.gap(width), []
        for cells_of, text in zip(self.widths(width), texts, strict=True):
            if cells_of:
                shown = shortened(text, cells_of)
                parts.append(shown + " " * (cells_of - cells(shown)) + gap)
        return "".join(parts)
