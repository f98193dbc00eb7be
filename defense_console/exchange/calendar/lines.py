"""The text of an iCalendar file: its lines put together again, each with its place, and the components that matter.

The library that reads calendars gives no line numbers and passes over mistakes that should be reported, so this looks
at the text first, and cuts out each event: what is wrong in one is no reason not to read the others.
Source: RFC 5545 §3.1, §3.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine, utf8
from defense_console.model.errors import N_

_NAME: Final = re.compile(r"([A-Za-z0-9-]+)([;:])")
_HEAD: Final = re.compile(r'(?:[^":]|"[^"]*")*')
"""A property up to its value: quoted parameters may hold a colon."""
_CALENDAR: Final = N_("a calendar: its first line is BEGIN:VCALENDAR")
_PROPERTY: Final = N_("NAME:value, or a line that begins with a blank and goes on with the one before")


class ComponentLines(msgspec.Struct):
    """An event, or the definition of a zone.

    Attributes:
        line: of its BEGIN, from 1.
        lines: its properties with their numbers; of a zone, the lines of its parts too.
        bad: its lines that are no properties.
    """

    line: int
    lines: list[tuple[int, str]] = msgspec.field(default_factory=list)
    bad: list[BadLine] = msgspec.field(default_factory=list)

    def line_of(self, name: str) -> int:
        """Return the line of a property, of the component without one."""
        return next((number for number, text in self.lines if property_name(text) == name), self.line)

    def value_of(self, name: str) -> str:
        """Return a property as it is written, "" without one."""
        return next((value_in(text) for _number, text in self.lines if property_name(text) == name), "")


class CalendarLines(msgspec.Struct):
    """One calendar of a file: its METHOD, its zone, the zones it defines, its events in their order.

    Attributes:
        zone: of times without one, "" where the calendar does not say (X-WR-TIMEZONE, which Google and Apple write).
    """

    method: str = ""
    zone: str = ""
    zones: list[ComponentLines] = msgspec.field(default_factory=list)
    events: list[ComponentLines] = msgspec.field(default_factory=list)


def calendars_in(data: bytes) -> tuple[CalendarLines, ...]:
    """Return the calendars of a file.

    Raises:
        BadFile: It is no calendar, a component is not opened or closed, or a line between them is no property.
    """
    lines = _unfolded(utf8(data, N_("a calendar in UTF-8")))
    if not lines or lines[0][1].strip().upper() != "BEGIN:VCALENDAR":
        number, text = lines[0] if lines else (1, "")
        raise BadFile([BadLine(number, "", text, _CALENDAR)])
    reader = _Reader()
    for number, text in lines:
        if not reader.take(number, text):
            break
    reader.end()
    if reader.bad:
        raise BadFile(reader.bad)
    return tuple(reader.calendars)


def property_name(text: str) -> str:
    """Return the name of a property, upper case; "" for a line that is none."""
    match = _NAME.match(text)
    return match[1].upper() if match else ""


def value_in(text: str) -> str:
    """Return the value of a property."""
    head = _HEAD.match(text)
    return text[head.end() + 1 :] if head else ""


def head_of(text: str) -> str:
    """Return a property without its value: its name and parameters."""
    head = _HEAD.match(text)
    return head[0] if head else ""


def _unfolded(text: str) -> list[tuple[int, str]]:
    """Return logical lines with the number of their first physical one, without blank lines.

    Only CRLF, LF and CR end a line: other separators may be inside a text.
    """
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line[:1] in (" ", "\t") and found:
            found[-1][1].append(line[1:])
        elif line.strip():
            found.append((number, [line]))
    return [(number, "".join(parts)) for number, parts in found]


def _is_property(text: str) -> bool:
    """Return whether a line is `NAME:value` or `NAME;PARAMETER=value:value`, with its quotes closed."""
    match = _NAME.match(text)
    if match is None or "\x00" in text:
        return False
    if match[2] == ":":
        return True
    from icalendar.parser import Contentline

    try:
        Contentline(text).parts()  # type: ignore[no-untyped-call]
    except ValueError:
        return False
    return True


class _Reader:
    """Takes line after line, and knows which components are open."""

    def __init__(self) -> None:
        self.calendars: list[CalendarLines] = []
        self.bad: list[BadLine] = []
        self._open: list[tuple[str, int, ComponentLines | None]] = []

    def take(self, number: int, text: str) -> bool:
        """Take a line; False when what follows could only be reported wrongly."""
        name, value = property_name(text), text.partition(":")[2].strip().upper()
        if not _is_property(text):
            self._no_property(number, text)
        elif name == "BEGIN":
            if not self._open and value != "VCALENDAR":
                self.bad.append(BadLine(number, "", text, _CALENDAR))
            self._begin(number, text, value)
        elif name == "END":
            if not self._open or self._open[-1][0] != value:
                wanted = f"END:{self._open[-1][0]}" if self._open else "BEGIN:VCALENDAR"
                self.bad.append(BadLine(number, "", text, N_("{line} here"), {"line": wanted}))
                self._open.clear()
                return False
            if (whole := self._open.pop()[2]) is not None and self._open and self._open[-1][2] is whole:
                whole.lines.append((number, text))
        elif not self._open:
            self.bad.append(BadLine(number, "", text, _CALENDAR))
        else:
            self._property(number, text, name, value)
        return True

    def end(self) -> None:
        """Report the components that are still open."""
        for name, number, _whole in self._open:
            expected = N_("{line} further on: the end of the file is missing")
            self.bad.append(BadLine(number, "", f"BEGIN:{name}", expected, {"line": f"END:{name}"}))

    def _begin(self, number: int, text: str, value: str) -> None:
        inside = self._open[-1] if self._open else ("", 0, None)
        whole: ComponentLines | None = None
        if value == "VCALENDAR":
            self.calendars.append(CalendarLines())
        elif value in ("VEVENT", "VTIMEZONE") and self.calendars:
            whole = ComponentLines(number)
            (self.calendars[-1].events if value == "VEVENT" else self.calendars[-1].zones).append(whole)
        elif inside[0] in ("VTIMEZONE", "STANDARD", "DAYLIGHT") and inside[2] is not None:
            whole = inside[2]
            whole.lines.append((number, text))
        self._open.append((value, number, whole))

    def _property(self, number: int, text: str, name: str, value: str) -> None:
        kind, _line, whole = self._open[-1]
        if whole is not None:
            whole.lines.append((number, text))
        elif kind == "VCALENDAR" and name == "METHOD":
            self.calendars[-1].method = value
        elif kind == "VCALENDAR" and name == "X-WR-TIMEZONE":
            self.calendars[-1].zone = value_in(text).strip()

    def _no_property(self, number: int, text: str) -> None:
        """Keep the fault with its event, or with the file between components; elsewhere nobody reads it."""
        kind, _line, whole = self._open[-1] if self._open else ("", 0, None)
        if whole is not None:
            whole.bad.append(BadLine(number, "", text, _PROPERTY))
        elif kind in ("", "VCALENDAR"):
            self.bad.append(BadLine(number, "", text, _PROPERTY))


def event_text(lines: Iterable[tuple[int, str]]) -> str:
    """Return an event as the library is to read it: the names of zones are ours to look up, so it must not see them."""
    return "\r\n".join(("BEGIN:VEVENT", *(_zone_hidden(text) for _number, text in lines), "END:VEVENT", ""))


_QUOTED_OR_ZONE: Final = re.compile(r'"[^"]*"|;TZID(?==)', re.IGNORECASE)
ZONE: Final = "X-TZID"
"""The parameter that holds the name of a zone in `event_text`."""


def _zone_hidden(text: str) -> str:
    head = head_of(text)
    return _QUOTED_OR_ZONE.sub(lambda match: f";{ZONE}" if match[0][0] == ";" else match[0], head) + text[len(head) :]
