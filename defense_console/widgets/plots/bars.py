"""Rows of numbers as bars of text: a kind of line for each number, so that they differ without colour. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from defense_console.widgets.frame.marks import mark

_KINDS = ("passed_time", "over_time", "planned_time")
"""Marks of the first, second and third number of a row."""


def bar(values: Sequence[int], most: int, width: int) -> tuple[str, ...]:
    """Return the part of a bar for each number; all of them are as long as `width` where their sum is `most`.

    A number above zero has at least one cell, as far as there is room.
    """
    if most <= 0 or width <= 0:
        return tuple("" for _value in values)
    left, parts = width, []
    for n, value in enumerate(values):
        cells = min(left, max(1, round(value * width / most))) if value > 0 else 0
        left -= cells
        parts.append(mark(_KINDS[n % len(_KINDS)]) * cells)
    return tuple(parts)


def legend(kinds: Sequence[str]) -> str:
    """Return which kind of line counts what; "" for a single one."""
    if len(kinds) < 2:
        return ""
    return "  ".join(f"{mark(_KINDS[n % len(_KINDS)]) * 2} {kind}" for n, kind in enumerate(kinds))
