"""The instants of a repeated event inside a stretch of time. Source: RFC 5545 §3.8.5; the rules are dateutil's.

Rules repeat on the local clock: every Tuesday at 14:00 stays at 14:00 when the offset changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

_UNTIL: Final = re.compile(r";?UNTIL=([0-9]{8})(T[0-9]{6})?(Z)?", re.IGNORECASE)
_OFTEN: Final = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE)
_MOST: Final = 5_000
"""Repetitions looked at inside the stretch; a daily event over ten years has fewer."""
_MOST_BEFORE: Final = 100_000
"""Repetitions passed over before it."""


class TooOften(Exception):
    """The event is repeated more often than any defense."""


class Repeats(msgspec.Struct, frozen=True):
    """A repeated event.

    Attributes:
        start: of the first one, with its zone.
        rule: the RRULE's value, "" when only further dates are given.
        added: RDATE, with their zones.
        left_out: EXDATE; a date alone leaves out the whole day.
    """

    start: datetime
    rule: str
    added: tuple[datetime, ...] = ()
    left_out: tuple[date, ...] = ()


def repeated(event: Repeats, since: datetime, until: datetime) -> Iterator[datetime]:
    """Return its instants from `since` to `until`, both included, in order, each once, in the event's zone.

    Raises:
        TooOften: Hourly or more, or more of them than anyone could hold.
        ValueError: The rule cannot be read.
    """
    left_out = {utc(moment) for moment in event.left_out if isinstance(moment, datetime)}
    days = {moment for moment in event.left_out if not isinstance(moment, datetime)}
    found: dict[datetime, datetime] = {}
    for local in (*_by_rule(event, until), *event.added):
        instant = utc(local)
        if since <= instant <= until and instant not in left_out and local.date() not in days:
            found.setdefault(instant, local)
        if len(found) > _MOST:
            raise TooOften
    yield from (found[instant] for instant in sorted(found))


def ends_before_it_starts(event: Repeats) -> bool:
    """Return whether the UNTIL of a rule is before its first instant.

    Raises:
        ValueError: The UNTIL cannot be read.
    """
    match = _UNTIL.search(event.rule)
    return match is not None and _end_of_rule(match, event.start) < event.start.replace(tzinfo=None)


def _by_rule(event: Repeats, until: datetime) -> Iterator[datetime]:
    """Return what the rule gives until it ends or the stretch ends, on the event's own clock."""
    yield event.start
    if not event.rule:
        return
    if _OFTEN.search(event.rule):
        raise TooOften
    from dateutil.rrule import rrulestr

    zone = event.start.tzinfo
    last = (until.astimezone(zone) + timedelta(days=1)).replace(tzinfo=None)
    if match := _UNTIL.search(event.rule):
        last = min(last, _end_of_rule(match, event.start))
    rule = rrulestr("RRULE:" + _UNTIL.sub("", event.rule).strip(";"), dtstart=event.start.replace(tzinfo=None))
    for passed, local in enumerate(rule):
        if local > last:
            return
        if passed > _MOST_BEFORE:
            raise TooOften
        yield local.replace(tzinfo=zone)


def _end_of_rule(match: re.Match[str], start: datetime) -> datetime:
    """Return UNTIL on the event's own clock: an instant in UTC, a local time, or the end of a day."""
    day = datetime.strptime(match[1], "%Y%m%d")  # noqa: DTZ007 — a local clock is meant
    if not match[2]:
        return datetime.combine(day, time.max)
    local = datetime.strptime(match[1] + match[2], "%Y%m%dT%H%M%S")  # noqa: DTZ007
    return local.replace(tzinfo=UTC).astimezone(start.tzinfo).replace(tzinfo=None) if match[3] else local


def utc(local: datetime) -> datetime:
    """Return the instant of a local time as RFC 5545 reads it where clocks skip or repeat it."""
    instant = local.replace(fold=0).astimezone(UTC)
    if local.tzinfo is None or instant.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    before = (local - timedelta(days=1)).utcoffset() or timedelta()
    return (local.replace(tzinfo=None) - before).replace(tzinfo=UTC)
