"""TitledTable: rows under titles, each with an id of its own; a sentence stands where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from defense_console.safe_text import content
from defense_console.widgets.lists.line_list import LineList

EMPTY_CELLS = 80
"""A sentence about an empty list is not stretched beyond so many cells."""
ROOMY_FROM = 100
"""From so many cells on, columns are two cells apart."""


class TitledTable(LineList):
    """The list. A subclass calls `put_rows` when it has other rows, and answers how its lines are drawn."""

    MARKS: ClassVar[int]
    """Cells before the first column: of the cursor and of what marks a row."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ids: tuple[str, ...] = ()
        self._empty = ""

    def put_rows(self, ids: Sequence[str], empty: str) -> None:
        """Take other rows; the cursor stays on its row, else on its place.

        Args:
            ids: Of the rows, in order.
            empty: Said when there is none.
        """
        chosen, self._ids, self._empty = self.chosen, tuple(ids), empty
        place = self._ids.index(chosen) if chosen in self._ids else min(self.row, len(self._ids) - 1)
        self.relayout()
        self.go_to(max(0, place))

    @property
    def chosen(self) -> str | None:
        """Id of the row under the cursor, None in an empty list."""
        return self._ids[self.row] if self.row < len(self._ids) else None

    def choose(self, id: str) -> None:
        """Put the cursor on a row; one that is not listed changes nothing."""
        if id in self._ids:
            self.go_to(self._ids.index(id))

    def row_count(self) -> int:
        """One for each id."""
        return len(self._ids)

    def empty_lines(self, width: int) -> list[Content]:
        """Return the sentence of an empty list in so many cells."""
        said = content(self._empty).wrap(max(8, min(width, EMPTY_CELLS) - self.MARKS)) or [Content("")]
        return [Content.assemble(" " * self.MARKS, each.rstrip().stylize("$text-muted")) for each in said]

    @staticmethod
    def gap(width: int) -> int:
        """Cells between two columns."""
        return 2 if width >= ROOMY_FROM else 1
