"""Defenses and deadlines as an iCalendar file that any calendar can take, and take again.

A name stays, SEQUENCE only grows, and what was called off stays in the file as cancelled: a calendar that took an
earlier export follows. Every instant comes from the log: two exports of one store are the same bytes. Source: RFC 5545.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from defense_console import __version__
from defense_console.exchange.calendar.names import Deadline, deadline_uid, sitting_uid
from defense_console.exchange.calendar.weekly_sessions import weekly_events
from defense_console.exchange.exported import ExportedDefense
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import revision
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import NOT_HELD, Defense, Sitting
from defense_console.model.defense.timeline import instant, later
from defense_console.model.log.envelope import What
from defense_console.model.student.kinds import StudentEvent
from defense_console.model.student.state import FollowedStudent
from defense_console.model.student.weekly import Holidays, no_holidays
from defense_console.words.translation import Translator, translator

if TYPE_CHECKING:
    from icalendar import Component

Deadlines = Literal["tasks", "events", "both", "none"]

_APPOINTMENT: Final = (
    ev.Planned, ev.Rescheduled, ev.DetailsChanged, ev.NoShow, ev.Cancelled, ev.Aborted, ev.Finished, ev.Undone,
    ev.Redone,
)  # fmt: skip
"""What can change the event of a sitting; each one that the log gains is one more in its SEQUENCE."""
_CONDITION: Final = (
    ev.Released, ev.Contested, ev.ContestResolved, ev.DeliverableReceived, ev.RowReceived, ev.ReviewStarted,
    ev.RowAccepted, ev.RowRequestedAgain, ev.RowWaived, ev.RowWithdrawn, ev.RowExtended, ev.RowExpired,
    ev.ReceptionCompleted, ev.Undone, ev.Redone,
)  # fmt: skip
"""What can change a deadline."""


class CalendarForm(msgspec.Struct, frozen=True):
    """What the calendar shows.

    Attributes:
        language: "fr" or "en".
        names: whole names of students instead of their initials.
        alarm_min: minutes before a defense at which the calendar reminds of it, 0 for never.
        deadlines: as tasks, as events for calendars that show no tasks, both, or not at all.
        sessions: the weekly sessions too.
    """

    language: str
    names: bool = False
    alarm_min: int = 10
    deadlines: Deadlines = "tasks"
    sessions: bool = True


class ExportedStudent(msgspec.Struct, frozen=True):
    """A student with weekly sessions: their log, and what it folds to."""

    events: Sequence[StudentEvent]
    student: FollowedStudent


def write_calendar(
    defenses: Iterable[ExportedDefense],
    form: CalendarForm,
    students: Iterable[ExportedStudent] = (),
    holidays: Holidays = no_holidays,
) -> bytes:
    """Return the file.

    Returns:
        iCalendar in UTF-8, CRLF, folded at 75 octets; its components in order of their names.
    """
    from icalendar import Calendar  # 75 ms that other commands need not pay

    calendar = Calendar()
    calendar.add("prodid", f"-//defense-console//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    writer = _Writer(form)
    found = [component for one in defenses for component in writer.components(one)]
    found += [component for one in students for component in writer.sessions(one, holidays)]
    for component in sorted(found, key=lambda c: str(c["UID"])):
        calendar.add_component(component)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def initials(name: str) -> str:
    """Return the first letter of each part of a name: `Ada Exemple` is `A. E.`, `Jean-Noël Fictif` `J.-N. F.`."""
    parts = ("-".join(f"{piece[0].upper()}." for piece in part.split("-") if piece) for part in name.split())
    return " ".join(part for part in parts if part)


class _Writer:
    """Makes the components of one defense after the other."""

    def __init__(self, form: CalendarForm) -> None:
        self.form = form
        self.words: Translator = translator(form.language)

    def components(self, one: ExportedDefense) -> Iterator[Component]:
        """Return every sitting, then what is or was due."""
        for sitting in one.defense.sittings:
            yield self._sitting(one, sitting)
        if self.form.deadlines == "none":
            return
        for whose in ("student", "mentor"):
            due = _due(one.defense, whose)
            if due is not None:
                if self.form.deadlines != "events":
                    yield self._task(one, whose, *due)
                if self.form.deadlines != "tasks":
                    yield self._deadline_event(one, whose, *due)

    def sessions(self, one: ExportedStudent, holidays: Holidays) -> Iterator[Component]:
        """Return the weekly sessions of a student."""
        _, student, last = self.words, one.student, one.events[-1].at.wall
        name = student.name if self.form.names else initials(student.name)
        summary = _("Weekly session · {student}", student=name)
        stamp = instant(last)
        return weekly_events(student.id, student.standing, summary, stamp, len(one.events), holidays)

    # --- sittings ------------------------------------------------------------------------------------------------

    def _sitting(self, one: ExportedDefense, sitting: Sitting) -> Component:
        from icalendar import Event

        _, defense, project = self.words, one.defense, one.project
        places = {"student": self._student(one), "project": defense.project}
        start = instant(sitting.planned_at)
        over = sitting.session in NOT_HELD
        title = project.title.in_(self.form.language) if project else defense.project
        summary = _("Defense {project} · {student}", **places)
        event = self._component(
            Event,
            sitting_uid(one.id, sitting.n),
            one,
            _APPOINTMENT,
            dtstart=_seconds(start),
            dtend=_seconds(start + timedelta(minutes=one.slot_min or 0)),
            summary=summary,
            description=_("{title}, attempt {n}", title=title, n=defense.attempt),
            status="CANCELLED" if over else "CONFIRMED",
            transp="TRANSPARENT" if over else "OPAQUE",
        )
        if self.form.alarm_min and not over:
            event.add_component(self._alarm(summary))
        return event

    def _alarm(self, text: str) -> Component:
        from icalendar import Alarm

        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", text)
        alarm.add("trigger", timedelta(minutes=-self.form.alarm_min))
        return alarm

    # --- deadlines -----------------------------------------------------------------------------------------------

    def _task(self, one: ExportedDefense, whose: Deadline, due: str, owed: bool) -> Component:
        from icalendar import Todo

        uid = deadline_uid(one.id, whose, as_event=False)
        task = self._component(
            Todo,
            uid,
            one,
            _CONDITION,
            due=_seconds(instant(due)),
            summary=self._deadline(one, whose),
            status="NEEDS-ACTION" if owed else "COMPLETED",
        )
        if not owed:
            task.add("completed", _seconds(instant(_last(one.events, _CONDITION).at.wall)))
            task.add("percent-complete", 100)
        return task

    def _deadline_event(self, one: ExportedDefense, whose: Deadline, due: str, owed: bool) -> Component:
        """Return a deadline as an event without an end: a point in time, which blocks nothing."""
        from icalendar import Event

        return self._component(
            Event,
            deadline_uid(one.id, whose, as_event=True),
            one,
            _CONDITION,
            dtstart=_seconds(instant(due)),
            summary=self._deadline(one, whose),
            status="CONFIRMED" if owed else "CANCELLED",
            transp="TRANSPARENT",
        )

    def _deadline(self, one: ExportedDefense, whose: Deadline) -> str:
        _ = self.words
        places = {"student": self._student(one), "project": one.defense.project}
        if whose == "student":
            return _("Documents due {project} · {student}", **places)
        return _("Decision on documents due {project} · {student}", **places)

    # --- what every component has --------------------------------------------------------------------------------

    def _student(self, one: ExportedDefense) -> str:
        return one.student_name if self.form.names else initials(one.student_name)

    def _component(
        self,
        kind: Callable[[], Component],
        uid: str,
        one: ExportedDefense,
        kinds: tuple[type[What], ...],
        **properties: object,
    ) -> Component:
        """Return a component with its name, its revision and its dates, all from the log."""
        component = kind()
        changed = _seconds(instant(_last(one.events, kinds).at.wall))
        component.add("uid", uid)
        component.add("dtstamp", changed)
        component.add("created", _seconds(instant(one.events[0].at.wall)))
        component.add("last-modified", changed)
        component.add("sequence", _revision(one.events, kinds))
        component.add("class", "PRIVATE")
        for name, value in properties.items():
            component.add(name, value)
        return component


def appointment_revision(events: Sequence[DefenseEvent]) -> int:
    """Return the SEQUENCE that the sittings of a defense are exported with."""
    return _revision(events, _APPOINTMENT)


def _revision(events: Sequence[DefenseEvent], kinds: tuple[type[What], ...]) -> int:
    return sum(isinstance(event.what, kinds) for event in events[1:])


def _last(events: Sequence[DefenseEvent], kinds: tuple[type[What], ...]) -> DefenseEvent:
    """Return the last event of these kinds, the first of the log without one."""
    return next((event for event in reversed(events) if isinstance(event.what, kinds)), events[0])


def _due(defense: Defense, whose: Deadline) -> tuple[str, bool] | None:
    """Return when something is or was due, and whether it is still owed; None when nothing ever was."""
    rows = defense.required_revisions
    if not rows:
        return None
    if whose == "student":
        due = revision.student_due(defense)
        return (due, True) if due else (max((r.due_at for r in rows), key=instant), False)
    due = revision.mentor_due(defense)
    if due is not None:
        return due, True
    last = max((r.deliveries[-1].at for r in rows if r.deliveries), key=instant, default=None)
    awaited = bool(revision.asked(defense)) and all(r.round == 1 for r in rows)
    if last is None or defense.pinned is None or awaited:
        return None  # nothing was the mentor's to decide yet
    return later(last, defense.pinned.rules.mentor_due_s), False


def _seconds(moment: datetime) -> datetime:
    """Return an instant as iCalendar writes it: whole seconds."""
    return moment.replace(microsecond=0)
