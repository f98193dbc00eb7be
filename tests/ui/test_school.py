"""Two mentors of a school at their consoles: one offers, one takes, gives back with a reason, the other goes on."""

from __future__ import annotations

from defense_console.model.student.kinds import QuestionAsked
from defense_console.store.people import Person
from tests.store.memory import Database
from tests.ui.conftest import Room, do_from_palette, hides, shows, type_text

SIZE = (120, 40)


async def test_a_defense_is_offered_taken_given_back_and_taken_by_the_other(room: Room) -> None:
    room.database = Database()
    room.database.now = lambda: room.machine.read().wall
    room.student("s1", "Ada")
    id = room.plan(in_min=60 * 30)
    room.account = "camille"
    async with room.app().run_test(size=SIZE) as camille:
        room.account = "dominique"
        async with room.app().run_test(size=SIZE) as dominique:
            await camille.press("5")
            await shows(camille, "Ada", "7 To take", "8 Team")
            await camille.press("e")
            await shows(camille, "Offer the defense of Ada to the other mentors?")
            await camille.press("y")
            await shows(camille, "Offered to the other mentors.", "now in “To take”")

            await dominique.press("7")
            await shows(dominique, "a student", "to take, 30 min, offered now", "Enter take it")
            await dominique.press("enter")
            await shows(
                dominique, "Take this defense?", "Attempt 1, a student.", "Your week would have 30 min of defenses."
            )
            await dominique.press("y")
            await shows(dominique, "The defense of Ada is yours.", "now in “All pending”")

            await camille.press("8")
            await shows(camille, "with dominique, now")
            await camille.press("enter")
            await shows(camille, "Read only: dominique has this defense since 2026-11-24 14:00.")

            await dominique.press("5", "e")
            await shows(dominique, "Why do you give the defense of Ada back?")
            await type_text(dominique, "ill on Thursday")
            await dominique.press("enter")
            await shows(dominique, "Given back.")

            await shows(camille, "Read only: nobody has taken this defense")
            await camille.press("escape", "7")
            await shows(camille, "a student", "to take, 30 min, offered now")
            await camille.press("enter")
            await shows(camille, "Given back: ill on Thursday")
            await camille.press("y")
            await shows(camille, "The defense of Ada is yours.")
    assert room.drafts(id) == {}


async def test_a_row_that_another_mentor_took_a_moment_ago_says_so(room: Room) -> None:
    room.database = Database()
    room.database.now = lambda: room.machine.read().wall
    room.student("s1", "Ada")
    stream = f"defense/{room.plan(in_min=60 * 30)}"
    room.account = "dominique"
    other = room.connect()
    room.account = "camille"
    async with room.app().run_test(size=SIZE) as camille:
        await camille.press("5")
        await shows(camille, "Ada")
        assert other.claims is not None
        other.claims.take(other.claims.offer(stream))
        room.database.hides = True
        for key in ("enter", "b"):
            await camille.press(key)
            await shows(camille, "dominique has taken this defense: you cannot read it.")
            await camille.press("u")
            await hides(camille, "has taken this defense")


async def test_a_student_and_a_defense_go_to_somebody_who_is_chosen_by_name(room: Room) -> None:
    room.database = Database()
    room.database.now = lambda: room.machine.read().wall
    room.student("s1", "Ada")
    id, room.account = room.plan(in_min=60 * 30), "camille"
    room.database.tables.people |= {f"m{n:02}": Person(f"m{n:02}", "mentor", f"Mentor [{n:02}]") for n in range(1, 12)}
    room.follow("s1", QuestionAsked("which budget?"))
    async with room.app().run_test(size=SIZE) as pilot:
        await pilot.press("5", "e", "y")
        await shows(pilot, "Offered to the other mentors.")
        await pilot.press("7", "enter", "y")
        await shows(pilot, "The defense of Ada is yours.")
        await do_from_palette(pilot, "hand over", "Hand the defense over")
        await shows(pilot, "Who takes the defense over?", "8  Mentor [08]", "9  others")
        await hides(pilot, "Mentor [09]")
        await pilot.press("9", "3")
        await shows(pilot, "What does Mentor [11] have to know?", "Questions: which budget?")
        await pilot.press("enter")
        await shows(pilot, "Handed over to Mentor [11].", "now in “Team”")
        room.database.tables.own["s1"] = "camille"
        assert room.database.tables.claims[f"defense/{id}"].holder == "m11"
    async with room.app().run_test(size=SIZE) as pilot:
        await pilot.press("s")
        await shows(pilot, "Ada")
        await pilot.press("enter")
        await shows(pilot, "which budget?")
        await do_from_palette(pilot, "hand over", "Give the student to another mentor")
        await shows(pilot, "Who follows Ada from now on?", "1  Mentor [01]")
        await pilot.press("1")
        await shows(pilot, "What does Mentor [01] have to know?", "Questions: which budget?")
        await type_text(pilot, "; he is shy")
        await pilot.press("enter")
        await shows(pilot, "Ada is followed by Mentor [01] now.")
    assert room.database.tables.own["s1"] == "m01"
    assert [each.text for each in room.follow("s1").handed_over] == ["Questions: which budget?; he is shy"]
    assert room.drafts_of("student/s1") == {}


async def test_half_a_screen_shows_the_tab_that_is_open(room: Room) -> None:
    room.database = Database()
    room.account = "camille"
    room.student("s1", "Ada")
    room.plan()
    async with room.app().run_test(size=(60, 20)) as pilot:
        await shows(pilot, "[1 Day 1]")
        await pilot.press("8")
        await shows(pilot, "… ", "7 Take 0 [8 Team 0]", "The other mentors have nothing pending.")


async def test_a_mentor_alone_sees_no_tabs_of_a_school(room: Room) -> None:
    room.student("s1", "Ada")
    room.plan()
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "6 Closed")
        await hides(pilot, "To take")
        await pilot.press("7")
        await shows(pilot, "This store is yours alone")
