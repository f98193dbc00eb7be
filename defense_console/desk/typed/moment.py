"""Dates and times as a mentor types them, read by a small grammar of our own; nothing is guessed.

`2026-04-03 14:00` · `03/04/2026 14:00` · `03/04 14:00` · `14:00` · `today`, `tomorrow`, `monday` and the French words,
with a time · `in 2 days`, `in 3 hours`, `in 30 min` and the French words.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from defense_console.desk.typed.day import coming_day
from defense_console.exchange.moments import moment
from defense_console.model.defense.timeline import instant, iso, later
from defense_console.model.errors import ConsoleError
from defense_console.words.translation import zone_of

_UNITS: Final = {
    "j": 86_400, "jour": 86_400, "jours": 86_400, "d": 86_400, "day": 86_400, "days": 86_400,
    "semaine": 604_800, "semaines": 604_800, "week": 604_800, "weeks": 604_800,
    "h": 3_600, "heure": 3_600, "heures": 3_600, "hour": 3_600, "hours": 3_600,
    "min": 60, "minute": 60, "minutes": 60,
}  # fmt: skip
_TIME: Final = re.compile(r"(?:^|\s)(?:à\s*|at\s+)?([0-9]{1,2})\s*[:h]\s*([0-9]{2})?$")
_AHEAD: Final = re.compile(r"(?:dans|in|\+)\s*([0-9]{1,3})\s*([a-z]+)")


def typed_moment(text: str, zone: str, now: str, usual: str) -> str:
    """Return the instant a mentor typed.

    Args:
        now: The present instant, ISO 8601 UTC.
        usual: The start so far, ISO 8601 UTC: its time of day holds when only a day is typed.

    Returns:
        ISO 8601 UTC as the log holds it.

    Raises:
        ConsoleError: It is not a date; or a local time that occurs twice or never.
    """
    words = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower().split())
    try:
        return moment(text.strip(), zone) if re.search(r"[0-9]T[0-9]", text) else _read(words, zone, now, usual)
    except (ValueError, OverflowError):
        raise ConsoleError(
            "“{text}” is not a date: write it like 03/04 14:00, 2026-04-03 14:00, tomorrow 14:00 or in 2 days.",
            text=text,
        ) from None


def _read(words: str, zone: str, now: str, usual: str) -> str:
    local_zone = zone_of(zone)
    today = instant(now).astimezone(local_zone)
    if (ahead := _AHEAD.fullmatch(words)) and ahead[2] in _UNITS:
        return _ahead(int(ahead[1]), _UNITS[ahead[2]], zone, now, usual)
    found = _TIME.search(words)
    before = instant(usual).astimezone(local_zone)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (before.hour, before.minute)
    day_words = words[: found.start()].strip() if found else words
    if not day_words and found:
        day = today.date()
        if datetime(day.year, day.month, day.day, hour, minute, tzinfo=local_zone) <= today:
            day += timedelta(days=1)
    else:
        day = coming_day(day_words, today.date())
    return _local(day, hour, minute, zone)


def _ahead(number: int, unit_s: int, zone: str, now: str, usual: str) -> str:
    """Return an instant so far ahead: hours and minutes in real time, days in the calendar at the usual time."""
    if unit_s < 86_400:
        whole = instant(later(now, number * unit_s)).replace(second=0, microsecond=0)
        return iso(whole.astimezone(UTC))
    local_zone = zone_of(zone)
    before = instant(usual).astimezone(local_zone)
    day = instant(now).astimezone(local_zone).date() + timedelta(days=number * unit_s // 86_400)
    return _local(day, before.hour, before.minute, zone)


def _local(day: date, hour: int, minute: int, zone: str) -> str:
    return moment(datetime(day.year, day.month, day.day, hour, minute).isoformat(), zone)  # noqa: DTZ001 — see moment
