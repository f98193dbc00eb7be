"""The forecast of a path's end: what always holds for any store, and what it says in plain cases."""

from __future__ import annotations

import math
import time
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.course import (
    Course,
    CoursePlan,
    DaysOff,
    FinishedProject,
    PlannedProject,
    day_at,
    weeks_behind,
)
from defense_console.model.student.forecast import FinishedStudents, Forecast, Range, forecast, learn
from tests.examples import examples
from tests.simulated_students import WORLDS, World, cohort, until

RULES = load_desk_rules().forecast
START = date(2026, 1, 5)
GOLDEN = (math.sqrt(5) - 1) / 2
NOBODY = learn((), RULES)


def after(days: int) -> date:
    return START + timedelta(days=days)


def course(*days: int, weeks: tuple[float, ...] = (4, 4, 4, 4, 4, 4), away: tuple[DaysOff, ...] = ()) -> Course:
    """A path whose first projects were settled after so many days."""
    plan = CoursePlan(START, tuple(PlannedProject(f"P{n}", each) for n, each in enumerate(weeks, 1)))
    return Course(plan, tuple(FinishedProject(f"P{n}", after(each)) for n, each in enumerate(days, 1)), away)


def end_of(found: Forecast) -> Range:
    assert found.end is not None
    return found.end


# --- plain cases ------------------------------------------------------------------------------------------------------


def test_two_finished_projects_give_a_range_with_its_likely_day_and_the_chance_of_the_plan() -> None:
    found = forecast(course(28, 56), NOBODY, RULES, after(56))
    assert found.planned == after(168)
    assert found.finished == 2
    assert [step.project for step in found.steps] == ["P3", "P4", "P5", "P6"]
    end = end_of(found)
    assert end.first < found.planned < end.last
    assert abs((end.likely - found.planned).days) < 28  # somebody who keeps the plan is likely to go on so
    assert found.on_time_percent is not None
    assert 20 < found.on_time_percent < 60


@pytest.mark.parametrize(
    ("known", "day", "weeks"),
    [
        (course(), 14, 0),  # the first one runs in time
        (course(), 42, 2),  # it should have ended two weeks ago
        (course(28, 70), 70, 2),
        (course(28, 70), 70 + 42, 4),
        (course(14), 14, -2),
        (course(28, away=(DaysOff(after(30), after(50), after(30)),)), 28 + 28 + 21, 0),  # days off do not count
        (course(7, 14, 21, 28, 35, 49), 365, 7 - 24),  # nothing grows once all is settled
        (course(), -30, 0),
    ],
)
def test_how_many_weeks_somebody_is_behind_the_plan(known: Course, day: int, weeks: int) -> None:
    assert weeks_behind(known, after(day)) == pytest.approx(weeks)


def test_under_two_finished_projects_it_is_too_early() -> None:
    for known in (course(), course(28)):
        found = forecast(known, NOBODY, RULES, after(30))
        assert found.too_early
        assert (found.end, found.on_time_percent) == (None, None)
        assert found.planned == after(168)


def test_a_path_that_has_ended_says_when() -> None:
    found = forecast(course(10, 20, weeks=(4, 4)), NOBODY, RULES, after(300))
    assert found.ended == after(20)
    assert not found.too_early
    assert found.steps == ()


def test_who_is_slow_ends_later_but_is_not_taken_at_their_word() -> None:
    quick, slow = (end_of(forecast(course(n, 2 * n), NOBODY, RULES, after(2 * n))) for n in (28, 56))
    left = (slow.likely - after(112)).days / (quick.likely - after(56)).days
    assert 1.3 < left < 2  # twice as slow so far, shrunk towards everybody


def test_a_project_that_runs_long_moves_the_end() -> None:
    known = course(28, 56)
    ends = [end_of(forecast(known, NOBODY, RULES, after(day))) for day in (56, 84, 140, 400)]
    assert [each.likely for each in ends] == sorted({each.likely for each in ends})
    assert all(each.first > after(day) for each, day in zip(ends, (56, 84, 140, 400), strict=True))


