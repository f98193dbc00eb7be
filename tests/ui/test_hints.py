"""The line of hints: what acts now is seen first, and the way on is among it."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.screens.live.screen import LiveScreen
from defense_console.widgets.frame.hint_bar import Hint, HintBar, hint_rows
from tests.ui.conftest import Room, hides, plain_text, shows, until


def bar(*hints: Hint) -> HintBar:
    made = HintBar()
    made.show_hints(hints)
    return made


def test_where_not_all_fit_those_that_act_stay() -> None:
    hints = Hint("a", "a", "one"), Hint("b", "b", "two", enabled=False), Hint("c", "c", "three")
    assert bar(*hints).fitting(21) == hints
    assert bar(*hints).fitting(20) == (hints[0], hints[2])
    assert bar(*hints).fitting(9) == (hints[0],)


def test_never_more_than_anybody_reads() -> None:
    hints = [Hint(str(n), str(n), "x") for n in range(HintBar.MOST + 2)]
    assert bar(*hints).fitting(400) == tuple(hints[: HintBar.MOST])


def test_a_key_and_what_it_does_stay_on_one_row() -> None:
    hints = Hint("", "Entrée", "garder"), Hint("", "Échap", "revenir, le texte reste")
    assert hint_rows(hints, 47, 5).plain == "Entrée garder     Échap revenir, le texte reste"
    assert hint_rows(hints, 46, 5).plain == "Entrée garder\nÉchap revenir, le texte reste"
    assert hint_rows(hints, 4, 5).plain == "Entrée garder\nÉchap revenir, le texte reste"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_last_phase_shows_the_way_out(room: Room, size: tuple[int, int]) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan(in_min=1)
    room.live(id)
    room.add(id, ev.PhaseEntered("discussion"))
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await shows(pilot, "DISCUSSION 2/3")
        assert "f finish" not in plain_text(app)
        await pilot.press("g")
        await shows(pilot, "f finish")
        assert " g " not in plain_text(app).splitlines()[-1]
        assert plain_text(app).count("f finish") == 1


async def test_an_empty_queue_tells_the_whole_way_in(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await shows(pilot, "Nothing is pending: i types a defense in,", "defense-console import FILE brings a list in.")
        await hides(pilot, "w next for me")  # nothing waits, so that what helps has the room
        await pilot.press("w")
        await shows(pilot, "Nothing waits for you.")


async def test_help_and_palette_say_why_a_key_does_not_act(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan(in_min=30)
    app = room.app(id)
    async with app.run_test(size=(120, 45)) as pilot:
        await shows(pilot, "t waiting room")
        await pilot.press("u")
        await shows(pilot, "There is nothing to undo.")
        await pilot.press("h")
        await shows(pilot, "Take the last action back.  There is nothing to undo.", "Open the waiting room.")
        await pilot.press("escape", "ctrl+p")
        await shows(pilot, "Search for a command")
        await pilot.press(*"undo")
        await shows(pilot, "u · There is nothing to undo.")
