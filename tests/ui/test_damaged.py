"""A defense whose log is damaged: the reason and doctor are told, the console stays, and the others open."""

from __future__ import annotations

import sqlite3

import pytest

from defense_console.store.sqlite.opening import place
from tests.ui.conftest import Room, shows


@pytest.mark.parametrize("live", [False, True])
async def test_a_damaged_log_does_not_end_the_console(room: Room, live: bool) -> None:
    room.student("s1", "Lina Demo")
    room.student("s2", "Omar Demo")
    damaged, sound = room.plan("s1", in_min=1), room.plan("s2", in_min=30)
    if live:
        room.live(damaged)
    connection = sqlite3.connect(room.folder / place.FILE)
    with connection:
        connection.execute("UPDATE rows SET sum = x'00' WHERE tab = ?", (f"defense/{damaged}",))
    connection.close()

    app = room.app(first=damaged if live else None)
    async with app.run_test(size=(120, 30)) as pilot:
        if not live:
            await shows(pilot, "Lina Demo")
            await pilot.press("enter")
        await shows(pilot, "damaged:", "doctor")  # the sentence names a path, and breaks anywhere
        await pilot.press("j", "enter")
        await shows(pilot, "Omar Demo", "IRP-P2")
    assert sound
    assert app.fault is None
