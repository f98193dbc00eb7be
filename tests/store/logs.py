"""Logs, summaries and appends for the tests of the store, made by the model itself."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TypeVar

import msgspec

from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, Noted, Planned
from defense_console.model.defense.summary import Summary, summarize
from defense_console.model.log.chain import chain, first_hash
from defense_console.model.log.envelope import Stamp, What, encode_event
from defense_console.model.log.subject import beside
from defense_console.model.student.kinds import (
    AlertRaised,
    SessionStarted,
    StudentChanged,
    StudentEvent,
    StudentRegistered,
    WeeklyPlanned,
)
from defense_console.model.student.state import STANDING_VERSION, Standing, Student, WeeklyPlan
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Append, Draft, Lease

STAMP = Stamp("2026-03-02T09:00:00.000Z", 1_000, 900, "boot-1")
DRAFT = Draft("half a sente", STAMP, 12)
PLANNED = Planned("s1", "irp", "IRP-P2", 1, "2026-03-02T10:00:00.000Z")


def defense(n: int = 1) -> str:
    """The id of the n-th invented defense."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"defense {n}"))


def stream(n: int = 1) -> str:
    return f"defense/{defense(n)}"


def event(seq: int, what: What) -> bytes:
    return encode_event(DefenseEvent(seq, seq, STAMP, "Camille", what))  # type: ignore[arg-type]


def note(seq: int, text: str = "a note") -> bytes:
    return event(seq, Noted(text, STAMP))


def summary(n: int = 1, *, pending: bool = True) -> Summary:
    planned = DefenseEvent(1, 1, STAMP, "Camille", PLANNED)
    return msgspec.structs.replace(summarize(defense(n), fold([planned])), pending=pending)


def first(n: int = 1, *, pending: bool = True) -> Append:
    """The first action of a defense."""
    return Append(stream(n), 0, (event(1, PLANNED),), row=beside(summary(n, pending=pending)))


def more(n: int, expected: int, *texts: str) -> Append:
    """A later action that takes notes."""
    lines = tuple(note(expected + i, text) for i, text in enumerate(texts, 1))
    return Append(stream(n), expected, lines, row=beside(summary(n)))


Job = TypeVar("Job")


def named(*jobs: Job) -> list[Job]:
    """Let each append name the hash of the line that it follows, as the console does; `first` may come before."""
    heads: dict[str, str] = {}
    found: list[Job] = []
    for job in jobs:
        if isinstance(job, Append):
            begun = first_hash(job.stream)
            before = begun if job.expected == 0 else chain(begun, (event(1, PLANNED),))
            before = heads.get(job.stream, before)
            heads[job.stream] = chain(before, job.lines)
            found.append(msgspec.structs.replace(job, previous=before))
        else:
            found.append(job)
    return found


def student(id: str = "s1", name: str = "Lina Demo") -> Append:
    """A student is registered."""
    body = encode_event(StudentEvent(1, 1, STAMP, "Camille", StudentRegistered(id, name, "", "Europe/Paris")))
    return Append(STUDENT.stream(id), 0, (body,), row=STUDENT.row(id, Student(id, name, "", "Europe/Paris", 1)))


def weekly(id: str, expected: int) -> Append:
    """A later action that plans the weekly sessions of a student."""
    what = WeeklyPlanned("2026-03-03", "18:00", "Europe/Paris")
    line = encode_event(StudentEvent(expected + 1, expected + 1, STAMP, "Camille", what))
    plans = (WeeklyPlan(what.starts, what.time, what.zone),)
    known = Student(id, id, "", "", expected + 1, standing=Standing(plans=plans, version=STANDING_VERSION))
    return Append(STUDENT.stream(id), expected, (line,), row=STUDENT.row(id, known))


def session(id: str, expected: int) -> Append:
    """A later action that starts a session of a student which nobody had planned."""
    line = encode_event(StudentEvent(expected + 1, expected + 1, STAMP, "Camille", SessionStarted("", STAMP.wall)))
    standing = Standing(running=STAMP.wall, version=STANDING_VERSION)
    known = Student(id, id, "", "", expected + 1, standing=standing)
    return Append(STUDENT.stream(id), expected, (line,), row=STUDENT.row(id, known))


def alerted(id: str, expected: int) -> Append:
    """A later action that raises an alert about a student."""
    what = AlertRaised("facts", "called", "call", "a session")
    line = encode_event(StudentEvent(expected + 1, expected + 1, STAMP, "Camille", what))
    standing = Standing(alerts=1, unanswered=(STAMP.wall,), version=STANDING_VERSION)
    known = Student(id, id, "", "", expected + 1, standing=standing)
    return Append(STUDENT.stream(id), expected, (line,), row=STUDENT.row(id, known))


def renamed(id: str, expected: int, *names: str) -> Append:
    """A later action that gives a student one name after the other."""
    events = [
        StudentEvent(expected + i, expected + 1, STAMP, "Camille", StudentChanged(name))
        for i, name in enumerate(names, 1)
    ]
    known = Student(id, names[-1], "", "Europe/Paris", expected + len(names))
    lines = tuple(encode_event(event) for event in events)
    return Append(STUDENT.stream(id), expected, lines, row=STUDENT.row(id, known))


def lease(holder: str = "me") -> Lease:
    return Lease(holder, "host", 4242, "start", "boot-1", STAMP)


def replace(path: Path, data: bytes) -> None:
    """Put another file in the place of this one, so that it is checked again like in a new process."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.replace(path)
