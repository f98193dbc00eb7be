"""Which defenses a list is limited to: one curriculum, one period."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, get_args

import msgspec

from defense_console.model.defense.timeline import instant, iso

Period = Literal["week", "next_week", "month", "last_month"]
PERIODS: Final[tuple[Period, ...]] = get_args(Period)


class Filter(msgspec.Struct, frozen=True):
    """What a list is limited to. Attributes: curriculum: its code, "" for any; period: None for any."""

    curriculum: str = ""
    period: Period | None = None

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self.curriculum or self.period)

    def at(self, now: str, zone: tzinfo) -> Keeps:
        """Return the filter with the instants that its period has now."""
        return Keeps(self.curriculum, *(span(self.period, now, zone) if self.period else ("", "")))


class Keeps(msgspec.Struct, frozen=True):
    """A filter at one moment. Attributes: since, until: ISO 8601 UTC, `until` not included; "" for any time."""

    curriculum: str
    since: str
    until: str

    def keeps(self, curriculum: str, at: str) -> bool:
        """Whether a defense of this curriculum at this instant, ISO 8601 UTC, is listed."""
        if self.curriculum and curriculum != self.curriculum:
            return False
        return not self.until or instant(self.since) <= instant(at) < instant(self.until)


def span(period: Period, now: str, zone: tzinfo) -> tuple[str, str]:
    """Return when a period begins and ends on the calendar of a zone, ISO 8601 UTC; a week begins on Monday."""
    today = instant(now).astimezone(zone).date()
    monday, month = today - timedelta(days=today.weekday()), today.replace(day=1)
    days: dict[Period, tuple[date, date]] = {
        "week": (monday, monday + timedelta(days=7)),
        "next_week": (monday + timedelta(days=7), monday + timedelta(days=14)),
        "month": (month, (month + timedelta(days=31)).replace(day=1)),
        "last_month": ((month - timedelta(days=1)).replace(day=1), month),
    }
    first, last = days[period]
    return midnight(first, zone), midnight(last, zone)


def midnight(day: date, zone: tzinfo) -> str:
    """Return when a day begins in a zone, ISO 8601 UTC."""
    return iso(datetime.combine(day, time(), zone))
