"""All students on the desk: the list, the sessions of a day. No log is read for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.student.holidays import holidays_of
from defense_console.desk.student.overview import StudentLine, student_line
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.student.weekly import Occurrence, occurrences
from defense_console.model.text import searchable
from defense_console.settings import Settings
from defense_console.words.translation import language, local_day, zone_of


class DaySession(msgspec.Struct, frozen=True):
    """A weekly session of a day, and whose it is."""

    student: Student
    session: Occurrence


def everybody(ledger: Ledger) -> dict[str, Student]:
    """Return every student by id; what is on its way to the store counts."""
    known: dict[str, Student] = {student.id: student for student in ledger.store.students()}
    return known | ledger.unacknowledged(STUDENT)


class StudentsDesk:
    """What the mentor sees of all students at once."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings

    def lines(self) -> tuple[StudentLine, ...]:
        """Return a line for every student, by name."""
        now = self._ledger.now().wall
        today = local_day(now, self._settings.zone)
        holidays = holidays_of(self._settings.holidays, language())
        found = (student_line(student, now, today, holidays) for student in everybody(self._ledger).values())
        return tuple(sorted(found, key=lambda line: (searchable(line.student.name), line.student.id)))

    def sessions_of(self, day: date) -> tuple[DaySession, ...]:
        """Return the weekly sessions that start on a day of the mentor's, in their order."""
        zone = zone_of(self._settings.zone)
        first = datetime.combine(day, time(), zone).astimezone(UTC)
        last = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        holidays = holidays_of(self._settings.holidays, language())
        found = [
            DaySession(student, one)
            for student in everybody(self._ledger).values()
            for one in occurrences(student.standing, first, last, holidays)
        ]
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
