"""The end of a path, forecast from the projects that are finished; `docs/forecast.md` explains method and limits.

A project is measured by `ln(weeks used / weeks planned)`. What a student has shown so far is shrunk towards the cohort,
the remaining projects are drawn many times from what finished students showed, and the range is stretched by what such
ranges missed before. The draws are a fixed sequence of points: the same student, store and day give the same dates.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import accumulate
from statistics import NormalDist, fmean
from typing import Final, NamedTuple

import msgspec

from defense_console.model.student.course import (
    LONGEST_WEEKS,
    SHORTEST_WEEKS,
    WEEK_DAYS,
    Course,
    Measured,
    day_at,
    measured,
    off_between,
    planned_weeks,
    reached,
)

_GOLDEN: Final = (math.sqrt(5) - 1) / 2


class ForecastRules(msgspec.Struct, frozen=True):
    """The numbers of the forecast; `data/rules.toml` has them.

    Attributes:
        mean: what a project takes before anything is known, as the logarithm of used / planned.
        between: spread of that mean between students.
        within: spread between the projects of one student.
        prior_students: as how many finished students the three numbers above count.
        range_percent: how often the end is to lie inside the range.
        least_finished: finished projects of a student below which it is too early.
        stretch_from: finished students from which on the range is stretched.
        learn_from_latest: so many finished students, the latest, are forecast again to learn the stretch.
        draws: points of the sequence for a forecast; a quarter of them for one that only teaches.
    """

    mean: float
    between: float
    within: float
    prior_students: int
    range_percent: int
    least_finished: int
    stretch_from: int
    learn_from_latest: int
    draws: int


class Sample(NamedTuple):
    """A finished project of a finished student: distance from the student's own mean, declared weeks off meanwhile."""

    residual: float
    weeks_off: float


class FinishedStudents(msgspec.Struct, frozen=True):
    """What finished students teach, the priors mixed in.

    Attributes:
        mean, between, within: as in the rules.
        samples: finished projects, the smallest residual first.
        stretch: by what the range is stretched in the logarithm; 1 where too few have finished.
        held: ranges at half-way, stretched by what the other students taught, that held the true end.
        of: of so many.
    """

    mean: float
    between: float
    within: float
    samples: tuple[Sample, ...]
    stretch: float = 1.0
    held: int = 0
    of: int = 0


class Range(msgspec.Struct, frozen=True):
    """Dates between which something ends, and the likely one among them."""

    first: date
    likely: date
    last: date


class ForecastStep(msgspec.Struct, frozen=True):
    """When one of the remaining projects is settled."""

    project: str
    range: Range


class Forecast(msgspec.Struct, frozen=True):
    """The end of a path as it is seen on a day.

    Attributes:
        planned: the planned end.
        finished: projects settled until that day.
        steps: the remaining projects in the order of the plan; empty when it is too early or all are settled.
        ended: the day of the last settled project when all are.
        on_time_percent: chance of ending by the planned day, 0–100; None without steps.
    """

    planned: date
    finished: int
    steps: tuple[ForecastStep, ...] = ()
    ended: date | None = None
    on_time_percent: int | None = None

    @property
    def end(self) -> Range | None:
        """Return the range of the end; None when it is too early to say, or when the path has ended."""
        return self.steps[-1].range if self.steps else None

    @property
    def too_early(self) -> bool:
        """Return whether too few projects are finished to say anything."""
        return not self.steps and self.ended is None


# --- what finished students teach -------------------------------------------------------------------------------------


class _Student(NamedTuple):
    """A finished student: the course, its last day, its ratios and weeks off, the mean of the ratios."""

    course: Course
    end: date
    ratios: list[float]
    weeks_off: list[float]
    mean: float


def learn(courses: Iterable[Course], rules: ForecastRules) -> FinishedStudents:
    """Return what finished students teach; the others are left out.

    Each of the latest is forecast again, as if the others were all that is known, when a quarter, half and three
    quarters of the planned weeks were behind. The stretch is what the range would have needed then.
    """
    students = sorted(_finished(courses), key=lambda each: (each.end, each.course.plan.start, each.mean))
    cohort = _pooled(students, rules)
    if len(students) < rules.stretch_from:
        return cohort
    missed: list[list[float]] = []
    at_half: list[float] = []
    for n, student in enumerate(students[-rules.learn_from_latest :]):
        known = _pooled([each for each in students if each is not student], rules)
        found = [_miss(student, share, (n + 1) * _GOLDEN % 1, known, rules) for share in (0.25, 0.5, 0.75)]
        missed.append([miss for miss in found if miss is not None])
        at_half.append(found[1] if found[1] is not None else math.inf)
    taught = [_needed([m for each in missed[:n] + missed[n + 1 :] for m in each], rules) for n in range(len(missed))]
    seen = [(miss, stretch) for miss, stretch in zip(at_half, taught, strict=True) if miss < math.inf]
    return msgspec.structs.replace(
        cohort,
        stretch=_needed([miss for each in missed for miss in each], rules),
        held=sum(miss <= stretch for miss, stretch in seen),
        of=len(seen),
    )


