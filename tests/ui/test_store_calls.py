"""How often the event loop asks the store: what a mentor sees all the time is in memory."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.screens.before.brief import BriefScreen
from defense_console.screens.queue.screen import QueueScreen
from defense_console.store.sqlite.store import TinyStore
from tests.store.counting import counted
from tests.ui.conftest import SHIPPED, Room, shows, until

PENDING = 13
FIRST_DRAWING, DRAWING, BRIEF = 13, 6, 3
"""At most so many questions, the one for the weekly sessions of the day included; the first card is asked for alone.

A look for changes is none: it costs a read of shared memory.
"""
TITLE = 12
"""So many characters of a project's title are on its card, whatever the width."""


@pytest.fixture
def calls(room: Room) -> Counter[str]:
    """What the store of the demo cohort was asked."""
    calls: Counter[str] = Counter()
    with closing(TinyStore.open(room.folder)) as store:
        desk = ExchangeDesk(store, room.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        desk.fill_demo(room.machine.read().wall)
        assert len(store.pending()) == PENDING
    room.proxy = lambda store: counted(store, calls)
    return calls


def asked(calls: Counter[str]) -> dict[str, int]:
    """What the store was asked since this was last called, by method; looks for changes are left out."""
    found = {name: times for name, times in calls.items() if name != "changed"}
    calls.clear()
    return found


async def on_each(pilot: Pilot[None]) -> None:
    """Move the cursor over every defense, and see the card of each."""
    app, screen = pilot.app, pilot.app.screen
    assert isinstance(app, ConsoleApp)
    assert isinstance(screen, QueueScreen)
    entries = {entry.summary.id: entry.summary for entry in app.desk.agenda.entries()}
    seen = set()
    await pilot.press("home")
    for _ in range(PENDING):
        assert screen.table.chosen is not None
        summary = entries[screen.table.chosen]
        project = SHIPPED[summary.curriculum].project(summary.project)
        assert project is not None
        await shows(pilot, project.title.in_("en")[:TITLE])
        seen.add(summary.id)
        await pilot.press("down")
    assert seen == entries.keys()


async def test_the_queue_and_its_cursor_ask_the_store_nothing(room: Room, calls: Counter[str]) -> None:
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "All pending")
        await pilot.press("5")
        await shows(pilot, "Before the call")
        first = asked(calls)
        assert sum(first.values()) <= FIRST_DRAWING, first
        pilot.app.screen.update()  # type: ignore[attr-defined]
        await pilot.pause()
        assert asked(calls) == {}, "drawn again"
        await on_each(pilot)
        assert asked(calls) == {}, "the cursor was on every defense"


async def test_what_anybody_writes_is_read_once(room: Room, calls: Counter[str]) -> None:
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("5")
        await shows(pilot, "Before the call")
        before = app.desk.ledger.snapshot.generation
        asked(calls)
        await pilot.press("p")
        await until(pilot, lambda: app.desk.ledger.snapshot.generation > before, "its own write is not seen")
        await until(pilot, lambda: any(entry.summary.parked for entry in app.desk.agenda.entries()))
        parked = asked(calls)
        assert sum(parked.values()) <= DRAWING + BRIEF, parked
        await on_each(pilot)
        assert asked(calls) == {}


async def test_a_brief_asks_for_its_log_and_no_more(room: Room, calls: Counter[str]) -> None:
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("5")
        await shows(pilot, "Before the call")
        asked(calls)
        await pilot.press("down", "b")
        await until(pilot, lambda: isinstance(app.screen, BriefScreen))
        await shows(pilot, "Scenario")
        opened = asked(calls)
        assert sum(opened.values()) <= BRIEF, opened
        app.screen.update()  # type: ignore[attr-defined]
        await pilot.pause()
        assert asked(calls) == {}, "drawn again"
