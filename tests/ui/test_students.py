"""The mentor's students on screen: the list, one student, the check-in of a session."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from defense_console.app import ConsoleApp
from defense_console.model.defense import kinds as defense
from defense_console.model.defense.timeline import iso
from defense_console.model.student import kinds as ev
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.students.alerts import AlertsScreen
from defense_console.screens.students.check_in import CheckInScreen
from defense_console.screens.students.insight import InsightScreen
from defense_console.screens.students.listing import StudentsScreen
from defense_console.screens.students.student import StudentScreen
from defense_console.store.sqlite.store import TinyStore
from defense_console.widgets.lists.panel import Panel
from defense_console.words.translation import Language, set_language
from tests.hostile import ALL, TEXTS
from tests.store.counting import counted
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until
from tests.ui.test_not_saved import FailingDisk
from tests.ui.test_two_consoles import HOST, saved, take_over

SMALL, SIZE = (80, 24), (120, 40)
WEEKLY = ev.WeeklyPlanned("2026-11-17", "14:00", "Europe/Paris", length_min=30)
"""Tuesdays at 14:00, which is now; last week's is over."""


@pytest.fixture
def followed(room: Room) -> Room:
    """Ada has a session today, two goals and what the mentor promised; Ivo was not seen for four weeks."""
    for id, name in (("s1", "Ada Demo"), ("s2", "Ivo Sample"), ("s3", "Zoé Example")):
        room.student(id, name)
    at = room.machine.read()
    then = iso(room.machine.wall - timedelta(days=28))
    room.follow("s2", ev.SessionStarted("", then), ev.SessionHeld(then), ev.GoalPromised("call back"))
    room.follow(
        "s1", WEEKLY, ev.SessionMissed("2026-11-17", "no word"), ev.PathPlanned("IRP", "2026-09-01", {"IRP-P1": 8}),
        ev.GoalPromised("mock-up v2", "2026-11-27", "P1 is done"), ev.GoalPromised("read on"),
        ev.MentorPromised("send the template"), ev.QuestionAsked("which budget?", "IRP-P1"),
        ev.StudentNoted("works at night", at),
    )  # fmt: skip
    return room


def lines_with(text: str, shown: str) -> list[str]:
    return [line for line in shown.splitlines() if text in line]


async def play(pilot: Pilot[None], *keys: str) -> None:
    """Press keys; what begins with `>` is a text that is typed."""
    for key in keys:
        await (type_text(pilot, key[1:]) if key.startswith(">") else pilot.press(key))


async def test_an_answer_of_the_school_that_is_overdue_is_in_the_queue_and_opens_the_alert(followed: Room) -> None:
    followed.follow("s3", ev.AlertRaised("[no word]", "called", "call her", "a session"))
    followed.machine.pass_time(9 * 86_400)
    app = followed.app()
    async with app.run_test(size=SMALL) as pilot:
        await shows(pilot, "1 Day 1", "Zoé Example", "alert: answer overdue by 48 h")
        await pilot.press("enter")
        await shows(pilot, "[no word]", "raised on 2026-11-24, answer overdue by 48 h")
        await pilot.press("tab", "a", *"ok", "enter", "escape")
        await shows(pilot, "1 Day 0")
    assert followed.follow("s3").alerts[0].answer == "ok"


# --- the list --------------------------------------------------------------------------------------------------------


async def test_the_list_says_who_waits_and_who_slips_away(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Demo", "session now")
        await pilot.press("s")
        await shows(pilot, "[1 This week 1]", "2 Needs me 1", "3 Drifting 1", "4 Away 0", "5 All 3")
        await hides(pilot, "Ivo Sample")
        await pilot.press("5")
        (ada,) = lines_with("Ada Demo", plain_text(app))
        assert ada.split()[:6] == ["┃", "›", "▸", "Ada", "Demo", "IRP"]
        assert "0/1" in ada, "missed last week; today's is not over"
        assert "Fri 27 +1" in ada
        (ivo,) = lines_with("Ivo Sample", plain_text(app))
        assert "! Ivo" in ivo
        assert "28 d" in ivo
        await pilot.press("o")
        await shows(pilot, "Order: the longest silence first")
        assert plain_text(app).index("Ivo Sample") < plain_text(app).index("Ada Demo")
        await pilot.press("4")
        await shows(pilot, "Nobody is away; 5 shows everybody.")
        await play(pilot, "slash", ">zo")
        await shows(pilot, "Zoé Example", "Found “zo” 1")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, StudentScreen))
        await pilot.press("escape", "escape")
        await shows(pilot, "[5 All 3]")
        await pilot.press("escape")
        await shows(pilot, "Defenses")