def _finished(courses: Iterable[Course]) -> Iterable[_Student]:
    for course in courses:
        if (end := course.end) is not None:
            found = measured(course, end)
            yield _Student(course, end, found.ratios, found.weeks_off, fmean(found.ratios))


def _pooled(students: Sequence[_Student], rules: ForecastRules) -> FinishedStudents:
    """Return mean and spreads, each mixed with its prior, and the residuals with as many of a normal one."""
    n, prior = len(students), max(1, rules.prior_students)
    within, between = rules.within**2, rules.between**2
    samples: list[Sample] = []
    squares = 0.0
    freedom = 0
    for student in students:
        k = len(student.ratios)
        # The mean is taken from the same projects, which makes the distances from it too small.
        wide = math.sqrt(k / (k - 1)) if k > 1 else 0.0
        squares += sum((ratio - student.mean) ** 2 for ratio in student.ratios)
        freedom += k - 1
        if k > 1:
            found = zip(student.ratios, student.weeks_off, strict=True)
            samples += [Sample((ratio - student.mean) * wide, off) for ratio, off in found]
    each = max(1, round(freedom / n)) if n else 1
    within = (prior * each * within + squares) / (prior * each + freedom)
    mean = (prior * rules.mean + sum(student.mean for student in students)) / (prior + n)
    if n > 1:
        own = fmean(student.mean for student in students)
        spread = sum((student.mean - own) ** 2 for student in students) / (n - 1)
        noise = within * fmean(1 / len(student.ratios) for student in students)
        between = (prior * between + n * max(0.0, spread - noise)) / (prior + n)
    normal = NormalDist(0, rules.within)
    count = prior * 8
    samples += [Sample(normal.inv_cdf((i + 0.5) / count), 0.0) for i in range(count)]
    return FinishedStudents(mean, math.sqrt(between), math.sqrt(within), tuple(sorted(samples)))


