"""The timeline, the help and the preview: what they show, and what is copied."""

from __future__ import annotations

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.screens.verdict.preview import PreviewScreen
from defense_console.widgets.lists.panel import Panel
from tests.ui.conftest import Room, hides, plain_text, shows, until
from tests.ui.test_verdict import held


async def test_the_timeline_tells_what_happened_and_what_was_undone(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan()
    room.add(id, ev.CheckTicked("documents", True), ev.Undone(2), ev.Noted("[b]bold[/b]", room.machine.read()))
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("l")
        await shows(
            pilot, "Timeline  Ada Byron", "4 lines", "Tuesday 2026-11-24", "14:00:00",
            "Planned: IRP-P2, attempt 1, 2026-11-24 14:12",
            "Check done: The deliverables are received and read (undone)",
            "Undone: line 2",
            "Private note: [b]bold[/b]",
        )  # fmt: skip
        await pilot.press("escape")
        await hides(pilot, "Timeline  Ada")


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_pages_are_turned_and_the_ends_are_near(room: Room, size: tuple[int, int]) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan()
    room.add(id, *(ev.Noted(f"note number {n}", room.machine.read()) for n in range(1, 81)))
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("l")
        await shows(pilot, "Private note: note number 80")
        lines = app.screen.query_one(Panel)
        await pilot.press("home")
        await shows(pilot, "Planned: IRP-P2")
        assert lines.row == 0
        await pilot.press("pagedown")
        await until(pilot, lambda: lines.view.height / 2 < lines.row < lines.view.height)
        await pilot.press("pageup")
        await until(pilot, lambda: lines.row == 0)
        await pilot.press("end")
        await shows(pilot, "Private note: note number 80")
        await pilot.press("escape", "h", "end")
        await shows(pilot, "settings.toml")
        await pilot.press("home")
        await hides(pilot, "settings.toml")


async def test_keys_that_end_other_programs_say_how_this_one_is_left(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan()
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Byron")
        for key in ("ctrl+c", "q"):
            await pilot.press(key)
            await shows(pilot, "Ctrl+Q leaves the console, after a question")
            await pilot.press("j")
            await hides(pilot, "Ctrl+Q leaves")
        await pilot.press("n", "q", "ctrl+c")
        await shows(pilot, "Ctrl+Q leaves the console")
        await pilot.press("escape")
        await until(pilot, lambda: [note.text for note in room.defense(id).notes] == ["q"])
        assert pilot.app.is_running


async def test_a_gap_is_marked(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan(in_min=1)
    room.live(id)
    since = room.machine.read()
    room.machine.pass_time(200, asleep=True)
    room.add(id, ev.Suspended(since, 200_000), ev.GapPaused(4), ev.Finished())
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("l")
        await shows(pilot, "! The machine slept 3 min 20 s; the time counted · now a pause")


async def test_the_help_lists_the_keys_of_the_screen_it_was_asked_on(room: Room) -> None:
    id = held(room)
    app = room.app(id)
    async with app.run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("f1")
        await shows(pilot, "Keys  Verdict", "Sign the verdict", "verdict.sign", "F9")
        assert "live.rate_met" not in plain_text(app)
        await pilot.press("h")
        await hides(pilot, "Keys  Verdict")


async def test_the_preview_is_copied_field_by_field(room: Room, copied: list[str]) -> None:
    id = held(room)
    room.add(id, ev.LineAdded("strength", "A [clear] plan"), ev.GoalSet("Read one book"))
    app = room.app(id)
    async with app.run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        await pilot.press("c")
        await shows(pilot, "Copied to the clipboard; also in")
        await until(pilot, lambda: len(copied) == 1)
        await pilot.press("w", "w", "w", "w", "w", "w", "w", "w", "w", "w", "w", "w")
        await shows(pilot, "That was the last field")
        assert any("A [clear] plan" in text for text in copied)
        assert (room.folder / "clipboard.txt").read_text("utf-8") == copied[-1]
        assert len(copied) == len(app.screen.query_one("#report", Panel).keys)


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ("America/Martinique", "2026-11-24 09:01 (Martinique time, UTC-04:00)"),
        ("", "2026-11-24 14:01 (Paris time, UTC+01:00)"),
        ("Nowhere/Atall", "2026-11-24 14:01 (Paris time, UTC+01:00)"),
    ],
)
async def test_the_student_is_told_instants_in_their_own_zone(room: Room, theirs: str, told: str) -> None:
    id = held(room, timezone=theirs)
    async with room.app(id).run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("p", "l")
        await shows(pilot, "For the student", told)
        await pilot.press("r")
        await shows(pilot, "2026-11-24 14:01 (Paris time, UTC+01:00)")
        await hides(pilot, "Martinique time")


async def test_the_preview_changes_reader_and_language(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(120, 50)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("p")
        await shows(pilot, "For the student, in French", "Soutenance")
        await pilot.press("l")
        await shows(pilot, "in English", "Learning engineer")
        await pilot.press("r", "r")
        await shows(pilot, "For the jury")
