"""Two texts in, their readable difference out. Pure: no file, no clock, the same answer every time.

Lines that occur once in both texts hold the texts together; difflib compares what lies between them. Where that would
take time that grows with the square of the length, the stretch is shown as removed and added whole; `coarse` says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from defense_console.model.comparison import (
    ComparisonProgress,
    Counts,
    Difference,
    DifferenceLine,
    DocumentPlace,
    LineKind,
    Paragraph,
    Side,
)
from defense_console.uploads.comparing.marks import columns_changed, marks, paired

CONTEXT: Final = 3
"""Equal lines shown on either side of a change."""
PAIRS: Final = 300_000
"""Most pairs of equal lines that difflib is given: its time grows with them."""
MARKED_LINES: Final = 4_000
"""Most changed lines that are compared word by word; in later ones everything between the ends in common is marked."""

SameLines = tuple[int, int, int]
"""Equal lines: first in the old text, first in the new one, how many."""


def compare_texts(
    old: Sequence[Paragraph],
    new: Sequence[Paragraph],
    *,
    context: int = CONTEXT,
    progress: ComparisonProgress | None = None,
) -> Difference:
    """Return the difference of two texts."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(paragraph.text, len(numbers)) for paragraph in old]
    b = [numbers.setdefault(paragraph.text, len(numbers)) for paragraph in new]
    blocks, coarse = matching_blocks(a, b)
    lines: list[DifferenceLine] = []
    i = j = exact = 0
    for at_old, at_new, length in (*blocks, (len(a), len(b), 0)):
        if at_old > i or at_new > j:
            found = list(_changes(old[i:at_old], new[j:at_new], exact < MARKED_LINES))
            exact += sum(line.kind == "changed" for line in found)
            lines += found
        equal = zip(old[at_old : at_old + length], new[at_new : at_new + length], strict=True)
        lines += _folded([_line("equal", before, after) for before, after in equal], context,
                         first=not lines, last=at_old + length == len(a) and at_new + length == len(b))  # fmt: skip
        i, j = at_old + length, at_new + length
        if progress is not None:
            progress((i + j) / max(1, len(a) + len(b)))
    kinds = Counter(line.kind for line in lines)
    counts = Counts(kinds["added"], kinds["removed"], kinds["changed"])
    return Difference(tuple(lines), counts, coarse or exact >= MARKED_LINES)


# --- which lines are equal --------------------------------------------------------------------------------------------


def matching_blocks(a: Sequence[int], b: Sequence[int]) -> tuple[list[SameLines], bool]:
    """Return equal stretches of two sequences, in order, none empty, no two that touch.

    Returns:
        The stretches, and whether some part was too long or too repetitive to be compared line by line.
    """
    found: list[SameLines] = []
    coarse = False
    waiting = [(0, len(a), 0, len(b))]
    while waiting:
        i, i_end, j, j_end = waiting.pop()
        start = i
        while i < i_end and j < j_end and a[i] == b[j]:
            i, j = i + 1, j + 1
        if i > start:
            found.append((start, j - (i - start), i - start))
        stop = i_end
        while i < i_end and j < j_end and a[i_end - 1] == b[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
        if i_end < stop:
            found.append((i_end, j_end, stop - i_end))
        if i == i_end or j == j_end:
            continue
        anchors = _anchors(a, i, i_end, b, j, j_end)
        if anchors:
            for x, y in (*anchors, (i_end, j_end)):
                waiting.append((i, x, j, y))
                i, j = x, y  # the anchor itself is the common beginning of the next stretch
        elif _pairs(a[i:i_end], b[j:j_end]) <= PAIRS:
            matcher = SequenceMatcher(None, a[i:i_end], b[j:j_end], autojunk=False)
            found += [(i + x, j + y, n) for x, y, n in matcher.get_matching_blocks() if n]
        else:
            coarse = True
    return _joined(sorted(found)), coarse


def _anchors(a: Sequence[int], i: int, i_end: int, b: Sequence[int], j: int, j_end: int) -> list[tuple[int, int]]:
    """Return the longest row of lines that occur once in each stretch and have the same order in both."""
    count_a, count_b = Counter(a[i:i_end]), Counter(b[j:j_end])
    where = {b[y]: y for y in range(j, j_end) if count_b[b[y]] == 1}
    candidates = [(x, where[a[x]]) for x in range(i, i_end) if count_a[a[x]] == 1 and a[x] in where]
    # Patience sorting: the smallest last place of a row of each length, and the candidate before each.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_x, y) in enumerate(candidates):
        length = bisect_left(ends, y)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [y]
        last[length : length + 1] = [n]
    row: list[tuple[int, int]] = []
    n = last[-1] if last else -1
    while n >= 0:
        row.append(candidates[n])
        n = before[n]
    return row[::-1]


def _pairs(a: Sequence[int], b: Sequence[int]) -> int:
    counted = Counter(b)
    return sum(n * counted[line] for line, n in Counter(a).items())


def _joined(blocks: Sequence[SameLines]) -> list[SameLines]:
    joined: list[SameLines] = []
    for i, j, n in blocks:
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + n)
        else:
            joined.append((i, j, n))
    return joined


# --- lines ------------------------------------------------------------------------------------------------------------


def _line(kind: LineKind, old: Paragraph | None, new: Paragraph | None) -> DifferenceLine:
    return DifferenceLine(kind, Side(old.text, old.place) if old else None, Side(new.text, new.place) if new else None)


def _changes(old: Sequence[Paragraph], new: Sequence[Paragraph], exact: bool) -> Iterator[DifferenceLine]:
    """Yield what lies between two equal stretches: like lines together, the others alone."""
    for before, after in paired(old, new):
        if before is None or after is None:
            yield _line("removed" if after is None else "added", before, after)
        elif (columns := columns_changed(before, after)) is not None:
            yield from _cells(before, after, columns)
        else:
            of_old, of_new = marks(before.text, after.text, exact)
            yield DifferenceLine("changed", Side(before.text, before.place, of_old),
                                 Side(after.text, after.place, of_new))  # fmt: skip


def _cells(old: Paragraph, new: Paragraph, columns: Sequence[str]) -> Iterator[DifferenceLine]:
    """Yield a spreadsheet's row in which few cells changed, cell by cell."""
    before, after = ({cell.column: cell.text for cell in row.cells} for row in (old, new))
    for column in columns:
        was = _cell(column, before.get(column), old.place)
        is_now = _cell(column, after.get(column), new.place)
        yield DifferenceLine("changed" if was and is_now else "removed" if was else "added", was, is_now)


def _cell(column: str, text: str | None, row: DocumentPlace) -> Side | None:
    if text is None:
        return None
    return Side(text, DocumentPlace("cell", name=_address(row, column)), ((0, len(text)),))


def _address(place: DocumentPlace, column: str) -> str:
    """Return `Sheet1!B4` for column B in the row whose first filled cell is `Sheet1!A4`."""
    sheet, _mark, cell = place.name.rpartition("!")
    return f"{sheet}!{column}{cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"


def _folded(lines: list[DifferenceLine], context: int, *, first: bool, last: bool) -> list[DifferenceLine]:
    """Return an equal run without its middle; nothing is kept at the beginning and the end of the text.

    A single line is never folded: the fold would take as much room.
    """
    head, tail = 0 if first else context, 0 if last else context
    if len(lines) <= head + tail + 1:
        return lines
    return [*lines[:head], DifferenceLine("folded", n=len(lines) - head - tail), *lines[len(lines) - tail :]]
