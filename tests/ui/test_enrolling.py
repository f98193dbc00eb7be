"""A student and a defense typed in the console, a student changed, the list limited; by keyboard and by mouse."""

from __future__ import annotations

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.summary import Summary
from defense_console.screens.queue.screen import QueueScreen
from defense_console.widgets.frame.tabs_line import TabsLine
from defense_console.widgets.lists.queue_table import QueueTable
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until
from tests.ui.test_queue import filled, lines_with

SIZE = (120, 40)


def pending(app: object) -> list[Summary]:
    return [entry.summary for entry in app.desk.agenda.entries()]  # type: ignore[attr-defined]


def rows(shown: str) -> dict[str, int]:
    """On which row of the screen each listed student is."""
    lines = enumerate(shown.splitlines())
    return {name: y for y, line in lines for name in ("Zoé Démo", "Ada Example") if name in line and "▸" in line}


async def test_from_an_empty_store_to_a_defense_and_back(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Nothing is pending: i types a defense in")
        await pilot.press("i")
        await shows(pilot, "Which student?")
        await type_text(pilot, "Zoé Modèle")
        await pilot.press("enter")
        await shows(pilot, "Which id has this student?", "zoe-modele")
        await pilot.press("enter")
        await shows(pilot, "Which project does Zoé Modèle defend?", "IRP-P1 …")
        await type_text(pilot, "nothing")
        await pilot.press("enter")
        await shows(pilot, "“nothing” is no project.")
        await pilot.press("end", "ctrl+u")
        await type_text(pilot, "irp-p2")
        await pilot.press("enter")
        await shows(pilot, "When does Zoé Modèle defend IRP-P2?")
        await type_text(pilot, "tomorrow 14:00")
        await pilot.press("enter")
        await shows(pilot, "Zoé Modèle defends IRP-P2, tomorrow 14:00; u takes it back.")
        await shows(pilot, "[5 All pending 1]", "Wed 25")
        (summary,) = pending(app)
        await until(pilot, lambda: len(room.events(summary.id)) == 1)
        await pilot.press("u")
        await shows(pilot, "Taken back: the defense is closed.")
        await until(pilot, lambda: room.defense(summary.id).closed)
        await pilot.press("6")
        await shows(pilot, "closed · not held")


async def test_a_student_who_is_known_is_picked_and_escape_keeps_what_was_typed(room: Room) -> None:
    room.student("s1", "Ada Example")
    room.student("s2", "Adele Sample")
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("i")
        await type_text(pilot, "ad")
        await pilot.press("enter")
        await shows(pilot, "Ada Example · s1", "Adele Sample · s2", "a new student, “ad”")
        await pilot.press("2")
        await shows(pilot, "Which project does Adele Sample defend?")
        await type_text(pilot, "fe-p3")
        await pilot.press("escape")
        await hides(pilot, "Which project")
        await pilot.press("i")
        await shows(pilot, "Which student?")
        await type_text(pilot, "adele")
        await pilot.press("enter", "1")
        await shows(pilot, "Which project does Adele Sample defend?", "fe-p3")
        await pilot.press("enter")
        await type_text(pilot, "in 2 days")
        await pilot.press("enter")
        await until(pilot, lambda: [(s.student_id, s.project) for s in pending(app)] == [("s2", "FE-P3")])


async def test_the_selected_student_is_changed_and_u_takes_it_back(room: Room) -> None:
    filled(room)
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "m")
        await shows(pilot, "What changes about Ada Example?", "e-mail address: –")
        await pilot.press("3")
        await shows(pilot, "Write it like Europe/Paris.")
        await type_text(pilot, "Nowhere")
        await pilot.press("enter")
        await shows(pilot, "There is no time zone “Nowhere”")
        await pilot.press("escape", "m", "1")
        await shows(pilot, "Ada Example")
        await type_text(pilot, " Byron")
        await pilot.press("enter")
        await shows(pilot, "Changed: Ada Example Byron; u takes it back.")
        await until(pilot, lambda: lines_with("› ", plain_text(app))[0].count("Ada Example Byron") == 1)
        await pilot.press("u")
        await hides(pilot, "Byron")


