"""Weekly sessions in a calendar: a weekly series in, the plan of a student's sessions out, and the other way.

A series speaks of exactly one student, as an event does of a defense (`matching.py`). Its rule becomes the plan; a
repetition that is left out is a cancelled session, one at another time is a moved one. Only what lies ahead
counts, and only so far as the settings look: a rule without an end costs no more than one with an end.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.calendar.matching import AMBIGUOUS, NO_STUDENT, Directory, MatchSaid
from defense_console.exchange.calendar.names import weekly_uid
from defense_console.exchange.calendar.reading import CalendarEvent, CalendarSeries, read_series
from defense_console.exchange.calendar.repeats import utc
from defense_console.exchange.calendar.zones import zone_by_name
from defense_console.model.defense.summary import NAMESPACE
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.instants import instant, iso
from defense_console.model.student import kinds as ev
from defense_console.model.student import weekly
from defense_console.model.student.kinds import StudentWhat
from defense_console.model.student.state import Standing, Student, WeeklyPlan

if TYPE_CHECKING:
    from icalendar import Calendar, Component

_NOT_WEEKLY: Final = N_("it does not come back every week, or every so many weeks, on one day")
_TWO_SERIES: Final = N_("another series of this student stands on line {line}")
_LONG: Final = N_("a session takes 5 to 600 minutes")
_SHORTEST_MIN, _LONGEST_MIN, _MOST_WEEKS = 5, 600, 52
_EXPORTED: Final = timedelta(days=3 * 366)
"""Holidays are left out of an exported series for so long."""


class LeftAlone(msgspec.Struct, frozen=True):
    """A series that is not taken: its line and title, and why, as an English message id with its parameters."""

    line: int
    title: str
    reason: str
    parameters: dict[str, object] = {}


class SeriesChange(msgspec.Struct, frozen=True):
    """What a series changes of a student's sessions; nothing where the store says the same."""

    line: int
    student: Student
    whats: tuple[StudentWhat, ...]


class SessionsPlan(msgspec.Struct, frozen=True):
    """What a calendar says of weekly sessions, in the order of the file.

    Attributes:
        planned: by student.
        left_alone: series that are not taken.
        faults: events that cannot be read.
    """

    planned: tuple[SeriesChange, ...]
    left_alone: tuple[LeftAlone, ...]
    faults: tuple[BadLine, ...]


def plan_sessions(
    data: bytes, said: Sequence[MatchSaid], directory: Directory, zone: str, now: datetime, horizon: timedelta
) -> SessionsPlan:
    """Return what a calendar changes of the weekly sessions of students.

    Args:
        said: What the mentor says of series that do not say it themselves: `UID=STUDENT`.
        directory: The students that can be recognised.
        zone: The mentor's.
        horizon: So far ahead repetitions are compared.

    Raises:
        BadFile: It is no calendar, or a match names no series or no student.
    """
    found, faulty = read_series(data, zone)
    meant = _meant(said, found, directory)
    planned: dict[str, SeriesChange] = {}
    left: list[LeftAlone] = []
    for series in sorted(found, key=lambda each: each.first.line):
        event = series.first
        student_id = meant.get(event.uid) or _own(event.uid, directory)
        if student_id is None:
            named = directory.recognise(event).students
            if len(named) != 1:
                left.append(LeftAlone(event.line, event.summary, AMBIGUOUS if named else NO_STUDENT))
                continue
            (student_id,) = named
        if student_id in planned:
            left.append(LeftAlone(event.line, event.summary, _TWO_SERIES, {"line": planned[student_id].line}))
            continue
        try:
            plan = _plan(series, zone)
        except ConsoleError as error:
            left.append(LeftAlone(event.line, event.summary, error.id, dict(error.parameters)))
            continue
        student = directory.people[student_id]
        whats = tuple(_changes(series, plan, student.standing, now, horizon))
        planned[student_id] = SeriesChange(event.line, student, whats)
    return SessionsPlan(tuple(planned.values()), tuple(left), tuple(bad for each in faulty for bad in each.faults))


def _meant(said: Sequence[MatchSaid], found: Sequence[CalendarSeries], directory: Directory) -> dict[str, str]:
    """Return the student that the mentor names for each series, by its UID.

    Raises:
        BadFile: Every one that cannot be.
    """
    known = {each.first.uid for each in found}
    meant: dict[str, str] = {}
    bad: list[BadLine] = []
    for one in said:
        uid, _equals, student = one.text.rpartition("=")
        if uid.strip() not in known:
            bad.append(BadLine(one.line, "--match", one.text, N_("the UID of a weekly series of this calendar")))
        elif student.strip() not in directory.people:
            bad.append(BadLine(one.line, "--match", one.text, N_("the id of a student the console knows")))
        else:
            meant[uid.strip()] = student.strip()
    if bad:
        raise BadFile(bad)
    return meant