async def test_after_a_check_in_the_next_one_who_waits_is_under_the_cursor(room: Room) -> None:
    for id, name in (("s1", "Ada Demo"), ("s2", "Bo Sample"), ("s3", "Cy Example"), ("s4", "Di Test")):
        room.student(id, name)
        room.follow(id, ev.WeeklyPlanned("2026-11-24", "13:00", "Europe/Paris", length_min=30))
    app = room.app()

    def order() -> list[str]:
        return re.findall(r"^[ ›▸!]*(Ada|Bo|Cy|Di) ", plain_text(app), re.MULTILINE)

    def under_the_cursor() -> str:
        (found,) = re.findall(r"›[ ▸!]*(Ada|Bo|Cy|Di) ", plain_text(app))
        return str(found)

    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "2", "5", "down")
        await until(pilot, lambda: under_the_cursor() == "Bo")
        await pilot.press("enter", "escape")
        await until(pilot, lambda: under_the_cursor() == "Bo", "nothing was done")
        await pilot.press("c", "t", "f9", "y")
        await shows(pilot, "The session of Bo Sample is held.")
        await until(pilot, lambda: order() == ["Ada", "Cy", "Di", "Bo"])
        assert under_the_cursor() == "Cy", "the next one who waits"
        now = room.machine.read().wall
        room.follow("s1", ev.SessionStarted("2026-11-24", now), ev.SessionHeld(now))
        await until(pilot, lambda: order()[0] == "Cy", "another console was at work")
        assert under_the_cursor() == "Cy", "a key acts on the student it was meant for"
        await pilot.press("enter", "c", "t", "f9", "y")
        await shows(pilot, "The session of Cy Example is held.")
        await pilot.press("escape")
        await until(pilot, lambda: order()[0] == "Di")
        assert under_the_cursor() == "Di", "also by way of the student"


async def test_eighteen_are_seen_at_once_and_the_cursor_asks_the_store_nothing(room: Room) -> None:
    for n in range(30):
        room.student(f"s{n:02}", f"Student {n:02}")
    calls: Counter[str] = Counter()
    room.proxy = lambda store: counted(store, calls)
    app = room.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s")
        await shows(pilot, "Student 17")
        assert len(lines_with("Student ", plain_text(app))) == 18
        calls.clear()
        await pilot.press(*["down"] * 20)
        await shows(pilot, "› ", "Student 20")
        assert {name: n for name, n in calls.items() if name != "changed"} == {}


async def test_a_goal_and_a_note_are_written_from_the_list_and_the_goal_is_read_back(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "g")
        await shows(pilot, "Next goal of Ada Demo")
        await type_text(pilot, "trial run 30/11 when P2")
        await shows(pilot, "read as: trial run · due Monday 2026-11-30 · when P2")
        await until(pilot, lambda: followed.drafts_of("student/s1") == {"goal": "trial run 30/11 when P2"})
        await pilot.press("enter")
        await shows(pilot, "Goal kept.")
        await play(pilot, "n", ">tired", "enter")
        await shows(pilot, "Note kept, private.")
        await play(pilot, "g", ">too late 2020-01-01")
        await shows(pilot, "2020-01-01 has passed")
    found = followed.follow("s1")
    assert (found.goals[-1].text, found.goals[-1].due) == ("trial run", "2026-11-30")
    assert found.notes[-1].text == "tired"


# --- one student -----------------------------------------------------------------------------------------------------


async def test_the_key_of_a_new_line_is_named_where_a_text_may_have_several(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SIZE) as pilot:
        await play(pilot, "s", "enter", "g")
        await shows(pilot, "Enter keep")
        assert "new line" not in plain_text(app)
        await play(pilot, ">one", "alt+enter", "ctrl+j", ">two", "enter", "f")
        await shows(pilot, "Which resource?", "Esc go back")
        assert "new line" not in plain_text(app)
        await play(pilot, ">A", "alt+enter", ">B", "enter", "n")
        await shows(pilot, "Alt+Enter new line")
        await play(pilot, ">a", "alt+enter", ">b", "enter", "l", "1", "1")
        await shows(pilot, "What did you see?", "Alt+Enter new line")
        await play(pilot, ">c", "alt+enter", ">d", "enter")
        await shows(pilot, "Planning")
    found = followed.follow("s1")
    assert (found.goals[-1].text, found.resources[0].title) == ("onetwo", "AB")
    assert (found.notes[-1].text, found.learning[0].text) == ("a\nb", "c\nd")