def _miss(
    student: _Student, share: float, inside: float, known: FinishedStudents, rules: ForecastRules
) -> float | None:
    """Return by what a range would have to be stretched to hold the true end; None when it was too early.

    Args:
        student: Who is forecast again.
        share: of the planned weeks that are behind.
        inside: how far the running project is then, 0–1.
        known: what the others teach.
        rules: the numbers.
    """
    today = day_at(student.course, share, inside)
    found = measured(student.course, today)
    if len(found.ratios) < rules.least_finished or not found.remaining:
        return None
    low, likely, high = _drawn(found, known, rules, max(1, rules.draws // 4))[-1].quantiles(rules)
    worked = student.end.toordinal() - today.toordinal()
    worked -= off_between(found.spans, today.toordinal(), student.end.toordinal())
    true = math.log(max(SHORTEST_WEEKS, worked / WEEK_DAYS) / likely)
    side = math.log(high / likely) if true > 0 else math.log(low / likely)
    return abs(true) / max(abs(side), 1e-6)


def _needed(missed: Sequence[float], rules: ForecastRules) -> float:
    """Return the stretch with which the wanted share of ranges would have held, one more student counted as missed."""
    if not missed:
        return 1.0
    rank = math.ceil(rules.range_percent / 100 * (len(missed) + 1))
    return max(sorted(missed)[min(rank, len(missed)) - 1], 0.1)


# --- the draws --------------------------------------------------------------------------------------------------------


class _Column(NamedTuple):
    """Weeks from today until a project is settled, the smallest first, with the weight up to each."""

    values: list[float]
    weights: list[float]

    def at(self, share: float) -> float:
        """Return the weeks below which this share of the weight lies."""
        return self.values[min(bisect_right(self.weights, share * self.weights[-1]), len(self.values) - 1)]

    def quantiles(self, rules: ForecastRules) -> tuple[float, float, float]:
        """Return the lower end of the range, its middle and its upper end."""
        outside = (1 - rules.range_percent / 100) / 2
        return self.at(outside), self.at(0.5), self.at(1 - outside)

    def below(self, weeks: float) -> float:
        """Return the share of the weight at or below so many weeks."""
        count = bisect_right(self.values, weeks)
        return self.weights[count - 1] / self.weights[-1] if count else 0.0


@cache
def _points(dimension: int, draws: int) -> tuple[float, ...]:
    """Return one coordinate of the points: multiples of an irrational number, which fill 0–1 evenly in any number."""
    primes: list[int] = []
    candidate = 2
    while len(primes) <= dimension:
        if all(candidate % prime for prime in primes):
            primes.append(candidate)
        candidate += 1
    step = math.sqrt(primes[dimension])
    return tuple((0.5 + n * step) % 1 for n in range(1, draws + 1))


@cache
def _normal_points(draws: int) -> tuple[float, ...]:
    """Return the first coordinate as values of a normal distribution."""
    normal = NormalDist()
    return tuple(normal.inv_cdf(min(max(point, 1e-9), 1 - 1e-9)) for point in _points(0, draws))


def _drawn(found: Measured, known: FinishedStudents, rules: ForecastRules, draws: int) -> list[_Column]:
    """Return a column for each remaining project in order.

    The student's mean is drawn too, since a few projects do not settle it.
    """
    k = len(found.ratios)
    total = known.between**2 + known.within**2 / k
    shrink = known.between**2 / total if total else 0.0
    mean = known.mean + shrink * (fmean(found.ratios) - known.mean)
    spread = known.between * math.sqrt(1 - shrink)
    residuals = [sample.residual for sample in known.samples]
    factors = [math.exp(residual) for residual in residuals]
    off = [sample.weeks_off for sample in known.samples]
    count = len(residuals)
    paces = [mean + spread * z for z in _normal_points(draws)]
    running = planned_weeks(found.remaining[0])
    weights, ends = [], []
    limit = math.log(found.used / running) if found.used > 0 else -math.inf
    for pace, point in zip(paces, _points(1, draws), strict=True):
        # The running project takes longer than it has taken already.
        skip = bisect_right(residuals, limit - pace)
        if skip < count:
            index = skip + int(point * (count - skip))
            weights.append((count - skip) / count)
            ends.append(running * math.exp(pace) * factors[index] - found.used + off[index])
        else:  # longer than anything seen: as if it began today
            index = int(point * count)
            weights.append(0.1 / count)
            ends.append(running * math.exp(pace) * factors[index] + off[index])
    scales = [math.exp(pace) for pace in paces]
    columns = [_column(ends, weights)]
    for dimension, project in enumerate(found.remaining[1:], 2):
        weeks = planned_weeks(project)
        picks = [int(point * count) for point in _points(dimension, draws)]
        ends = [
            end + weeks * scale * factors[pick] + off[pick]
            for end, scale, pick in zip(ends, scales, picks, strict=True)
        ]
        columns.append(_column(ends, weights))
    return columns


def _column(ends: Sequence[float], weights: Sequence[float]) -> _Column:
    pairs = sorted(zip(ends, weights, strict=True))
    values = [min(max(SHORTEST_WEEKS, end), LONGEST_WEEKS) for end, _weight in pairs]
    return _Column(values, list(accumulate(weight for _end, weight in pairs)))


# --- the forecast -----------------------------------------------------------------------------------------------------


def forecast(course: Course, cohort: FinishedStudents, rules: ForecastRules, today: date) -> Forecast:
    """Return when a student is likely to end, as it is seen today.

    Args:
        course: The student's plan, settled projects and declared days off; what is later than today is not used, except
            days off that are known today.
        cohort: What `learn` made of the finished students.
        rules: The numbers.
        today: The mentor's local day.
    """
    found = measured(course, today)
    blank = Forecast(course.plan.end, len(found.ratios))
    if not found.remaining:
        return msgspec.structs.replace(blank, ended=found.last if found.ratios else None)
    if len(found.ratios) < max(1, rules.least_finished):
        return blank
    drawn = _drawn(found, cohort, rules, rules.draws)
    steps = tuple(
        ForecastStep(project.project, _dated(column, cohort.stretch, rules, found.spans, today))
        for project, column in zip(found.remaining, drawn, strict=True)
    )
    return msgspec.structs.replace(
        blank, steps=steps, on_time_percent=_on_time(drawn[-1], cohort.stretch, found, course.plan.end, today)
    )


def _dated(
    column: _Column, stretch: float, rules: ForecastRules, spans: Sequence[tuple[int, int]], today: date
) -> Range:
    low, likely, high = column.quantiles(rules)
    first, last = likely * (low / likely) ** stretch, min(likely * (high / likely) ** stretch, LONGEST_WEEKS)
    return Range(*(reached(spans, today, weeks) for weeks in (first, likely, last)))


def _on_time(column: _Column, stretch: float, found: Measured, planned: date, today: date) -> int:
    """Return the chance that the path ends by the planned day, in percent."""
    left = planned.toordinal() - today.toordinal()
    left -= off_between(found.spans, today.toordinal(), planned.toordinal())
    if left <= 0:
        return 0
    likely = column.at(0.5)
    # The inverse of the stretch: what the planned day is among draws that are not stretched.
    return round(100 * column.below(likely * (left / WEEK_DAYS / likely) ** (1 / stretch)))