def test_declared_days_off_move_the_end_by_their_length_and_slow_nobody_down() -> None:
    known, today = course(28, 56), after(60)
    plain = forecast(known, NOBODY, RULES, today)
    off = DaysOff(after(70), after(90), known=today)
    later = forecast(msgspec.structs.replace(known, away=(off,)), NOBODY, RULES, today)
    assert end_of(later).likely - end_of(plain).likely == timedelta(days=21)
    twice = forecast(msgspec.structs.replace(known, away=(off, off)), NOBODY, RULES, today)
    assert twice == later
    unknown = DaysOff(after(70), after(90), known=after(61))
    assert forecast(msgspec.structs.replace(known, away=(unknown,)), NOBODY, RULES, today) == plain
    open_end = msgspec.structs.replace(known, away=(DaysOff(after(57), None, after(57)),))
    shifted = end_of(forecast(open_end, NOBODY, RULES, after(100))).likely  # as on day 56, 44 days later
    assert shifted - end_of(forecast(known, NOBODY, RULES, after(56))).likely == timedelta(days=44)
    past = course(28, 77, away=(DaysOff(after(30), after(50), after(30)),))
    ends = [end_of(forecast(each, NOBODY, RULES, after(day))).likely for each, day in ((known, 56), (past, 77))]
    assert ends[1] - ends[0] == timedelta(days=21)


def test_finished_students_teach_their_pace_and_their_spread() -> None:
    slow = tuple(course(*(35 * n + n % 3 for n in range(1, 7))) for _ in range(6))
    taught = learn(slow, RULES)
    assert NOBODY.mean < taught.mean
    assert taught.within < NOBODY.within
    assert taught.stretch == 1  # too few finished
    assert learn((*slow, course(28, 56)), RULES) == taught  # who has not finished teaches nothing


def test_the_stretch_and_the_record_come_from_forecasts_made_again() -> None:
    taught = learn(cohort(3, "long breaks", 14), RULES)
    assert taught.stretch != 1
    assert taught.of == 14
    assert 7 <= taught.held <= 14
    known = course(28, 56)
    plain, wide = (end_of(forecast(known, each, RULES, after(56))) for each in (
        msgspec.structs.replace(taught, stretch=1.0), msgspec.structs.replace(taught, stretch=1.5)))  # fmt: skip
    assert wide.first < plain.first < plain.likely == wide.likely < plain.last < wide.last
    slow = course(60, 120)
    small, larger = (forecast(slow, msgspec.structs.replace(taught, stretch=each), RULES, after(120)).on_time_percent
                     for each in (1.0, 2.0))  # fmt: skip
    assert small is not None is not larger
    assert 0 <= small < larger < 50  # the plan is below the range: a wider one comes nearer to it


def test_the_stretch_is_what_forecasts_from_the_others_would_have_needed() -> None:
    students = sorted(cohort(5, "long breaks", 12), key=lambda each: each.settled[-1].day)
    rules = msgspec.structs.replace(RULES, draws=160)
    taught = learn(students, rules)
    few = msgspec.structs.replace(rules, draws=40)  # as many as it learns with

    def held(stretch: float) -> int:
        count = 0
        for n, known in enumerate(students):
            others = learn([each for each in students if each is not known], rules)
            for share in (0.25, 0.5, 0.75):
                today = day_at(known, share, (n + 1) * GOLDEN % 1)
                seen = forecast(until(known, today), msgspec.structs.replace(others, stretch=stretch), few, today)
                count += seen.end is not None and seen.end.first <= known.settled[-1].day <= seen.end.last
        return count

    wanted = math.ceil(0.8 * 37)
    assert held(0.97 * taught.stretch) < wanted <= held(1.03 * taught.stretch) <= wanted + 1


def test_half_way_is_measured_in_planned_weeks() -> None:
    whole = course(10, 20, 30, 130, 140, 150)
    assert day_at(whole, 0.5, 0.0) == after(30)
    assert day_at(whole, 0.5, 0.5) == after(80)
    assert day_at(whole, 0.25, 0.0) == after(10)
    assert day_at(whole, 1.0, 0.5) == after(150)


def test_a_forecast_takes_at_most_twenty_milliseconds() -> None:
    taught = learn(cohort(1, "long breaks", 25), RULES)
    known = course(28, 56, weeks=(4,) * 10)
    forecast(known, taught, RULES, after(60))
    times = []
    for day in range(60, 70):
        started = time.process_time()  # of this process: other work on the machine does not count
        forecast(known, taught, RULES, after(day))
        times.append(time.process_time() - started)
    assert min(times) < 0.020


