"""The replay by keyboard: scrubbed, played at sixty times its speed, stopped at the end."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.screens.shared.replay import ReplayScreen
from tests.ui.conftest import Room, hides, shows, until


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_a_defense_is_played_again(room: Room, size: tuple[int, int]) -> None:
    room.student("s1", "Lina Demo")
    id = room.plan()
    room.live(id)
    room.machine.pass_time(65)
    room.add(id, ev.Rated("IRP-P2-B1.2-1", "not_met"), ev.QuestionParked("Why [this]?", room.machine.read()))
    room.machine.pass_time(900)
    room.add(id, ev.RecordingStarted())
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await pilot.press("l", "p")
        await shows(pilot, "Replay", "×1", "00:00 of 16:05")
        await hides(pilot, "Why [this]?")
        await pilot.press("right")
        await shows(pilot, "00:10 of 16:05")
        await pilot.press("j")
        await shows(pilot, "01:05 of 16:05", "Why [this]?")
        await pilot.press("left", "plus", "plus")
        await shows(pilot, "00:55 of 16:05", "×5")
        await pilot.press("t")
        await shows(pilot, "×5 playing")
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        await until(pilot, lambda: screen.position_s >= 60)
        await pilot.press("t", "end")
        await shows(pilot, "16:05 of 16:05")
        await pilot.press("home")
        await shows(pilot, "00:00 of 16:05")
        await pilot.press("escape", "escape")
        await hides(pilot, "Replay")
