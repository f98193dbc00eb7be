"""The pictures of the README: each screen of one defense, drawn from what is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import cast

import pytest
from textual.pilot import Pilot

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile, Request
from defense_console.model.defense.timeline import iso
from defense_console.model.student import kinds as student
from defense_console.model.student.state import Pace
from defense_console.settings import Settings
from defense_console.words.translation import language, set_language
from tests.ui.conftest import Room

pytestmark = pytest.mark.snapshot

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture
def invented(room: Room) -> Room:
    """A morning with an invented cohort."""
    for id, name in (("s1", "Ada Démo"), ("s2", "Zoé Exemple"), ("s3", "Ivo Fictif")):
        room.student(id, name)
    room.plan("s2", "FE-P3", in_min=95)
    room.plan("s3", "PN-P2", in_min=60 * 26)
    return room


def _brief(room: Room) -> str:
    id = room.plan("s1", "IRP-P2", in_min=12)
    room.add(id, ev.DeliverableDeclared(1, received=True), ev.DeliverableDeclared(2, received=True))
    room.add(id, ev.CheckTicked("documents", done=True))
    return id


def _waiting(room: Room) -> str:
    """Three minutes after the room was opened, nobody came yet."""
    id = _brief(room)
    room.machine.pass_time(12 * 60)
    room.add(id, ev.RoomOpened())
    room.machine.pass_time(180)
    return id


def _live(room: Room) -> str:
    """Fourteen minutes into the presentation, some criteria rated, a note, a question."""
    id = _brief(room)
    room.machine.pass_time(11 * 60)
    room.live(id)
    room.machine.pass_time(761)
    now = room.machine.read()
    room.add(
        id,
        ev.Rated("IRP-P2-B1.1-1", "met"),
        ev.Rated("IRP-P2-B1.1-2", "met"),
        ev.Rated("IRP-P2-B1.1-3", "to_improve"),
        ev.Rated("IRP-P2-B1.2-1", "not_met"),
        ev.Noted("No budget in the note", now, "IRP-P2-B1.2-1", private=False),
        ev.QuestionParked("Why three managers only?", now),
    )
    room.machine.pass_time(79)
    return id


def _verdict(room: Room) -> str:
    id = _live(room)
    room.add(id, ev.PhaseEntered("discussion"))
    room.machine.pass_time(580)
    room.add(id, ev.PhaseEntered("debriefing"), ev.Rated("IRP-P2-B1.2-2", "met"), ev.Rated("IRP-P2-B1.2-3", "met"))
    room.add(id, *(ev.Rated(f"ORAL-{n}", "met") for n in range(2, 7)))
    room.machine.pass_time(280)
    room.add(id, ev.Finished(), ev.OutcomeChosen("conditional"), ev.LineAdded("strength", "Clear inquiry"))
    return id


def _revisions(room: Room) -> str:
    """Two documents came back: one corrected, one as it was."""
    id = _verdict(room)
    guide, analysis = "Demo_Ada_1_guide_112026.pdf", "Demo_Ada_2_rapport_112026.docx"
    for n, name in ((1, guide), (2, analysis)):
        room.add(id, ev.DeliverableReceived(n, (ReceivedFile(name, 48_200, f"{n}" * 64),)))
    rows = tuple(Request(f"d{n}", n, criteria=("IRP-P2-B1.2-1",), expected="Add the budget") for n in (1, 2))
    room.add(id, ev.Signed(1, "conditional", "conditional", rows=rows), ev.Released(1))
    room.machine.pass_time(26 * 3600)
    room.add(id, ev.RowReceived("d1", (ReceivedFile(guide, 51_700, "a" * 64),)))
    room.add(id, ev.RowReceived("d2", (ReceivedFile(analysis, 48_200, "2" * 64),)))
    return id


def _students(room: Room) -> str:
    """Two students with a session today, one who slips away, one who is away."""
    room.student("s4", "Inès Gabarit")
    for id, time in (("s1", "14:00"), ("s2", "18:00")):
        room.follow(id, student.WeeklyPlanned("2026-10-06", time, "Europe/Paris", length_min=30))
    at, wall = room.machine.read(), room.machine.wall
    for id, pace, days in (("s1", "on_track", 14), ("s1", "slow", 7), ("s2", "on_track", 7), ("s3", "at_risk", 28)):
        start = wall - timedelta(days=days)
        day = start.date().isoformat() if id != "s3" else ""
        room.follow(id, student.SessionStarted(day, iso(start)),
                    student.CheckInAnswered(cast(Pace, pace), "no" if pace == "on_track" else "a_little"),
                    student.SessionHeld(iso(start + timedelta(minutes=28))))  # fmt: skip
    room.follow(
        "s1", student.PathPlanned("IRP", "2026-03-03", dict.fromkeys(("IRP-P1", "IRP-P2", "IRP-P3"), 8)),
        student.ProjectSettled("IRP-P1", "validated", "2026-06-02", "Léa Exemple"),
        student.GoalPromised("Prototype v2 of the module", "2026-11-27", "P2 is submitted again"),
        student.GoalPromised("Two scenarios with their cost", "2026-11-24"),
        student.MentorPromised("send the template of a budget"),
        student.QuestionAsked("How is a blended course costed?", "IRP-P2"),
        student.LearningNoted("planning", 1, "gives dates unasked"),
        student.LearningNoted("asking", -1, "waits until the call"),
        student.StudentNoted("Works at night: no call before ten.", at),
    )  # fmt: skip
    room.follow("s2", student.GoalPromised("Storyboard", "2026-12-01"))
    room.follow("s3", student.GoalPromised("Call the client"))
    room.follow("s4", student.WentAway("2026-11-20", "2026-12-05", "exams"))
    return ""


def _helped(room: Room) -> str:
    """A criterion was not met; somebody else was stuck there before, was answered, and was given a book."""
    room.student("s6", "Nora Maquette")
    asked = room.follow("s6", student.QuestionAsked("What is a budget of training?", "IRP-P2", "IRP-P2-B1.2-1"))
    answer = "Hours, rooms and materials, each with a range."
    room.follow(
        "s6", student.QuestionAnswered(asked.questions[-1].seq, answer),
        student.ResourcePointed("Costing a course, chapter 3", "https://example.org/costing", "B1.2"),
    )  # fmt: skip
    later = room.plan("s6", "IRP-P2", in_min=60 * 72)
    _revisions(room)
    room.add(later, ev.DeliverableReceived(1, (ReceivedFile("Maquette_Nora_1_guide.pdf", 48_200, "6" * 64),)))
    room.follow("s1", student.PathPlanned("IRP", "2026-09-01", {"IRP-P1": 8, "IRP-P2": 8}),
                student.ProjectSettled("IRP-P1", "validated", "2026-10-20", "Léa Exemple"),
                student.QuestionAsked("Which costs belong in the note?", "IRP-P2", "IRP-P2-B1.2-1"))  # fmt: skip
    return ""


def _ahead(room: Room) -> str:
    """A student whose end can be forecast, who missed two sessions, and of whom one alert is raised."""
    room.student("s5", "Inès Gabarit")
    room.follow("s5", student.PathPlanned("PN", "2026-05-06", dict(zip(
        ("PN-P1", "PN-P2", "PN-P3", "PN-P4", "PN-P5"), (4, 6, 7, 8, 8), strict=True))))  # fmt: skip
    for project, day in (("PN-P1", "2026-06-07"), ("PN-P2", "2026-07-26"), ("PN-P3", "2026-09-21")):
        room.follow("s5", student.ProjectSettled(project, "validated", day, "Morgane Exemple"))
    room.follow("s5", student.WeeklyPlanned("2026-10-06", "10:00", "Europe/Paris", length_min=30))
    room.follow("s5", student.SessionMissed("2026-11-10", "no word"), student.SessionMissed("2026-11-17", "no word"))
    room.follow(
        "s5", student.SelfRated("PN-P4", "PN-P4-2.1-2.5-1", "met"), student.GoalPromised("Three drafts", "2026-12-01")
    )
    room.follow("s1", student.AlertRaised(
        "Nothing came in since 1 October.", "Two calls, one message.", "That his referent calls him this week.",
        "Something comes in.", "no-output", measured=54))  # fmt: skip
    return ""


def _insight(room: Room) -> str:
    """One conditional verdict, its documents on the way."""
    _revisions(room)
    return ""


SCENES: dict[str, tuple[Callable[[Room], str], tuple[str, ...]]] = {
    "queue": (_brief, ()),
    "brief": (_brief, ()),
    "waiting": (_waiting, ()),
    "live": (_live, ()),
    "audience": (_live, ("a",)),
    "verdict": (_verdict, ()),
    "revisions": (_revisions, ()),
    "students": (_students, ("s", "5")),
    "student": (_students, ("s", "5", "enter")),
    "check_in": (_students, ("s", "5", "c", "t", "v")),
    "progress": (_ahead, ("s", "slash", *"inès", "enter", "enter")),
    "alerts": (_ahead, ("s", "a")),
    "answers": (_helped, ("s", "slash", *"ada", "enter", "enter", "tab", "w")),
    "resources": (_helped, ("s", "slash", *"ada", "enter", "enter", "f")),
    "readiness": (_ahead, ("s", "slash", *"inès", "enter", "enter", "d")),
    "insight": (_insight, ("s", "v")),
}
PAGES = ("queue", "brief", "live", "audience", "verdict", "revisions")
SHOTS = [
    *((name, (120, 40), "en", "dark") for name in SCENES),
    *((name, (80, 24), "fr", "dark") for name in SCENES),
    *((name, (60, 20), "fr", "dark") for name in (*PAGES, "students")),
    ("live", (80, 24), "en", "light"),
    ("live", (120, 40), "fr", "light"),
]


def _word(value: object) -> str:
    return "x".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize(("scene", "size", "spoken", "theme"), SHOTS, ids=_word)
def test_picture(
    scene: str, size: tuple[int, int], spoken: str, theme: str, invented: Room, snap_compare: Compare
) -> None:
    """The screen looks as it looked."""
    before = language()
    set_language(spoken)
    try:
        prepare, keys = SCENES[scene]
        id = prepare(invented)
        invented.settings = Settings(name="Mentor Test", zone="Europe/Paris", theme=theme)  # type: ignore[arg-type]
        app = invented.app(id if scene != "queue" and id else None)
        app.animation_level = "none"
        assert snap_compare(app, press=keys, terminal_size=size)
    finally:
        set_language(before)
