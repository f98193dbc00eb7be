"""A whole conditional defense by keyboard alone, closed, opened again, and read back by the commands."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from click.testing import CliRunner
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.cli import main
from defense_console.model.defense.timeline import iso
from tests.ui.conftest import SHIPPED, START, Room, hides, plain_text, shows, type_text, until

SIZE = (120, 60)
MISSED = "IRP-P2-B1.1-1"
"""The first criterion; proved by the deliverables 1 and 2, not blocking."""

MET, CONDITIONAL, NOT_MET, ALL_TAB, YES = "ampersand", "é", "quotation_mark", "left_parenthesis", "o"
EXPECTED = "quotation_mark"
"""The keys of an AZERTY keyboard."""


async def write(pilot: Pilot[None], key: str, text: str) -> None:
    """Open a field by its key, write, and keep it by Enter; a text that was there is replaced."""
    await pilot.press(key)
    await shows(pilot, "WRITING")
    await pilot.press("ctrl+a", "delete")
    await type_text(pilot, text)
    await pilot.press("enter")
    await hides(pilot, "WRITING")


async def _until_live(room: Room, pilot: Pilot[None]) -> None:
    """Queue, brief with a document declared and a check ticked, waiting room."""
    await shows(pilot, "Ada Example", "in 12 min")
    await pilot.press("enter")
    await shows(pilot, "Before the call 0 of")
    await pilot.press("space", "tab", "space")
    await shows(pilot, "Deliverables 1 of 4", "received")
    await pilot.press("t")
    await shows(pilot, "Waiting room  Ada Example")
    room.machine.pass_time(120)
    await shows(pilot, "WAITED 02:00")
    await pilot.press("t")
    await shows(pilot, "PRESENTATION 1/3", "00:00 of 15:00", "Rubric 0/12")


async def _live(room: Room, pilot: Pilot[None]) -> None:
    """Ratings, notes and a question in three phases, one of them with a pause."""
    room.machine.pass_time(60)
    await pilot.press(NOT_MET)
    await shows(pilot, "Rubric 1/12")
    await pilot.press("k")
    await write(pilot, "c", "only managers were asked")
    await write(pilot, "n", "tense at first")
    room.machine.pass_time(30)
    await write(pilot, "q", "who paid?")
    await pilot.press("w", *[MET] * 5)
    room.machine.pass_time(900)
    await shows(pilot, "Rubric 6/12", "16:30 of 15:00", "overtime")
    await pilot.press("g")
    await shows(pilot, "DISCUSSION 2/3", "◷", "Rubric 7/12")
    await pilot.press(*[MET] * 5)
    await shows(pilot, "Rubric 12/12")
    room.machine.pass_time(300)
    await pilot.press("t")
    await shows(pilot, "PAUSED")
    room.machine.pass_time(45)
    await pilot.press("t")
    await hides(pilot, "PAUSED")
    await pilot.press("tab", "tab", "space", "space")
    await shows(pilot, "answered", "Questions 0 of 1")
    await pilot.press("g")
    await shows(pilot, "DEBRIEFING 3/3", "Suggested: conditional")
    room.machine.pass_time(240)
    await pilot.press("f")


async def _verdict(room: Room, pilot: Pilot[None]) -> None:
    """Conditional, with two documents; signed, and released by the countdown."""
    await shows(pilot, "Verdict  Ada Example", "[✓] 1. Interview guide", "[✓] 2. Needs-analysis")
    await pilot.press(CONDITIONAL, "plus")
    await shows(pilot, "(*) r", "due       60 h after release", "due       48 h after release")
    for move, expected in ((), "ask two learners"), (("j",), "a table of causes"):
        await pilot.press(*move, "enter")
        await shows(pilot, "What changes?")
        await write(pilot, EXPECTED, expected)
        await shows(pilot, f"expected  {expected}")
    await write(pilot, "s", "clear inquiry")
    await write(pilot, "i", "quantify the need")
    await write(pilot, "c", "the method is right")
    await write(pilot, "g", "plan the next step")
    await shows(pilot, "Nothing stops the signature: F9 signs.")
    await pilot.press("f9")
    await shows(pilot, "Sign the verdict of Ada Example?", "• 1. Interview guide", "• 2. Needs-analysis")
    await pilot.press(YES)
    await shows(pilot, "Released in 01:00")
    room.machine.pass_time(60)
    await shows(pilot, "Verdict 1 released")


async def _seen(app: ConsoleApp, pilot: Pilot[None]) -> tuple[list[str], list[str]]:
    """What the queue and the verdict show when they are opened now, without the line that tells of the saving."""
    await until(pilot, lambda: app.desk.saved.state == "saved")
    await pilot.press(ALL_TAB)
    await shows(pilot, "All pending 1", "▹")
    queue = plain_text(app).splitlines()
    await pilot.press("enter")
    await shows(pilot, "0 of 2 settled", "The student has time until")
    await pilot.press("g")
    await shows(pilot, "Verdict 1 released", "requested, required", "due Friday 02:29", "due Thursday 14:29")
    return queue[1:-2], plain_text(app).splitlines()[1:-2]


def command(room: Room, *arguments: str) -> str:
    """What a command prints on the same store, for the same mentor."""
    settings = room.folder.parent / "settings.toml"
    settings.write_text('name = "Mentor Test"\nzone = "Europe/Paris"\n', encoding="utf-8")
    runner = CliRunner(env={"DEFENSE_CONSOLE_SETTINGS": str(settings)})
    result = runner.invoke(main, [*arguments, "--store", str(room.folder)])
    assert result.exit_code == 0, result.output
    return result.stdout


async def test_a_conditional_defense_from_the_queue_to_the_report(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan("s1", "IRP-P2", in_min=12)
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await _until_live(room, pilot)
        await _live(room, pilot)
        await _verdict(room, pilot)
        await pilot.press("escape")
        before = await _seen(app, pilot)
        assert app.fault is None
    again = room.app()
    async with again.run_test(size=SIZE) as pilot:
        assert await _seen(again, pilot) == before
    _check_document(json.loads(command(room, "show", id, "--json", "--lang", "en")))
    for language, due in (
        ("fr", ("27/11/2026 02:29", "26/11/2026 14:29")),
        ("en", ("2026-11-27 02:29", "2026-11-26 14:29")),
    ):
        _check_report(command(room, "report", id, "--lang", language, "--format", "txt"), language, due)
    command(room, "verify", id)  # exits with 2 when a hash does not hold


def _check_document(document: dict[str, Any]) -> None:
    """`show --json` says what was done, value by value."""
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    ids = [criterion.id for criterion in SHIPPED["IRP"].criteria_of(project)]
    timer = document["timer"]
    assert document["student"] == {"id": "s1", "name": "Ada Example"}
    assert document["session"] == "held"
    assert (timer["state"], timer["elapsed_s"], timer["paused_s"]) == ("ended", 990 + 300 + 240, 45)
    assert {p["id"]: p["elapsed_s"] for p in timer["phases"]} == {
        "presentation": 990,
        "discussion": 300,
        "debriefing": 240,
    }
    assert document["ratings"] == {id: "not_met" if id == MISSED else "met" for id in ids}
    assert document["from_clock"] == ["ORAL-1"]
    assert [(n["text"], n["at_s"], n["criterion"], n["private"]) for n in document["notes"]] == [
        ("only managers were asked", 60, MISSED, False),
        ("tense at first", 60, None, True),
    ]
    assert document["questions"] == [{"text": "who paid?", "at_s": 90, "state": "answered"}]
    assert [d["n"] for d in document["deliverables"] if d["received"]] == [1]
    released = START + timedelta(seconds=120 + 990 + 345 + 240 + 60)
    observed = [{"text": "only managers were asked", "at_s": 60}]
    rows = document["documents_to_revise"]
    assert [(r["id"], r["deliverable"], r["severity"], r["state"], r["round"]) for r in rows] == [
        ("d1", 1, "required", "requested", 1),
        ("d2", 2, "required", "requested", 1),
    ]
    assert [(r["expected"], r["due_after_s"]) for r in rows] == [
        ("ask two learners", 60 * 3600),
        ("a table of causes", 48 * 3600),
    ]
    assert [r["due_at"] for r in rows] == [iso(released + timedelta(hours=hours)) for hours in (60, 48)]
    for row in rows:
        assert [(reason["criterion"], reason["observed"]) for reason in row["reasons"]] == [(MISSED, observed)]
    assert (document["strengths"], document["improvements"]) == (["clear inquiry"], ["quantify the need"])
    assert document["next_goal"] == "plan the next step"
    skills = {skill["ref"]: (skill["status"], skill["comment"]) for skill in document["skills"]}
    assert skills["B1.1"] == ("partial", "the method is right")
    assert document["verdict"] == {
        "version": 1,
        "outcome": "conditional",
        "state": "released",
        "suggested": "conditional",
        "reason": "",
        "signed_at": iso(released - timedelta(seconds=60)),
        "released_at": iso(released),
    }
    assert document["verdicts"] == [document["verdict"]]


def _check_report(report: str, language: str, due: tuple[str, str]) -> None:
    """The student's report tells what is for the student, and nothing else."""
    flat = " ".join(report.split())
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    for n in (1, 2):
        deliverable = project.deliverable(n)
        assert deliverable is not None
        assert f"{n}. {deliverable.title.in_(language)}" in flat
    assert project.deliverables[2].title.in_(language) not in flat
    for text in (
        "Ada Example", "only managers were asked", "ask two learners", "a table of causes", "clear inquiry",
        "quantify the need", "the method is right", "plan the next step", *due,
    ):  # fmt: skip
        assert text in flat, (language, text)
    outcome = {"fr": "Validé sous condition", "en": "Conditional"}[language]
    assert outcome in flat.replace("\u00a0", " ")
    assert "tense at first" not in flat
    assert "who paid?" not in flat
