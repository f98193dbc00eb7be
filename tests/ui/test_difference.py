"""The screen of one comparison: what changed, what did not although it was asked for, and a clock that goes on."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.desk.uploads.comparing import ComparingStopped, Interrupt, compare
from defense_console.model.comparison import (
    Comparison,
    ComparisonProgress,
    DocumentPlace,
    FileFacts,
    Paragraph,
    PartDifference,
)
from defense_console.model.errors import ConsoleError
from defense_console.screens.uploads.difference import ComparedDocument, Compute, DifferenceScreen, VersionLabel
from defense_console.uploads.comparing.differences import compare_texts
from defense_console.widgets.lists.difference_view import DifferenceView
from tests.ui.conftest import Room, hides, shows, until

HOSTILE = "[/foo] [red]x[/red] \x1b[31m \u202eabc"
SUBJECT = ComparedDocument(
    f"3. Plan {HOSTILE}",
    VersionLabel("plan v1.txt", "2026-11-20T09:00:00.000Z"),
    VersionLabel("plan v2.txt", "2026-11-24T10:30:00.000Z"),
    "Ada Démo",
    requested=True,
)
OLD = tuple(f"invented line {n}" for n in range(1, 201))


def of_texts(old: tuple[str, ...], new: tuple[str, ...]) -> Comparison:
    sides = [
        tuple(Paragraph(text, DocumentPlace("line", n)) for n, text in enumerate(lines, 1)) for lines in (old, new)
    ]
    return Comparison("plan.txt", "changed", FileFacts(12_345, "ab" * 32), FileFacts(3_400_000, "cd" * 32),
                      compare_texts(*sides))  # fmt: skip


def with_parts(*parts: PartDifference) -> Comparison:
    """The same text, and what differs besides."""
    found = of_texts(OLD, OLD)
    assert found.difference is not None
    return msgspec.structs.replace(found, difference=msgspec.structs.replace(found.difference, parts=parts))


def changed_at(*numbers: int) -> tuple[str, ...]:
    return tuple(f"revised line {n}" if n in numbers else line for n, line in enumerate(OLD, 1))


def at_once(found: Comparison) -> Compute:
    return lambda _progress, _interrupt: found


async def opened(
    app: ConsoleApp, pilot: Pilot[None], compute: Compute, subject: ComparedDocument = SUBJECT
) -> DifferenceScreen:
    await until(pilot, app.console_screens)
    screen = DifferenceScreen(subject, compute)
    await app.push_screen(screen)
    return screen


async def test_side_by_side_where_there_is_room_and_one_below_the_other_where_there_is_none(room: Room) -> None:
    found = of_texts(("Goal", "The budget is 100 euros", "End"), ("Goal", "The budget is 120 euros", "New", "End"))
    app = room.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await opened(app, pilot, at_once(found))
        await shows(
            pilot, "What changed  3. Plan [/foo] [red]x[/red] ␛[31m ⟨U+202E⟩abc · Ada Démo",
            "plan v1.txt (2026-11-20 10:00) ▸ plan v2.txt (2026-11-24 11:30)", "12.3 kB · SHA-256 abababababab…",
            "3.4 MB", "1 line changed, 1 added  change 1 of 1", "~ line 2 The budget is 100 euros",
            "│~ line 2 The budget is 120 euros", "│+ line 3 New",
        )  # fmt: skip
        await pilot.press("v")
        await shows(pilot, "- line 2 The budget is 100 euros", "+ line 2 The budget is 120 euros")
        await hides(pilot, "│")
        await pilot.press("v")
        await shows(pilot, "│")
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, at_once(found))
        await shows(pilot, "- line 2 The budget is 100 euros", "+ line 2 The budget is 120 euros")
        await pilot.resize_terminal(60, 20)
        await shows(pilot, "plan v1.txt (2026-11-20 10:00)", "▸ plan v2.txt (2026-11-24 11:30)")
        await pilot.resize_terminal(110, 24)
        await shows(pilot, "│~ line 2 The budget is 120 euros")


async def test_the_keys_walk_from_change_to_change(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, at_once(of_texts(OLD, changed_at(20, 90, 150))))
        view = screen.query_one(DifferenceView)
        await shows(pilot, "change 1 of 3", "… 16 lines unchanged", "+ line 20  revised line 20")
        await pilot.press("n")
        await shows(pilot, "change 2 of 3", "revised line 90")
        await pilot.press("w")
        await shows(pilot, "change 3 of 3", "revised line 150")
        await pilot.press("n")
        await shows(pilot, "That was the last change.")
        await pilot.press("p", "b")
        await shows(pilot, "change 1 of 3")
        await pilot.press("p")
        await shows(pilot, "That was the first change.")
        await pilot.press("end")
        assert view.scroll_offset.y == view.max_scroll_y > 0
        await pilot.press("home")
        assert view.scroll_offset.y == 0
        await pilot.press("j", "down", "k")
        assert view.scroll_offset.y == 1
        await pilot.press("pageup")
        assert view.scroll_offset.y == 0
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, DifferenceScreen))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_unchanged_although_requested_cannot_be_missed(room: Room, size: tuple[int, int]) -> None:
    facts = FileFacts(12, "ab" * 32)
    same_text = of_texts(OLD, OLD)
    for found, words in (
        (Comparison("plan.txt", "unchanged", facts, facts), "! UNCHANGED ALTHOUGH REQUESTED"),
        (same_text, "! TEXT UNCHANGED ALTHOUGH REQUESTED"),
        (with_parts(PartDifference("unread", "a.bin")), "! NOT ALL OF IT COULD BE COMPARED"),
        (Comparison("plan.txt", "missing", facts), "! MISSING ALTHOUGH REQUESTED"),
    ):
        app = room.app()
        async with app.run_test(size=size) as pilot:
            screen = await opened(app, pilot, at_once(found))
            await shows(pilot, words)
            assert screen.query_one("#difference-alarm").region.width >= size[0] - 4
            await pilot.press("n")
            await shows(pilot, "There are no lines to show.")


async def test_what_differs_besides_the_text_is_named(room: Room) -> None:
    page = [PartDifference("page", str(n)) for n in range(2, 7)]
    for parts, words in (
        ([PartDifference("unread", "[x].bin"), *page, PartDifference("layout")],
         "Different, and not read: [x].bin · pages 2, 3, 4 … (+2), pictures."),
        ([PartDifference("picture", "a.png"), PartDifference("picture", "b.png"), PartDifference("layout", "x")],
         "its text is the same. What differs: 2 pictures · layout."),
        ([PartDifference("format", "DOCX → PDF")], "What differs: DOCX → PDF."),
        ([PartDifference("unread")], "Different, and not read: hidden text."),
    ):  # fmt: skip
        app = room.app()
        async with app.run_test(size=(120, 24)) as pilot:
            await opened(app, pilot, at_once(with_parts(*parts)))
            await shows(pilot, words)
            if parts[0].kind == "unread":
                await hides(pilot, "UNCHANGED")


async def test_an_earlier_version_is_said_to_be_that_one(room: Room) -> None:
    subject = dataclasses.replace(SUBJECT, again=1)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, at_once(of_texts(OLD, changed_at(5))), subject)
        await shows(pilot, "! VERSION 1 AGAIN", "the very file of version 1", "revised line 5")


async def test_what_was_not_asked_for_is_told_calmly(room: Room) -> None:
    facts = FileFacts(12, "ab" * 32)
    calm = ComparedDocument("Plan", None, VersionLabel("plan.png"))
    why = ConsoleError("There is no reader for “{name}”: it is compared by size and hash alone.", name=HOSTILE)
    for found, words in (
        (Comparison("plan.txt", "unchanged", facts, facts), "Unchanged: every byte is the same."),
        (of_texts(OLD, OLD), "its text is the same"),
        (Comparison("plan.png", "changed", facts, facts, None, why), "no reader for “[/foo] [red]x[/red] ␛[31m"),
    ):
        app = room.app()
        async with app.run_test(size=(100, 24)) as pilot:
            await opened(app, pilot, at_once(found), calm)
            await shows(pilot, words, "none ▸ plan.png")
            await hides(pilot, "ALTHOUGH")


async def test_while_it_reads_a_bar_grows_and_the_console_answers(room: Room) -> None:
    go_on, interrupted = threading.Event(), threading.Event()

    def slowly(progress: ComparisonProgress, interrupt: Interrupt) -> Comparison:
        progress(0.42)
        for _look in range(2000):  # a thread must not outlive a test that failed
            if go_on.wait(0.01):
                break
            if interrupt.asked:
                interrupted.set()
                raise ComparingStopped
        return of_texts(OLD, changed_at(5))

    app = room.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(app, pilot, slowly)
        await shows(pilot, "━" * 12 + "─", "42 %", "Esc stops")
        await pilot.press("h")
        await shows(pilot, "Keys  What changed", "difference.next")
        await pilot.press("escape")
        go_on.set()
        await shows(pilot, "revised line 5")
        go_on.clear()
        await pilot.press("escape")
        await opened(app, pilot, slowly)
        await shows(pilot, "42 %")
        await pilot.press("escape")
        await until(pilot, interrupted.is_set)
        assert not isinstance(app.screen, DifferenceScreen)


async def test_two_real_files_end_to_end(room: Room, tmp_path: Path) -> None:
    old, new = tmp_path / "one.csv", tmp_path / "two.csv"
    old.write_text("Rent;100\nHall;[b]50[/b]\n", "utf-8")
    new.write_text("Rent;120\nHall;[b]50[/b]\n", "utf-8")

    def run(progress: ComparisonProgress, interrupt: Interrupt) -> Comparison:
        return compare(old, new, "costs.csv", progress=progress, interrupt=interrupt)

    app = room.app()
    async with app.run_test(size=(120, 24)) as pilot:
        await opened(app, pilot, run)
        await shows(pilot, "~ line 1 Rent;100", "│~ line 1 Rent;120", "Hall;[b]50[/b]")


async def test_an_error_or_a_fault_is_a_sentence(room: Room) -> None:
    room.expects_faults = True

    def fails(error: Exception, _progress: ComparisonProgress, _interrupt: Interrupt) -> Comparison:
        raise error

    for error, words in (
        (ConsoleError("There is no version to compare."), "There is no version to compare."),
        (ZeroDivisionError(), "The versions could not be compared: a fault in the console."),
    ):
        app = room.app()
        async with app.run_test(size=(100, 24)) as pilot:
            await opened(app, pilot, partial(fails, error))
            await shows(pilot, words)


async def test_fifty_thousand_lines_scroll_at_once(room: Room) -> None:
    """Drawing looks only at the rows that are seen, however many there are."""
    old = tuple(f"ligne inventée {n} de la première version" for n in range(50_000))
    found = of_texts(old, tuple(f"{line}, revue" if n % 2 else line for n, line in enumerate(old)))
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot, at_once(found))
        view = screen.query_one(DifferenceView)
        await shows(pilot, "change 1 of")
        drawn: list[int] = []
        draw: Callable[[int], object] = view.render_line

        def counted(y: int) -> object:
            drawn.append(y)
            return draw(y)

        view.render_line = counted  # type: ignore[method-assign,assignment]
        await pilot.press("end")
        await shows(pilot, "ligne inventée 49999 de la")
        await pilot.press("home")
        await shows(pilot, "ligne inventée 1 de la première version,")
        assert len(drawn) < 1000
