"""A closed defense is found again by a search, with everything that can still follow from its verdict."""

from __future__ import annotations

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.summary import Summary, defense_id
from defense_console.model.queue.searching import Closed
from defense_console.model.student.state import Student
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until
from tests.ui.test_verdict import held

START = "2025-06-10T12:00:00.000Z"


async def test_a_closed_validated_defense_is_found_and_contested(room: Room) -> None:
    id = held(room)
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("5", "slash")
        await type_text(pilot, "ada")
        await shows(pilot, "closed · validated")
        await pilot.press("enter", "enter")
        await shows(pilot, "Verdict 1 released")
        await pilot.press("o")
        await shows(pilot, "What does the student contest?")
        await type_text(pilot, "the budget")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).contested == "the budget")
        await shows(pilot, "Contested: the budget — o upholds the verdict, e amends it.")
        await pilot.press("escape", "escape")
        await shows(pilot, "All pending 1", "verdict contested")


async def test_from_a_closed_rework_the_next_attempt_is_planned(room: Room) -> None:
    id = held(room, "IRP-P2-B1.2-1", "IRP-P2-B1.2-2", "ORAL-3")
    room.add(id, ev.LineAdded("improvement", "the figures"), ev.OutcomeChosen("rework"))
    room.add(id, ev.Signed(1, "rework", "rework"), ev.Released(1))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("slash")
        await type_text(pilot, id[:6])
        await shows(pilot, "closed · to rework")
        await pilot.press("enter", "enter")
        await shows(pilot, "Verdict 1 released")
        await pilot.press("w")
        await shows(pilot, "When does attempt 2 of Ada Byron start?")
        await type_text(pilot, "in 1 day")
        await pilot.press("enter")
        await until(pilot, lambda: room.events(str(defense_id("s1", "IRP-P2", 2))))


async def test_closed_defenses_come_with_a_search_or_in_their_tab_the_latest_first(room: Room) -> None:
    room.student("s1", "Ada Example")
    for attempt in range(1, 4):
        id = room.plan("s1", attempt=attempt, in_min=60 * attempt)
        room.add(id, ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
    room.plan("s1", "IRP-P3")
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "IRP-P3")
        await pilot.press("5")
        await hides(pilot, "closed · not held")
        found, total = pilot.app.desk.agenda.closed("irp-p2 ADA")  # type: ignore[attr-defined]
        assert ([entry.summary.attempt for entry in found], total) == ([3, 2, 1], 3)
        assert pilot.app.desk.agenda.closed("zoe") == ((), 0)  # type: ignore[attr-defined]
        for key in ("6", "minus"):
            await pilot.press("1", key)
            await hides(pilot, "IRP-P3")
            rows = [line for line in plain_text(pilot.app).splitlines() if "closed · not held" in line]  # type: ignore[arg-type]
            assert ["P2·3" in rows[0], "P2·2" in rows[1], "P2 " in rows[2]] == [True] * 3
        await pilot.press("slash")
        await type_text(pilot, "nobody")
        await shows(pilot, "Nothing found")


async def test_more_closed_defenses_than_anybody_reads_are_counted(room: Room) -> None:
    many = tuple(
        Summary(str(defense_id(f"s{n}", "IRP-P2", 1)), f"s{n}", "IRP", "IRP-P2", 1, START, "held", 9, pending=False)
        for n in range(120)
    )
    looked_at = tuple(Closed(s.id, s.student_id, s.curriculum, s.project, s.planned_at) for s in many)
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        store = app.desk.agenda.ledger.store
        store.closed = lambda: looked_at  # type: ignore[method-assign]
        store.summaries_by_ids = lambda ids: tuple(s for s in many if s.id in ids)  # type: ignore[method-assign]
        await pilot.press("slash")
        await type_text(pilot, "irp")
        await shows(pilot, "120 closed defenses found, the latest 100 are listed")


async def test_what_a_search_looks_through_is_read_when_its_field_opens(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        store = app.desk.agenda.ledger.store
        read: list[str] = []

        def rows() -> tuple[Closed, ...]:
            read.append("closed")
            return ()

        def names() -> tuple[Student, ...]:
            read.append("students")
            return ()

        store.closed, store.students = rows, names  # type: ignore[method-assign]
        await pilot.press("slash")
        await until(pilot, lambda: read == ["students", "closed"])
