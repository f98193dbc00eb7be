"""The events of a calendar: which are meant, when they are, and what they say. Nothing is matched to a student here.

Instants follow RFC 5545: a local time that occurs twice is its first occurrence, one that is skipped is read with the
offset before the gap (§3.3.5). A time without a zone is in the calendar's X-WR-TIMEZONE, else the mentor's.
"""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

import msgspec

from defense_console.exchange.bad_file import BadLine
from defense_console.exchange.calendar.lines import (
    ZONE,
    CalendarLines,
    ComponentLines,
    calendars_in,
    event_text,
    property_name,
)
from defense_console.exchange.calendar.repeats import Repeats, TooOften, ends_before_it_starts, repeated, utc
from defense_console.exchange.calendar.zones import CalendarZones
from defense_console.model.defense.timeline import iso
from defense_console.model.errors import N_, ConsoleError
from defense_console.words.translation import date_time, zone_of

_READ: Final = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP"}
)
"""Properties whose errors matter; a broken attachment does not make a date doubtful."""
_RULE: Final = N_("a rule of repetition as iCalendar writes it")
_LONGEST: Final = timedelta(days=1)

EventKind = Literal["defense", "all_day", "too_long", "too_often", "moved_onwards"]
"""What an event can be: a defense has a start on a day and ends within one; the others are reported and not taken."""


class CalendarEvent(msgspec.Struct, frozen=True):
    """One event of a calendar, or one repetition of a repeated one.

    Attributes:
        line: of its BEGIN in the file.
        uid: the calendar's name for it.
        recurrence: its planned instant when it is a repetition, ISO 8601 UTC, else "".
        sequence: its revision.
        changed: when it was written, ISO 8601 UTC; "" when it is not said.
        start: ISO 8601 UTC; of an all-day event its first moment in the mentor's zone.
        duration_min: its length, None when it is not said.
        kind: whether it can be a defense.
        cancelled: it was called off.
        summary: its title as written.
        words: everything it says in words, as written: title, description, place, names of those invited.
        emails: addresses of those invited and of who invites, lower case.
        faults: what in it cannot be read. Then its words are its lines, and its start is "" unless it is known and the
            only one.
    """

    line: int
    uid: str
    recurrence: str
    sequence: int
    changed: str
    start: str
    duration_min: int | None
    kind: EventKind
    cancelled: bool
    summary: str
    words: str
    emails: frozenset[str]
    faults: tuple[BadLine, ...] = ()


class RepetitionSpan(msgspec.Struct, frozen=True):
    """The stretch in which repetitions are looked at, aware instants."""

    since: datetime
    until: datetime


def read_calendar(data: bytes, zone: str, span: RepetitionSpan) -> tuple[CalendarEvent, ...]:
    """Return every event of a file, with its repetitions inside `span`.

    Args:
        data: The file.
        zone: IANA name of the mentor's zone, for times without one.
        span: Bounds for repetitions; single events are given wherever they are.

    Returns:
        In order of the file, the repetitions of one event in order of time. An event that cannot be read is one of
        them, with its faults: whether it matters is not known here.

    Raises:
        BadFile: It is no calendar.
    """
    reader = _EventReader(zone, span)
    for calendar in calendars_in(data):
        reader.take(calendar)
    return reader.finished()


class CalendarSeries(msgspec.Struct, frozen=True):
    """A repeated event as a whole.

    Attributes:
        first: the event at its first start.
        zone: name in the file of the zone it repeats in, "" for a time without one or in UTC.
        repeats: its rule, further dates, and dates left out.
        changed: its repetitions that stand in the file as events of their own.
    """

    first: CalendarEvent
    zone: str
    repeats: Repeats
    changed: tuple[CalendarEvent, ...]


def read_series(data: bytes, zone: str) -> tuple[tuple[CalendarSeries, ...], tuple[CalendarEvent, ...]]:
    """Return the repeated events of a file, and those that cannot be read, with their faults.

    Args:
        zone: As in `read_calendar`.

    Raises:
        BadFile: It is no calendar.
    """
    never = datetime.min.replace(tzinfo=UTC)
    reader = _EventReader(zone, RepetitionSpan(never, never))
    for calendar in calendars_in(data):
        reader.take(calendar)
    return tuple(reader.whole_series()), tuple(reader.faulty)


