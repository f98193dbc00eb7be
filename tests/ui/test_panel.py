"""Panel: how the lines of an item are laid out."""

from __future__ import annotations

import pytest
from textual.content import Content

from defense_console.widgets.lists.panel import Item, laid_out


def lines(item: Item, width: int) -> list[str]:
    return [text.plain.rstrip() for text in laid_out(item, width)]


@pytest.mark.parametrize("width", [30, 48])
def test_an_end_that_leaves_too_little_for_the_text_stands_under_it(width: int) -> None:
    end = Content("raised on 29/11/2026, no answer yet")
    first, *others = lines(Item(Content("Inès Gabarit"), "1", Content("! "), end), width)
    assert first == "  ! Inès Gabarit"
    assert " ".join(other.strip() for other in others) == end.plain, "nothing of it is cut"


def test_an_end_stands_beside_a_text_that_is_short_or_has_room() -> None:
    assert lines(Item(Content("P4"), "1", end=Content("late 13 d")), 15) == ["  P4  late 13 d"]
    assert lines(Item(Content("Inès Gabarit"), "1", end=Content("Tue 1")), 30) == ["  Inès Gabarit           Tue 1"]
