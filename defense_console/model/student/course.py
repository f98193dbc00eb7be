"""What the forecast and the alerts know of a student's path: plan, settled projects, declared days off; weeks from it.

Days off that were declared do not count as used. Weeks are weeks of the calendar; a day is the mentor's local day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec

WEEK_DAYS: Final = 7
LONGEST_WEEKS: Final = 1_000.0
"""What is farther away is a slip in the plan or in a date; dates end in the year 9999."""
SHORTEST_WEEKS: Final = 1 / WEEK_DAYS


class PlannedProject(msgspec.Struct, frozen=True):
    """A project of a plan and the weeks it is planned for."""

    project: str
    weeks: float


class CoursePlan(msgspec.Struct, frozen=True):
    """When a student starts and how long each project is to take, in order."""

    start: date
    projects: tuple[PlannedProject, ...]

    @property
    def end(self) -> date:
        """Return the planned end."""
        return _later(self.start, sum(planned_weeks(each) for each in self.projects))


class FinishedProject(msgspec.Struct, frozen=True):
    """A project that is done with, and on which day."""

    project: str
    day: date


class DaysOff(msgspec.Struct, frozen=True):
    """Declared days off.

    Attributes:
        first: day off.
        last: day off, the day before the announced return; None where nobody knows, which reaches up to today.
        known: the day on which it was declared.
    """

    first: date
    last: date | None
    known: date

    def covers(self, day: date) -> bool:
        """Return whether a day is one of them, as far as was known on that day."""
        return self.known <= day and self.first <= day and (self.last is None or day <= self.last)


class Course(msgspec.Struct, frozen=True):
    """All that the forecast knows of one student."""

    plan: CoursePlan
    settled: tuple[FinishedProject, ...] = ()
    away: tuple[DaysOff, ...] = ()

    @property
    def end(self) -> date | None:
        """Return the day on which the last project was settled, None before."""
        days = settled_days(self, date.max)
        return max(days.values(), default=None) if len(days) == len({p.project for p in self.plan.projects}) else None


# --- weeks and days ---------------------------------------------------------------------------------------------------


def planned_weeks(project: PlannedProject) -> float:
    """Return the planned weeks, at least a day; what is no number is a day too."""
    return min(max(SHORTEST_WEEKS, project.weeks), LONGEST_WEEKS)


def _later(day: date, weeks: float) -> date:
    """Return the day so many weeks later, the last day that a date can be at most."""
    days = math.ceil(max(0.0, weeks) * WEEK_DAYS - 1e-9)
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _days_off(away: Iterable[DaysOff], today: date) -> list[tuple[int, int]]:
    """Return the days off that are known today as ordinals, end excluded, in order, none twice."""
    spans: list[tuple[int, int]] = []
    known = ((each.first, today if each.last is None else each.last) for each in away if each.known <= today)
    for first, end in sorted((first.toordinal(), last.toordinal() + 1) for first, last in known):
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        elif end > first:
            spans.append((first, end))
    return spans


def away_days(away: Iterable[DaysOff], after: date, until: date) -> int:
    """Return how many declared days off are after one day, up to and with another, as known on the latter."""
    return off_between(_days_off(away, until), after.toordinal(), until.toordinal())


def off_between(spans: Sequence[tuple[int, int]], after: int, until: int) -> int:
    """Return how many days off are after one day, up to and with another."""
    return sum(max(0, min(end, until + 1) - max(first, after + 1)) for first, end in spans)


def reached(spans: Sequence[tuple[int, int]], today: date, weeks: float) -> date:
    """Return the day on which so many weeks from today have been worked, days off left out."""
    day = _later(today, weeks).toordinal()
    for first, end in spans:
        if first <= day:
            day += max(0, end - max(first, today.toordinal() + 1))
    return date.fromordinal(min(day, date.max.toordinal()))


def settled_days(course: Course, today: date) -> dict[str, date]:
    """Return the first day on which each project of the plan was settled, up to today, in order of days."""
    planned = {project.project for project in course.plan.projects}
    days: dict[str, date] = {}
    for settled in sorted(course.settled, key=lambda each: each.day):
        if settled.project in planned and settled.day <= today:
            days.setdefault(settled.project, settled.day)
    return days


class Measured(NamedTuple):
    """A course up to a day: a ratio and the weeks off per finished project, what remains, weeks used since the last."""

    ratios: list[float]
    weeks_off: list[float]
    remaining: list[PlannedProject]
    used: float
    last: date
    spans: list[tuple[int, int]]


def measured(course: Course, today: date) -> Measured:
    """Return a course as the forecast measures it on a day; what is later is not used."""
    spans = _days_off(course.away, today)
    days = settled_days(course, today)
    weeks = {project.project: planned_weeks(project) for project in course.plan.projects}
    before = course.plan.start.toordinal()
    ratios, weeks_off = [], []
    for project, settled in days.items():
        day = max(before, settled.toordinal())
        off = off_between(spans, before, day)
        used = max(SHORTEST_WEEKS, (day - before - off) / WEEK_DAYS)
        ratios.append(math.log(used / weeks[project]))
        weeks_off.append(off / WEEK_DAYS)
        before = day
    now = max(before, today.toordinal())
    running = (now - before - off_between(spans, before, now)) / WEEK_DAYS
    remaining = {p.project: p for p in course.plan.projects if p.project not in days}
    return Measured(ratios, weeks_off, [*remaining.values()], running, max(days.values(), default=today), spans)


def weeks_behind(course: Course, today: date) -> float:
    """Return by how many weeks a course is behind its plan: what is finished, and what runs longer than planned."""
    found, start = measured(course, today), course.plan.start.toordinal()
    now = max(start, today.toordinal())
    left = {project.project for project in found.remaining}
    done = sum(planned_weeks(project) for project in course.plan.projects if project.project not in left)
    in_time = min(found.used, planned_weeks(found.remaining[0])) if found.remaining else found.used
    return (now - start - off_between(found.spans, start, now)) / WEEK_DAYS - done - in_time


def day_at(course: Course, share: float, inside: float) -> date:
    """Return the day on which a share of the planned weeks of a finished course was behind.

    Args:
        course: With every project settled.
        share: of the planned weeks, 0–1: it says which project runs on that day.
        inside: how far that project is, 0–1 of the time that it took.
    """
    weeks = {project.project: planned_weeks(project) for project in course.plan.projects}
    aim = share * sum(weeks.values())
    before, behind = course.plan.start, 0.0
    for project, day in settled_days(course, date.max).items():
        behind += weeks[project]
        if behind > aim:
            return before + timedelta(days=math.floor(max(0, (day - before).days) * inside))
        before = max(before, day)
    return before
