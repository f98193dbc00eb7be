"""Weekly sessions are computed: on the local clock, with exceptions and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.log.instants import instant, iso
from defense_console.model.student.state import Day, Standing, WeeklyPlan
from defense_console.model.student.weekly import next_occurrence, occurrence, occurrences, odd_time, planned_so_far
from tests.examples import examples

PARIS = WeeklyPlan("2026-10-06", "18:00", "Europe/Paris")
"""Tuesdays."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts(standing: Standing, since: str, until: str) -> list[str]:
    return [one.at[:16] for one in occurrences(standing, at(since), at(until))]


def test_the_local_time_stays_when_clocks_change() -> None:
    assert starts(Standing(plans=(PARIS,)), "2026-10-19", "2026-11-05") == [
        "2026-10-20T16:00", "2026-10-27T17:00", "2026-11-03T17:00",
    ]  # fmt: skip


def test_exceptions_and_holidays() -> None:
    days = {
        "2026-11-03": Day("moved", "2026-11-05T10:00:00.000Z"),
        "2026-11-10": Day("excused"),
        "2026-11-17": Day("held"),
        "2026-11-24": Day("missed", "2026-11-25T17:00:00.000Z"),
    }
    found = occurrences(
        Standing(plans=(PARIS,), days=days), at("2026-11-01"), at("2026-12-10"),
        lambda day: "Fête" if day == date(2026, 12, 1) else "",
    )  # fmt: skip
    assert [(one.day, one.at[:16], one.state, one.moved, one.holiday) for one in found] == [
        ("2026-11-03", "2026-11-05T10:00", "planned", True, ""),
        ("2026-11-10", "2026-11-10T17:00", "excused", False, ""),
        ("2026-11-17", "2026-11-17T17:00", "held", False, ""),
        ("2026-11-24", "2026-11-25T17:00", "missed", True, ""),
        ("2026-12-01", "2026-12-01T17:00", "holiday", False, "Fête"),
        ("2026-12-08", "2026-12-08T17:00", "planned", False, ""),
    ]


DAYS = st.sampled_from([
    Day("held"), Day("missed"), Day("excused"), Day("moved", "2026-11-05T10:00:00.000Z"),
    Day("missed", "2026-12-25T17:00:00.000Z"), Day("held", "2026-10-01T17:00:00.000Z"),
])  # fmt: skip


@given(
    st.dictionaries(st.integers(0, 12), DAYS, max_size=8),
    st.integers(0, 100 * 24),
    st.integers(1, 3),
    st.sampled_from(["", "2026-10-13", "2026-11-24"]),
)
def test_counting_those_that_have_begun_is_counting_them_one_by_one(
    days: dict[int, Day], hours: int, every: int, running: str
) -> None:
    plans = (msgspec.structs.replace(PARIS, last="2026-11-12"), WeeklyPlan("2026-11-13", "07:00", "UTC", every))
    named = {(date(2026, 10, 6) + timedelta(weeks=week)).isoformat(): day for week, day in days.items()}
    standing = Standing(plans=plans, days=named, running="x" if running else "", running_day=running)
    now = at("2026-10-05") + timedelta(hours=hours)

    def holidays(day: date) -> str:
        return "Fête" if day.day % 5 == 0 else ""

    tomorrow = (now + timedelta(days=1)).date().isoformat()
    found = occurrences(standing, at("2026-09-01"), at("2027-09-01"), holidays)
    early = {e.day for e in found if e.state == "held" and e.day <= tomorrow}
    begun = {e.day for e in found if e.state not in ("excused", "holiday") and instant(e.at) < now}
    assert planned_so_far(standing, now, holidays) == len(early | begun)


def test_one_moved_far_away_is_found_where_it_is_now() -> None:
    standing = Standing(plans=(PARIS,), days={"2026-10-06": Day("moved", "2026-12-24T09:00:00.000Z")})
    assert starts(standing, "2026-10-05", "2026-10-08") == []
    assert starts(standing, "2026-12-23", "2026-12-25") == ["2026-12-24T09:00"]


def test_the_next_one_is_what_goes_on_or_will_be_held() -> None:
    standing = Standing(plans=(PARIS,), days={"2026-11-24": Day("excused")})
    during = next_occurrence(standing, at("2026-11-17T17:30"))
    assert during is not None
    assert during.day == "2026-11-17"
    after = next_occurrence(standing, at("2026-11-17T18:00"))
    assert after is not None
    assert after.day == "2026-12-01"
    assert next_occurrence(Standing(), at("2026-11-17")) is None
    assert next_occurrence(Standing(plans=(WeeklyPlan("2026-10-06", "18:00", "UTC", last="2026-10-06"),)),
                           at("2026-11-17")) is None  # fmt: skip


@pytest.mark.parametrize(("starts_on", "time", "odd"), [
    ("2026-10-04", "02:30", (date(2026, 10, 25), "twice")),
    ("2026-11-01", "02:30", (date(2027, 3, 28), "never")),
    ("2026-10-06", "02:30", None),
])  # fmt: skip
def test_a_time_that_clocks_skip_or_show_twice_is_found(starts_on: str, time: str, odd: object) -> None:
    assert odd_time(WeeklyPlan(starts_on, time, "Europe/Paris")) == odd


_DAYS = st.dates(date(2026, 9, 1), date(2027, 8, 31))
_MOVED = _DAYS.map(lambda day: Day("moved", f"{day}T10:00:00.000Z"))


@examples(60)
@given(
    plans=st.lists(
        st.builds(WeeklyPlan, _DAYS.map(str), st.sampled_from(["00:10", "02:30", "23:50"]),
                  st.sampled_from(["Europe/Paris", "Pacific/Auckland", "America/Martinique"]), st.integers(1, 4)),
        max_size=2,
    ),
    moved=st.dictionaries(_DAYS.map(str), _MOVED, max_size=3),
    since=_DAYS, cut=st.integers(0, 60),
)  # fmt: skip
def test_a_stretch_is_the_sum_of_its_parts(
    plans: list[WeeklyPlan], moved: dict[str, Day], since: date, cut: int
) -> None:
    standing = Standing(plans=tuple(plans), days=moved)
    first = datetime.combine(since, datetime.min.time(), UTC)
    middle, last = first + timedelta(days=cut), first + timedelta(days=60)
    whole = occurrences(standing, first, last)
    assert occurrences(standing, first, middle) + occurrences(standing, middle, last) == whole
    assert len({one.day for one in whole}) == len(whole), "each once"
    for one in whole:
        assert first <= instant(one.at) < last
        assert iso(instant(one.at)) == one.at
        assert occurrence(standing, one.day) == one
