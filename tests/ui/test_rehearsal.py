"""A rehearsal by keyboard: the live screen as it is, then a short report; the queue never hears of it."""

from __future__ import annotations

from contextlib import closing

from defense_console.desk.student.rehearsing import rehearsals_of
from defense_console.model.defense.subject import REHEARSAL
from defense_console.model.defense.summary import rehearsal_id
from tests.ui.conftest import Room, hides, shows, type_text, until

ID = str(rehearsal_id("s1", "IRP-P1", 1))


async def test_a_rehearsal_from_the_student_to_its_report(room: Room) -> None:
    room.student("s1", "Lina Demo")
    with closing(room.connect()) as store:
        from defense_console.model.student.kinds import PathPlanned
        from defense_console.model.student.subject import STUDENT

        plan = PathPlanned("IRP", "2026-11-01", {"IRP-P1": 4, "IRP-P2": 6})
        room.logs(store).decide(STUDENT, "s1", [plan], room.machine.read())
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
