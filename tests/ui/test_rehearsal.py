"""A rehearsal by keyboard: the live screen as it is, then a short report; the queue hears of it while it runs."""

from __future__ import annotations

from contextlib import closing

import pytest

from defense_console.desk.student.rehearsing import rehearsals_of
from defense_console.model.defense.subject import REHEARSAL
from defense_console.model.defense.summary import rehearsal_id
from defense_console.model.student.kinds import PathPlanned
from defense_console.screens.live.screen import LiveScreen
from defense_console.screens.students.listing import StudentsScreen
from defense_console.screens.students.rehearsal import RehearsalScreen
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until

ID = str(rehearsal_id("s1", "IRP-P1", 1))


def planned(room: Room) -> None:
    """A student who prepares the first project."""
    room.student("s1", "Lina Demo")
    room.follow("s1", PathPlanned("IRP", "2026-11-01", {"IRP-P1": 4, "IRP-P2": 6}))


async def test_a_rehearsal_from_the_student_to_its_report(room: Room) -> None:
    planned(room)
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s", "5", "enter")
        await shows(pilot, "Lina Demo")
        await pilot.press("t")
        await shows(pilot, "Rehearse IRP-P1 now?", "Nothing of it enters")
        await pilot.press("y")
        await shows(pilot, "Rehearsal", "rehearsal 1", "PRESENTATION")
        await pilot.press("x", "n")
        await type_text(pilot, "speaks [too] fast")
        await pilot.press("enter")
        await shows(pilot, "speaks [too] fast")
        await pilot.press("l")
        await shows(pilot, "Everything recorded so far")
        await pilot.press("escape", "a")
        await hides(pilot, "speaks [too] fast")
        await pilot.press("a", "f9")
        await shows(pilot, "A rehearsal comes to no verdict")
        room.machine.pass_time(900)
        await pilot.press("g", "g", "f")
        await shows(pilot, "Report for the student", "15 min", "not met:", "the defense was not held yet")
        await hides(pilot, "speaks [too] fast")
        assert app.desk.agenda.entries() == ()
        await pilot.press("escape", "d")
        await shows(pilot, "rehearsed on 2026-11-24: presentation 15 min, 1 not met")
        await pilot.press("p")
        await shows(pilot, "Report for the student")
        await until(pilot, lambda: app.desk.saved.state == "saved")
        assert list(rehearsals_of(app.desk.ledger, "s1", "IRP-P1")) == [ID]
    with closing(room.connect()) as store:
        assert room.logs(store).log(REHEARSAL, ID).state.session == "held"
        assert store.pending() == ()


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_one_that_was_left_is_seen_everywhere_and_is_one_key_away(room: Room, size: tuple[int, int]) -> None:
    planned(room)
    room.student("s2", "Tom Sample")
    defense = room.plan("s2", in_min=60)
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "5", "end", "enter", "t", "y")
        await shows(pilot, "PRESENTATION")
        await hides(pilot, "30:00 left")
        room.machine.pass_time(60)
        await pilot.press("escape")
        await shows(pilot, "rehearsal of IRP-P1 live", "29:00 left")
        app.speak("fr")
        await shows(pilot, "répétition IRP-P1 en cours", "◉ 29:00" if size == (60, 20) else "répétition reste 29:00")
        app.speak("en")
        await shows(pilot, "rehearsal of IRP-P1 live")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, RehearsalScreen), "without a question")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, StudentsScreen))
        await shows(pilot, "2 Me 2" if size[0] < 72 else "2 Needs me 2", "29:00 left")
        assert any("◉ Lina" in line and "live" in line for line in plain_text(app).splitlines())
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(app.screen, RehearsalScreen))
        await pilot.press("escape", "escape", "escape")
        await shows(pilot, "Today 2", "rehearsal live, 29:00 left")
        room.machine.pass_time(60)
        await shows(pilot, "rehearsal live, 28:00 left")
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, RehearsalScreen))
        room.live(defense)
        await until(pilot, lambda: len(app.desk.agenda.going_on()) == 2)
        await pilot.press("f12")
        await until(pilot, lambda: type(app.screen) is LiveScreen, "from the one that is live to the other one")
        await pilot.press("ctrl+q")
        await shows(pilot, "A defense is live")
        await pilot.press("escape", "f12", "g", "g", "f")
        await until(pilot, lambda: not app.desk.agenda.rehearsals(), "it is over")
        await pilot.press("f12")
        await until(pilot, lambda: type(app.screen) is LiveScreen)
        await pilot.press("f12")
        await shows(pilot, "No defense and no rehearsal is live")


async def test_a_console_that_was_gone_opens_on_the_rehearsal(room: Room) -> None:
    room.student("s1", "Lina Demo")
    first = room.app()
    async with first.run_test(size=(80, 24)) as pilot:
        from tests.ui.conftest import SHIPPED

        project = SHIPPED["IRP"].project("IRP-P1")
        assert project is not None
        id = first.desk.rehearsals.begin("s1", SHIPPED["IRP"], project, "fr")
        first.go("rehearsal", id)
        await shows(pilot, "PRESENTATION")
        await until(pilot, lambda: first.desk.saved.state == "saved")
    room.machine.pass_time(30)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Rehearsal", "PRESENTATION")