class _Wrong(Exception):
    """A property cannot be read: its name, what was found, what is expected; "" for each where the lines say it."""

    def __init__(self, name: str, found: str, expected: str, **parameters: object) -> None:
        super().__init__(name)
        self.name, self.found, self.expected, self.parameters = name, found, expected, parameters


class _Series(msgspec.Struct, frozen=True):
    """A repeated event until its changed repetitions are known."""

    component: Any
    lines: ComponentLines
    zones: CalendarZones
    cancelled: bool


class _EventReader:
    """Reads event after event."""

    def __init__(self, zone: str, span: RepetitionSpan) -> None:
        self.zone_name = zone
        self.zone = zone_of(zone)
        self.span = span
        self.zones = CalendarZones(())
        self.series: list[_Series] = []
        self.single: dict[tuple[str, str], CalendarEvent] = {}
        self.faulty: list[CalendarEvent] = []
        self.moved_onwards: set[str] = set()
        """Series with a change that holds for all that follow: their dates are not certain."""

    def take(self, calendar: CalendarLines) -> None:
        """Read the events of one calendar."""
        self.zones = CalendarZones(calendar.zones, calendar.zone)
        cancelled = calendar.method == "CANCEL"
        for lines in calendar.events:
            try:
                component = _parsed(lines)
                self._check(component, lines)
                if "RRULE" in component or "RDATE" in component:
                    self.series.append(_Series(component, lines, self.zones, cancelled))
                else:
                    self._keep(self._event(component, lines, cancelled, None))
            except _Wrong as wrong:
                self._set_aside(lines, wrong)

    def finished(self) -> tuple[CalendarEvent, ...]:
        """Return every event, once all are read: a changed repetition replaces the one its series would give."""
        for one in self.series:
            self.zones = one.zones
            try:
                for event in self._repetitions(one.component, one.lines, one.cancelled):
                    self.single.setdefault((event.uid, event.recurrence), event)
            except _Wrong as wrong:
                self._set_aside(one.lines, wrong)
        return tuple(sorted((*self.single.values(), *self.faulty), key=lambda event: (event.line, event.start)))

    def whole_series(self) -> Iterator[CalendarSeries]:
        """Yield every series that is not called off, once all events are read."""
        for one in self.series:
            self.zones = one.zones
            try:
                first = self._event(one.component, one.lines, one.cancelled, None)
                start = self._start(one.component)
                if first.cancelled or not isinstance(start, datetime):
                    continue
                asked = str(one.component["DTSTART"].params.get(ZONE, ""))
                changed = tuple(e for (uid, planned), e in self.single.items() if planned and uid == first.uid)
                yield CalendarSeries(first, asked, self._repeats(one.component, start), changed)
            except _Wrong as wrong:
                self._set_aside(one.lines, wrong)
            except ValueError:
                self._set_aside(one.lines, _Wrong("RRULE", one.lines.value_of("RRULE"), _RULE))

    def _set_aside(self, lines: ComponentLines, wrong: _Wrong) -> None:
        """Keep an event that cannot be read, with its faults and what can be said of it all the same."""
        fault = BadLine(lines.line_of(wrong.name), wrong.name, wrong.found, wrong.expected, wrong.parameters)
        kind, start = self._about(lines)
        self.faulty.append(
            CalendarEvent(
                line=lines.line,
                uid=lines.value_of("UID").strip(),
                recurrence="",
                sequence=0,
                changed="",
                start=start,
                duration_min=None,
                kind=kind,
                cancelled=False,
                summary=_unescaped(lines.value_of("SUMMARY")),
                words=_unescaped("\n".join(text for _number, text in lines.lines)),
                emails=frozenset(),
                faults=tuple(lines.bad) or (fault,),
            )
        )

    def _about(self, lines: ComponentLines) -> tuple[EventKind, str]:
        """Return what an event that cannot be read would be, and its start where that is known and the only one."""
        repeated_by = {property_name(text) for _number, text in lines.lines} & {"RRULE", "RDATE"}
        try:
            component = _parsed(msgspec.structs.replace(lines, bad=[]))
            if isinstance(component["DTSTART"], list) or any(name == "DTSTART" for name, _problem in component.errors):
                return "defense", ""
            start = self._start(component)
        except (_Wrong, KeyError):
            return "defense", ""
        return _kind(start, None), "" if repeated_by else iso(self._first_moment(start))

    def _keep(self, event: CalendarEvent) -> None:
        """Keep the latest revision of an event that is in the file more than once."""
        first = self.single.setdefault((event.uid, event.recurrence), event)
        if first is event:
            return
        if (event.sequence, event.changed) == (first.sequence, first.changed) and event.start != first.start:
            raise _Wrong("UID", event.uid, N_("each event once: it stands on line {line} too"), line=first.line)
        if (event.sequence, event.changed) > (first.sequence, first.changed):
            self.single[event.uid, event.recurrence] = event

    # --- one event -----------------------------------------------------------------------------------------------

    def _check(self, component: Any, lines: ComponentLines) -> None:
        """Refuse a property that matters and could not be read, is missing, or comes twice."""
        for name, _problem in component.errors:
            if name in _READ:
                raise _Wrong(str(name), lines.value_of(str(name)), N_("a value as iCalendar writes it"))
        for name in ("UID", "DTSTART"):
            if not str(component.get(name, "")).strip():
                raise _Wrong(name, "", N_("a {property} in every event"), property=name)
        for name in ("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP"):
            if isinstance(component.get(name), list):
                raise _Wrong(name, name, N_("this property once in an event"))

    def _start(self, component: Any) -> datetime | date:
        return self._local(component["DTSTART"].dt, component["DTSTART"], "DTSTART")

    def _event(self, component: Any, lines: ComponentLines, cancelled: bool, planned: datetime | None) -> CalendarEvent:
        """Return an event at its own start, or at that of the repetition `planned`."""
        start = self._start(component) if planned is None else planned
        length = self._length(component, start if planned is None else self._start(component))
        recurrence = self._recurrence(component) if planned is None else iso(utc(planned))
        texts = [self._text(component, name) for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT")]
        people = [*_several(component.get("ATTENDEE")), *_several(component.get("ORGANIZER"))]
        names = [str(person.params.get("CN", "")) for person in people]
        return CalendarEvent(
            line=lines.line,
            uid=str(component["UID"]).strip(),
            recurrence=recurrence,
            sequence=int(component.get("SEQUENCE", 0)),
            changed=self._instant(component, "DTSTAMP"),
            start=iso(self._first_moment(start)),
            duration_min=round(length.total_seconds() / 60) or None if length else None,
            kind=_kind(start, length),
            cancelled=cancelled or str(component.get("STATUS", "")).strip().upper() == "CANCELLED",
            summary=texts[0],
            words=html.unescape("\n".join((*texts, *names))),
            emails=frozenset(str(person).strip().lower().removeprefix("mailto:") for person in people),
        )

    def _text(self, component: Any, name: str) -> str:
        return " ".join(str(text) for text in _several(component.get(name)))

    def _instant(self, component: Any, name: str) -> str:
        """Return the instant of a property, ISO 8601 UTC; "" without it."""
        found = component.get(name)
        return "" if found is None else iso(self._first_moment(self._local(found.dt, found, name)))

    def _recurrence(self, component: Any) -> str:
        """Return the instant this changed repetition was planned for; "" for an event that is none."""
        found = component.get("RECURRENCE-ID")
        if found is not None and str(found.params.get("RANGE", "")).upper() == "THISANDFUTURE":
            self.moved_onwards.add(str(component["UID"]).strip())
        return self._instant(component, "RECURRENCE-ID")

    def _length(self, component: Any, start: datetime | date) -> timedelta | None:
        length: Any = None
        if "DTEND" in component:
            end = self._local(component["DTEND"].dt, component["DTEND"], "DTEND")
            if isinstance(end, datetime) != isinstance(start, datetime):
                raise _Wrong("DTEND", _written(component["DTEND"]), N_("a date, or a date and time, as in DTSTART"))
            length = utc(end) - utc(start) if isinstance(end, datetime) and isinstance(start, datetime) else end - start
        elif "DURATION" in component:
            length = component["DURATION"].dt
            if not isinstance(length, timedelta):
                raise _Wrong("DURATION", str(length), N_("a length such as PT30M"))
        if length is not None and length < timedelta():
            name = "DTEND" if "DTEND" in component else "DURATION"
            at = date_time(self._first_moment(start), self.zone_name)
            raise _Wrong(name, _written(component[name]), N_("an end after the start, {at}"), at=at)
        return length if isinstance(length, timedelta) else None

    # --- zones ---------------------------------------------------------------------------------------------------

    def _local(self, value: Any, prop: Any, name: str) -> datetime | date:
        """Return a date and time with its zone, or a date."""
        if not isinstance(value, date):
            raise _Wrong(name, str(value), N_("a date, or a date and time"))
        if not 1 < value.year < 9999:
            raise _Wrong(name, _written(prop), N_("a year such as 2027"))
        if not isinstance(value, datetime):
            return value
        asked = str(prop.params.get(ZONE, "")) if hasattr(prop, "params") else ""
        named = asked or (self.zones.floating if value.tzinfo is None else "")
        try:
            zone = self.zones.zone(named) if named else self.zone
        except ConsoleError as error:
            raise _Wrong(name, named, error.id, **error.parameters) from None
        if value.tzinfo is None:
            return value.replace(tzinfo=zone)
        if asked and zone is not UTC:
            written = f"{asked}, {_written(prop)}"
            raise _Wrong(name, written, N_("a time with TZID, or with Z at its end: both say which zone it is in"))
        return value

    def _first_moment(self, value: datetime | date) -> datetime:
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=self.zone)
        return utc(value)

    # --- repeated events -----------------------------------------------------------------------------------------

    def _repetitions(self, component: Any, lines: ComponentLines, cancelled: bool) -> Iterator[CalendarEvent]:
        start = self._start(component)
        first = self._event(component, lines, cancelled, None)
        if first.kind != "defense" or not isinstance(start, datetime):
            yield first
            return
        if first.uid in self.moved_onwards:
            yield msgspec.structs.replace(first, kind="moved_onwards")
            return
        try:
            for planned in repeated(self._repeats(component, start), self.span.since, self.span.until):
                yield self._event(component, lines, cancelled, planned)
        except TooOften:
            yield msgspec.structs.replace(first, kind="too_often")
        except ValueError:
            raise _Wrong("RRULE", lines.value_of("RRULE"), _RULE) from None

    def _repeats(self, component: Any, start: datetime) -> Repeats:
        rule = component.get("RRULE")
        if rule is not None and (not rule.get("FREQ") or any(n < 1 for n in rule.get("INTERVAL", ()))):
            raise _Wrong("RRULE", rule.to_ical().decode(), _RULE)
        added = [(day, prop) for prop in _several(component.get("RDATE")) for day in prop.dts]
        left_out = [(day, prop) for prop in _several(component.get("EXDATE")) for day in prop.dts]
        found = Repeats(
            start=start,
            rule=rule.to_ical().decode() if rule is not None else "",
            added=tuple(self._added(day.dt, prop, start) for day, prop in added),
            left_out=tuple(self._local(day.dt, prop, "EXDATE") for day, prop in left_out),
        )
        if ends_before_it_starts(found):
            at = date_time(utc(start), self.zone_name)
            raise _Wrong("RRULE", found.rule, N_("an UNTIL that is not before the start, {at}"), at=at)
        return found

    def _added(self, value: Any, prop: Any, start: datetime) -> datetime:
        """Return a further date: with a time, with the time of the first one, or as the start of a period."""
        local = self._local(value[0] if isinstance(value, tuple) else value, prop, "RDATE")
        if isinstance(local, datetime):
            return local
        return datetime.combine(local, start.time(), tzinfo=start.tzinfo)


def _parsed(lines: ComponentLines) -> Any:
    """Return an event as the library reads it."""
    from icalendar import Event

    if lines.bad:
        raise _Wrong("", "", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Event.from_ical(event_text(lines.lines))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
            raise _Wrong("", "BEGIN:VEVENT", N_("an event as iCalendar writes it")) from None


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\N", "\n").replace("\\", "")


def _several(value: Any) -> list[Any]:
    """Return the values of a property that may be there once, several times or not at all."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _written(prop: Any) -> str:
    """Return a property as the file writes it."""
    return str(prop.to_ical().decode("utf-8", "replace"))


def _kind(start: datetime | date, length: timedelta | None) -> EventKind:
    if not isinstance(start, datetime):
        return "all_day"
    return "too_long" if length is not None and length > _LONGEST else "defense"
