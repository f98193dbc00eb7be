"""What a plain validation costs, and a check-in, counted: product rules of 18 and of 12 key presses."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.student import kinds as student
from tests.ui.conftest import Room, shows, type_text, until

VALIDATION = ["t", *["v"] * 11, "g", "g", "f", "v", "f9", "y"]


async def test_a_plain_validation_takes_18_key_presses(room: Room) -> None:
    room.student("s1", "Ada")
    id = room.plan("s1", "IRP-P2")
    room.add(id, ev.RoomOpened())
    assert len(VALIDATION) == 18
    async with room.app(id).run_test(size=(100, 30)) as pilot:
        await shows(pilot, "Ada")
        for place, key in enumerate(VALIDATION):
            if key == "g" and VALIDATION[place - 1] != "g":
                room.machine.pass_time(15 * 60)
            await pilot.press(key)
        await until(pilot, lambda: room.defense(id).signed, "it was never signed")
    signed = room.defense(id).signed
    assert signed is not None
    assert (signed.outcome, signed.suggested) == ("validated", "validated")


NOTE, GOAL = "Works at night.", "mock-up v2 friday when P2 is done"
CHECK_IN = ("enter", "t", "v", "v", "v", "v", "n", NOTE, "enter", "g", GOAL, "enter", "f9", "y")


@pytest.mark.parametrize(("noted", "keys"), [(True, 12), (False, 10)])
async def test_a_check_in_takes_12_keys_besides_text_and_10_without_a_note(room: Room, noted: bool, keys: int) -> None:
    room.student("s1", "Ada Demo")
    room.follow(
        "s1", student.WeeklyPlanned("2026-11-24", "14:00", "Europe/Paris"), student.GoalPromised("read on"),
        student.GoalPromised("call them", "2026-11-24"),
    )  # fmt: skip
    room.machine.pass_time(60)
    pressed = CHECK_IN if noted else tuple(key for n, key in enumerate(CHECK_IN) if n not in (6, 7, 8))
    assert sum(key not in (NOTE, GOAL) for key in pressed) == keys
    async with room.app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Demo", "session 1 min ago")
        for key in pressed:
            if key in (NOTE, GOAL):
                await type_text(pilot, key)
                continue
            await pilot.press(key)
        await until(pilot, lambda: room.follow("s1").standing.held == 1, "it was never held")
    found = room.follow("s1")
    (session,) = found.sessions
    assert (session.day, session.pace, session.blocked) == ("2026-11-24", "on_track", "no")
    assert [goal.state for goal in found.goals] == ["kept", "kept", "open"]
    goal = found.goals[-1]
    assert (goal.text, goal.due, goal.condition) == ("mock-up v2", "2026-11-27", "P2 is done")
    assert [note.text for note in found.notes] == ([NOTE] if noted else [])
