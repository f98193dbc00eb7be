"""A small curriculum and a defense with a text in every field, for the tests of reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from defense_console.model.curriculum import (
    Check,
    Criterion,
    Curriculum,
    Deliverable,
    Phase,
    Project,
    Rules,
    Skill,
    Text,
)
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import Defense, RatingValue, ReceivedFile, Request
from defense_console.model.defense.timeline import iso
from defense_console.model.log.envelope import Stamp
from defense_console.reports.content import report as reports
from defense_console.reports.content.value import Reader, Report

START = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
"""Two days before Paris leaves summer time, so that a due date lies on the other side."""
HASH = "ab" * 32


def both(text: str) -> Text:
    return Text(fr=f"{text} (fr)", en=f"{text} (en)")


def criterion(id: str, evidence: tuple[int, ...] = (), **more: bool) -> Criterion:
    return Criterion(id, "complete", both(f"Sentence of {id}"), evidence, blocking=more.get("blocking", False))


CURRICULUM = Curriculum(
    code="TST",
    title=both("Test path"),
    status="invented",
    projects=(
        Project(
            id="TST-P1",
            n=1,
            status="invented",
            title=both("A project"),
            scenario=both("A scenario"),
            phases=(Phase("presentation", 900, 600, 1200), Phase("discussion", 600), Phase("debriefing", 300)),
            deliverables=tuple(
                Deliverable(n, f"d{n}", both(f"Deliverable {n}"), ("pdf",), f"Nom_Prénom_{n}_d{n}_mmaaaa")
                for n in (1, 2, 3)
            ),
            skills=(
                Skill("A1", both("First skill"), (criterion("A1-1", (1,)), criterion("A1-2", (2,), blocking=True))),
                Skill("A2", both("Second skill"), (criterion("A2-1", (2, 3)), criterion("A2-2", (3,)))),
            ),
        ),
    ),
    oral=(
        Criterion("ORAL-1", "oral", both("Speaking time in its window"), effect="remark", from_clock=True),
        Criterion("ORAL-3", "oral", both("Choices are justified"), effect="decides"),
    ),
    rules=Rules(),
    checks=(Check("camera", both("Camera on")),),
)


@dataclass
class Log:
    """A log that grows: `at` moves the clocks, `add` appends one action."""

    events: list[DefenseEvent] = field(default_factory=list)
    seconds: float = 0

    def stamp(self) -> Stamp:
        ms = round(self.seconds * 1000)
        return Stamp(iso(START + timedelta(milliseconds=ms)), 50_000_000 + ms, 50_000_000 + ms, "boot")

    def at(self, seconds: float) -> Log:
        self.seconds = seconds
        return self

    def add(self, *what: DefenseWhat) -> Log:
        for one in what:
            seq = len(self.events) + 1
            self.events.append(DefenseEvent(seq, seq, self.stamp(), "Mentor", one))
        return self

    def note(self, text: str, criterion: str | None = None, private: bool = False) -> Log:
        return self.add(ev.Noted(text, self.stamp(), criterion, private))

    def rate(self, **ratings: RatingValue) -> Log:
        return self.add(*(ev.Rated(id.replace("_", "-"), rating) for id, rating in ratings.items()))

    @property
    def defense(self) -> Defense:
        return fold(self.events, CURRICULUM)


def planned(attempt: int = 1) -> Log:
    return Log().at(-600).add(ev.Planned("s1", "TST", "TST-P1", attempt, iso(START)))


def started(attempt: int = 1) -> Log:
    return planned(attempt).add(ev.RoomOpened()).at(0).add(ev.Started("00" * 32))


def held(presentation_s: float = 940) -> Log:
    """A defense held with everything met, no word written."""
    log = started().at(presentation_s).add(ev.PhaseEntered("discussion"))
    log.rate(A1_1="met", A1_2="met", A2_1="met", A2_2="met", ORAL_3="met")
    return log.at(presentation_s + 900).add(ev.Finished())


def conditional() -> Log:
    """Held, one criterion not met, chosen conditional."""
    log = started().at(300).note("the table is empty", "A2-1").at(940).add(ev.PhaseEntered("discussion"))
    log.rate(A1_1="to_improve", A1_2="met", A2_1="not_met", A2_2="met", ORAL_3="met")
    return log.at(1800).add(ev.Finished(), ev.OutcomeChosen("conditional"))


def signed(log: Log, rows: tuple[Request, ...] = (), reason: str = "") -> Log:
    defense = log.defense
    assert defense.outcome is not None
    version = len(defense.versions) + 1
    return log.add(ev.Signed(version, defense.outcome, "conditional", reason, rows, dict(defense.clock_ratings)))


def released(log: Log) -> Log:
    return log.add(ev.Released(len(log.defense.versions)))


def report(
    log: Log,
    reader: Reader = "student",
    language: str = "fr",
    *,
    student: str = "Student",
    zone: str = "Europe/Paris",
    record_hash: str | None = HASH,
) -> Report:
    return reports.build(
        log.defense,
        CURRICULUM,
        student=student,
        language=language,
        reader=reader,
        zone=zone,
        assessor="A mentor",
        record_hash=record_hash,
    )


Say = Callable[[str], str]
"""Gives the text of a field by the field's name."""

