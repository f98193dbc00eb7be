"""Panel: how the lines of an item are laid out."""

from __future__ import annotations

import pytest
from textual.content import Content

from defense_console.widgets.lists.panel import Item, Panel


def laid_out(item: Item, width: int) -> list[str]:
    panel = Panel()
    panel._items = (item,)
    return [text.plain.rstrip() for _row, text in panel._lines(width)]


@pytest.mark.parametrize("width", [30, 48])
def test_an_end_that_leaves_too_little_for_the_text_stands_under_it(width: int) -> None:
    end = Content("raised on 29/11/2026, no answer yet")
    lines = laid_out(Item(Content("Inès Gabarit"), "1", Content("! "), end), width)
    assert lines[0] == "  ! Inès Gabarit"
    assert " ".join(line.strip() for line in lines[1:]) == end.plain, "nothing of it is cut"


def test_an_end_stands_beside_a_text_that_is_short_or_has_room() -> None:
    assert laid_out(Item(Content("P4"), "1", end=Content("late 13 d")), 15) == ["  P4  late 13 d"]
    assert laid_out(Item(Content("Inès Gabarit"), "1", end=Content("Tue 1")), 30) == ["  Inès Gabarit           Tue 1"]
