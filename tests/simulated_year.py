"""A year of a mentor with thirty simulated students: sessions, uploads, goals, verdicts, days off, and who leaves.

What counts as true is drawn here, before any rule looks: a student leaves, or ends later than a quarter of the path. So
is the day on which a mentor without rules would have seen it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

import msgspec

from defense_console.model.student.alerts import Meeting, StudentFacts
from defense_console.model.student.course import Course
from defense_console.model.student.forecast import FinishedStudents, ForecastRules, forecast
from tests.simulated_students import FIRST_START, World, lived, until

MIX: Final[tuple[World, ...]] = ("as planned", "as planned", "short plans", "long breaks")
YEAR_START: Final = FIRST_START + timedelta(days=840)
YEAR_DAYS: Final = 365
SILENT_DAYS: Final = 42
"""After so many days without a trace everybody sees that a student has left."""
LATE_SHARE: Final = 0.25
LEAVES: Final = 0.2


class Life(msgspec.Struct, frozen=True):
    """One student as they really were.

    Attributes:
        facts: everything that happened, also what is later than the day on which somebody looks.
        course: the path up to the end, or to the last settled project before leaving.
        reworks: day of the verdict, project, day on which the project was settled.
        waiting: first and last day on which the work waits for the mentor.
        left: the last day before silence, None for those who stay.
        end: the last settled project of those who stay.
        true: whether the school should have heard of this student.
        seen: the day on which a mentor without rules would have seen it.
    """

    facts: StudentFacts
    course: Course
    reworks: tuple[tuple[date, str, date], ...]
    waiting: tuple[tuple[date, date], ...]
    left: date | None
    end: date
    true: bool
    seen: date


def life(random: Random, student: str) -> Life:
    """One student whose path crosses the year."""
    world = random.choice(MIX)
    start = YEAR_START + timedelta(days=random.randint(-120, 90))
    course, breaks = lived(random, world, start)
    end = course.settled[-1].day
    length = (course.plan.end - start).days
    left = start + timedelta(days=round(length * random.uniform(0.1, 0.8))) if random.random() < LEAVES else None
    left = left if left is not None and left < end else None
    fades = left - timedelta(days=random.randint(21, 56)) if left else end
    last = left or end
    course = Course(
        course.plan,
        tuple(each for each in course.settled if each.day <= last),
        tuple(each for each in course.away if each.known <= last),
    )
    late = (end - course.plan.end).days > LATE_SHARE * length
    weeks = tuple(_weeks(random, course, breaks, fades, last, left is not None))
    attempts = tuple(_reworks(random, course))
    facts = StudentFacts(
        student,
        start,
        meetings=tuple(meeting for meeting, _output, _goal in weeks if meeting is not None),
        outputs=(*(day for _m, day, _g in weeks if day is not None), *(each.day for each in course.settled)),
        goals=tuple(goal for _meeting, _output, goal in weeks if goal is not None),
        away=course.away,
    )
    seen = left + timedelta(days=SILENT_DAYS) if left else course.plan.end + timedelta(days=1)
    waiting = tuple((each.day - timedelta(days=2), each.day) for each in course.settled)
    return Life(facts, course, attempts, waiting, left, end, left is not None or late, seen)


def _weeks(
    random: Random, course: Course, breaks: Sequence[tuple[date, date]], fades: date, last: date, leaves: bool
) -> Iterator[tuple[Meeting | None, date | None, tuple[date, bool] | None]]:
    """Yield the session, an upload and the goal of each week; after leaving, sessions are missed and nothing comes."""
    day = course.plan.start + timedelta(days=7)
    while day <= last + timedelta(days=60 if leaves else 0):
        off = any(each.covers(day) for each in course.away)
        absent = any(first <= day <= until_day for first, until_day in breaks)
        gone, fading = day > last, leaves and day >= fades
        held = 0.0 if gone else 0.35 if absent else 0.45 if fading else 0.93
        uploads = 0.0 if gone or absent or off else 0.3 if fading else 0.7
        keeps = 0.0 if gone else 0.15 if absent else 0.25 if fading else 0.78
        meeting = None if off else Meeting(day, random.random() < held)
        output = day - timedelta(days=random.randint(0, 5)) if random.random() < uploads else None
        yield meeting, output, None if off or gone else (day, random.random() < keeps)
        day += timedelta(days=7)


def _reworks(random: Random, course: Course) -> Iterator[tuple[date, str, date]]:
    """Yield verdicts *to rework*: one project in seven has one, a third of these a second one."""
    for each in course.settled:
        if random.random() < 0.15:
            yield each.day - timedelta(days=28), each.project, each.day
            if random.random() < 1 / 3:
                yield each.day - timedelta(days=14), each.project, each.day


def year(seed: int, students: int = 30) -> tuple[Life, ...]:
    """So many students of one year."""
    random = Random(f"year/{seed}")
    return tuple(life(random, f"s{n:02}") for n in range(students))


def finished_before(seed: int, count: int) -> tuple[Course, ...]:
    """Students of the same mix who had finished before the year."""
    random = Random(f"before/{seed}")
    starts = (FIRST_START + timedelta(days=random.randint(0, 300)) for _ in range(count))
    return tuple(lived(random, random.choice(MIX), start)[0] for start in starts)


def chances(each: Life, taught: FinishedStudents, rules: ForecastRules) -> tuple[tuple[date, int], ...]:
    """What the forecast said at each session that was held."""
    found = []
    for meeting in each.facts.meetings:
        if meeting.held:
            percent = forecast(until(each.course, meeting.day), taught, rules, meeting.day).on_time_percent
            found += [(meeting.day, percent)] if percent is not None else []
    return tuple(found)


def facts_on(each: Life, said: tuple[tuple[date, int], ...], today: date) -> StudentFacts:
    """The facts as they stand on a day."""
    return msgspec.structs.replace(
        each.facts,
        chances=said,
        reworks=tuple(project for day, project, settled in each.reworks if day <= today < settled),
        waits_for_mentor=any(first <= today < last for first, last in each.waiting),
        ended=each.left is None and today >= each.end,
    )
