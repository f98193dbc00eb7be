"""What a key and a second draw: counted in cells, layouts and timers, never timed."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Any

import pytest
from textual import events
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widget import Widget

from defense_console.app import ConsoleApp
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.agenda import Entry
from defense_console.screens.live.screen import LiveScreen
from defense_console.screens.queue import words as queue_words
from defense_console.screens.shared.help import HelpScreen
from defense_console.store.sqlite.store import TinyStore
from defense_console.widgets.lists.panel import Panel
from defense_console.widgets.lists.queue_table import QueueTable
from defense_console.widgets.lists.rubric_list import RubricList
from tests.ui.conftest import SHIPPED, Room, shows, until

WIDE = (120, 40)
CLOCK = {"BigClock", "QuietText", "HeaderLine"}
"""What a second changes while a defense is live."""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many cells each kind of widget was asked to draw, how many layouts and how many timers there were."""
    cells: Counter[str] = Counter()
    refresh, set_timer = Widget.refresh, MessagePump.set_timer

    def count(self: Widget, *regions: Region, repaint: bool = True, layout: bool = False, **more: bool) -> Widget:
        if repaint and self.is_attached:
            cells[type(self).__name__] += sum(each.area for each in regions or (self.outer_size.region,))
        if layout:
            cells["layout"] += 1
        return refresh(self, *regions, repaint=repaint, layout=layout, **more)

    def count_timer(self: MessagePump, *arguments: Any, **more: Any) -> Timer:
        cells["timer"] += 1
        return set_timer(self, *arguments, **more)

    monkeypatch.setattr(Widget, "refresh", count)
    monkeypatch.setattr(MessagePump, "set_timer", count_timer)
    return cells


EDGE_KEYS = 3
"""So many keys at the end of a list that is longer than the view scroll it once."""
MORE_ROWS = 20
"""Rows besides those of the demo cohort, so that the list is longer than the view."""
QUIET_LOOKS = 10
"""So many looks in a row that find nothing drawn: the toolkit draws what a start left over a little later."""


async def rest(pilot: Pilot[None], drawn: Counter[str]) -> None:
    """Wait until nothing is drawn any more."""
    quiet = 0

    def is_quiet() -> bool:
        nonlocal quiet
        quiet = 0 if drawn else quiet + 1
        drawn.clear()
        return quiet >= QUIET_LOOKS

    await until(pilot, is_quiet, "it never rests")


