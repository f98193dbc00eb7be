"""A year of output in one row: a block for each four weeks, a space for none. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from defense_console.widgets.frame.marks import plain

_BLOCKS = "▁▂▃▄▅▆▇"
_DIGITS = "123456789"


def year_strip(output: Sequence[int], width: int = 13) -> str:
    """Return the strip, the latest block last, in exactly so many cells.

    The scale is the same for everybody: a block is as high as there were days with output in its four weeks.

    Args:
        output: Days with output of each block, the latest last.
    """
    marks = _DIGITS if plain() else _BLOCKS
    latest = output[-width:] if width > 0 else ()
    drawn = "".join(marks[min(days, len(marks)) - 1] if days > 0 else " " for days in latest)
    return drawn.rjust(max(0, width))
