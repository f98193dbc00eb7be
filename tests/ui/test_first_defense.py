"""The README's first defense, key by key, on the demo cohort."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.model.defense.summary import defense_id
from defense_console.store.sqlite.store import TinyStore
from tests.ui.conftest import SHIPPED, Room, hides, shows, type_text, until

README = Path(__file__).parent.parent.parent / "README.md"
ADA = str(defense_id("demo-ada", "IRP-P2", 1))


def keys_of_the_table() -> list[list[str]]:
    """The keys of each row of the README's table."""
    table = README.read_text("utf-8").partition("## Your first defense")[2].partition("\n### ")[0]
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in table.splitlines() if row.startswith("| `")]


@pytest.fixture
def demo(room: Room) -> Room:
    """What `make run` opens."""
    store = TinyStore.open(room.folder)
    ExchangeDesk(store, room.machine.read, "Mentor Test", room.settings.zone, SHIPPED).fill_demo(
        room.machine.read().wall
    )
    store.close()
    return room


async def test_the_first_defense_of_the_readme_ends_with_its_message(demo: Room, copied: list[str]) -> None:
    down, brief, waiting, start, rate, note, phases, finish, outcome, sign, message = keys_of_the_table()
    async with demo.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Ada Exemple")
        for keys, seen in (
            (down, "IRP-P2 Analyse"),
            (brief, "My role"),
            (waiting, "WAITED"),
            (start, "0/12"),
        ):
            await pilot.press(*(key.lower() for key in keys))
            await shows(pilot, seen)
        met, to_improve, not_met = rate
        await pilot.press(met, to_improve, not_met, *[met] * 8)
        await shows(pilot, "11/12")
        await pilot.press(*note)
        await shows(pilot, "WRITING")
        await type_text(pilot, "clear answers")
        await pilot.press("enter")
        await hides(pilot, "WRITING")
        await pilot.press(*phases)
        await shows(pilot, "Suggested: conditional")
        await pilot.press(*finish)
        await shows(pilot, "Verdict  Ada Exemple")
        await pilot.press(outcome[1])
        for key in sign:
            await pilot.press(key.lower())
        await shows(pilot, "takes the signature back")
        assert demo.defense(ADA).released is None
        demo.machine.pass_time(60)
        await shows(pilot, "Now send the message")
        opens, copies = message[0], message[-1]
        await pilot.press(opens)
        await shows(pilot, "Subject: ")
        await pilot.press(copies)
        await until(pilot, lambda: copied)
    released = demo.defense(ADA).released
    assert released is not None
    assert released.outcome == "conditional"
    assert "Ada" in copied[0]
    assert demo.defense(ADA).notes[-1].text == "clear answers"