async def test_a_key_in_the_queue_draws_two_rows_and_the_card_follows(
    room: Room, drawn: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worded: set[str] = set()
    word = queue_words.queue_row

    def counted(entry: Entry, *args: Any) -> Any:
        worded.add(entry.summary.id)
        return word(entry, *args)

    monkeypatch.setattr(queue_words, "queue_row", counted)
    with closing(TinyStore.open(room.folder)) as store:
        desk = ExchangeDesk(store, room.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        desk.fill_demo(room.machine.read().wall)
    room.student("s1", "Ada Example")
    for n in range(1, MORE_ROWS + 1):
        room.plan("s1", in_min=24 * 60 * n, attempt=n)
    room.machine.pass_time(5)  # at each full minute all rows are worded again, and this clock stands still
    async with room.app().run_test(size=WIDE) as pilot:
        await shows(pilot, "All pending")
        await pilot.press("5", "home")
        await shows(pilot, "Before the call")
        await rest(pilot, drawn)
        table = pilot.app.screen.query_one(QueueTable)
        place = table.row
        worded.clear()
        await pilot.press("j")
        assert len(worded) <= 1, "besides the live one, whose time runs, rows were worded again"
        assert table.row == place + 1
        # Two rows, each perhaps with the heading or the titles above it.
        assert 0 < drawn["QueueTable"] <= 5 * table.size.width, drawn
        assert not drawn["layout"], drawn
        assert drawn.keys() <= {"QueueTable", "Panel", "HintBar", "layout", "timer"}, drawn
        card = pilot.app.screen.query_one(Panel)
        await until(pilot, lambda: drawn["Panel"], "the card never followed")
        assert drawn["Panel"] < card.outer_size.area, "the name of another student drew the whole card"
        assert not drawn["layout"], drawn

        await rest(pilot, drawn)
        pilot.app.screen.update()  # type: ignore[attr-defined]
        assert not worded, "nothing has changed: this clock stands still"

        worded.clear()
        room.machine.pass_time(60)
        pilot.app.screen.update()  # type: ignore[attr-defined]
        in_view, all_rows = len(worded), table.row_count()
        assert 1 < in_view <= table.view.height < all_rows, "at a full minute the rows in view are worded again"
        table.go_to(all_rows - 1)
        await rest(pilot, drawn)
        assert len(worded) > in_view, "the others when they come into view"

        table.go_to(table.row_of(table.view.height - 1))
        await rest(pilot, drawn)
        for _ in range(EDGE_KEYS):
            await pilot.press("j")
        assert table.scroll_offset.y >= EDGE_KEYS, "the list is too short"
        assert drawn["QueueTable"] <= table.size.area + EDGE_KEYS * 2 * table.size.width, "each key scrolls the list"
        assert drawn["timer"] < EDGE_KEYS, "a timer for each key"


async def test_a_second_draws_the_clock_and_a_rating_its_row(room: Room, drawn: Counter[str]) -> None:
    room.student("s1", "Ada Example")
    id = room.plan("s1", "IRP-P2")
    room.live(id)
    room.machine.pass_time(65)
    async with room.app(id).run_test(size=WIDE) as pilot:
        await shows(pilot, "PRESENTATION 1/3", "01:05 of 15:00", "saved")
        await rest(pilot, drawn)
        room.machine.pass_time(1)
        await shows(pilot, "01:06 of 15:00")
        assert {kind for kind, cells in drawn.items() if cells} <= CLOCK, drawn
        assert drawn.total() <= 200, drawn

        rubric = pilot.app.screen.query_one(RubricList)
        drawn.clear()
        await pilot.press("v")
        await shows(pilot, "Rubric 1/12", "saved")
        await until(pilot, lambda: drawn["Panel"], "the card never followed")
        # The row of the frame that counts what is rated, then the rows that the cursor left and entered.
        assert drawn["RubricList"] <= 12 * rubric.outer_size.width, drawn
        assert not drawn["layout"], drawn
        assert not drawn["QueueTable"], "the queue under the live screen was drawn"

        await rest(pilot, drawn)
        for key in ("j", "j", "j", "k", "k", "k"):  # their cards have more lines, and fewer
            await pilot.press(key)
            await until(pilot, lambda: drawn["Panel"], "the card never followed")
            assert not drawn["layout"], drawn
            await rest(pilot, drawn)


async def test_ratings_that_come_at_once_are_drawn_together(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one draws them all, also where it is refused, and any other key finds the ones before it drawn."""
    room.student("s1", "Ada Example")
    id = room.plan("s1", "IRP-P2")
    room.live(id)
    app, redraws, redraw = room.app(id), 0, LiveScreen.redraw

    def counted(screen: LiveScreen) -> None:
        nonlocal redraws
        redraws += 1
        redraw(screen)

    monkeypatch.setattr(LiveScreen, "redraw", counted)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "Rubric 0/12", "saved")
        redraws = 0
        at_once(app, "vrxv")
        await shows(pilot, "Rubric 4/12")
        assert redraws < 4, "each was drawn"

        at_once(app, "vh")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await shows(pilot, "Rubric 5/12")
        monkeypatch.setattr(LiveScreen, "second", lambda _screen: None)  # which would draw them as well, later
        refusals = iter([None, ConsoleError("No.")])
        monkeypatch.setattr(LiveScreen, "refusal", lambda _screen, _command: next(refusals, None))
        at_once(app, "vv")
        await shows(pilot, "Rubric 6/12", "No.")


def at_once(app: ConsoleApp, keys: str) -> None:
    """Hit keys faster than they are answered."""
    for key in keys:
        app.post_message(events.Key(key, key))
