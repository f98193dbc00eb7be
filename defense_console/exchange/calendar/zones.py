"""The zones of a calendar: its own definitions, names of IANA, names of Windows; nothing else is a zone.

A calendar's own definition holds also where its name is known, and for that calendar alone. Source: RFC 5545 §3.6.5.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final

from defense_console.exchange.calendar.lines import ComponentLines, property_name, value_in
from defense_console.model.errors import N_, ConsoleError
from defense_console.words.translation import zone_of

_UTC: Final = frozenset({"utc", "gmt", "z", "etc/utc", "etc/gmt", "tzone://microsoft/utc"})
_READ: Final = frozenset(
    {"BEGIN", "END", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE", "RDATE", "EXDATE", "EXRULE"}
)
_FAR: Final = datetime(2200, 7, 1)  # noqa: DTZ001 — a local clock is meant
_UNKNOWN: Final = N_("a known time zone such as Europe/Paris, or its VTIMEZONE in the file")
_BROKEN: Final = N_("a time zone that can be read: the VTIMEZONE on line {line} cannot")
_TWO: Final = N_("a time zone with one definition: this name has two, on the lines {first} and {second}")


class CalendarZones:
    """The zones that hold in one calendar.

    Args:
        definitions: Its own.
        floating: Name of the zone of times without one, "" for the mentor's.
    """

    def __init__(self, definitions: Iterable[ComponentLines], floating: str = "") -> None:
        self.floating = floating
        self._definitions: dict[str, list[ComponentLines]] = {}
        for one in definitions:
            self._definitions.setdefault(one.value_of("TZID").strip(), []).append(one)
        self._known: dict[str, tzinfo] = {}

    def zone(self, name: str) -> tzinfo:
        """Return a zone by its name in the file; UTC is `datetime.UTC` itself.

        Raises:
            ConsoleError: There is none, or its definition cannot be read.
        """
        name = name.strip()
        if name not in self._known:
            self._known[name] = self._own(name) if name in self._definitions else zone_by_name(name)
        return self._known[name]

    def _own(self, name: str) -> tzinfo:
        first, *others = self._definitions[name]
        for other in others:
            if _rules(other) != _rules(first):
                raise ConsoleError(_TWO, first=first.line, second=other.line)
        from dateutil.tz import tzical

        try:
            found = tzical(io.StringIO(_yearly(_rules(first)))).get()
            _FAR.replace(tzinfo=found).utcoffset()  # its rules are read only when they are asked
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
            found = None
        if found is None or first.bad:
            raise ConsoleError(_BROKEN, line=first.line)
        return found


def _yearly(rules: str) -> str:
    """Return the rules of a zone, whose changes come once a year: others may take for ever to reach a date.

    Raises:
        ValueError: They come more often.
    """
    if any("FREQ=YEARLY" not in line.upper() for line in rules.splitlines() if line.upper().startswith("RRULE:")):
        raise ValueError(rules)
    return rules


def _rules(definition: ComponentLines) -> str:
    """Return the lines of a definition that say when which offset holds, without parameters."""
    read = (
        f"{property_name(text)}:{value_in(text)}" for _number, text in definition.lines if property_name(text) in _READ
    )
    return "\n".join(("BEGIN:VTIMEZONE", "TZID:own", *read, "END:VTIMEZONE", ""))


def zone_by_name(name: str) -> tzinfo:
    """Return a zone by a name that everybody knows, which may end a longer one: `/example.org/1/Europe/Paris`."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    if name.lower() in _UTC:
        return UTC
    parts = name.strip("/").split("/")
    forms = [WINDOWS_TO_OLSON.get(name, name)]
    if len(parts) > 2:
        forms += ["/".join(parts[-size:]) for size in (3, 2)]
    for form in forms:
        try:
            return zone_of(form)
        except ConsoleError:
            continue
    raise ConsoleError(_UNKNOWN)
