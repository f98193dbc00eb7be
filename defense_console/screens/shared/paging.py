"""Pages, beginning and end: one way to turn them in every list and every text of a screen."""

from __future__ import annotations

from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widget import Widget

from defense_console.widgets.lists.line_list import LineList


def _moving(screen: Screen[None]) -> Widget | None:
    """Return what has the focus, else the first part of the body that is longer than its place."""
    if isinstance(screen.focused, ScrollableContainer | ScrollView):
        return screen.focused
    return next((part for part in screen.query("#body *") if part.max_scroll_y > 0 and part.region.area), None)


def turn_page(screen: Screen[None], by: int) -> None:
    """Go so many screens further: the cursor of a list, else what is read, or the column around it."""
    moving = _moving(screen)
    if moving is None or (isinstance(moving, LineList) and moving.page(by)):
        return
    around = (part for part in moving.ancestors_with_self if isinstance(part, Widget) and part.max_scroll_y > 0)
    scroller = next(around, moving)
    scroller.scroll_relative(y=by * max(1, scroller.size.height - 1), animate=False, force=True, immediate=True)


def go_to_end(screen: Screen[None], last: bool) -> None:
    """Go to the beginning, or to the end."""
    moving = _moving(screen)
    if isinstance(moving, LineList) and moving.row_count():
        moving.go_to(moving.row_count() - 1 if last else 0)
    elif moving is not None:
        moving.scroll_to(y=moving.max_scroll_y if last else 0, animate=False, force=True, immediate=True)
