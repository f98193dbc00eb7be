"""The day on one row: hours, what is planned, now."""

from __future__ import annotations

import re

import pytest

from defense_console.widgets.plots.day_line import HOUR, Slot, day_line

WIDTH = 122
"""Ten cells an hour, and the label of the last one."""


def drawn(*slots: Slot, now: int = 0, width: int = WIDTH) -> str:
    return day_line(slots, now, width).plain


def test_hours_slots_and_now_are_in_their_cells() -> None:
    line = drawn(Slot(14 * HOUR, 14 * HOUR + 30), now=14 * HOUR + 12)
    assert (line[:2], line[20:22], line[120:]) == ("08", "10", "20")
    assert line[59:67] == "─▬▬►▬▬──"
    assert len(line) == WIDTH


def test_a_short_slot_is_seen_and_a_later_one_covers_it() -> None:
    line = day_line([Slot(9 * HOUR, 9 * HOUR, "a"), Slot(9 * HOUR, 10 * HOUR, "b")], 0, WIDTH)
    assert line.plain[9:22] == "─▬▬▬▬▬▬▬▬▬▬10"
    assert {span.style for span in line.spans if line.plain[span.start] == "▬"} == {"b"}
    assert drawn(Slot(9 * HOUR, 9 * HOUR))[9:12] == "─▬─"


@pytest.mark.parametrize(("start", "first", "last"), [(6, "06", "20"), (22, "08", "22")])
def test_what_is_early_or_late_makes_the_day_longer(start: int, first: str, last: str) -> None:
    line = drawn(Slot(start * HOUR, (start + 1) * HOUR))
    assert "▬" in line
    assert line.startswith(first) or first == "06"
    assert (first in line, last in line) == (first != "06", last != "22") or "08" in line


@pytest.mark.parametrize("now", [0, 14 * HOUR, 14 * HOUR + 8, 20 * HOUR])
def test_an_hour_is_written_whole_or_not_at_all(now: int) -> None:
    for width in range(1, 131):
        line = drawn(Slot(11 * HOUR + 30, 12 * HOUR), Slot(15 * HOUR + 50, 16 * HOUR + 10), now=now, width=width)
        hours = re.findall(r"\d+", line)
        assert set(hours) <= {"08", "10", "12", "14", "16", "18", "20"}, width
        assert hours == sorted(hours)


@pytest.mark.parametrize("width", [1, 2, 3, 40, 300])
def test_the_row_is_as_wide_as_it_may_be(width: int) -> None:
    assert len(drawn(Slot(10 * HOUR, 12 * HOUR), now=11 * HOUR, width=width)) == width
