"""All students on the desk: the list, the sessions of a day. No log is read for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, tzinfo

import msgspec

from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.queue import AgendaDesk
from defense_console.desk.student.board import (
    LOOK_BACK,
    BoardRow,
    StudentTab,
    answers_due,
    drifts,
    silent_days,
    unsaid_of,
    week_of,
)
from defense_console.desk.student.holidays import holidays_of
from defense_console.desk.student.overview import StudentLine, away_on, student_line
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import SUMMARY_VERSION, summarize
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.log.instants import iso
from defense_console.model.queue.path import path
from defense_console.model.queue.searching import Closed, closed_row
from defense_console.model.student.alerts import AlertRules
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.student.weekly import (
    Holidays,
    Occurrence,
    going_on,
    midnight,
    occurrence,
    occurrences,
    plan_of,
    sessions_of,
    start_of,
)
from defense_console.model.text import searchable
from defense_console.settings import Settings
from defense_console.words.translation import language, local_day, zone_of

_MINUTE = 16
"""Characters of an instant up to its minute."""


class DaySession(msgspec.Struct, frozen=True):
    """A weekly session of a day, and whose it is."""

    student: Student
    session: Occurrence


class DayAlert(msgspec.Struct, frozen=True):
    """An alert whose answer is due on a day or overdue, whose it is, and until when the answer was expected."""

    student: Student
    due: str


def everybody(ledger: Ledger) -> dict[str, Student]:
    """Return every student by id; what is on its way to the store counts."""
    known: dict[str, Student] = {student.id: student for student in ledger.snapshot.everybody()}
    return known | ledger.unacknowledged(STUDENT)


def defense_rows(ledger: Ledger, students: Mapping[str, Student]) -> dict[str, list[Closed]]:
    """Return the defenses of each student, pending and closed; what is on its way to the store counts."""
    now = {id: closed_row(summarize(id, each)) for id, each in ledger.unacknowledged(DEFENSE).items()}
    rows = {each.id: each for each in ledger.snapshot.closed()}
    rows |= {each.id: closed_row(each) for each in ledger.snapshot.pending()}
    # Rows of an earlier version know less: those that a forecast needs are folded again, which the store keeps.
    old = [
        each.id for each in rows.values()
        if each.version < SUMMARY_VERSION and each.student_id in students
        and students[each.student_id].standing.path is not None
    ]  # fmt: skip
    rows |= {id: closed_row(each) for id, each in (ledger.snapshot.summaries(old) if old else {}).items()}
    found: dict[str, list[Closed]] = {}
    for each in (rows | now).values():
        found.setdefault(each.student_id, []).append(each)
    return found


class StudentsDesk:
    """What the mentor sees of all students at once."""

    def __init__(self, ledger: Ledger, agenda: AgendaDesk, settings: Settings, rules: Callable[[], AlertRules]) -> None:
        self._ledger = ledger
        self._agenda = agenda
        self._settings = settings
        self._rules = rules
        self._daily: tuple[str, ...] = ()
        """Ids of those with something in a day, as of the last `look`; see `Store.of_the_day`."""
        self._looked_at = -1
        self._made: dict[str, tuple[object, BoardRow]] = {}
        """The rows of the last drawing by student, each with what it was made of."""

    @property
    def _zone(self) -> tzinfo:
        return zone_of(self._settings.zone)

    @property
    def _today(self) -> date:
        return local_day(self._ledger.now().wall, self._settings.zone)

    @property
    def _holidays(self) -> Holidays:
        return holidays_of(self._settings.holidays, language())

    def lines(self) -> tuple[StudentLine, ...]:
        """Return a line for every student, by name."""
        now, today = self._ledger.now().wall, self._today
        found = (student_line(student, now, today, self._holidays) for student in everybody(self._ledger).values())
        return tuple(sorted(found, key=lambda line: (searchable(line.student.name), line.student.id)))

    def rows(self) -> tuple[BoardRow, ...]:
        """Return everything that the list shows of every student, by name."""
        waiting = {each.summary.student_id for each in self._agenda.entries() if each.waiting_for == "mentor"}
        on_air = {each.student_id for each in self._agenda.going_on()}
        known = everybody(self._ledger)
        students = sorted(known.values(), key=lambda each: (searchable(each.name), each.id))
        defenses, before, minute = defense_rows(self._ledger, known), self._made, self._ledger.now().wall[:_MINUTE]
        rules = self._rules()
        self._made = {}
        for student in students:
            mine, waits = tuple(defenses.get(student.id, ())), student.id in waiting
            live = student.id in on_air
            made_of, made = (student, mine, waits, live, minute, self._settings, rules), before.get(student.id)
            if made is None or made[0] != made_of:
                made = made_of, self._row(student, mine, waits, live)
            self._made[student.id] = made
        return tuple(row for _made_of, row in self._made.values())

    def _row(self, student: Student, defenses: Sequence[Closed], waits: bool, live: bool) -> BoardRow:
        now_text = self._ledger.now().wall
        line = student_line(student, now_text, self._today, self._holidays)
        now = instant(now_text)
        monday, next_monday = week_of(self._today)
        standing, shipped = line.student.standing, self._ledger.curricula.shipped
        curriculum = shipped.get(standing.curriculum or next((each.curriculum for each in defenses), ""))
        first, end = midnight(monday, self._zone), midnight(next_monday, self._zone)
        around = occurrences(standing, min(first, now - LOOK_BACK), end, self._holidays)
        near = [each for each in around if each.state != "planned" or not away_on(standing, each.day)]
        unsaid = unsaid_of((each for each in near if instant(each.at) <= now), now)
        silent = silent_days(line, now)
        tabs: set[StudentTab] = set()
        met = any(each.state not in ("excused", "holiday") and instant(each.at) >= first for each in near)
        if met or monday.isoformat() <= standing.next_due < next_monday.isoformat():
            tabs.add("week")
        overdue = any(due < now_text for due in answers_due(standing, self._rules()))
        if standing.running or live or standing.promises or unsaid is not None or waits or overdue:
            tabs.add("mine")
        if line.away:
            tabs.add("away")
        elif drifts(line, silent, self._rules()):
            tabs.add("drifting")
        elsewhere = {each.project: each.outcome for each in standing.settled}
        shown = path(curriculum, defenses, elsewhere) if curriculum is not None else ()
        code = curriculum.code if curriculum is not None else standing.curriculum
        return BoardRow(line, code, shown, frozenset(tabs), silent, live)

    def look(self) -> None:
        """Find out who has something in a day, for what is due today; the store is asked where anybody has written."""
        generation = self._ledger.snapshot.generation
        if self._looked_at != generation:
            self._daily = self._ledger.store.of_the_day()
            self._looked_at = generation  # where it cannot be read, the next look asks again

    def sessions_today(self) -> tuple[DaySession, ...]:
        """Return the sessions of the mentor's day, of those whom the last `look` found; see `sessions_of`.

        Who is away has none, except one that goes on.
        """
        today = self._today.isoformat()
        known = self._looked_up().values()
        here = (each for each in known if each.standing.running or not away_on(each.standing, today))
        return self._sessions(here, self._today)

    def alerts_today(self) -> tuple[DayAlert, ...]:
        """Return the alerts whose answer is due on the mentor's day or before, the earliest first; see `look`."""
        waiting = [student for student in self._looked_up().values() if student.standing.unanswered]
        today, zone = self._today, self._settings.zone
        found = [
            DayAlert(student, due)
            for student in waiting  # without one no rules are loaded
            for due in answers_due(student.standing, self._rules())[:1]
            if local_day(due, zone) <= today
        ]
        return tuple(sorted(found, key=lambda each: (each.due, each.student.id)))

    def _looked_up(self) -> dict[str, Student]:
        return self._ledger.snapshot.students(self._daily) | self._ledger.unacknowledged(STUDENT)

    def sessions_of(self, day: date) -> tuple[DaySession, ...]:
        """Return the sessions of a day of the mentor's, in order: the weekly ones that start on it.

        Today has every session that goes on too, planned or not.
        """
        return self._sessions(everybody(self._ledger).values(), day)

    def moved_from(self, day: date) -> tuple[tuple[str, DaySession], ...]:
        """Return the sessions that were planned for a day and moved to another one, each with its first start."""
        found = []
        for student in everybody(self._ledger).values():
            one = occurrence(student.standing, day.isoformat(), self._holidays)
            if one is not None and one.moved and local_day(one.at, self._settings.zone) != day:
                plan = plan_of(student.standing.plans, day)
                assert plan is not None, "it was planned"
                found.append((iso(start_of(plan, day)), DaySession(student, one)))
        return tuple(found)

    def _sessions(self, students: Iterable[Student], day: date) -> tuple[DaySession, ...]:
        found, today = list[DaySession](), day == self._today
        for student in students:
            planned = sessions_of(student.standing, day, self._zone, self._holidays)
            running = going_on(student.standing) if today else None
            if running is not None and all(each.state != "running" for each in planned):
                planned = (*planned, running)
            found += (DaySession(student, each) for each in planned)
        return tuple(sorted(found, key=lambda each: (instant(each.session.at), each.student.id)))

    def named(self, typed: str) -> str:
        """Return the id of the student who is meant: of this id, or alone of this name.

        Raises:
            ConsoleError: There is nobody of this name, or several.
        """
        students = everybody(self._ledger)
        if typed in students:
            return typed
        named = sorted(each.id for each in students.values() if searchable(each.name) == searchable(typed))
        if len(named) > 1:
            raise ConsoleError("Several students have this name: {ids}.", ids=", ".join(named))
        if not named:
            raise ConsoleError("There is no student {id} here.", id=typed)
        return named[0]
