"""Instants as files write them: ISO 8601, else exactly `dd/mm/yyyy[ hh:mm]`; never guessed.

Source: engineering.md §3. `dateutil.parser.parse` is not used anywhere: it reads 2026-04-03 as 4 March when asked for
days first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from defense_console.model.defense.timeline import iso
from defense_console.model.errors import N_, ConsoleError
from defense_console.words.translation import zone_of

EXPECTED: Final = N_("a date and time such as 2026-04-03T14:00 or 03/04/2026 14:00")
_TWICE: Final = N_("a time that happens once: this one occurs twice in {zone}, write it with its offset")
_NEVER: Final = N_("a time that exists: this one is skipped in {zone}")
_EARLY: Final = N_("a year from {year} on")

_FRENCH: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?: ([0-9]{2}):([0-9]{2}))?")
_WITHOUT_A_DAY: Final = re.compile(r"[0-9]{4}(-?[0-9]{2})?|[0-9]{4}-?W[0-9]{2}")
"""ISO 8601 lets the day be left out; a defense needs one."""
_FIRST_YEAR: Final = 2000


def moment(text: str, zone: str) -> str:
    """Return the instant that a file writes.

    Args:
        text: As in the file, without white space around it.
        zone: IANA name of the zone that holds for a time without an offset.

    Returns:
        ISO 8601 UTC as the log holds it. A date alone is its first minute.

    Raises:
        ConsoleError: What is expected instead; also for a local time that occurs twice or never, and for an unknown
            zone.
    """
    found = _parse(text)
    if found is None:
        raise ConsoleError(EXPECTED)
    if found.tzinfo is None:
        found = _once(found, zone_of(zone), zone)
    try:
        utc = found.astimezone(UTC)
    except OverflowError:
        raise ConsoleError(EXPECTED) from None
    if utc.year < _FIRST_YEAR:
        raise ConsoleError(_EARLY, year=_FIRST_YEAR)
    return iso(utc)


def _parse(text: str) -> datetime | None:
    from dateutil.parser import isoparse  # 40 ms that `list` need not pay

    if match := _FRENCH.fullmatch(text):
        day, month, year, hour, minute = (int(part or 0) for part in match.groups())
        try:
            return datetime(year, month, day, hour, minute)  # noqa: DTZ001 — its zone is found by the caller
        except ValueError:
            return None
    if _WITHOUT_A_DAY.fullmatch(text):
        return None
    try:
        return isoparse(text)
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
