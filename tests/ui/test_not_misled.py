"""What is said is so, and a key acts on what the mentor looks at."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Request
from defense_console.screens.before.waiting import WaitingScreen
from defense_console.widgets.lists.panel import Panel
from tests.ui.conftest import Room, hides, shows, type_text, until
from tests.ui.test_live import focused, rubric_of, started
from tests.ui.test_revisions import conditional
from tests.ui.test_verdict import MISSED, held

SIZE = (120, 40)


async def test_the_reason_of_a_document_is_the_rating(room: Room) -> None:
    id = held(room)
    room.add(id, ev.RowSet(Request("r99", 1, criteria=(MISSED,))))
    async with room.app(id).run_test(size=(200, 60)) as pilot:
        await shows(pilot, "why       B1.1-1: met")


async def test_after_the_release_the_reason_and_the_documents_are_those_released(room: Room) -> None:
    id = held(room, MISSED)
    room.add(id, ev.OutcomeChosen("rework"), ev.ReasonGiven("not the own work"), ev.LineAdded("improvement", "Write"))
    room.add(id, ev.Signed(1, "rework", "conditional", "not the own work"), ev.Released(1))
    async with room.app(id).run_test(size=(200, 60)) as pilot:
        await shows(pilot, "reason     not the own work", "No document is asked for.")


async def test_while_the_clock_has_not_rated_not_everything_is_rated(room: Room) -> None:
    id = started(room)
    left = [criterion for criterion in rubric_of("IRP-P2") if criterion != "ORAL-1"]
    room.add(id, *(ev.Rated(criterion, "met") for criterion in left[:-1]))
    async with room.app(id).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: focused(pilot) == left[-1])
        await pilot.press("v")
        await shows(pilot, "11/12 rated; the clock rates")
        await hides(pilot, "Every criterion is rated")
        await pilot.press("g", "w")
        await shows(pilot, "Every criterion is rated")


async def test_c_and_d_mean_the_criterion_just_rated_until_another_key(room: Room) -> None:
    id = started(room)
    first, second = rubric_of("IRP-P2")[:2]
    async with room.app(id).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: focused(pilot) == first)
        await pilot.press("x")
        await shows(pilot, "just rated")
        assert focused(pilot) == second
        await pilot.press("c")
        await shows(pilot, "Shared note on B1.1-1: ")
        await type_text(pilot, "why")
        await pilot.press("enter", "d")
        await shows(pilot, "Which document is to be revised?")
        await pilot.press("escape", "k", "j")
        await hides(pilot, "just rated")
        await pilot.press("c")
        await type_text(pilot, "next")
        await pilot.press("enter")
        await until(pilot, lambda: len(room.defense(id).notes) == 2)
    assert [(note.criterion, note.text) for note in room.defense(id).notes] == [(first, "why"), (second, "next")]


async def test_finishing_before_the_last_phase_asks(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "00:00 of 15:00")
        await pilot.press("f")
        await shows(pilot, "Finish the defense in the phase “presentation”?")
        await pilot.press("escape")
        await hides(pilot, "Finish the defense")
        assert room.defense(id).session == "live"


async def test_checks_are_ticked_in_the_waiting_room(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan()
    room.add(id, ev.RoomOpened())
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitingScreen))
        await pilot.press("space")
        await until(pilot, lambda: len(room.defense(id).checks) == 1)
        await pilot.press("space")
        await until(pilot, lambda: not room.defense(id).checks)


async def test_a_defense_is_cancelled_from_its_brief(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan()
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("x")
        await shows(pilot, "Who cancels the defense?")
        await pilot.press("2")
        await shows(pilot, "Why is it cancelled?")
        await pilot.press("enter")
        await shows(pilot, "Cancelled.")
        await until(pilot, lambda: room.defense(id).session == "cancelled")


@pytest.mark.parametrize("key", ["v", "r", "x", "o"])
async def test_on_a_version_of_the_verdict_no_key_acts_on_a_document(room: Room, key: str) -> None:
    id = conditional(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Version 1: conditional")
        pilot.app.screen.query_one("#versions", Panel).focus()
        await pilot.press(key)
        await shows(pilot, "Choose a document first")
    assert [each.state for each in room.defense(id).revisions] == ["requested", "requested"]


@pytest.mark.parametrize("key", ["alt+enter", "ctrl+j", "shift+enter"])
async def test_a_note_has_several_lines(room: Room, key: str) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("n")
        await shows(pilot, "Enter keep  Esc keep and leave", "Alt+Enter new line")
        await pilot.press("a", key, "b", "enter")
        await until(pilot, lambda: [note.text for note in room.defense(id).notes] == ["a\nb"])
