"""Brief and waiting room: what is read, ticked and declared; the no-show rule; absence and cancellation."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.screens.before.brief import BriefScreen
from defense_console.screens.before.waiting import WaitingScreen
from defense_console.screens.live.screen import LiveScreen
from tests.ui.conftest import Room, hides, shows, type_text, until

HOSTILE = "[/foo] [red]x \u202eabc"


def planned(room: Room, in_min: float = 12, name: str = "Ada Byron") -> str:
    room.student("s1", name)
    return room.plan(in_min=in_min)


async def test_the_brief_tells_what_a_defense_is_about(room: Room) -> None:
    id = planned(room)
    async with room.app(id).run_test(size=(120, 50)) as pilot:
        await shows(
            pilot, "Ada Byron", "IRP-P2", "attempt 1", "in 12 min", "Claire Morel", "40-shop chain",
            "No outcome is known before this defense", "Deliverables 0 of 4", "Interview guide",
            "window of the presentation 10–20 min",
        )  # fmt: skip


async def test_the_last_outcome_and_the_path_are_there(room: Room) -> None:
    room.student("s1", "Ada Byron")
    first = room.plan(project="IRP-P1", in_min=-3 * 24 * 60)
    room.live(first)
    room.rate(first, "met")
    room.add(first, ev.Finished(), ev.OutcomeChosen("validated"), ev.Signed(1, "validated", None), ev.Released(1))
    id = room.plan(project="IRP-P2")
    async with room.app(id).run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Last outcome: IRP-P1, attempt 1: validated")


async def test_space_ticks_checks_and_declares_documents(room: Room) -> None:
    id = planned(room)
    async with room.app(id).run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Before the call 0 of 4")
        await pilot.press("space")
        await until(pilot, lambda: len(room.defense(id).checks) == 1)
        await pilot.press("tab", "j", "space")
        await shows(pilot, "Deliverables 1 of 4")
        await until(pilot, lambda: room.defense(id).declared == {2: True})
        await pilot.press("space")
        await until(pilot, lambda: room.defense(id).declared == {2: False})
        await shows(pilot, "[✗] 2", "Deliverables 0 of 4")
        await pilot.press("u", "u", "u")
        await until(pilot, lambda: not room.defense(id).checks and not room.defense(id).declared)


async def test_a_note_is_written_before_the_defense(room: Room) -> None:
    id = planned(room)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await shows(pilot, "WRITING")
        await type_text(pilot, "tick tock t")
        await pilot.press("escape")
        await until(pilot, lambda: [note.text for note in room.defense(id).notes] == ["tick tock t"])
        assert room.defense(id).session == "planned"
        assert isinstance(pilot.app.screen, BriefScreen)


async def test_t_opens_the_room_and_t_again_starts(room: Room) -> None:
    id = planned(room)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitingScreen))
        room.machine.pass_time(65)
        await shows(pilot, "WAITED 01:05")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        await until(pilot, lambda: room.defense(id).session == "live")


async def test_absence_needs_a_reason_before_a_third_of_the_plan(room: Room) -> None:
    id = planned(room, in_min=0)
    room.add(id, ev.RoomOpened())
    room.machine.pass_time(240)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "WAITED 04:00", "absent in 06:00, at 14:10")
        await pilot.press("x")
        await shows(pilot, "Why is Ada Byron declared absent now?")
        await pilot.press("enter")
        assert room.defense(id).session == "waiting"
        await pilot.press("escape")
        await hides(pilot, "Why is Ada Byron")
        room.machine.pass_time(360)
        await shows(pilot, "A third of the plan has gone")
        await pilot.press("x")
        await shows(pilot, "Was Ada Byron absent?")
        await pilot.press("enter")
        await hides(pilot, "Was Ada Byron absent?")
        await pilot.press("x")
        await shows(pilot, "Was Ada Byron absent?")
        await pilot.press("o")
        await until(pilot, lambda: room.defense(id).session == "no_show")
        await shows(pilot, "When does the defense of Ada Byron start?", "Ada Byron is marked absent")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await shows(pilot, "Ada Byron is marked absent; u takes it back")
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitingScreen))
        assert room.defense(id).session == "waiting"


async def test_a_room_of_another_day_opens_after_a_question(room: Room) -> None:
    id = planned(room, in_min=26 * 60)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.press("t")
        await shows(pilot, "Open the waiting room all the same?", "planned for another day: tomorrow 16:00")
        await pilot.press("escape")
        await hides(pilot, "Open the waiting room all the same?")
        assert room.defense(id).session == "planned"
        await pilot.press("t")
        await shows(pilot, "Open the waiting room all the same?")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitingScreen))


async def test_a_second_room_opens_after_a_question_while_a_defense_is_live(room: Room) -> None:
    id = planned(room)
    room.student("s2", "Zoé Démo")
    room.live(room.plan("s2"))
    async with room.app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Byron")
        pilot.app.go("brief", id)  # type: ignore[attr-defined]
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.press("t")
        await shows(pilot, "Open the waiting room all the same?", "The defense of Zoé Démo is live.")
        await hides(pilot, "another day")
        await pilot.press("n")
        await hides(pilot, "Open the waiting room all the same?")
        assert room.defense(id).session == "planned"


async def test_absence_earlier_with_a_reason(room: Room) -> None:
    id = planned(room, in_min=0)
    room.add(id, ev.RoomOpened())
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "WAITED 00:00")
        await pilot.press("x")
        await shows(pilot, "Why is Ada Byron")
        await type_text(pilot, "wrote it")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).session == "no_show")
    assert room.defense(id).sitting.reason == "wrote it"


@pytest.mark.parametrize(
    ("key", "state"), [("1", "late_cancelled"), ("ampersand", "late_cancelled"), ("2", "cancelled")]
)
async def test_who_cancels_decides_whether_it_is_late(room: Room, key: str, state: str) -> None:
    id = planned(room)
    room.add(id, ev.RoomOpened())
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "WAITED")
        await pilot.press("c")
        await shows(pilot, "Who cancels the defense?", "the student (late")
        await pilot.press(key)
        await shows(pilot, "Why is it cancelled?")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).session == state)
        await shows(pilot, "When does the defense of Ada Byron start?", "Cancelled")
        await type_text(pilot, "tomorrow 10:00")
        await pilot.press("enter")
        await shows(pilot, "Why another date?")
        await pilot.press("enter")
        await until(pilot, lambda: [s.session for s in room.defense(id).sittings] == [state, "planned"])
