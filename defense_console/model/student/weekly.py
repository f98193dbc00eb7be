"""The weekly sessions of a student: computed from the plan, never stored. Pure.

They repeat on the local clock: every Tuesday at 18:00 stays at 18:00 when the offset changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.model.log.instants import instant, iso
from defense_console.model.student.state import Day, Standing, WeeklyPlan

OccurrenceState = Literal["planned", "running", "held", "missed", "excused", "holiday"]
Holidays = Callable[[date], str]
"""Gives the name of a holiday, "" for any other day."""
TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
LONGEST: Final = timedelta(days=3_660)
"""Nobody looks further ahead: a plan without an end has no last session."""
_SOON: Final = timedelta(days=22)
_YEAR: Final = timedelta(days=366)


class Occurrence(msgspec.Struct, frozen=True):
    """One weekly session.

    Attributes:
        day: it was planned for, on the calendar of the plan's zone; its name, also when it is moved.
        at: start, ISO 8601 UTC, where it is now.
        length_min: minutes.
        moved: another time was given.
        holiday: name of the holiday it falls on, "" for none.
    """

    day: str
    at: str
    length_min: int
    state: OccurrenceState = "planned"
    moved: bool = False
    holiday: str = ""


def no_holidays(_day: date) -> str:
    """Return "": no country was chosen."""
    return ""


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Return the zone with an IANA name.

    Raises:
        ConsoleError: There is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConsoleError("There is no time zone “{zone}”; write it like Europe/Paris.", zone=name) from None


def plan_of(plans: Sequence[WeeklyPlan], day: date) -> WeeklyPlan | None:
    """Return the plan that has a session on a day, None when there is none that day."""
    for plan in plans:
        away = (day - date.fromisoformat(plan.starts)).days
        if away >= 0 and away % (7 * plan.every) == 0 and (not plan.last or day <= date.fromisoformat(plan.last)):
            return plan
    return None


def start_of(plan: WeeklyPlan, day: date) -> datetime:
    """Return when the session of a day starts.

    Where clocks skip that time, the offset before the change holds; where they show it twice, it is the first. A plan
    that would meet this is refused when it is typed; it can come from another edition of the world's time zones.
    """
    local = datetime.combine(day, time.fromisoformat(plan.time), zone_named(plan.zone))
    return local.replace(fold=0).astimezone(UTC)


def odd_time(plan: WeeklyPlan, weeks: int = 106) -> tuple[date, Literal["never", "twice"]] | None:
    """Return the first day on which the local time does not exist or occurs twice, None when there is none.

    Args:
        weeks: How far ahead to look: two years hold every change of clocks.
    """
    zone = zone_named(plan.zone)
    first = date.fromisoformat(plan.starts)
    for n in range(0, weeks, plan.every):
        day = first + timedelta(weeks=n)
        if plan.last and day > date.fromisoformat(plan.last):
            return None
        local = datetime.combine(day, time.fromisoformat(plan.time), zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            return day, "never"
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            return day, "twice"
    return None


def occurrences(
    standing: Standing, since: datetime, until: datetime, holidays: Holidays = no_holidays
) -> tuple[Occurrence, ...]:
    """Return the weekly sessions that start in a stretch of time, `until` not included, in the order of their start."""
    until = min(until, since + LONGEST)
    found = (_occurrence(standing, plan, day, holidays) for plan, day in _days(standing, since, until))
    inside = (one for one in found if since <= instant(one.at) < until)
    return tuple(sorted(inside, key=lambda one: (one.at, one.day)))


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def sessions_of(
    standing: Standing, day: date, zone: tzinfo, holidays: Holidays = no_holidays
) -> tuple[Occurrence, ...]:
    """Return the weekly sessions that start on a day of a zone, in the order of their start."""
    return occurrences(standing, midnight(day, zone), midnight(day + timedelta(days=1), zone), holidays)


def planned_so_far(standing: Standing, now: datetime, holidays: Holidays = no_holidays) -> int:
    """Return how many sessions should have begun by now, or were held early; the cancelled and holidays are none.

    A year of them is counted for each line of a list, so an hour is computed only where it decides.
    """
    since = min((start_of(plan, date.fromisoformat(plan.starts)) for plan in standing.plans), default=now)
    sure, count = (now - timedelta(days=1)).date(), 0
    tomorrow = (now + timedelta(days=1)).date().isoformat()
    for plan, day in _days(standing, since, now):
        name = day.isoformat()
        known = standing.days.get(name)
        if day < sure and (known is None or not known.to) and name != standing.running_day:
            none = known.state == "excused" if known is not None else bool(holidays(day))
            count += not none
        else:
            one = _occurrence(standing, plan, day, holidays)
            early = one.state == "held" and one.day <= tomorrow
            count += early or (one.state not in ("excused", "holiday") and instant(one.at) < now)
    return count


def occurrence(standing: Standing, day: str, holidays: Holidays = no_holidays) -> Occurrence | None:
    """Return the session that is planned for a day, wherever it was moved to; None when there is none."""
    plan = plan_of(standing.plans, date.fromisoformat(day))
    return None if plan is None else _occurrence(standing, plan, date.fromisoformat(day), holidays)


def going_on(standing: Standing) -> Occurrence | None:
    """Return the session that is being held, whenever it was planned for, at its start; None when there is none.

    One that nobody had planned has no day and no length.
    """
    if not standing.running:
        return None
    day = standing.running_day
    plan = plan_of(standing.plans, date.fromisoformat(day)) if day else None
    return Occurrence(day, standing.running, plan.length_min if plan is not None else 0, "running")


def next_occurrence(standing: Standing, now: datetime, holidays: Holidays = no_holidays) -> Occurrence | None:
    """Return the session that goes on now, else the next one that will be held; None within a year of any."""
    since = now - timedelta(minutes=max((plan.length_min for plan in standing.plans), default=0))
    for ahead in (_SOON, _YEAR):  # most often it is found in the first few weeks
        for each in occurrences(standing, since, now + ahead, holidays):
            over = instant(each.at) + timedelta(minutes=each.length_min) <= now
            if each.state == "running" or (each.state == "planned" and not over):
                return each
    return None


def _days(standing: Standing, since: datetime, until: datetime) -> Iterator[tuple[WeeklyPlan, date]]:
    """Yield the days whose session may start in a stretch: a day more on either side, and all that was moved."""
    given: set[date] = set()
    first, last = (since - timedelta(days=1)).date(), (until + timedelta(days=1)).date()
    for plan in standing.plans:
        starts, step = date.fromisoformat(plan.starts), timedelta(weeks=plan.every)
        ends = min(last, date.fromisoformat(plan.last)) if plan.last else last
        day = starts + max(0, -((starts - first) // step)) * step
        while day <= ends:
            if plan_of(standing.plans, day) is plan:
                given.add(day)
                yield plan, day
            day += step
    for name, what in standing.days.items():
        day = date.fromisoformat(name)
        if what.to and day not in given and (moved := plan_of(standing.plans, day)) is not None:
            yield moved, day


def _occurrence(standing: Standing, plan: WeeklyPlan, day: date, holidays: Holidays) -> Occurrence:
    days: Mapping[str, Day] = standing.days
    name = day.isoformat()
    known = days.get(name)
    moved = known is not None and bool(known.to)
    at = known.to if known is not None and known.to else iso(start_of(plan, day))
    holiday = "" if moved else holidays(day)
    state: OccurrenceState = "holiday" if holiday else "planned"
    if standing.running and standing.running_day == name:
        state = "running"
    elif known is not None and known.state != "moved":
        state = known.state
    return Occurrence(name, at, plan.length_min, state, moved, holiday)
