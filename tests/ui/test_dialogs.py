"""What is higher than the screen can be read before it is answered, and every dialog says whose it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from defense_console.desk.defense.asked import Asked
from defense_console.screens.shared.asking import Ask
from defense_console.screens.shared.dialogs import Choose, Confirm, Dialog, Sheet
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until
from tests.ui.test_revisions import conditional

SIZES = [(60, 20), (80, 24), (120, 40)]
LINES = "\n".join(f"line {n} of what is read" for n in range(1, 61))


def seen(pilot: Pilot[None]) -> list[int]:
    """Numbers of the lines that are on the screen."""
    text = plain_text(pilot.app)  # type: ignore[arg-type]
    return [n for n in range(1, 61) if f"line {n} of what" in text]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "make",
    [
        lambda: Confirm("Take it?", LINES, yes="take it"),
        lambda: Sheet("To read", LINES),
        lambda: Choose("Which one?", [f"line {n} of what is read" for n in range(61, 64)], LINES),
    ],
    ids=["confirm", "sheet", "choose"],
)
async def test_what_is_higher_than_the_screen_scrolls_by_keyboard(
    room: Room, size: tuple[int, int], make: Callable[[], Dialog[object]]
) -> None:
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await until(pilot, app.console_screens)
        dialog = make()
        await app.push_screen(dialog)
        await shows(pilot, "more lines below", "Esc")
        box = dialog.query_one("Dialog > Vertical")
        await until(pilot, lambda: box.region.bottom == size[1] - 1, "it does not fit above the row of keys")
        first = seen(pilot)
        assert first[0] == 1
        assert len(first) >= size[1] - 12
        await pilot.press("down", "down", "up", "j")
        await until(pilot, lambda: seen(pilot)[0] == 3)
        await pilot.press("pagedown")
        rows = 64 if isinstance(dialog, Choose) else 60
        further = min(first[-1] + 2, rows + 1 - len(first))  # of a page one line is seen again
        await until(pilot, lambda: seen(pilot)[0] == further, f"not at {further}")
        await pilot.press("pageup", "pageup", "k", "up")
        await until(pilot, lambda: seen(pilot) == first)
        await pilot.press("end")
        await shows(pilot, "This is the end.", "Esc")
        assert seen(pilot)[-1] == 60
        await pilot.press("home")
        await until(pilot, lambda: seen(pilot) == first)
        await shows(pilot, "more lines below")
        assert not isinstance(dialog, Confirm) or "take it" in plain_text(app)


async def test_what_fits_has_no_line_about_more(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, app.console_screens)
        await app.push_screen(Confirm("Take it?", "\n".join(LINES.splitlines()[:14])))
        await shows(pilot, "line 14 of what is read")
        await hides(pilot, "more line")
        await pilot.resize_terminal(60, 16)
        await shows(pilot, "more lines below")
        await pilot.resize_terminal(80, 40)
        await hides(pilot, "more line")
        await shows(pilot, "line 1 of what is read", "line 14 of what is read")


@pytest.mark.parametrize("size", SIZES)
async def test_the_details_of_a_text_scroll_by_pages_and_the_field_keeps_its_keys(
    room: Room, size: tuple[int, int]
) -> None:
    id = conditional(room)
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await until(pilot, app.console_screens)
        question = Ask(app.desk.revisions(id), Asked.WAIVE.of("d1"), "Why?", LINES)
        await app.push_screen(question)
        await shows(pilot, "more lines below")
        await type_text(pilot, "jk")
        await pilot.press("home", "up", "pagedown")
        await until(pilot, lambda: seen(pilot)[0] > 1)
        await shows(pilot, "jk", "Esc")
        await pilot.press("pageup")
        await until(pilot, lambda: seen(pilot)[0] == 1)


async def test_a_dialog_says_whose_it_is(room: Room) -> None:
    id = conditional(room)
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Documents to revise")
        whose = " Ada Byron · IRP-P2 · attempt 1 ━"
        await pilot.press("space")
        await shows(pilot, "Declare", f"━ Received {whose}")
        await pilot.press("escape", "o")
        await shows(pilot, "Why is this document given up?", f"━{whose}")
        await pilot.press("escape")
        await hides(pilot, "Why is this document given up?")
        await pilot.press("ctrl+q")
        await shows(pilot, "Leave the console?")
        await shows(pilot, "━ Leave ━")
        assert whose not in plain_text(app), "the console is nobody's"


@pytest.mark.parametrize(
    ("make", "clicked", "answer"),
    [
        (lambda: Confirm("Take it?", yes="take it"), "take it", True),
        (lambda: Confirm("Take it?", yes="take it"), "go back", False),
        (lambda: Choose("Which one?", ["the first", "the second"]), "the second", 1),
        (lambda: Choose("Which one?", ["the first", "the second"]), "go back", None),
    ],
)
async def test_a_dialog_answers_to_the_mouse(
    room: Room, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Dialog[object]], clicked: str, answer: object
) -> None:
    app, answers, dialog = room.app(), list[object](), make()
    monkeypatch.setattr(dialog, "answer", answers.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Nothing is pending")
        await app.push_screen(dialog)
        await shows(pilot, clicked)
        await until(pilot, lambda: dialog.query_one("Dialog > Vertical").region.y == 2, "below the tabs")
        lines = plain_text(app).splitlines()
        y = next(y for y, line in enumerate(lines) if clicked in line)
        await pilot.click(offset=(lines[y].index(clicked), y))
        await until(pilot, lambda: answers == [answer])
