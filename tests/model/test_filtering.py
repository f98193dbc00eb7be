"""What a list is limited to: a curriculum, a period on the mentor's calendar."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from defense_console.model.queue.filtering import PERIODS, Filter, Period, span

PARIS = ZoneInfo("Europe/Paris")
NOW = "2026-11-24T13:00:00.000Z"


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("week", "2026-11-22T23:00:00.000Z", "2026-11-29T23:00:00.000Z"),
        ("next_week", "2026-11-29T23:00:00.000Z", "2026-12-06T23:00:00.000Z"),
        ("month", "2026-10-31T23:00:00.000Z", "2026-11-30T23:00:00.000Z"),
        ("last_month", "2026-09-30T22:00:00.000Z", "2026-10-31T23:00:00.000Z"),
    ],
)
def test_a_period_begins_and_ends_at_local_midnight(period: Period, since: str, until: str) -> None:
    assert span(period, NOW, PARIS) == (since, until)


@pytest.mark.parametrize("period", PERIODS)
def test_every_period_keeps_its_first_instant_and_not_its_end(period: Period) -> None:
    since, until = span(period, NOW, PARIS)
    keeps = Filter(period=period).at(NOW, PARIS).keeps
    assert keeps("IRP", since)
    assert not keeps("IRP", until)


def test_a_curriculum_and_a_period_limit_together() -> None:
    keeps = Filter("IRP", "week").at(NOW, PARIS).keeps
    assert [keeps("IRP", NOW), keeps("FE", NOW), keeps("IRP", "2026-12-24T13:00:00.000Z")] == [True, False, False]
    assert not Filter()
    assert Filter().at(NOW, PARIS).keeps("FE", NOW)
