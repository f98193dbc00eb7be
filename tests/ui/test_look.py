"""Nothing moves under the eyes: a text being written, an alarm, a question leave every criterion on its row."""

from __future__ import annotations

import re
import string

import msgspec
import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.model.defense import kinds as ev
from defense_console.screens.live.screen import LiveScreen
from defense_console.widgets.frame.marks import use_glyphs
from tests.ui.conftest import Room, hides, plain_text, shows
from tests.ui.test_not_saved import FailingDisk

SIZES = [(60, 20), (80, 24), (120, 40), (200, 55)]


def started(room: Room) -> str:
    room.student("s1", "Ada Example")
    id = room.plan(in_min=1)
    return str(room.live(id) and id)


def criteria(pilot: Pilot[None]) -> dict[str, int]:
    """Return the row of the screen on which each criterion begins, by the words that are seen of it."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    left = app.screen_stack[-1].size.width * 74 // 120 if app.screen_stack[-1].size.width >= 100 else None
    found = {}
    for y, row in enumerate(plain_text(app).splitlines()):
        if match := re.search(r"[✓✗~◦∅] +(?:met|not met|to improve)? *([A-Z⚑][^│┃]{12})", row[:left]):
            found[match[1]] = y
    return found


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_text_an_alarm_and_a_long_message_move_no_criterion(
    room: Room, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = started(room)
    room.disk = FailingDisk
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "Rubric 0/12")
        before = criteria(pilot)
        assert len(before) >= 4
        await pilot.press("n", *"half a note")
        await shows(pilot, "WRITING", "half a note")
        assert criteria(pilot) == before
        await pilot.press("escape")
        await hides(pilot, "WRITING")
        monkeypatch.setattr(FailingDisk, "full", True)
        await pilot.press("r")
        await shows(pilot, "✗ NOT SAVED")
        seen = criteria(pilot)
        assert seen, "the criteria above the red rows are still there"
        assert {words: before[words] for words in seen if words in before} == {
            w: y for w, y in seen.items() if w in before
        }
        monkeypatch.setattr(FailingDisk, "full", False)
        await hides(pilot, "✗ NOT SAVED")
    assert app.fault is None


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_question_stands_below_the_clock_and_moves_nothing(room: Room, size: tuple[int, int]) -> None:
    id = started(room)
    room.add(id, ev.PhaseEntered("discussion"))
    async with room.app(id).run_test(size=size) as pilot:
        await shows(pilot, "Rubric 1/12", "DISCUSSION 2/3")
        before = criteria(pilot)
        await pilot.press("f")
        await shows(pilot, "Finish the defense", "DISCUSSION 2/3", "ends 14:")
        during = criteria(pilot)
        assert {words: y for words, y in during.items() if words in before}.items() <= before.items()
        await pilot.press("escape")
        await hides(pilot, "Finish the defense")
        assert criteria(pilot) == before


async def test_plain_glyphs_draw_everything_in_ascii(room: Room) -> None:
    room.settings = msgspec.structs.replace(room.settings, glyphs="plain")
    id = started(room)
    try:
        app = room.app(id)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("v", "x", "n", *"seen", "enter", "q", *"why", "enter")
            await shows(pilot, "v met", "x not met", "PRESENTATION 1/3")
            strange = set(plain_text(app)) - set(string.printable) - set("·…")
            assert strange == set()
            await pilot.press("f")
            await shows(pilot, "Finish the defense")
            assert set(plain_text(app)) - set(string.printable) - set("·…“”") == set()
    finally:
        use_glyphs("unicode")


async def test_the_first_drawing_of_a_screen_has_the_form_of_the_terminal(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, forms, draw = started(room), list[bool](), LiveScreen.redraw

    def redraw(screen: LiveScreen) -> None:
        draw(screen)
        forms.append(screen.wide)

    monkeypatch.setattr(LiveScreen, "redraw", redraw)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Rubric 0/12")
    assert all(forms), "first drawn for half a screen, it would jump"
