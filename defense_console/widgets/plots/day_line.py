"""The mentor's day on one row: the hours, what is planned, and now. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from textual.content import Content

from defense_console.widgets.frame.marks import mark

FIRST_HOUR, LAST_HOUR = 8, 20
"""Hours that are always on it; one with something before or after is added."""
LABEL_EVERY = 2
HOUR = 60


class Slot(msgspec.Struct, frozen=True):
    """What takes a part of the day. Attributes: start, end: minutes since midnight; style: its colour."""

    start: int
    end: int
    style: str = ""


def day_line(slots: Iterable[Slot], now: int, width: int) -> Content:
    """Return the day in so many cells. An hour is written whole where its cells are free, else not at all.

    Args:
        slots: In any order; a later one covers an earlier one.
        now: Minutes since midnight.
        width: Cells of the row.
    """
    taken = tuple(slots)
    first = min([FIRST_HOUR, *(slot.start // HOUR for slot in taken)])
    last = max([LAST_HOUR, *(-(-slot.end // HOUR) for slot in taken)])
    room = max(1, width - 2)  # the label of the last hour is behind its cell

    def cell(minute: int) -> int:
        return min(width - 1, max(0, round((minute - first * HOUR) / ((last - first) * HOUR) * room)))

    free = mark("planned_time")
    shown, styles = [free] * width, ["$frame"] * width
    for slot in taken:
        start = cell(slot.start)
        for place in range(start, max(start + 1, cell(slot.end))):
            shown[place], styles[place] = mark("busy"), slot.style
    if first * HOUR <= now <= last * HOUR:
        place = cell(now)
        shown[place], styles[place] = mark("here"), "bold"
    for hour in range(first, last + 1, LABEL_EVERY):
        label, place = f"{hour:02}", cell(hour * HOUR)
        cells = slice(place, place + len(label))
        if shown[cells] == [free] * len(label) and not shown[max(0, place - 1)].isdecimal():
            shown[cells], styles[cells] = label, ["$text-muted"] * len(label)
    return Content.assemble(*zip(shown, styles, strict=True))