async def test_a_student_with_all_that_is_settled_there(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", "enter")
        await shows(
            pilot, "P1 ◦", "next session 14:00", "Open goals 2", "when P1 is done", "I promised: send the template"
        )
        await shows(pilot, "Tue 17 Nov  absent  no word", "Questions 1 open", "which budget?", "works at night")
        await pilot.press("r")
        await shows(pilot, "When is “mock-up v2” due?", "Now: Fri 27 Nov.")
        await pilot.press("enter")
        await shows(pilot, "Without a day from now on.")
        await play(pilot, "escape", "r", ">nonsense", "enter")
        await shows(pilot, "is not a day")
        await play(pilot, "end", "ctrl+u", ">30/11", "enter", ">ill", "enter")
        await shows(pilot, "Moved: mock-up v2; u takes it back.", "moved once, first promised for Fri 27 Nov")
        await play(pilot, "x", ">another client", "enter")
        await shows(pilot, "Dropped: mock-up v2; u takes it back.", "Open goals 1, kept 0 of 1")
        await pilot.press("u")
        await shows(pilot, "Open goals 2")
        await pilot.press("y", "v")
        await shows(pilot, "Kept: read on; u takes it back.", "kept 1 of 2")
        await pilot.press("v")
        await shows(pilot, "My promise is kept: send the template")
        await play(pilot, "v", ">twice a week", "enter")
        await shows(pilot, "✓ which budget?", "twice a week")
        await play(pilot, "tab", "enter", ">, and by day", "enter")
        await shows(pilot, "works at night, and by day")
    found = followed.follow("s1")
    assert [goal.state for goal in found.goals] == ["dropped", "kept"]
    assert (found.open_promises, found.questions[0].answer) == ((), "twice a week")


@pytest.mark.parametrize(
    ("size", "language", "told"),
    [
        ((100, 30), "en", ""),
        ((100, 30), "fr", ""),
        ((80, 24), "en", "below: Questions 1 open, Learning, Notes 1; PgDn goes there"),
        ((60, 20), "fr", "panneaux sont plus bas ; PgSuiv y va"),
    ],
)
async def test_every_panel_of_a_student_is_seen_or_it_is_said_which_lie_below(
    followed: Room, size: tuple[int, int], language: Language, told: str
) -> None:
    followed.settings = msgspec.structs.replace(followed.settings, language=language)
    set_language(language)
    if not told:
        followed.follow("s1", *(ev.GoalPromised(f"goal {n}") for n in range(4)))
    app = followed.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "enter")
        await until(pilot, lambda: isinstance(app.screen, StudentScreen))
        await shows(pilot, "mock-up v2", *([told] if told else []))
        end = app.screen.query_one("#body").region.bottom
        seen = [panel.region.y < end - 1 for panel in app.screen.query(".panel") if panel.display]
        assert len(seen) == 6
        assert all(seen) != bool(told)
        await pilot.press(*["pagedown"] * 6)
        await shows(pilot, "works at night")
        if told:
            await hides(pilot, told)


async def test_what_is_noted_about_a_student(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SIZE) as pilot:
        await play(pilot, "s", "enter", "l", "3", "1", ">asked before", "enter")
        await shows(pilot, "Asking", "+1  asked before")
        await play(pilot, "f", ">A book https://example.org/b", "enter")
        await shows(pilot, "A book https://example.org/b")
        await play(pilot, "q", ">which tool?", "enter")
        await shows(pilot, "which tool?", "Questions 2 open")
        assert app.focused is not None
        assert app.focused.id == "questions", "seen at once, and an earlier answer is one key away"
        latest = followed.follow("s1").questions[-1].seq
        assert app.screen.query_one("#questions", Panel).key == f"question/{latest}"
        await play(pilot, "e", ">5", "enter")
        await shows(pilot, "An estimate goes from 0 to 100 in steps of 10.")
        await play(pilot, "end", "ctrl+u", ">40", "enter")
        await shows(pilot, "IRP-P1 is at 40 %")
        await play(pilot, "b", ">15/12", "enter")
        await shows(pilot, "away until Tue 15 Dec")
        await pilot.press("b", "y")
        await hides(pilot, "away until")
        await pilot.press("p")
        await shows(pilot, "No defense of this student is known yet.")
    found = followed.follow("s1")
    assert (found.learning[0].skill, found.learning[0].level, found.estimates) == ("asking", 1, {"IRP-P1": 40})
    assert (found.resources[0].title, found.resources[0].link) == ("A book", "https://example.org/b")


