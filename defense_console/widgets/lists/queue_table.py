"""QueueTable: defenses in sections, one line each, drawn line by line so that its length costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from textual.content import Content
from textual.geometry import Region

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


class Listed(msgspec.Struct, frozen=True):
    """A row that is listed, before it comes into view: what says how wide its columns are.

    Attributes:
        id: Of the defense.
        student, project: As in `QueueRow`.
    """

    id: str
    student: str
    project: str


class QueueSection(msgspec.Struct, frozen=True):
    """Rows under a heading. Attributes: title: "" for rows without one; rows: in order."""

    title: str
    rows: tuple[Listed, ...]


DOCUMENTS, DOCUMENTS_FROM = 4, 68
"""Cells of `3/5`, and of the list from which on they are shown: 72 columns."""
LEAST_NAME = 4
NOWHERE = Region(0, 0, -1, -1)


def _widest(texts: Iterable[str]) -> int:
    return max(map(cells, texts), default=0)


class QueueTable(TitledTable):
    """The list; its columns follow the width. The name of the student gives way to what comes next.

    Args:
        word: Words a row by its id. Only rows in view are worded, each time they are drawn.
    """

    MARKS = 6
    """Cells of the cursor, of whose turn it is and of the state."""

    def __init__(self, word: Callable[[str], QueueRow], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._word = word
        self._sections: tuple[QueueSection, ...] = ()
        self._rows: tuple[Listed, ...] = ()
        self._lines: tuple[int, ...] = ()
        """Of each line under the titles: its row, or -1 - the place of its section."""
        self._line_of: tuple[int, ...] = ()
        """Of each row: its line."""
        self._titles: tuple[str, ...] = ("",) * 5
        self._widest: tuple[int, int] = (0, 0)
        """Cells of the widest student and project of all rows."""
        self._seen = (0, 0)
        """Cells of the widest `when` and `following` of the rows that were in view."""
        self._laid: tuple[Region, tuple[int, int, int, int]] = (NOWHERE, (0, 0, 0, 0))
        """The widths of the columns, and the view they were made for."""

    def show_sections(self, sections: Sequence[QueueSection], titles: Sequence[str], empty: str) -> None:
        """Replace the rows; the cursor stays on its defense, else on its place.

        Args:
            sections: In order; one without rows is left out.
            titles: Of the columns: when, student, project and attempt, documents, what comes next.
            empty: Said when there is no row.
        """
        shown = tuple(section for section in sections if section.rows)
        self._laid = (NOWHERE, (0, 0, 0, 0))
        if (shown, tuple(titles), empty) == (self._sections, self._titles, self._empty):
            self.relayout()
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
        self._widest = _widest(row.student for row in self._rows), _widest(row.project for row in self._rows)
        self._seen = (0, 0)
        self.put_rows([row.id for row in self._rows], empty)

    def reword(self, defense_id: str) -> None:
        """Draw one row anew if it is in view and says something else: a time that runs."""
        top = self.scroll_offset.y
        for line in range(max(1, top), min(top + self.view.height, len(self._lines) + 1)):
            row = self.row_of(line)
            if row >= 0 and self._rows[row].id == defense_id:
                self.refresh_changed(range(line, line + 1))

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
        """Return the cells of when, student, project and documents, 0 for one that is left out.

        While one scrolls, `when` and what comes next take more room, never less.
        """
        view = Region(0, self.scroll_offset.y, width, self.view.height)
        if self._laid[0] == view:
            return self._laid[1]
        titles, gap = self._titles, self.gap(width)
        shown = [self._word(self._rows[row].id) for row in map(self.row_of, range(view.y, view.bottom)) if row >= 0]
        self._seen = (
            max(self._seen[0], cells(titles[0]), _widest(row.when for row in shown)),
            max(self._seen[1], cells(titles[4]), _widest(row.following for row in shown)),
        )
        when, following = min(10, self._seen[0]), min(width, self._seen[1])
        project = min(12, max(self._widest[1], cells(titles[2])))
        documents = max(DOCUMENTS, cells(titles[3])) if width >= DOCUMENTS_FROM else 0
        fixed = self.MARKS + when + project + documents + gap * (3 + (documents > 0))
        most = min(max(18, width // 3), max(self._widest[0], cells(titles[1])))
        student = min(max(12, most), max(LEAST_NAME, width - fixed - following))
        self._laid = view, (when, student, project, documents)
        return self._laid[1]

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
        return self._draw_row(self._word(self._rows[row].id), width)

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
