"""The mentor's calendar: defenses and deadlines go out to it, planned defenses come in from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from defense_console.desk.logs.direct import DirectLogs
from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.calendar.matching import Directory, Said, Target, matches
from defense_console.exchange.calendar.names import own_name
from defense_console.exchange.calendar.plan import CalendarPlan, Known, KnownDefense, plan_calendar
from defense_console.exchange.calendar.reading import CalendarEvent, Span, read_calendar
from defense_console.exchange.calendar.writing import (
    Appointment,
    CalendarForm,
    appointment_revision,
    write_calendar,
)
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.agenda import Summary, defense_id

_ATTEMPTS: Final = 9
"""How many attempts of a defense are looked for when its event comes back to a store that does not hold it."""
_LOOK_BACK: Final = timedelta(days=1)
"""Repetitions are looked at from here before now."""


class CalendarDesk:
    """Calendars in and out of one store.

    Args:
        logs: Of the store; written to directly, no console needs to wait here.
        shipped: Curricula by code.
    """

    def __init__(self, logs: DirectLogs, shipped: Mapping[str, Curriculum]) -> None:
        self.store = logs.store
        self.logs = logs
        self.shipped = shipped

    # --- out -----------------------------------------------------------------------------------------------------

    def export(self, form: CalendarForm) -> bytes:
        """Every sitting of every defense and what is due, as iCalendar; see `exchange/calendar/writing.py`."""
        return write_calendar(self._appointments(), form)

    def _appointments(self) -> Iterator[Appointment]:
        names = {student.id: student.name for student in self.store.students()}
        for id in self.logs.ids(DEFENSE):
            log = self.logs.log(DEFENSE, id)
            name = names.get(log.state.student_id, "")
            yield Appointment(id, log.events, log.state, name, self.shipped.get(log.state.curriculum))

    # --- in ------------------------------------------------------------------------------------------------------

    def take(
        self, data: bytes, said: Sequence[Said], zone: str, horizon_days: int, *, dry_run: bool = False
    ) -> CalendarPlan:
        """Follow a calendar: plan its defenses, move those it moved, tell the rest.

        Args:
            data: An iCalendar file.
            said: What the mentor says of events that do not say it themselves.
            zone: IANA name of the mentor's zone.
            horizon_days: How far ahead repetitions are looked at.
            dry_run: Check everything and change nothing.

        Raises:
            BadFile: Everything that cannot be read or taken; the store is untouched.
        """
        at = self.logs.now()
        now = instant(at.wall)
        found = read_calendar(data, zone, Span(now - _LOOK_BACK, now + timedelta(days=horizon_days)))
        events = [event for event in found if not _is_deadline(event)]
        directory = Directory(self.store.students(), self.shipped)
        wanted, bad = matches(said, (event.key for event in events), directory)
        if bad:
            raise BadFile(bad)
        plan = plan_calendar(events, wanted, directory, self.known(events, wanted, directory), at.wall, zone)
        if not dry_run and plan.actions:
            with self.store.transaction():
                for action in plan.actions:
                    self.logs.decide(DEFENSE, str(defense_id(*action.key)), action.whats, at)
        return plan

    def known(self, events: Iterable[CalendarEvent], said: Mapping[str, Target], directory: Directory) -> Known:
        """Every defense that the events may stand for; of those that are over, only what the events name."""
        summaries = {summary.id: summary for summary in self.store.summaries_by_ids(tuple(self.logs.ids(DEFENSE)))}
        own: dict[str, tuple[Target, int]] = {}
        named = {(target.student_id, target.project) for target in said.values()}
        for event in events:
            name = own_name(event.uid)
            target = self._own_target(name.defense_id, summaries, directory) if name else None
            if name is not None and name.sitting is not None and target is not None:
                own[event.uid] = target, name.sitting
            else:
                target = directory.recognise(event).target
            if target is not None:
                named.add((target.student_id, target.project))
        attempts: dict[tuple[str, str], dict[int, KnownDefense]] = {}
        linked: dict[tuple[str, str], KnownDefense] = {}
        for id, summary in summaries.items():
            pair = summary.student_id, summary.project
            if pair not in named and not summary.pending and summary.session == "held":
                continue
            log = self.logs.log(DEFENSE, id)
            known = KnownDefense(log.state, appointment_revision(log.events))
            attempts.setdefault(pair, {})[summary.attempt] = known
            linked |= {(link.uid, link.recurrence): known for link in known.defense.links}
        return Known(attempts, linked, own)

    def _own_target(self, id: str, summaries: Mapping[str, Summary], directory: Directory) -> Target | None:
        """The defense of an id: one of the store, or one that this store could hold."""
        if (held := summaries.get(id)) is not None:
            return Target(held.student_id, held.project, held.attempt)
        every = (
            Target(student, project, attempt)
            for student in directory.people
            for project in directory.curricula
            for attempt in range(1, _ATTEMPTS + 1)
        )
        return next((t for t in every if str(defense_id(t.student_id, t.project, t.attempt or 1)) == id), None)


def _is_deadline(event: CalendarEvent) -> bool:
    """A deadline the console exported as an event: it stands in the log, and a calendar cannot move it."""
    name = own_name(event.uid)
    return name is not None and name.sitting is None