def _own(uid: str, directory: Directory) -> str | None:
    """Return the student of a series that the console exported."""
    head = uid.partition("-weekly-")[0]
    return next((id for id in directory.people if str(series_id(id)) == head), None)


def _plan(series: CalendarSeries, mentors_zone: str) -> WeeklyPlan:
    """Return the plan that a series is.

    Raises:
        ConsoleError: It does not come back as weekly sessions do.
    """
    parts = dict(part.partition("=")[::2] for part in series.repeats.rule.upper().split(";") if part)
    days = parts.get("BYDAY", "")
    start = series.repeats.start
    own_day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[start.weekday()]
    every = int(parts["INTERVAL"]) if parts.get("INTERVAL", "").isdecimal() else 1
    fits = parts.get("FREQ") == "WEEKLY" and days in ("", own_day) and 1 <= every <= _MOST_WEEKS
    if not fits or set(parts) - {"FREQ", "BYDAY", "INTERVAL", "WKST", "UNTIL", "COUNT"} or series.repeats.added:
        raise ConsoleError(_NOT_WEEKLY)
    length = series.first.duration_min or 60
    if not _SHORTEST_MIN <= length <= _LONGEST_MIN:
        raise ConsoleError(_LONG)
    zone = _zone_name(series.zone, start, mentors_zone)
    local = utc(start).astimezone(weekly.zone_named(zone))
    last = _last(parts, local.date(), every, zone)
    return WeeklyPlan(local.date().isoformat(), f"{local:%H:%M}", zone, every, length, last)


def _zone_name(asked: str, start: datetime, mentors: str) -> str:
    """Return the IANA name of the zone a series repeats in; the mentor's where the file has one of its own."""
    try:
        zone = zone_by_name(asked) if asked else None
    except ConsoleError:
        zone = None
    if zone is not None:
        return "UTC" if zone is UTC else str(zone)
    return "UTC" if str(start.tzinfo) == "UTC" else mentors


def _last(parts: Mapping[str, str], first: date, every: int, zone: str) -> str:
    """Return the day after which a series has no repetition, "" for no end."""
    if parts.get("COUNT", "").isdecimal():
        weeks = min((int(parts["COUNT"]) - 1) * every, 520)
        return (first + timedelta(weeks=weeks)).isoformat()
    until = parts.get("UNTIL", "")
    if not until:
        return ""
    if until.endswith("Z"):
        ends = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return ends.astimezone(weekly.zone_named(zone)).date().isoformat()
    return date.fromisoformat(until[:8]).isoformat()


def _changes(
    series: CalendarSeries, plan: WeeklyPlan, standing: Standing, now: datetime, horizon: timedelta
) -> Iterator[StudentWhat]:
    """Yield what makes a student's sessions those of a series; only what lies ahead is touched."""
    current = next((each for each in reversed(standing.plans) if not each.last or each.last == plan.last), None)
    if current is not None and _same(current, plan):
        plan = current
    else:
        ahead = weekly.occurrences(Standing(plans=(plan,)), now, now + horizon)
        if standing.plans and ahead:  # what was held stays on the earlier plan
            plan = msgspec.structs.replace(plan, starts=ahead[0].day)
        elif standing.plans:
            return
        yield ev.WeeklyPlanned(plan.starts, plan.time, plan.zone, plan.every, plan.length_min, plan.last)
        kept = {day: what for day, what in standing.days.items() if day < plan.starts or what.state == "held"}
        standing = Standing(plans=(plan,), days=kept)
    takes_place = dict(_repetitions(series, plan, now, now + horizon))
    for one in weekly.occurrences(Standing(plans=(plan,), days=standing.days), now, now + horizon):
        at = takes_place.get(one.day)
        if one.state in ("held", "missed", "excused") or (one.day in standing.days and at is None):
            continue
        if at is None:
            yield ev.SessionExcused(one.day, "mentor")
        elif iso(at) != one.at and at > now:
            yield ev.SessionMoved(one.day, iso(at))


def _same(one: WeeklyPlan, other: WeeklyPlan) -> bool:
    """Return whether two plans give the same sessions from the later start on."""
    apart = (date.fromisoformat(other.starts) - date.fromisoformat(one.starts)).days
    return msgspec.structs.replace(other, starts=one.starts) == one and apart % (7 * one.every) == 0