async def test_what_helped_somebody_else_is_one_key_away(room: Room) -> None:
    room.student("s1", "Ada Demo")
    room.student("s2", "Nora Sample")
    id, criterion = room.plan("s1", "IRP-P2"), "IRP-P2-B1.2-1"
    room.live(id)
    room.machine.pass_time(1800)
    room.rate(id, "met")
    room.add(id, defense.Rated(criterion, "not_met"), defense.Finished(), defense.LineAdded("improvement", "x"))
    room.add(id, defense.OutcomeChosen("rework"), defense.ReasonGiven("why"))
    room.add(id, defense.Signed(1, "rework", "conditional", "why"), defense.Released(1))
    (asked,) = room.follow("s2", ev.QuestionAsked("which costs?", "IRP-P2", criterion)).questions
    room.follow("s2", ev.QuestionAnswered(asked.seq, "[hours] and rooms"))
    room.follow("s2", ev.ResourcePointed("Costing", "https://example.org/c", "B1.2"))
    room.follow("s1", ev.QuestionAsked("how much?", "IRP-P2", criterion))
    app = room.app()
    async with app.run_test(size=SMALL) as pilot:
        await play(pilot, "s", "slash", ">ada", "enter", "enter", "tab")
        await shows(pilot, "how much?")
        await play(pilot, "w")
        await shows(pilot, "Which answer?", "[hours] and rooms · nothing came in since", "1 choose")
        await play(pilot, "1")
        await shows(pilot, "What is the answer?")
        await play(pilot, "enter")
        await shows(pilot, "Answered; u takes it back.")
        await play(pilot, "f")
        await shows(pilot, "Which resource?", "Costing · B1.2", "another one")
        await play(pilot, "1")
        await shows(pilot, "Costing https://example.org/c")
    found = room.follow("s1")
    assert (found.questions[0].answer, found.resources[0].skill) == ("[hours] and rooms", "B1.2")


async def test_session_path_and_who_assessed_are_typed(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", "5", "end", "enter")
        await shows(pilot, "Zoé Example", "no path yet: m plans it")
        await pilot.press("m")
        await shows(pilot, "What changes about Zoé Example?", "weekly session: –")
        await play(pilot, "4", ">friday", "enter")
        await shows(pilot, "is not a weekly session")
        await play(pilot, "end", "ctrl+u", ">friday 9:30, 45 min", "enter")
        await shows(pilot, "next session Fri 27 Nov 09:30")
        await pilot.press("m", "5", "1")
        await shows(pilot, "When does the path begin?")
        await type_text(pilot, "01/09/2026")
        await play(pilot, "enter", "end", "ctrl+u", ">4 6", "enter")
        await shows(pilot, "numbers are typed")
        await play(pilot, "end", "ctrl+u", ">6", "enter")
        await shows(pilot, "P1 ◦")
        await pilot.press("m", "6", "1", "1")
        await shows(pilot, "On which day, and by whom?")
        await type_text(pilot, "20/10/2026, Léa Sample")
        await pilot.press("enter")
        await shows(pilot, "P1 ✓", "P2 ◦")
    found = followed.follow("s3")
    assert found.path is not None
    assert (found.path.start, set(found.path.weeks.values())) == ("2026-09-01", {6})
    assert (found.settled[0].by, found.settled[0].on, found.settled[0].outcome) == (
        "Léa Sample",
        "2026-10-20",
        "validated",
    )


# --- the check-in ----------------------------------------------------------------------------------------------------


async def test_the_console_opens_on_a_check_in(followed: Room) -> None:
    app = ConsoleApp(followed.open_desk, followed.settings, opens=("check_in", "s1"))
    async with app.run_test(size=SMALL) as pilot:
        await shows(pilot, "Check-in", "Ada Demo", "planned 14:00, now")
        await pilot.press("escape")
        await shows(pilot, "Defenses")


async def test_answers_are_told_apart_before_while_and_after_the_session(followed: Room, copied: list[str]) -> None:
    app = followed.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "session now")
        await pilot.press("enter")
        await shows(pilot, "planned 14:00, now", "I promised: send the template", "t starts the session")
        form = app.screen.query_one("#form").region
        await pilot.press("v")
        await shows(pilot, "The session has not started: t starts it.")
        await pilot.press("t")
        await shows(pilot, "30 min left", "started 14:00, ends 14:30", "Today 0 of 4 answered", "next Tue 1 Dec 14:00")
        await play(pilot, "r", ">30/11", "enter", "enter")
        await shows(pilot, "~ moved", "Mon 30")
        await play(pilot, "x", ">no time", "enter", "r", "x")
        await shows(pilot, "✗ dropped", "~ slow", "✗ yes", "Today 4 of 4 answered")
        await pilot.press("u", "plus", "plus")
        await shows(pilot, "Today 3 of 4 answered", "IRP-P1, 20 %")
        await pilot.press("w")
        await until(pilot, lambda: copied == ["Pace: slow."])
        await pilot.press("w")
        await until(pilot, lambda: copied[1:] == ["- mock-up v2: moved to 2026-11-30\n- read on: dropped"])
        await play(pilot, "p", ">call the school", "enter")
        await shows(pilot, "I promised: call the school")
        await play(pilot, "g", ">a trial run", "enter", "q", ">who pays?", "enter")
        await shows(pilot, "Next goal     a trial run", "Difficulties  who pays?")
        assert app.screen.query_one("#form").region == form, "the form stays where it is, whatever is in it"
        followed.machine.pass_time(40 * 60)
        await shows(pilot, "over by 10 min")
        await pilot.press("f9")
        await shows(pilot, "1 line stays without an answer.")
        await pilot.press("y")
        await shows(pilot, "The session of Ada Demo is held.", "Defenses")
        await hides(pilot, "session now")
    found = followed.follow("s1")
    (session,) = found.sessions
    assert (session.pace, session.blocked, session.day) == ("slow", None, "2026-11-24")
    assert found.estimates == {"IRP-P1": 20}