EVERYBODY = (
    "strength", "improvement", "comment", "goal", "note", "note-on-skill", "note-in-comment", "oral-note",
    "row-reason", "row-expected", "row-title", "verifier",
)  # fmt: skip
MENTOR = ("question", "advice-title", "advice-expected", "waived")
JURY = ("override", "broken-off", "contested", "file", "amendment")
NOBODY = ("private", "private-on-criterion", "private-later")


def everything(say: Say) -> Log:
    """A released conditional defense in its second sitting, with a text in every field there is."""
    log = started(2).at(60).add(ev.Aborted(say("broken-off")))
    log.at(100).add(ev.Rescheduled(iso(START + timedelta(seconds=600)))).at(600).add(ev.RoomOpened())
    log.at(630).add(ev.Started("00" * 32)).at(640).add(ev.RecordingStarted())
    log.at(700).note(say("note")).note(say("private"), private=True)
    log.note(say("private-on-criterion"), "A2-1", private=True).note(say("note-on-skill"), "A1-2")
    log.note(say("note-in-comment"), "A2-1").note(say("oral-note"), "ORAL-3")
    log.add(ev.QuestionParked(say("question"), log.stamp()))
    log.note(say("private-later")).add(ev.NotePrivacySet(len(log.events), True))
    log.at(800).add(ev.Paused()).at(860).add(ev.Resumed())
    log.at(630 + 940 + 60).add(ev.PhaseEntered("discussion"))
    log.rate(A1_1="to_improve", A1_2="met", A2_1="not_met", A2_2="met", ORAL_3="to_improve")
    log.add(ev.LineAdded("strength", say("strength")), ev.LineAdded("improvement", say("improvement")))
    log.add(ev.SkillCommented("A1", say("comment")), ev.GoalSet(say("goal")), ev.DeliverableDeclared(2, True))
    log.at(3000).add(ev.Finished(), ev.OutcomeChosen("conditional"), ev.ReasonGiven(say("override")))
    rows = (
        Request("d2", 2, "", ("A2-1",), say("row-reason"), say("row-expected"), "required", 172_800, "by_other",
                say("verifier")),
        Request("d3", 3, "", ("A2-1",)),
        Request("r90", None, say("row-title"), (), "", "a list"),
        Request("r91", None, say("advice-title"), (), "", say("advice-expected"), "advice"),
    )  # fmt: skip
    released(signed(log, rows, say("override")))
    log.add(ev.RowReceived("d2", (ReceivedFile(say("file"), 1, "cd" * 32),)))
    log.add(ev.RowWaived("d3", say("waived")), ev.Contested(say("contested")))
    return log.add(ev.AmendmentOpened(say("amendment")))