@pytest.mark.parametrize("world", WORLDS)
def test_eight_ranges_in_ten_hold_in_every_world(world: World) -> None:
    """A small run of `benchmarks/forecast.py`, with room for chance; docs/forecast.md has figures of a large one."""
    held = []
    for seed in range(3):
        taught = learn(cohort(seed, world, 25), RULES)
        for known in cohort(50 + seed, world, 20):
            today = day_at(known, 0.5, 0.5)
            end = end_of(forecast(until(known, today), taught, RULES, today))
            held.append(end.first <= known.settled[-1].day <= end.last)
    assert 0.68 <= sum(held) / len(held) <= 0.95


# --- properties -------------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
PROJECTS = st.lists(st.floats(0.2, 30), min_size=1, max_size=12)
AWAY = st.builds(DaysOff, DAYS, st.none() | DAYS, DAYS)


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Any course: projects settled before the start, twice, on one day, not of the plan; days off turned round."""
    weeks = draw(PROJECTS)
    projects = tuple(PlannedProject(f"P{n}", each) for n, each in enumerate(weeks))
    settled = st.builds(FinishedProject, st.sampled_from([*(p.project for p in projects), "other"]), DAYS)
    return Course(
        CoursePlan(draw(DAYS), projects),
        tuple(draw(st.lists(settled, max_size=14))),
        tuple(draw(st.lists(AWAY, max_size=4))),
    )


@given(courses(), DAYS, st.lists(courses(), max_size=3))
@examples(60)
def test_a_range_holds_its_likely_day_and_lies_after_today(known: Course, today: date, others: list[Course]) -> None:
    taught = learn(others, RULES)
    found = forecast(known, taught, RULES, today)
    assert found == forecast(known, learn(others, RULES), RULES, today)
    before = today
    for step in found.steps:
        assert today < step.range.first <= step.range.likely <= step.range.last
        assert before <= step.range.likely  # one project after the other
        before = step.range.likely
    assert (found.on_time_percent is None) == (not found.steps)
    assert found.on_time_percent is None or 0 <= found.on_time_percent <= 100
    assert 0 <= found.finished <= len(known.plan.projects)
    assert bool(found.steps) + found.too_early + (found.ended is not None) == 1


@given(courses(), DAYS)
@examples(60)
def test_what_is_later_than_today_is_not_used(known: Course, today: date) -> None:
    assert forecast(known, NOBODY, RULES, today) == forecast(until(known, today), NOBODY, RULES, today)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=4), st.integers(0, 60), st.floats(0.2, 20))
@examples(60)
def test_more_to_do_is_never_sooner(gaps: list[int], waited: int, weeks: float) -> None:
    days = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    today = after(days[-1] + waited)
    shorter = course(*days)
    more = (*shorter.plan.projects, PlannedProject("P7", weeks))
    longer = msgspec.structs.replace(shorter, plan=CoursePlan(START, more))
    end, later = (end_of(forecast(each, NOBODY, RULES, today)) for each in (shorter, longer))
    assert (end.first, end.likely, end.last) <= (later.first, later.likely, later.last)
    assert end.first <= later.first
    assert end.last <= later.last


@given(st.integers(1, 200), st.integers(0, 100))
@examples(60)
def test_a_longer_project_behind_is_never_an_earlier_end(first: int, slower: int) -> None:
    today = after(2 * first + slower)
    quick = course(first, 2 * first)
    slow = course(first, 2 * first + slower)
    ends = [end_of(forecast(each, NOBODY, RULES, each.settled[-1].day)).likely for each in (quick, slow)]
    assert ends[0] <= ends[1] <= date.max
    assert today <= ends[1]


def test_nothing_far_away_or_absurd_leaves_the_calendar() -> None:
    for weeks in ((1e300,) * 6, (float("inf"),) * 6, (0, -5, float("nan"), 1e-9, 4, 4)):
        for today in (date.min, after(60), date.max):
            found = forecast(course(28, 56, weeks=weeks), NOBODY, RULES, today)
            assert found.planned <= date.max
    endless = course(28, 56, away=(DaysOff(date.min, date.max, date.min),))
    assert end_of(forecast(endless, NOBODY, RULES, after(60))).last == date.max
    assert forecast(course(weeks=()), NOBODY, RULES, START).steps == ()
    empty = Course(
        CoursePlan(START, (PlannedProject("P1", 4), PlannedProject("P1", 4))), (FinishedProject("P1", START),)
    )
    assert forecast(empty, NOBODY, RULES, after(1)).ended == START
    assert isinstance(learn([empty] * 9, RULES), FinishedStudents)
    assert learn([course(weeks=())] * 9, RULES) == NOBODY
