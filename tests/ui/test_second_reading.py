"""A second mentor rates a defense that has its verdict, without seeing the first ratings; differences are settled."""

from __future__ import annotations

from msgspec.structs import replace

from defense_console.model.defense import kinds as ev
from tests.ui.conftest import Room, hides, shows, type_text
from tests.ui.test_verdict import held

SIZE = (120, 40)


def released(room: Room) -> str:
    """A defense that was validated."""
    id = held(room)
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
    return id


async def test_a_second_mentor_rates_blind_and_a_difference_is_settled(room: Room) -> None:
    id = released(room)
    first = room.defense(id).all_ratings
    room.settings = replace(room.settings, name="Second Mentor")
    async with room.app().run_test(size=SIZE) as pilot:
        await pilot.press("6")
        await shows(pilot, "Ada")
        await pilot.press("r")
        await shows(pilot, "Second reading", f"Rubric 0/{len(first)}")
        await hides(pilot, "✓ met")
        await pilot.press("f9")
        await shows(pilot, f"Rate every criterion first: {len(first)} left.")
        await pilot.press("x", *"v" * (len(first) - 1))
        await shows(pilot, "F9 finish")
        await pilot.press("u")
        await shows(pilot, f"Rubric {len(first) - 1}/{len(first)}")
        await pilot.press("v")
        await pilot.press("f9")
        await shows(pilot, "Differences", f"both rated {len(first) - 1} of {len(first)} the same", "✓ met → ✗ not met")
        await pilot.press("v")
        await shows(pilot, "Both assessors rated this the same.")
        await pilot.press("home", "r")
        await shows(pilot, "Why does this rating count?")
        await type_text(pilot, "the note has no budget")
        await pilot.press("enter")
        await shows(pilot, "~ to improve  the note has no budget", "(Second Mentor)")
    defense = room.defense(id)
    assert defense.all_ratings == first, "what was released stays"
    (reading,) = defense.readings
    assert (reading.reader, len(reading.ratings)) == ("Second Mentor", len(first))
    assert [(each.rating, each.by) for each in reading.settled.values()] == [("to_improve", "Second Mentor")]
    told = [event for event in room.events(id) if isinstance(event.what, ev.ReadingRated)]
    assert len(told) == len(first) + 2, "one was taken back and rated again"


async def test_who_assessed_a_defense_does_not_read_it_a_second_time(room: Room) -> None:
    released(room)
    async with room.app().run_test(size=SIZE) as pilot:
        await pilot.press("6", "r")
        await shows(pilot, "You assessed this defense yourself")
