"""How often the forecast of a path's end holds, and how far its likely day is off, over simulated cohorts.

    python -m benchmarks forecast [COHORTS] [--tuning]

Three worlds (`tests/simulated_students.py`), with 0, 5 and 25 finished students, when a quarter, half and three
quarters of the planned weeks are behind. A forecast holds when the last project is settled inside its range. Next to
it: the plan itself and a straight line, each with a range as wide as the forecast's around its day, since neither has
one of its own; and the student's own finished projects drawn again, with the range that holds 8 in 10 of those draws.

The rules were tuned with the seeds of `--tuning`; without it the seeds are others. The last lines say what it costs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.course import Course, day_at
from defense_console.model.student.forecast import Range, forecast, learn
from tests.simulated_students import WORLDS, World, cohort, median_of, until

RULES = load_desk_rules().forecast
SHARES = (0.25, 0.5, 0.75)
STUDENTS = 12
"""Forecast for each cohort."""
TUNING, FIGURES = 100_000, 7_000_000
WAYS = ("forecast", "plan", "line", "resampled")


def behind(course: Course) -> tuple[float, float]:
    """Planned weeks that are behind, and that remain."""
    weeks = {project.project: project.weeks for project in course.plan.projects}
    done = sum(weeks[settled.project] for settled in course.settled)
    return done, sum(weeks.values()) - done


def straight(course: Course, today: date) -> date:
    """The end if the planned weeks that remain go as those that are behind."""
    done, left = behind(course)
    last = course.settled[-1].day
    return max(today, last + timedelta(days=round((last - course.plan.start).days / done * left)))


def resampled(course: Course, today: date, random: Random) -> Range:
    """The student's own ratios drawn again for what remains."""
    weeks = {project.project: project.weeks for project in course.plan.projects}
    before, ratios = course.plan.start, []
    for settled in course.settled:
        ratios.append((settled.day - before).days / weeks.pop(settled.project))
        before = settled.day
    ends = sorted(sum(each * random.choice(ratios) for each in weeks.values()) for _ in range(400))
    days = [max(today, before + timedelta(days=round(ends[i]))) for i in (40, 200, 359)]
    return Range(*days)


def shown(course: Course, taught: Callable[[Course, date], Range | None], random: Random) -> Iterator[tuple[int, bool]]:
    """Yield, for each way, how many days off it is and whether it held; nothing where the forecast says too early."""
    for share in SHARES:
        today = day_at(course, share, random.random())
        known = until(course, today)
        ours = taught(known, today)
        if ours is None:
            continue
        end = course.settled[-1].day
        half = timedelta(days=(ours.last - ours.first).days / 2)
        drawn = resampled(known, today, random)
        around = [Range(day - half, day, day + half) for day in (course.plan.end, straight(known, today))]
        for each in (ours, *around, drawn):
            yield abs((each.likely - end).days), each.first <= end <= each.last


def measured(world: World, finished: int, cohorts: int, base: int) -> dict[tuple[int, int], list[tuple[int, bool]]]:
    """What was found, by share and way."""
    found: dict[tuple[int, int], list[tuple[int, bool]]] = {}
    for n in range(cohorts):
        seed = base + 100 * n + finished
        taught = learn(cohort(seed, world, finished), RULES)
        random = Random(seed)

        for course in cohort(-seed, world, STUDENTS):
            results = list(shown(course, lambda known, day, c=taught: forecast(known, c, RULES, day).end, random))  # type: ignore[misc]
            # The shares at which it was too early come first.
            first = len(SHARES) - len(results) // len(WAYS)
            for i, result in enumerate(results):
                found.setdefault((first + i // len(WAYS), i % len(WAYS)), []).append(result)
    return found


def cost() -> None:
    """Time of the processor for one forecast, and for learning from a store."""
    for finished in (0, 25, 100):
        courses = cohort(1, "long breaks", finished)
        started = time.process_time()
        taught = learn(courses, RULES)
        learning_ms = 1000 * (time.process_time() - started)
        one = []
        for course in cohort(2, "long breaks", 40):
            today = day_at(course, 0.25, 0.5)
            known = until(course, today)
            started = time.process_time()
            forecast(known, taught, RULES, today)
            one.append(1000 * (time.process_time() - started))
        print(
            f"{finished:3} finished: one forecast {median_of(one):.1f} ms (slowest {max(one):.1f}),"
            f" learning {learning_ms:.0f} ms"
        )


def main() -> None:
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    base = TUNING if "--tuning" in sys.argv else FIGURES
    print("the true end was inside (%) · median error (weeks) — " + " / ".join(WAYS))
    for world in WORLDS:
        for finished in (0, 5, 25):
            found = measured(world, finished, numbers[0] if numbers else 60, base)
            print(f"\n{world}, {finished} finished")
            for n, share in enumerate(SHARES):
                cells = [found.get((n, way), []) for way in range(len(WAYS))]
                count = len(cells[0])
                held = " / ".join(f"{100 * sum(ok for _d, ok in cell) / max(1, count):3.0f}" for cell in cells)
                off = " / ".join(f"{median_of([d for d, _ok in cell]) / 7:4.1f}" for cell in cells)
                print(f"  {share:4.0%}  {held}  ·  {off}   ({count} forecasts)")
    print()
    cost()


if __name__ == "__main__":
    main()
