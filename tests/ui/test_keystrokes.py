"""What a plain validation costs, counted: product rule of 18 key presses from the waiting room."""

from __future__ import annotations

from defense_console.model.defense import kinds as ev
from tests.ui.conftest import Room, shows, until

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
