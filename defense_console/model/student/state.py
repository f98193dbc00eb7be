"""A student, folded from their own log: who they are, how things are, and all that the mentor recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

DayState = Literal["held", "missed", "excused", "moved"]
GoalState = Literal["open", "kept", "dropped"]
Pace = Literal["on_track", "slow", "at_risk"]
Blocked = Literal["no", "a_little", "yes"]
ExcusedBy = Literal["student", "mentor", "school"]
SettledOutcome = Literal["validated", "conditional", "rework"]
LearningSkill = Literal["planning", "searching", "asking", "checking"]
StudentQuestionState = Literal["open", "answered", "dropped"]
SelfRating = Literal["met", "to_improve", "not_met"]
AlertState = Literal["raised", "acknowledged", "closed"]
AlertResult = Literal["helped", "did_not_help", "not_founded"]
RuleReply = Literal["raised", "later", "not_founded"]


class WeeklyPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sessions that come back on one day of the week.

    Attributes:
        starts: day of the first one.
        time: on the clocks of `zone`, as `18:00`: it stays when they change.
        zone: IANA name.
        every: weeks from one to the next.
        length_min: minutes of one.
        last: day after which there is none, "" for no end.
    """

    starts: str
    time: str
    zone: str
    every: int = 1
    length_min: int = 60
    last: str = ""