async def test_the_list_is_limited_and_its_frame_says_so(room: Room) -> None:
    filled(room)
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "f")
        await shows(pilot, "What is shown?", "FE", "this week", "everything")
        await pilot.press("1")
        await shows(pilot, "All pending 1  only FE")
        await hides(pilot, "PN-P1")
        await pilot.press("f")
        await shows(pilot, "Now: only FE.")
        await pilot.press("5")
        await shows(pilot, "Nothing here with this filter", "only FE, next week")
        await pilot.press("escape")
        await shows(pilot, "PN-P1", "Éloïse Sample")
        assert "only" not in plain_text(app)


async def test_a_search_finds_outcomes_and_dates(room: Room) -> None:
    ids = filled(room)
    room.add(ids["ada"], ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Zoé Démo")
        await pilot.press("slash")
        await type_text(pilot, "25/11")
        await shows(pilot, "Éloïse Sample", "Found “25/11” 1")
        await pilot.press("escape", "escape", "slash")
        await type_text(pilot, "annul")
        await shows(pilot, "Ada Example", "Closed ╌", "Found “annul” 1")


async def test_nothing_moves_when_one_searches_or_writes(room: Room) -> None:
    filled(room)
    for size in ((60, 20), (80, 24), SIZE):
        app = room.app()
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "Ada Example", "live, 30:00 left")
            before = rows(plain_text(app))
            assert before.keys() == {"Zoé Démo", "Ada Example"}
            await pilot.press("slash")
            await shows(pilot, "to the list")
            assert rows(plain_text(app)) == before
            await pilot.press("escape", "n")
            await shows(pilot, "WRITING")
            assert rows(plain_text(app)) == before


async def test_the_time_left_runs(room: Room) -> None:
    filled(room)
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "live, 30:00 left")
        room.machine.pass_time(7)
        await shows(pilot, "live, 29:53 left")


async def test_a_long_name_gives_way_to_what_comes_next(room: Room) -> None:
    room.student("s1", "A" * 200)
    room.live(room.plan("s1", "IRP-P2"))
    async with room.app().run_test(size=(60, 20)) as pilot:
        await shows(pilot, "A…", "live, 30:00 left")


async def test_the_cursor_goes_by_pages_and_to_both_ends(room: Room) -> None:
    for n in range(60):
        room.student(f"s{n}", f"Student {n:02}")
        room.plan(f"s{n}", "IRP-P2", in_min=60 * 24 * 3 + n)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Student 00")
        table = app.screen.query_one(QueueTable)
        await pilot.press("end")
        await until(pilot, lambda: table.row == 59)
        await pilot.press("pageup")
        await until(pilot, lambda: 40 < table.row < 59)
        await pilot.press("home")
        await until(pilot, lambda: table.row == 0)
        await shows(pilot, "what comes next")


async def test_tabs_rows_and_keys_answer_to_the_mouse(room: Room) -> None:
    filled(room)
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Example")
        screen = app.screen
        assert isinstance(screen, QueueScreen)
        await pilot.click(QueueTable, offset=(12, 4))
        await until(pilot, lambda: screen.table.row == 1)
        place = plain_text(app).splitlines()[1].index("5 All pending")
        await pilot.click(TabsLine, offset=(place + 2, 0))
        await shows(pilot, "[5 All pending 3]", "Éloïse Sample")
        x = plain_text(app).splitlines()[-1].index("/ search")
        await pilot.click(offset=(x, SIZE[1] - 1))
        await shows(pilot, "to the list")
        await pilot.press("escape")
        await pilot.click(QueueTable, offset=(12, 3), times=2)
        await until(pilot, lambda: not isinstance(app.screen, QueueScreen), "a second click opens")
