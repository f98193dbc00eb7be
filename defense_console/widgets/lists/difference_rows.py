"""How the lines of a comparison stand on the screen at a width: which take several rows, what each row shows. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

from defense_console.model.comparison import DifferenceLine, DocumentPlace, Mark, Side, side_by_side, unified
from defense_console.model.text import cells, one_line

PlaceWords = Callable[[DocumentPlace], str]
RowPiece = tuple[str, bool]
"""A stretch of a row and whether it is marked."""

SIGN: Final = 2
"""Cells of the sign before each half."""
_WIDEST_PLACE: Final = 20
_PLAIN: Final = re.compile("[ -~\u00a0-\u02ff]*")
"""Characters that are shown as they are and take one cell at most: most of what students write."""


@lru_cache(maxsize=4096)
def breaking_places(text: str, width: int) -> tuple[Mark, ...]:
    """Where a text is broken to fit a width: at blanks, inside a word only when it is longer than the row.

    Args:
        text: As it is shown, without line breaks.
        width: Cells of a row, 2 or more.

    Returns:
        First character and the one behind the last, for each row; at least one row. Blanks at a break are left out.
    """
    rows: list[Mark] = []
    start, end = 0, len(text)
    plain = _PLAIN.fullmatch(text) is not None
    while end - start > width or not (plain or cells(text[start:]) <= width):
        stop = start + width
        while not plain and stop > start + 1 and cells(text[start:stop]) > width:
            stop -= 1
        blank = text.rfind(" ", start + 1, stop + 1)
        cut = blank if blank > start else stop
        rows.append((start, cut))
        start = cut + 1 if blank > start else cut
        if start >= end:
            return tuple(rows)
    return (*rows, (start, end))


@lru_cache(maxsize=1024)
def shown_pieces(side: Side) -> tuple[RowPiece, ...]:
    """The text of a line made harmless, marked stretches apart: what stands for one character may be longer."""
    pieces: list[RowPiece] = []
    at = 0
    for start, end in side.marks:
        pieces += [(one_line(side.text[at:start]), False), (one_line(side.text[start:end]), True)]
        at = end
    pieces.append((one_line(side.text[at:]), False))
    return tuple(piece for piece in pieces if piece[0])


def cut_pieces(pieces: Sequence[RowPiece], start: int, end: int) -> list[RowPiece]:
    """The part of a line between two of its characters."""
    found: list[RowPiece] = []
    at = 0
    for text, marked in pieces:
        inside = text[max(0, start - at) : max(0, end - at)]
        if inside:
            found.append((inside, marked))
        at += len(text)
    return found


class Rows:
    """The lines of a comparison, laid out.

    Args:
        lines: The comparison.
        beside: Two columns; else the versions one below the other.
        width: Cells there are, 20 or more.
        place_words: Names a place.

    Attributes:
        lines: Laid out.
        count: Rows of the screen they take.
        changes: First row of every change: a run of lines that are not equal.
    """

    def __init__(self, lines: Sequence[DifferenceLine], beside: bool, width: int, place_words: PlaceWords) -> None:
        self.lines = tuple(side_by_side(lines) if beside else unified(lines))
        self.beside = beside
        self.place_width = _place_width(self.lines, place_words)
        half = (width - 1) // 2 if beside else width
        self.text_width = max(4, half - SIGN - self.place_width)
        heights = [self._height(line) for line in self.lines]
        self._starts = [0, *accumulate(heights)]
        self.count = self._starts[-1]
        equal = [line.kind in ("equal", "folded") for line in self.lines]
        self.changes = [self._starts[n] for n, same in enumerate(equal) if not same and (n == 0 or equal[n - 1])]

    def at(self, row: int) -> tuple[int, int]:
        """The line a row belongs to, and which of its rows it is."""
        n = bisect_right(self._starts, row) - 1
        return n, row - self._starts[n]

    def _height(self, line: DifferenceLine) -> int:
        height = 1
        for side in (line.old, line.new):
            if side is None:
                continue
            text = side.text
            if not _PLAIN.fullmatch(text):
                text = "".join(piece for piece, _marked in shown_pieces(side))
            elif len(text) <= self.text_width:
                continue  # as most lines do, and there may be very many
            height = max(height, len(breaking_places(text, self.text_width)))
        return height


def _place_width(lines: Sequence[DifferenceLine], place_words: PlaceWords) -> int:
    """Cells for the longest name of a place, a blank behind it included."""
    widest: dict[str, DocumentPlace] = {}
    for line in lines:
        for side in (line.old, line.new):
            if side is not None:
                place = side.place
                known = widest.get(place.kind)
                if known is None or (len(place.name), place.n, place.m) > (len(known.name), known.n, known.m):
                    widest[place.kind] = place
    return min(_WIDEST_PLACE, max((cells(one_line(place_words(place))) for place in widest.values()), default=0) + 1)