class Day(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of the session of a day; `to` is the instant it was moved to, "" when it was not."""

    state: DayState
    to: str = ""


class Away(msgspec.Struct, frozen=True, omit_defaults=True):
    """The student is away from a day on.

    Attributes:
        until: the last day as it was announced, "" when nobody knows.
        declared_at: when it was said, ISO 8601 UTC.
        back_on: the day on which they were here again, "" while that is not said.
    """

    since: str
    until: str = ""
    reason: str = ""
    declared_at: str = ""
    back_on: str = ""


class PathPlan(msgspec.Struct, frozen=True):
    """When the path begins, and how many weeks each project was planned for; the curriculum gives their order."""

    curriculum: str
    start: str
    weeks: dict[str, int]


class SettledProject(msgspec.Struct, frozen=True):
    """How a project ended, as somebody else decided it."""

    seq: int
    project: str
    outcome: SettledOutcome
    on: str
    by: str


class RuleAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the mentor said to a rule that proposed an alert.

    Attributes:
        rule: its id.
        measured: the value it had counted, 0 where that was not kept.
        at: ISO 8601 UTC.
        until: the day until which it waits after *later*, "" otherwise.
        open: for a raised alert, whether it still is.
        closed_at: of a raised alert, "" while it is open; ISO 8601 UTC.
        founded: False once a raised alert was closed as not founded.
    """

    rule: str
    measured: int
    at: str
    said: RuleReply
    until: str = ""
    open: bool = False
    founded: bool = True
    closed_at: str = ""


STANDING_VERSION = 4
"""Goes up when a field of `Standing` is added or means something else: a store folds older rows again."""


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a list of all students shows of one, kept in the row of the store.

    Attributes:
        curriculum: code of the path that was planned, "" when none was.
        plans: of the weekly sessions, in order; one ends where the next begins.
        days: what became of the session of a day, by the day it was planned for.
        held: how many sessions there were, with those that nobody had planned.
        last_seen: start of the latest one, ISO 8601 UTC.
        running: start of the session that is being held, "" for none.
        running_day: the day it was planned for, "" when nobody had planned it.
        open_goals: how many.
        next_due: day of the first of them that has one.
        next_goal: what comes first of them, in the student's words.
        promises: how many the mentor still has to keep.
        away: until when the student is away, None when they are not.
        aways: all days off that were declared, the latest last.
        path: what was planned, None without a plan.
        settled: projects that somebody else decided on.
        goals_missed: when each goal was dropped since one was kept, ISO 8601 UTC.
        alerts: how many alerts are not closed, praise left out.
        unanswered: when each alert was raised that the school has not answered, ISO 8601 UTC.
        answers: what the mentor said to rules that proposed an alert.
        version: `STANDING_VERSION` of the console that folded it; 0 for a student of whom only the name is known.
    """

    curriculum: str = ""
    plans: tuple[WeeklyPlan, ...] = ()
    days: dict[str, Day] = {}
    held: int = 0
    last_seen: str = ""
    running: str = ""
    running_day: str = ""
    open_goals: int = 0
    next_due: str = ""
    next_goal: str = ""
    promises: int = 0
    away: Away | None = None
    aways: tuple[Away, ...] = ()
    path: PathPlan | None = None
    settled: tuple[SettledProject, ...] = ()
    goals_missed: tuple[str, ...] = ()
    alerts: int = 0
    unanswered: tuple[str, ...] = ()
    answers: tuple[RuleAnswer, ...] = ()
    version: int = 0

    @property
    def current(self) -> bool:
        """Return whether this console folded it so, or would."""
        return self.version in (0, STANDING_VERSION)


def has_day(student: Student) -> bool:
    """Return whether a student may have something in a day: a session, planned or going on, or an answer due."""
    standing = student.standing
    return bool(standing.plans or standing.running or standing.alerts)


class Student(msgspec.Struct, frozen=True):
    """What is known of a student after the event with the number `seq`; texts are "" where nothing is known.

    Attributes:
        undo: actions that can be undone, the next one last; a row of the store does not have them.
        redo: actions that can be redone, the next one last.
        standing: what a list of students shows; an export leaves it out, since it is folded again from the log.
    """

    id: str
    name: str
    email: str
    timezone: str
    seq: int
    undo: tuple[int, ...] = ()
    redo: tuple[int, ...] = ()
    standing: Standing = Standing()


# --- what the log tells besides ----------------------------------------------------------------------------------


class HeldSession(msgspec.Struct, frozen=True):
    """A session that was held, or is being held.

    Attributes:
        seq: of the event that started it.
        day: it was planned for, "" when nobody had planned it.
        started_at: ISO 8601 UTC.
        ended_at: "" while it goes on.
        pace, blocked: what was answered, None for nothing.
    """

    seq: int
    day: str
    started_at: str
    ended_at: str = ""
    pace: Pace | None = None
    blocked: Blocked | None = None


class Absence(msgspec.Struct, frozen=True):
    """A session that was not held.

    Attributes:
        excused: by whom it was cancelled; None where the student was absent.
        late: cancelled late, in the platform's words.
    """

    seq: int
    day: str
    excused: ExcusedBy | None
    late: bool
    reason: str


class GoalMove(msgspec.Struct, frozen=True):
    """Another date of a goal: when it was given, the days before and after, why."""

    at: str
    before: str
    due: str
    reason: str


class Goal(msgspec.Struct, frozen=True):
    """What the student promised.

    Attributes:
        seq: of the event that set it: its number.
        at: when, ISO 8601 UTC.
        due: the day, "" for none.
        first_due: the day that was promised first.
        condition: what must come before, "" for nothing.
        settled_at: when it was kept or dropped, "" while it is open.
        reason: why it was dropped.
    """

    seq: int
    at: str
    text: str
    due: str
    first_due: str
    condition: str
    state: GoalState = "open"
    moves: tuple[GoalMove, ...] = ()
    settled_at: str = ""
    reason: str = ""


class StudentNote(msgspec.Struct, frozen=True):
    """A private note: its number, when it was begun, its text."""

    seq: int
    at: str
    text: str


class HandedOver(msgspec.Struct, frozen=True):
    """The student went from one mentor to another, by their names; the text is for every mentor of the student."""

    seq: int
    at: str
    by: str
    to: str
    text: str


class Promise(msgspec.Struct, frozen=True):
    """What the mentor promised; `settled_at` is "" while it is to be kept, `kept` says how it ended."""

    seq: int
    at: str
    text: str
    due: str
    settled_at: str = ""
    kept: bool = False


class StudentQuestion(msgspec.Struct, frozen=True):
    """A question of the student, and the answer."""

    seq: int
    at: str
    project: str
    criterion: str
    text: str
    state: StudentQuestionState = "open"
    answer: str = ""
    answered_at: str = ""


class Pointed(msgspec.Struct, frozen=True):
    """A resource that the student was pointed to."""

    seq: int
    at: str
    title: str
    link: str
    skill: str


class Learning(msgspec.Struct, frozen=True):
    """How the student learns: a skill of learning, −1, 0 or +1, and what was seen."""

    seq: int
    at: str
    skill: LearningSkill
    level: int
    text: str


class Alert(msgspec.Struct, frozen=True):
    """What the mentor raised with the school.

    Attributes:
        rule: that proposed it, "" when the mentor saw it first.
        measured: the value that the rule had counted.
        also: other rules that named the student at the same time, with what they had counted.
        kudos: it is praise.
        facts, done, asked, closing: its four lines.
        answer: of the school.
    """

    seq: int
    rule: str
    kudos: bool
    facts: str
    done: str
    asked: str
    closing: str
    raised_at: str
    state: AlertState = "raised"
    answer: str = ""
    acknowledged_at: str = ""
    result: AlertResult | None = None
    closed_at: str = ""
    measured: int = 0
    also: dict[str, int] = {}

    @property
    def waits_for_the_school(self) -> bool:
        """Return whether it was raised and the school has not answered; praise asks for nothing."""
        return self.state == "raised" and not self.kudos


class PutOff(msgspec.Struct, frozen=True):
    """A proposal of a rule that was answered without an alert; `until` is "" where it is not founded."""

    seq: int
    at: str
    rule: str
    until: str
    measured: int = 0


class FollowedStudent(Student, frozen=True):
    """All that a student's log tells. What the mentor recorded comes in that order.

    Attributes:
        estimates: the mentor's estimate of each project, 0 to 100.
        self_ratings: how the student sees each criterion, by its id.
    """

    sessions: tuple[HeldSession, ...] = ()
    absences: tuple[Absence, ...] = ()
    goals: tuple[Goal, ...] = ()
    notes: tuple[StudentNote, ...] = ()
    promises: tuple[Promise, ...] = ()
    path: PathPlan | None = None
    settled: tuple[SettledProject, ...] = ()
    estimates: dict[str, int] = {}
    self_ratings: dict[str, SelfRating] = {}
    questions: tuple[StudentQuestion, ...] = ()
    resources: tuple[Pointed, ...] = ()
    learning: tuple[Learning, ...] = ()
    alerts: tuple[Alert, ...] = ()
    put_off: tuple[PutOff, ...] = ()
    handed_over: tuple[HandedOver, ...] = ()

    @property
    def running(self) -> HeldSession | None:
        """Return the session that is being held, None when there is none."""
        last = self.sessions[-1] if self.sessions else None
        return last if last is not None and not last.ended_at else None

    @property
    def open_goals(self) -> tuple[Goal, ...]:
        """Return the goals that are not settled: the earliest date first, those without one last."""
        return open_goals(self.goals)

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        """Return what the mentor still has to keep, in the order in which it was promised."""
        return tuple(promise for promise in self.promises if not promise.settled_at)


def open_goals(goals: Iterable[Goal]) -> tuple[Goal, ...]:
    """Return the goals that are not settled: the earliest date first, those without one last."""
    return tuple(sorted((g for g in goals if g.state == "open"), key=lambda g: (not g.due, g.due, g.seq)))