async def test_a_session_that_is_not_held_is_said_in_the_platforms_words(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SMALL) as pilot:
        await shows(pilot, "session now")
        await pilot.press("enter", "x")
        await shows(pilot, "the student is absent", "cancelled late by the student", "another time")
        await play(pilot, "3", ">a meeting", "enter")
        await shows(pilot, "Noted: cancelled late by the student; u takes it back.")
        await play(pilot, "u", "x", "5", ">tomorrow 9:00", "enter")
        await shows(pilot, "The session is moved; u takes it back.")
        await pilot.press("u", "x", "1", "enter")
        await shows(pilot, "Noted: the student is absent")
    found = followed.follow("s1")
    assert [(absence.day, absence.excused) for absence in found.absences] == [
        ("2026-11-17", None),
        ("2026-11-24", None),
    ]


async def test_a_session_that_nobody_planned_and_the_text_of_a_console_that_died(followed: Room) -> None:
    app = followed.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "5", "end", "c")
        await shows(pilot, "no session is planned today", "nothing yet: it fills itself")
        await pilot.press("x")
        await shows(pilot, "No session is planned today that could be called off.")
        await pilot.press("t", "escape")
        await shows(pilot, "◉ Zoé Example", "live")
        await pilot.press("escape")
        await shows(pilot, "Today 2", "◉ 14:00", "session goes on")
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, CheckInScreen))
        await shows(pilot, "Zoé Example", "started 14:00")
        await play(pilot, "n", ">half a no")
        await until(pilot, lambda: followed.drafts_of("student/s3") == {"note": "half a no"})
    again = followed.app()
    async with again.run_test(size=SMALL) as pilot:
        await play(pilot, "s", "slash", ">zo", "enter", "enter")
        await shows(pilot, "a session goes on", "half a no", "This text was being written when the console ended.")
        await pilot.press("escape", "c")
        await until(pilot, lambda: isinstance(again.screen, CheckInScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(again.screen, StudentScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(again.screen, StudentsScreen))
    assert followed.follow("s3").notes[0].text == "half a no"


# --- two consoles ----------------------------------------------------------------------------------------------------


async def test_a_second_console_is_told_and_takes_a_student_over(followed: Room) -> None:
    async with followed.app().run_test(size=SIZE) as first:
        await first.press("s", "c", "t")
        await saved(first)
        async with followed.app().run_test(size=SIZE) as second:
            await second.press("s", "c")
            await shows(second, "Read only: another console is writing here", "F5 takes it over.")
            await second.press("v")
            await shows(second, "Today 0 of 4 answered")
            await second.press("escape", "g")
            await shows(second, "Read only: another console is writing here")
            await second.press("c")
            await take_over(second)
            await shows(first, f"Taken over by the console on {HOST}: read only here.")
            await second.press("v")
            await shows(first, "Today 1 of 4 answered")
    assert followed.follow("s1").goals[0].state == "kept"


# --- nothing yet, and what nobody trusts -----------------------------------------------------------------------------


def filled(panel: Widget, shown: str) -> bool:
    """Whether there is a word inside the frame of a panel, as far as it is seen."""
    rows, inside = shown.splitlines(), panel.content_region
    found = [row[inside.x : inside.right] for row in rows[inside.y : inside.bottom]]
    return not found or any(any(map(str.isalpha, row)) for row in found)


@pytest.mark.parametrize("size", [(60, 20), SIZE])
async def test_without_any_check_in_there_is_no_empty_box_and_no_reproach(room: Room, size: tuple[int, int]) -> None:
    room.student("s1", "Ada Demo")
    room.plan("s1", "IRP-P2", in_min=60 * 24 * 3)
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s")
        await shows(pilot, "Ada Demo", "5 All 1")
        way: tuple[tuple[type[ConsoleScreen], str, tuple[str, ...]], ...] = (
            (StudentsScreen, "Ada Demo", ()),
            (AlertsScreen, "none is raised", ("a",)),
            (InsightScreen, "no verdict was released yet", ("escape", "v")),
            (StudentScreen, "none yet: g writes", ("escape", "enter")),
            (CheckInScreen, "nothing yet: it fills itself", ("c",)),
        )
        for screen, first, keys in way:
            await pilot.press(*keys)
            await until(pilot, lambda screen=screen: isinstance(app.screen, screen))  # type: ignore[misc]
            await shows(pilot, first)
            shown = plain_text(app)
            for word in (
                "0/0",
                "0 of 0",
                " late ",
                "missed:",
                "! ",
                "None",
                "drifting",
                "kept 0",
                "not answered",
            ):
                assert word not in shown, shown
            boxes = [each for each in app.screen.query(".panel") if each.region.area and not filled(each, shown)]
            assert boxes == []
        await shows(pilot, "t starts a session that nobody planned")
        await pilot.press("t", "v", "v", "f9", "y")
        await shows(pilot, "The session of Ada Demo is held.")
    assert room.follow("s1").standing.held == 1


@pytest.mark.parametrize("size", [(60, 20), (200, 55)])
async def test_hostile_names_and_texts_are_shown_and_change_nothing(room: Room, size: tuple[int, int]) -> None:
    name = " ".join(ALL.splitlines())
    room.student("s1", name)
    at = room.machine.read()
    for text in TEXTS.values():
        room.follow(
            "s1", ev.GoalPromised(text, "2026-11-24", text), ev.MentorPromised(text), ev.QuestionAsked(text, text),
            ev.StudentNoted(text, at), ev.ResourcePointed(text, text), ev.LearningNoted("asking", -1, text),
        )  # fmt: skip
    room.follow("s1", ev.WeeklyPlanned("2026-11-24", "14:00", "Europe/Paris"))
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "enter")
        await until(pilot, lambda: isinstance(app.screen, StudentScreen))
        await pilot.press(*["j"] * 10, "c", "t", "v", "w", "f9", "y")
        await until(pilot, lambda: isinstance(app.screen, StudentScreen))
        await shows(pilot, "The session of [/foo]")
    assert room.follow("s1").name == name


async def test_a_write_that_fails_is_said(followed: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    followed.disk = FailingDisk
    monkeypatch.setattr(FailingDisk, "full", True)
    app = followed.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "enter", "v")
        await shows(pilot, "NOT SAVED", "Kept: mock-up v2")


async def test_a_new_student_is_typed_in_from_the_list(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s")
        await shows(pilot, "No student yet: i types one in")
        await play(pilot, "i", ">Lina Demo", "enter", "enter")
        await shows(pilot, "New student: Lina Demo.", "[5 All 1]", "› ")
        await pilot.press("h")
        await shows(pilot, "Show who slips away")
    assert room.follow("lina-demo").name == "Lina Demo"


async def test_the_verdict_of_a_defense_is_one_key_away(room: Room) -> None:
    room.student("s1", "Ada Demo")
    id = room.plan("s1", "IRP-P2")
    room.live(id)
    room.add(id, defense.Finished())
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", "enter", "p")
        await shows(pilot, "IRP-P2 · attempt 1 · held")
        await pilot.press("1")
        await shows(pilot, "For the student, in French")
    with closing(TinyStore.open(room.folder)) as store:
        assert store.pending()
