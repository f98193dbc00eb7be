"""Inside a change: which line became which other line, and which of its words differ. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from defense_console.model.comparison import Mark, Paragraph

_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")
_WORD: Final = re.compile(r"\w+")

LIKE: Final = 0.35
"""How much of their words two lines share, from 0 to 1, to be one line that changed."""
ALIGNED: Final = 1_600
"""Most pairs of lines among which the best partners are searched; in longer stretches lines are taken in order."""
WORDS: Final = 40_000
"""Most pairs of words that are compared inside one line."""

Pair = tuple[Paragraph | None, Paragraph | None]


def paired(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> list[Pair]:
    """Put the lines of two stretches that have no line in common together where they are alike.

    Returns:
        Pairs in order; None where a line has no partner. Every line is in exactly one pair.
    """
    if len(old) == 1 == len(new):
        return [(old[0], new[0])]
    if not old or not new:
        return [*((line, None) for line in old), *((None, line) for line in new)]
    words_old, words_new = [_words(line.text) for line in old], [_words(line.text) for line in new]
    if len(old) * len(new) > ALIGNED:
        return _in_order(old, new, [_likeness(a, b) for a, b in zip(words_old, words_new, strict=False)])
    return _aligned(old, new, [[_likeness(a, b) for b in words_new] for a in words_old])


def _in_order(old: Sequence[Paragraph], new: Sequence[Paragraph], likeness: Sequence[float]) -> list[Pair]:
    pairs: list[Pair] = []
    for before, after, alike in zip(old, new, likeness, strict=False):
        pairs += [(before, after)] if alike >= LIKE else [(before, None), (None, after)]
    both = len(likeness)
    return [*pairs, *((line, None) for line in old[both:]), *((None, line) for line in new[both:])]


def _aligned(old: Sequence[Paragraph], new: Sequence[Paragraph], likeness: Sequence[Sequence[float]]) -> list[Pair]:
    """Return the pairs with the largest sum of likeness that keep both orders."""
    rows, columns = len(old), len(new)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            alike = likeness[i][j]
            together = best[i + 1][j + 1] + alike if alike >= LIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs: list[Pair] = []
    i = j = 0
    while i < rows and j < columns:
        if likeness[i][j] >= LIKE and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return [*pairs, *((line, None) for line in old[i:]), *((None, line) for line in new[j:])]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text)) or frozenset(text)


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    """Return twice what both have, by what they have together; two empty lines are alike."""
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def marks(old: str, new: str, exact: bool = True) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return the stretches of two lines that the other one does not have, word by word.

    Args:
        old: The line before.
        new: The line after.
        exact: False only takes the common beginning and end away, which costs next to nothing.

    Returns:
        Stretches in the old line and in the new one, in order, none empty, none touching.
    """
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    if not exact or len(a) * len(b) > WORDS:
        return _between_the_ends(a, b)
    of_old: list[Mark] = []
    of_new: list[Mark] = []
    starts_a, starts_b = _starts(a), _starts(b)
    for tag, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            _mark(of_old, old, starts_a[i], starts_a[i_end])
            _mark(of_new, new, starts_b[j], starts_b[j_end])
    return tuple(of_old), tuple(of_new)


def _starts(tokens: Sequence[str]) -> list[int]:
    places = [0]
    for token in tokens:
        places.append(places[-1] + len(token))
    return places


def _mark(found: list[Mark], text: str, start: int, end: int) -> None:
    """Add a stretch; one that is parted from the one before by blanks only is its continuation."""
    if start == end:
        return
    if found and not text[found[-1][1] : start].strip():
        start = found.pop()[0]
    found.append((start, end))


def _between_the_ends(a: Sequence[str], b: Sequence[str]) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    shorter = min(len(a), len(b))
    head = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    tail = next((n for n in range(shorter - head) if a[-1 - n] != b[-1 - n]), shorter - head)
    found = []
    for tokens in (a, b):
        starts = _starts(tokens)
        start, end = starts[head], starts[len(tokens) - tail]
        found.append(((start, end),) if start < end else ())
    return found[0], found[1]


def columns_changed(old: Paragraph, new: Paragraph) -> list[str] | None:
    """Return the columns in which two rows of a spreadsheet differ; None for other lines or mostly different rows."""
    if not old.cells or not new.cells:
        return None
    before, after = ({cell.column: cell.text for cell in row.cells} for row in (old, new))
    columns = sorted({*before, *after}, key=lambda column: (len(column), column))
    changed = [column for column in columns if before.get(column) != after.get(column)]
    return changed if 0 < len(changed) <= max(1, len(columns) // 2) else None
