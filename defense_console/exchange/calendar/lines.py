"""The text of an iCalendar file: its lines put together again, each with its place, and the components they make.

The library that reads calendars gives no line numbers and passes over mistakes that should be reported, so this looks
at the text first. Source: RFC 5545 §3.1, §3.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine, utf8
from defense_console.model.errors import N_

_NAME: Final = re.compile(r"([A-Za-z0-9-]+)([;:])")
_CALENDAR: Final = N_("a calendar: its first line is BEGIN:VCALENDAR")


class ComponentLines(msgspec.Struct, frozen=True):
    """A component: its name, the line of its BEGIN, and the first line of each of its own properties, all from 1."""

    name: str
    line: int
    properties: Mapping[str, int]


class CalendarText(msgspec.Struct, frozen=True):
    """A calendar whose lines are well formed and whose components are closed.

    Attributes:
        text: one property a line, CRLF, nothing folded.
        components: every component in the order of its BEGIN.
    """

    text: str
    components: tuple[ComponentLines, ...]


def calendar_text(data: bytes) -> CalendarText:
    """Return the lines and components of a file.

    Raises:
        BadFile: Every line that is no property, and every component that is not opened or closed.
    """
    lines = _unfolded(utf8(data, N_("a calendar in UTF-8")))
    if not lines or lines[0][1].strip().upper() != "BEGIN:VCALENDAR":
        number, text = lines[0] if lines else (1, "")
        raise BadFile([BadLine(number, "", text, _CALENDAR)])
    bad = [_not_a_property(number, text) for number, text in lines if not _is_property(text)]
    components = _components([line for line in lines if _is_property(line[1])], bad)
    if bad:
        raise BadFile(bad)
    return CalendarText("".join(f"{text}\r\n" for _, text in lines), tuple(components))


def _unfolded(text: str) -> list[tuple[int, str]]:
    """Return logical lines with the number of their first physical one, without the blank lines of some programs.

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
    """Return whether a line is `NAME:value`, or `NAME;PARAMETER=value:value` with its quotes closed."""
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


def _not_a_property(number: int, text: str) -> BadLine:
    return BadLine(
        number, "", text, N_("NAME:value, or a line that begins with a blank and goes on with the one before")
    )


def _components(lines: Sequence[tuple[int, str]], bad: list[BadLine]) -> list[ComponentLines]:
    """Return components in the order of their BEGIN; add what does not fit together to `bad`."""
    opened: list[tuple[str, int, dict[str, int]]] = []
    found: list[tuple[str, int, dict[str, int]]] = []
    for number, text in lines:
        name, value = _name_of(text), text.partition(":")[2].strip().upper()
        if name == "BEGIN":
            if not opened and value != "VCALENDAR":
                bad.append(BadLine(number, "", text, _CALENDAR))
            opened.append((value, number, {}))
            found.append(opened[-1])
        elif name == "END":
            if not opened or opened[-1][0] != value:
                wanted = f"END:{opened[-1][0]}" if opened else "BEGIN:VCALENDAR"
                bad.append(BadLine(number, "", text, N_("{line} here"), {"line": wanted}))
                return []  # what follows would be reported wrongly
            opened.pop()
        elif opened:
            opened[-1][2].setdefault(name, number)
        else:
            bad.append(BadLine(number, "", text, _CALENDAR))
    for name, number, _ in opened:
        bad.append(
            BadLine(
                number,
                "",
                f"BEGIN:{name}",
                N_("{line} further on: the end of the file is missing"),
                {"line": f"END:{name}"},
            )
        )
    return [ComponentLines(name, number, properties) for name, number, properties in found]


def _name_of(text: str) -> str:
    match = _NAME.match(text)
    return match[1].upper() if match else ""
