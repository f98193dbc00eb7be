"""The audience view: the clock and nothing else, and only its own keys."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.screens.live.audience import AudienceScreen
from defense_console.screens.live.screen import LiveScreen
from defense_console.store.base import Failed, SaveDraft, StoreError
from defense_console.widgets.clock.big_clock import BigClock, large_digits
from tests.ui.conftest import SHIPPED, Room, plain_text, shows, until


def live(room: Room) -> str:
    room.student("s1", "Ada Byron")
    id = room.plan(in_min=1)
    room.live(id)
    room.add(id, ev.Noted("private thought", room.machine.read()), ev.QuestionParked("why not", room.machine.read()))
    room.add(id, ev.Rated("IRP-P2-B1.1-1", "not_met"))
    return id


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_it_shows_the_clock_and_no_word_of_the_defense(room: Room, size: tuple[int, int]) -> None:
    id = live(room)
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        room.machine.pass_time(100)
        await pilot.press("a")
        await shows(pilot, "PRESENTATION", "ends at 14:31", "█")
        assert app.screen.query_one(BigClock).text == "13:20"
        shown = plain_text(app)
        project = SHIPPED["IRP"].project("IRP-P2")
        assert project is not None
        sentences = [c.text.en for c in SHIPPED["IRP"].criteria_of(project)]
        secrets = ("Ada", "Byron", "private thought", "why not", "Claire", "Morel", "IRP", "met", "saved", *sentences)
        assert [secret for secret in secrets if secret in shown] == []


async def test_only_its_own_keys_act_and_a_leaves(room: Room) -> None:
    id = live(room)
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, AudienceScreen))
        known = len(room.events(id))
        await pilot.press("escape", "ctrl+p", "f2", "f8", "f9", "f1", "h", "ctrl+c", "ctrl+q", *"vxnquf")
        await pilot.pause()
        assert isinstance(app.screen, AudienceScreen)
        assert len(room.events(id)) == known
        await pilot.press("t")
        await shows(pilot, "paused")
        await pilot.press("f3", "g")
        await shows(pilot, "DISCUSSION")
        await pilot.press("f4", "plus", "minus", "minus", "ctrl+l")
        await shows(pilot, "DEBRIEFING")
        await until(pilot, lambda: app.screen.query_one(BigClock).text == "04:00")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))


async def test_a_write_that_fails_is_told_in_two_words(room: Room) -> None:
    id = live(room)
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, AudienceScreen))
        job = SaveDraft(f"defense/{id}", "note", None)
        app.desk.acknowledge(Failed(job, StoreError("The disk is full."), 1))
        screen = app.screen
        assert isinstance(screen, AudienceScreen)
        screen.show_saved()
        await shows(pilot, "not saved")
        assert "disk" not in plain_text(app)


def test_the_digits_are_as_large_as_asked() -> None:
    small, large = large_digits("0", 1), large_digits("0", 2)
    assert small == ["██████", "██  ██", "██  ██", "██  ██", "██████"]
    assert len(large) == 10
    assert len(large[0]) == 12


def test_the_smallest_digits_put_two_dots_in_a_cell() -> None:
    assert large_digits("2:4", 0) == ["▀▀█ ▄ █ █", "█▀▀ ▄ ▀▀█", "▀▀▀     ▀"]
    assert [len(line) for line in large_digits("\N{MINUS SIGN}05:07", 0)] == [20] * 3
