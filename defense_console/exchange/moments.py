"""Instants as files write them: ISO 8601, else the day first, as in `1/2/2027 9:05` and `01.12.2026 14h00`.

Nothing is guessed. `dateutil.parser.parse` is not used anywhere: it reads 2026-04-03 as
4 March when asked for days first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from defense_console.model.defense.timeline import iso
from defense_console.model.errors import N_, ConsoleError
from defense_console.words.translation import zone_of

EXPECTED: Final = N_("a date and time such as 2026-04-03T14:00 or 03/04/2026 14:00")
_TIME_TOO: Final = N_("the time as well, such as {example}")
_TWICE: Final = N_("a time that happens once: this one occurs twice in {zone}, write it with its offset")
_NEVER: Final = N_("a time that exists: this one is skipped in {zone}")
_EARLY: Final = N_("a year from {year} on")

_DAY: Final = (
    r"(?:(?P<d>[0-9]{1,2})(?P<between>[/.-])(?P<m>[0-9]{1,2})(?P=between)(?P<y>[0-9]{4})"
    r"|(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2}))"
)
_TIME: Final = (
    r"(?P<hour>[0-9]{1,2}) ?(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?|[hH](?: ?(?P<after>[0-9]{2}))?)"
)
_LOCAL: Final = re.compile(rf"{_DAY}(?:,? (?:(?:à|a|at) )?{_TIME})?", re.ASCII)
_WITHOUT_A_TIME: Final = re.compile(r"[0-9]{4}[0-9W-]*", re.ASCII)
_WITHOUT_A_DAY: Final = re.compile(r"[0-9]{4}(-?[0-9]{2})?|[0-9]{4}-?W[0-9]{2}", re.ASCII)
"""ISO 8601 lets the day be left out; a defense needs one."""
_FIRST_YEAR: Final = 2000


def moment(text: str, zone: str, *, day_alone: bool = False) -> str:
    """Return the instant that a file writes.

    Args:
        text: As written; white space of any kind counts as one blank.
        zone: IANA name of the zone that holds for a time without an offset.
        day_alone: A date without a time is its first minute. Otherwise it is refused.

    Returns:
        ISO 8601 UTC as the log holds it.

    Raises:
        ConsoleError: What is expected instead; also for a local time that occurs twice or never, and for an unknown
            zone.
    """
    text = " ".join(text.split())
    found = _parse(text)
    if found is None:
        raise ConsoleError(EXPECTED)
    local, timed = found
    if not timed and not day_alone:
        raise ConsoleError(_TIME_TOO, example=f"{text} 14:00")
    if local.year < _FIRST_YEAR - 1:
        raise ConsoleError(_EARLY, year=_FIRST_YEAR)
    if local.tzinfo is None:
        local = _once(local, zone_of(zone), zone)
    try:
        utc = local.astimezone(UTC)
    except OverflowError:
        raise ConsoleError(EXPECTED) from None
    if utc.year < _FIRST_YEAR:
        raise ConsoleError(_EARLY, year=_FIRST_YEAR)
    return iso(utc)


def _parse(text: str) -> tuple[datetime, bool] | None:
    """Return a date with its time, and whether there was a time; None for anything else."""
    from dateutil.parser import isoparse  # 40 ms that `list` need not pay

    try:
        if match := _LOCAL.fullmatch(text):
            day = isoparse(match["iso"] or f"{match['y']}-{int(match['m']):02}-{int(match['d']):02}")
            if match["hour"] is None:
                return day, False
            minute = int(match["minute"] or match["after"] or 0)
            return day.replace(hour=int(match["hour"]), minute=minute, second=int(match["second"] or 0)), True
        if _WITHOUT_A_DAY.fullmatch(text):
            return None
        return isoparse(text), _WITHOUT_A_TIME.fullmatch(text) is None
    except ValueError:
        return None


def _once(local: datetime, zone: tzinfo, name: str) -> datetime:
    """Return the local time in its zone; refuse it where the zone's clocks skip or repeat it."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ConsoleError(_NEVER, zone=name)
    if first.utcoffset() != second.utcoffset():
        raise ConsoleError(_TWICE, zone=name)
    return first
