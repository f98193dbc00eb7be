"""A seeded generator of cohorts: students, plans, settled projects and days off, in three worlds.

What happens is drawn before anything looks at it: forecasts and alerts are measured against these courses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final, Literal, get_args

from defense_console.model.student.course import Course, CoursePlan, DaysOff, FinishedProject, PlannedProject

World = Literal["as planned", "short plans", "long breaks"]
WORLDS: Final[tuple[World, ...]] = get_args(World)
FIRST_START: Final = date(2024, 1, 8)
_PLANS: Final = ((2, 4, 4, 5, 5, 6, 6, 4), (1, 3, 5, 4, 6, 4, 5, 6, 3), (2, 5, 3, 6, 5, 4, 6, 5, 4, 6))


def plan(random: Random, start: date) -> CoursePlan:
    """A path of eight to ten projects over eight to ten months."""
    weeks = random.choice(_PLANS)
    return CoursePlan(start, tuple(PlannedProject(f"P{n}", each) for n, each in enumerate(weeks, 1)))


def lived(random: Random, world: World, start: date) -> tuple[Course, tuple[tuple[date, date], ...]]:
    """One student from the first day to the last settled project, and the first and last day of each break.

    - as planned: a project takes what is planned; students differ by a factor of 1.35, projects by 1.5, and one project
      in ten differs by twice that.
    - short plans: plans are a quarter too short, and each project takes 6 % longer than the one before it.
    - long breaks: in one project of eight a break of four to twelve weeks; half of them are declared on their first
      day, and every third declared one lasts two weeks longer than declared.
    """
    planned = plan(random, start)
    own = random.gauss(math.log(1.25) if world == "short plans" else 0.0, 0.3)
    slower = 0.06 if world == "short plans" else 0.0
    day = start
    settled: list[FinishedProject] = []
    away: list[DaysOff] = []
    breaks: list[tuple[date, date]] = []
    for n, project in enumerate(planned.projects):
        noise = random.gauss(0.0, 0.8 if random.random() < 0.1 else 0.4)
        days = max(1, round(7 * project.weeks * math.exp(own + slower * n + noise)))
        if world == "long breaks" and random.random() < 0.125:
            length = random.randint(28, 84)
            first = day + timedelta(days=random.randint(1, days))
            declared, longer = random.random() < 0.5, random.random() < 1 / 3
            if declared:
                away.append(DaysOff(first, first + timedelta(days=length - 1), first))
            length += 14 if declared and longer else 0
            breaks.append((first, first + timedelta(days=length - 1)))
            days += length
        day += timedelta(days=days)
        settled.append(FinishedProject(project.project, day))
    return Course(planned, tuple(settled), tuple(away)), tuple(breaks)


def cohort(seed: int, world: World, count: int) -> tuple[Course, ...]:
    """So many students who start one after the other over a year and a half."""
    random = Random(f"{world}/{seed}")
    starts = (FIRST_START + timedelta(days=random.randint(0, 540)) for _ in range(count))
    return tuple(lived(random, world, start)[0] for start in starts)


def until(known: Course, today: date) -> Course:
    """What is known of a course on a day."""
    return Course(
        known.plan,
        tuple(each for each in known.settled if each.day <= today),
        tuple(each for each in known.away if each.known <= today),
    )


def median_of(values: Sequence[float]) -> float:
    """The middle value; the mean of both in an even number, 0 without any."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return 0.0 if not ordered else ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
