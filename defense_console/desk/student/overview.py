"""What a screen shows of a student, as values: since the last session, what is open, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from defense_console.model.defense.state import Defense, OutcomeValue
from defense_console.model.defense.timeline import instant
from defense_console.model.student.state import (
    FollowedStudent,
    Goal,
    HeldSession,
    Promise,
    Standing,
    Student,
    StudentNote,
)
from defense_console.model.student.weekly import Holidays, Occurrence, next_occurrence, no_holidays, planned_so_far


class Sessions(msgspec.Struct, frozen=True):
    """Weekly sessions so far: how many were held of those planned, with the holidays and the excused left out."""

    held: int
    planned: int


class Record(msgspec.Struct, frozen=True):
    """The student's own record: goals kept of those settled, and by how many days moved ones slipped (median)."""

    kept: int
    settled: int
    slipped_days: int | None


class Verdict(msgspec.Struct, frozen=True):
    """A verdict that was released: of which defense, and when."""

    defense_id: str
    project: str
    outcome: OutcomeValue
    released_at: str


class SinceLast(msgspec.Struct, frozen=True):
    """What happened since the last session, or since the beginning.

    Attributes:
        at: start of the last session, "" when there was none.
        days: of silence, None when there was no session.
        verdicts: released since, the latest first.
        uploads: documents that came in since.
        due: goals that were due since and are not settled.
        promises: what the mentor still has to keep.
    """

    at: str
    days: int | None
    verdicts: tuple[Verdict, ...]
    uploads: int
    due: tuple[Goal, ...]
    promises: tuple[Promise, ...]


class StudentLine(msgspec.Struct, frozen=True):
    """A line of the list of students; nothing of it is read from a log.

    Attributes:
        student: as the row of the store holds it.
        sessions: held and planned so far.
        last_seen: start of the last session, ISO 8601 UTC, "" for none.
        next: the session that goes on or comes next, None for none.
        away: whether the student is away today.
    """

    student: Student
    sessions: Sessions
    last_seen: str
    next: Occurrence | None
    away: bool


class Overview(msgspec.Struct, frozen=True):
    """Everything that a student's screen shows without asking the store."""

    line: StudentLine
    since: SinceLast
    goals: tuple[Goal, ...]
    record: Record
    last_sessions: tuple[HeldSession, ...]
    notes: tuple[StudentNote, ...]


def sessions_so_far(standing: Standing, now: datetime, holidays: Holidays = no_holidays) -> Sessions:
    """Return how many sessions were held, and how many should have been by now."""
    planned = planned_so_far(standing, now, holidays)
    beside = standing.held - sum(day.state == "held" for day in standing.days.values())
    return Sessions(standing.held, planned + beside)


def away_on(standing: Standing, day: str) -> bool:
    """Return whether the student said that they are away on a day."""
    away = standing.away
    return away is not None and away.since <= day and (not away.until or day <= away.until)


def student_line(student: Student, now: str, today: date, holidays: Holidays = no_holidays) -> StudentLine:
    """Return the line of a student as it is now; `today` is the mentor's."""
    standing, moment = student.standing, instant(now)
    gone = away_on(standing, today.isoformat())
    return StudentLine(
        student, sessions_so_far(standing, moment, holidays), standing.last_seen,
        next_occurrence(standing, moment, holidays), gone,
    )  # fmt: skip


def record_of(goals: Iterable[Goal]) -> Record:
    """Return how the student kept what they promised."""
    settled = [goal for goal in goals if goal.state != "open"]
    slipped = sorted(
        (date.fromisoformat(goal.due) - date.fromisoformat(goal.first_due)).days
        for goal in goals
        if goal.moves and goal.due and goal.first_due
    )
    return Record(
        sum(goal.state == "kept" for goal in settled), len(settled), slipped[len(slipped) // 2] if slipped else None
    )


def since_last(student: FollowedStudent, defenses: Mapping[str, Defense], now: str, today: date) -> SinceLast:
    """Return what happened since the last session that is over.

    Args:
        defenses: The student's, by id.
        today: The mentor's.
    """
    last = student.standing.last_seen
    verdicts = (
        Verdict(id, defense.project, released.outcome, released.released_at)
        for id, defense in defenses.items()
        if (released := defense.released) is not None and (released.released_at or "") > last
        if released.released_at is not None
    )
    uploads = sum(
        bool(delivery.files) and delivery.at > last
        for defense in defenses.values()
        for versions in defense.deliveries.values()
        for delivery in versions
    )
    due = tuple(goal for goal in student.open_goals if goal.due and goal.due <= today.isoformat())
    return SinceLast(
        last,
        (instant(now) - instant(last)).days if last else None,
        tuple(sorted(verdicts, key=lambda each: each.released_at, reverse=True)),
        uploads,
        due,
        student.open_promises,
    )


def overview(
    student: FollowedStudent,
    defenses: Mapping[str, Defense],
    now: str,
    today: date,
    holidays: Holidays = no_holidays,
) -> Overview:
    """Return what a student's screen shows."""
    held = [session for session in student.sessions if session.ended_at]
    return Overview(
        student_line(student, now, today, holidays),
        since_last(student, defenses, now, today),
        student.open_goals,
        record_of(student.goals),
        tuple(sorted(held, key=lambda session: session.started_at, reverse=True)[:3]),
        student.notes,
    )