def _repetitions(
    series: CalendarSeries, plan: WeeklyPlan, since: datetime, until: datetime
) -> Iterator[tuple[str, datetime]]:
    """Yield the day of each repetition and when it takes place; `recurring_ical_events` reads the rule."""
    from recurring_ical_events import of

    zone = weekly.zone_named(plan.zone)
    for event in of(_as_calendar(series, zone)).between(since - timedelta(days=8), until + timedelta(days=8)):
        start = event["DTSTART"].dt
        planned = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else start
        if str(event.get("STATUS", "")) != "CANCELLED":
            yield planned.astimezone(zone).date().isoformat(), start.astimezone(UTC)


def _as_calendar(series: CalendarSeries, zone: tzinfo) -> Calendar:
    """Return a series alone, on clocks that are known: its master, and its changed repetitions."""
    from icalendar import Calendar, Event

    calendar, repeats = Calendar(), series.repeats
    length = timedelta(minutes=series.first.duration_min or 60)
    start = utc(repeats.start).astimezone(zone)
    master = Event.from_ical(f"BEGIN:VEVENT\r\nRRULE:{repeats.rule}\r\nEND:VEVENT\r\n")
    master.add("uid", "series")
    master.add("dtstart", start)
    master.add("dtend", start + length)
    for moment in repeats.left_out:
        if isinstance(moment, datetime):
            master.add("exdate", utc(moment).astimezone(zone))
        else:
            master.add("exdate", datetime.combine(moment, start.time(), zone))
    calendar.add_component(master)
    for each in series.changed:
        calendar.add_component(_changed(each, zone, length))
    return calendar


def _changed(event: CalendarEvent, zone: tzinfo, length: timedelta) -> Component:
    from icalendar import Event

    changed = Event()
    start = instant(event.start).astimezone(zone)
    changed.add("uid", "series")
    changed.add("recurrence-id", instant(event.recurrence).astimezone(zone))
    changed.add("dtstart", start)
    changed.add("dtend", start + (timedelta(minutes=event.duration_min) if event.duration_min else length))
    if event.cancelled:
        changed.add("status", "CANCELLED")
    return changed


# --- into a calendar -------------------------------------------------------------------------------------------------


def series_id(student_id: str) -> uuid.UUID:
    """Return what the series of a student are named by: it does not tell the school's id."""
    return uuid.uuid5(NAMESPACE, f"weekly/{student_id}")


def weekly_events(
    student_id: str, standing: Standing, summary: str, stamp: datetime, revision: int, holidays: weekly.Holidays
) -> Iterator[Component]:
    """Yield a student's weekly sessions: a series for each plan, and each moved session.

    Args:
        summary: The title.
        stamp: When the log was last written.
        revision: SEQUENCE; it only grows.
        holidays: Days of the mentor's country without sessions.
    """
    from icalendar import vRecur

    for n, plan in enumerate(standing.plans, 1):
        first = weekly.start_of(plan, date.fromisoformat(plan.starts)).astimezone(weekly.zone_named(plan.zone))
        uid = weekly_uid(str(series_id(student_id)), n)
        series = _event(uid, first, plan.length_min, summary, stamp, revision)
        rule: dict[str, object] = {"freq": "weekly"}
        if plan.every > 1:
            rule["interval"] = plan.every
        if plan.last:
            rule["until"] = weekly.start_of(plan, date.fromisoformat(plan.last))
        series.add("rrule", vRecur(rule))
        moved: list[Component] = []
        for one in _until(standing, plan, stamp + _EXPORTED, holidays):
            planned = weekly.start_of(plan, date.fromisoformat(one.day)).astimezone(first.tzinfo)
            if one.state in ("excused", "holiday"):
                series.add("exdate", planned)
            elif one.moved:
                event = _event(uid, instant(one.at).astimezone(first.tzinfo), one.length_min, summary, stamp, revision)
                event.add("recurrence-id", planned)
                moved.append(event)
        yield series
        yield from moved


def _until(
    standing: Standing, plan: WeeklyPlan, until: datetime, holidays: weekly.Holidays
) -> Iterable[weekly.Occurrence]:
    """Return the sessions of one plan, those that were moved away from it included."""
    only = Standing(plans=(plan,), days=standing.days)
    since = weekly.start_of(plan, date.fromisoformat(plan.starts)) - timedelta(days=1)
    return weekly.occurrences(only, since, until, holidays)


def _event(uid: str, start: datetime, length_min: int, summary: str, stamp: datetime, revision: int) -> Component:
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp.replace(microsecond=0))
    event.add("sequence", revision)
    event.add("class", "PRIVATE")
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=length_min))
    event.add("summary", summary)
    return event
