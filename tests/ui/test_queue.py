"""The queue by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.content import Content

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.timeline import iso
from defense_console.widgets.lists.queue_table import QueueTable
from tests.ui.conftest import Room, do_from_palette, hides, plain_text, shows, type_text, until


def filled(room: Room) -> dict[str, str]:
    """Three students: today in 12 minutes, tomorrow, and a live one."""
    room.student("s1", "Ada Example")
    room.student("s2", "Éloïse Sample")
    room.student("s3", "Zoé Démo")
    ids = {
        "ada": room.plan("s1", "IRP-P2", 12),
        "eloise": room.plan("s2", "FE-P3", 26 * 60),
        "zoe": room.plan("s3", "PN-P1", -5),
    }
    room.live(ids["zoe"])
    return ids


def lines_with(text: str, shown: str) -> list[str]:
    return [line for line in shown.splitlines() if text in line]


async def test_the_queue_tells_when_who_and_for_whom_it_waits(room: Room) -> None:
    filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Today 2", "All pending 3", "Ada Example", "14:12", "starts in 11 min", "live, 30:00 left")
        assert not lines_with("Éloïse", plain_text(pilot.app))  # type: ignore[arg-type]
        await pilot.press("5")
        await shows(pilot, "Éloïse Sample", "Wed 25", "starts in 1 day")


@pytest.mark.parametrize("key", ["5", "left_parenthesis"])
async def test_tabs_by_digit_or_by_the_same_key_on_azerty(room: Room, key: str) -> None:
    filled(room)
    async with room.app().run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await shows(pilot, "Éloïse Sample")


async def test_search_finds_without_accents_and_escape_gives_everything_back(room: Room) -> None:
    filled(room)
    async with room.app().run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await shows(pilot, "to the list")
        await type_text(pilot, "eloise")
        await hides(pilot, "Ada Example")
        await shows(pilot, "Éloïse Sample")
        await pilot.press("escape")
        await hides(pilot, "to the list")
        await shows(pilot, "Éloïse Sample")
        await pilot.press("escape")
        await shows(pilot, "Ada Example")


async def test_the_search_field_is_seen_before_anything_is_typed(room: Room) -> None:
    filled(room)
    room.machine.pass_time(20)  # at the edge of a minute the queue draws itself anew and would hide the fault
    async with room.app().run_test(size=(60, 20)) as pilot:
        await shows(pilot, "Zoé Démo")
        await pilot.press("slash")
        await shows(pilot, "to the list")
        assert plain_text(pilot.app).splitlines()[1].strip() == "/"  # type: ignore[arg-type]


async def test_enter_after_a_search_opens_the_first_that_was_found(room: Room) -> None:
    ids = filled(room)
    room.plan("s1", "IRP-P1", 40)
    async with room.app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Example")
        await pilot.press("5", "j", "j", "j")  # the cursor stands far down, where the search will leave no row
        await pilot.press("slash")
        await type_text(pilot, "ada")
        await hides(pilot, "PN-P1")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "BriefScreen")
        assert getattr(pilot.app.screen, "defense_id") == ids["ada"]  # noqa: B009


async def test_enter_opens_a_planned_defense_on_its_brief_and_a_live_one_on_its_clock(room: Room) -> None:
    ids = filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Zoé Démo")
        await pilot.press("enter")
        await shows(pilot, "PRESENTATION 1/3")
        await pilot.press("escape", "j", "enter")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "BriefScreen")
        assert getattr(pilot.app.screen, "defense_id") == ids["ada"]  # noqa: B009


async def test_held_opens_the_verdict_and_waiting_the_waiting_room(room: Room) -> None:
    ids = filled(room)
    room.add(ids["zoe"], ev.Finished())
    room.add(ids["ada"], ev.RoomOpened())
    async with room.app().run_test(size=(120, 40)) as pilot:
        await pilot.press("5")
        await shows(pilot, "verdict to sign")
        await pilot.press("enter")
        await until(pilot, lambda: type(pilot.app.screen).__name__ in ("WaitingScreen", "VerdictScreen"))
        first = type(pilot.app.screen).__name__
        await pilot.press("escape")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "QueueScreen")
        await pilot.press("j", "enter")
        await until(pilot, lambda: {first, type(pilot.app.screen).__name__} == {"WaitingScreen", "VerdictScreen"})


async def test_parking_moves_to_the_end_and_u_takes_it_back(room: Room) -> None:
    ids = filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "p")
        await shows(pilot, "Parked: Ada Example")
        await until(pilot, lambda: room.defense(ids["ada"]).parked)
        await pilot.press("u")
        await until(pilot, lambda: not room.defense(ids["ada"]).parked)
        await pilot.press("u")
        await shows(pilot, "nothing to undo")


async def test_a_note_from_the_queue_is_private_and_its_own_undo(room: Room) -> None:
    ids = filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "n")
        await shows(pilot, "Private note on Ada Example")
        await type_text(pilot, "call back")
        await pilot.press("enter")
        await until(pilot, lambda: [n.text for n in room.defense(ids["ada"]).notes] == ["call back"])
        await pilot.press("u")
        await until(pilot, lambda: not room.defense(ids["ada"]).notes)


async def test_w_goes_to_the_next_that_waits_for_me(room: Room) -> None:
    filled(room)
    async with room.app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Example")
        await pilot.press("w")
        await until(pilot, lambda: lines_with("› ", plain_text(pilot.app))[0].count("Ada Example"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "shown", "hidden"),
    [
        ((60, 20), "starts in 11 min", "documents"),
        ((80, 24), "documents 0 of 2", "Before the call"),
        ((110, 30), "documents 0 of 2", "Before the call"),
        ((120, 40), "Before the call 0 of 4", "documents 0 of 2"),
        ((200, 55), "Before the call 0 of 4", "documents 0 of 2"),
    ],
)
async def test_the_card_says_as_much_as_there_is_room_for(
    room: Room, size: tuple[int, int], shown: str, hidden: str
) -> None:
    filled(room)
    async with room.app().run_test(size=size) as pilot:
        await shows(pilot, "Ada Example", shown)
        assert hidden not in plain_text(pilot.app)  # type: ignore[arg-type]


async def test_an_empty_store_says_what_to_do(room: Room) -> None:
    async with room.app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("enter", "j", "p", "n")
        await shows(pilot, "No defense is selected.")


async def test_a_terminal_too_small_says_so_and_loses_nothing(room: Room) -> None:
    filled(room)
    async with room.app().run_test(size=(30, 8)) as pilot:
        await shows(pilot, "30×8")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, "Ada Example")


async def test_the_palette_lists_our_commands_only(room: Room) -> None:
    filled(room)
    async with room.app().run_test(size=(100, 40)) as pilot:
        await pilot.press("ctrl+p")
        await shows(pilot, "Search for a command")
        shown = plain_text(pilot.app)  # type: ignore[arg-type]
        assert "creenshot" not in shown
        await pilot.press("escape")
        await do_from_palette(pilot, "light", "Switch between the dark and the light theme.")
        await until(pilot, lambda: pilot.app.theme == "console-light")


@pytest.mark.parametrize(("session", "key"), [("no_show", "1"), ("cancelled", "ampersand"), ("aborted", "1")])
async def test_a_defense_that_was_not_held_is_given_another_date(room: Room, session: str, key: str) -> None:
    room.student("s1", "Ada Example")
    id = room.plan("s1", attempt=2)
    if session == "aborted":
        room.live(id)
        room.add(id, ev.Aborted("no network"))
    elif session == "cancelled":
        room.add(id, ev.Cancelled("student", False))
    else:
        room.add(id, ev.RoomOpened(), ev.NoShow("ill"))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Waits for me 1", "new date or close it")
        await pilot.press("enter")
        await shows(pilot, "The defense was not held. What follows?")
        await pilot.press(key)
        await shows(pilot, "When does the defense of Ada Example start?")
        await type_text(pilot, "tomorrow 14:00")
        await pilot.press("enter")
        await shows(pilot, "Why another date?", "New start: ")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).session == "planned")


async def test_one_that_was_not_held_is_closed_for_a_reason_and_u_takes_it_back(room: Room) -> None:
    room.student("s1", "Ada Example")
    room.student("s2", "Zoé Démo")
    id = room.plan("s1")
    room.add(id, ev.Cancelled("student", False))
    room.plan("s2", in_min=26 * 60)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        await shows(pilot, "new date or close it")
        await pilot.press("enter")
        await shows(pilot, "The defense was not held. What follows?", "a new date", "close it")
        await pilot.press("escape")
        await hides(pilot, "What follows?")
        await pilot.press("enter", "2")
        await shows(pilot, "Why is the defense closed?")
        await type_text(pilot, "left the course")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).closed)
        await shows(pilot, "Closed; u takes it back.", "now in “Closed”")
        await pilot.press("u")
        await until(pilot, lambda: not room.defense(id).closed)
        await shows(pilot, "new date or close it")


async def test_a_row_that_leaves_its_tab_stays_until_the_cursor_leaves_it(room: Room) -> None:
    ids = filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Zoé Démo", "live, 30:00 left")
        await pilot.press("j")
        room.add(ids["ada"], ev.Rescheduled(iso(room.machine.wall + timedelta(days=2))))
        await shows(pilot, "Today 1", "now in “All pending”")
        await pilot.press("n")
        await shows(pilot, "Private note on Ada Example")
        await pilot.press("escape", "k")
        await hides(pilot, "Ada Example")
        await pilot.press("n")
        await shows(pilot, "Private note on Zoé Démo")
        await pilot.press("escape", "5")
        await shows(pilot, "Ada Example", "starts in 2 days")


async def test_another_tab_keeps_no_row_of_the_one_before(room: Room) -> None:
    ids = filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "live, 30:00 left")
        await pilot.press("j")
        room.add(ids["ada"], ev.Rescheduled(iso(room.machine.wall + timedelta(days=2))))
        await shows(pilot, "now in “All pending”")
        await pilot.press("3")
        await shows(pilot, "Nothing here")
        await hides(pilot, "now in")


async def test_what_waits_for_me_goes_on_below_today_where_its_row_is_found_again(room: Room) -> None:
    ids = filled(room)
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "live, 30:00 left")
        room.add(ids["zoe"], ev.Finished())
        await shows(pilot, "[1 Today 1]", "━ Today 1 ━", "Waits for me too, today", "verdict to sign")
        await hides(pilot, "other days")
        chosen = next(row for row in plain_text(pilot.app).splitlines() if "›" in row)  # type: ignore[arg-type]
        assert "Zoé Démo" in chosen
        room.machine.pass_time(86_400)
        await shows(pilot, "Waits for me, other days")
        await hides(pilot, "too, today")


async def test_a_search_for_a_digit_of_an_id_finds_one_that_was_not_held(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan("s1", attempt=4)
    room.add(id, ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("slash")
        await type_text(pilot, id[:6])
        await shows(pilot, "closed · not held", "Ada Example")


async def test_a_cursor_that_moves_draws_two_lines_and_not_the_list(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        room.student(f"s{n}", f"Student {n:02}")
        room.plan(f"s{n}", "IRP-P2", in_min=60 * 24 * 3 + n)
    app = room.app()
    async with app.run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Student 29")
        await pilot.pause()
        drawn: list[int] = []
        draw = QueueTable.draw

        def counted(table: QueueTable, line: int, width: int, chosen: bool) -> Content:
            drawn.append(line)
            return draw(table, line, width, chosen)

        monkeypatch.setattr(QueueTable, "draw", counted)
        await pilot.press("j")
        await until(pilot, lambda: "›" in lines_with("Student 01", plain_text(app))[0])
        assert set(drawn) <= {0, 1, 2}, "the titles are seen with the first row"
