"""Taking in lists of students and defenses, the platform's sessions, and calendars.

The rows of a file are read as wishes, the wishes are planned as appointments, and the plan is carried out as one
transaction: a file is taken whole or not at all. Source: docs/exchange.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from defense_console.desk.logs.direct import DirectLogs
from defense_console.exchange.appointments import ImportPlan, ImportWishes, Target, Wish, events_of
from defense_console.exchange.calendar.matching import Directory, MatchSaid, match_events
from defense_console.exchange.calendar.reading import RepetitionSpan, read_calendar
from defense_console.exchange.calendar.weekly_sessions import SessionsPlan, plan_sessions
from defense_console.exchange.calendar.writing import appointment_revision
from defense_console.exchange.data_file import DataFile
from defense_console.exchange.held import HeldDefense, HeldDefenses
from defense_console.exchange.lists.rows import read_list
from defense_console.exchange.lists.table import csv_table, json_table, table_of
from defense_console.exchange.lists.workbook import Workbook
from defense_console.exchange.planning import plan_import
from defense_console.exchange.platform.matching import match_sessions
from defense_console.exchange.platform.session_list import read_sessions
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import instant
from defense_console.model.log.envelope import Stamp
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT

_LOOK_BACK: Final = timedelta(days=1)
"""Repetitions are looked at from so long before now."""


class ImportDesk:
    """Imports of one store."""

    def __init__(self, logs: DirectLogs, zone: str) -> None:
        self.store = logs.store
        self.logs = logs
        self.zone = zone
        self.shipped = logs.curricula.shipped

    def take_list(self, file: DataFile, *, sheet: str | None = None, dry_run: bool = False) -> ImportPlan:
        """Take students and defenses from a list, or follow the platform's list of sessions.

        Args:
            file: Of the kind "csv", "workbook", "json" or "sessions".
            sheet: Name of the sheet of a workbook, None for the only one.

        Raises:
            BadFile: Every line that cannot be taken; the store is untouched.
            ConsoleError: There is no such sheet, or there are several.
        """
        people = self._people()
        if file.kind == "sessions":
            wishes = match_sessions(read_sessions(file.document, self.shipped, self.zone), people)
        else:
            wishes = self._list_wishes(file, people, sheet)
        return self._take(wishes, people, self.logs.now(), dry_run)

    def _list_wishes(self, file: DataFile, people: Mapping[str, Student], sheet: str | None) -> ImportWishes:
        name = ""
        if file.kind == "workbook":
            book = Workbook(file.data)
            name = book.only(sheet)
            table = table_of(book.lines(name))
        else:
            table = csv_table(file.data) if file.kind == "csv" else json_table(file.document)
        return read_list(table, file.kind == "json", self.shipped, self.zone, people, name, file.assumed)

    def take_calendar(
        self, data: bytes, said: Sequence[MatchSaid], horizon_days: int, *, dry_run: bool = False
    ) -> ImportPlan:
        """Follow a calendar: plan its defenses, move those it moved, report the rest.

        Args:
            said: What the mentor says of events that do not say it themselves.
            horizon_days: How far ahead repetitions are looked at.

        Raises:
            BadFile: Everything that cannot be read or taken; the store is untouched.
        """
        at, people = self.logs.now(), self._people()
        now = instant(at.wall)
        span = RepetitionSpan(now - _LOOK_BACK, now + timedelta(days=horizon_days))
        wishes = match_events(read_calendar(data, self.zone, span), said, Directory(people, self.shipped), self._target)
        return self._take(wishes, people, at, dry_run)

    def take_sessions(
        self, data: bytes, said: Sequence[MatchSaid], horizon_days: int, *, dry_run: bool = False
    ) -> SessionsPlan:
        """Follow the weekly sessions of a calendar: plan them, cancel and move those that it leaves out and moves.

        Raises:
            BadFile: It is no calendar, or what the mentor says cannot be; the store is untouched.
        """
        at, people = self.logs.now(), self._people()
        directory = Directory(people, self.shipped)
        plan = plan_sessions(data, said, directory, self.zone, instant(at.wall), timedelta(days=horizon_days))
        if not dry_run:
            with self.store.transaction():
                for each in plan.planned:
                    if each.whats:
                        self.logs.decide(STUDENT, each.student.id, list(each.whats), at)
        return plan

    def _take(self, wishes: ImportWishes, people: Mapping[str, Student], at: Stamp, dry_run: bool) -> ImportPlan:
        plan = plan_import(wishes, people, self._held(wishes.wishes), self.shipped, at.wall, self.zone)
        if not dry_run and not plan.empty:
            new = [STUDENT.stream(id) for id, _what in plan.students if id not in people]
            ids = {one.key: str(defense_id(*one.key)) for one in plan.appointments}
            new += [DEFENSE.stream(ids[one.key]) for one in plan.appointments if one.before is None]
            with self.store.transaction(begins=new):
                for id, what in plan.students:
                    write = self.logs.decide if id in people else self.logs.begin
                    write(STUDENT, id, [what], at)
                for one in plan.appointments:
                    write = self.logs.begin if one.before is None else self.logs.decide
                    write(DEFENSE, ids[one.key], events_of(one), at)
        return plan

    # --- what the store holds ------------------------------------------------------------------------------------

    def _people(self) -> Mapping[str, Student]:
        return {person.id: person for person in self.store.students()}

    def _target(self, id: str) -> Target | None:
        """Return the defense of an id, None when the store does not hold it."""
        held = self.store.summary(id)
        return Target(held.student_id, held.project, held.attempt) if held is not None else None

    def _held(self, wishes: Sequence[Wish]) -> HeldDefenses:
        """Return every defense that the wishes may be about; of those that are over, only what they name."""
        targets = [wish.target for wish in wishes if wish.target is not None]
        named = {target.key[:2] for target in targets}
        ids = self.logs.ids(DEFENSE) if any(wish.origin for wish in wishes) else _ids(targets)
        attempts: dict[tuple[str, str], dict[int, HeldDefense]] = {}
        linked: dict[tuple[str, str], HeldDefense] = {}
        shared = self.store.claims
        claims = {} if shared is None else shared.all()
        for summary in self.store.summaries_by_ids(tuple(ids)):
            pair = summary.student_id, summary.project
            if pair not in named and not summary.pending and summary.session == "held":
                continue
            log = self.logs.log(DEFENSE, summary.id)
            claim = claims.get(stream := DEFENSE.stream(summary.id))
            if claim is None and shared is not None and not summary.pending:
                claim = shared.of(stream)
            holder = claim.holder if claim is not None and shared is not None and claim.holder != shared.me else None
            held = HeldDefense(log.state, appointment_revision(log.events), holder)
            attempts.setdefault(pair, {})[summary.attempt] = held
            linked |= {(link.uid, link.recurrence): held for link in held.defense.links}
        return HeldDefenses(attempts, linked)


def _ids(targets: Sequence[Target]) -> Iterator[str]:
    """Return the ids of the defenses of a list and of the attempts before them, each once."""
    keys = {(student, project, n) for student, project, last in (t.key for t in targets) for n in range(1, last + 1)}
    return (str(defense_id(*key)) for key in sorted(keys))
