"""All students on the desk: the list, the sessions of a day, a new student. No log is read for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.student.holidays import holidays_of
from defense_console.desk.student.overview import StudentLine, student_line
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.student.kinds import StudentRegistered
from defense_console.model.student.state import FollowedStudent, Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.student.weekly import Occurrence, occurrences
from defense_console.model.text import searchable
from defense_console.settings import Settings
from defense_console.words.translation import language, local_day, zone_of


class DaySession(msgspec.Struct, frozen=True):
    """A weekly session of a day, and whose it is."""

    student: Student
    session: Occurrence


class StudentsDesk:
    """What the mentor sees of all students at once."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings

    def _all(self) -> tuple[Student, ...]:
        """Return every student, also what is on its way to the store; sorted by id."""
        now = self._ledger.unacknowledged(STUDENT)
        found = {student.id: student for student in self._ledger.store.students()} | now
        return tuple(found[id] for id in sorted(found))

    def lines(self) -> tuple[StudentLine, ...]:
        """Return a line for every student, by name."""
        now = self._ledger.now().wall
        today = local_day(now, self._settings.zone)
        holidays = holidays_of(self._settings.holidays, language())
        found = (student_line(student, now, today, holidays) for student in self._all())
        return tuple(sorted(found, key=lambda line: (searchable(line.student.name), line.student.id)))

    def sessions_of(self, day: date) -> tuple[DaySession, ...]:
        """Return the weekly sessions that start on a day of the mentor's, in their order."""
        zone = zone_of(self._settings.zone)
        first = datetime.combine(day, time(), zone).astimezone(UTC)
        last = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        holidays = holidays_of(self._settings.holidays, language())
        found = [
            DaySession(student, one)
            for student in self._all()
            for one in occurrences(student.standing, first, last, holidays)
        ]
        return tuple(sorted(found, key=lambda each: (instant(each.session.at), each.student.id)))

    def named(self, typed: str) -> str:
        """Return the id of the student who is meant: of this id, or alone of this name.

        Raises:
            ConsoleError: There is nobody of this name, or several.
        """
        students = self._all()
        if any(each.id == typed for each in students):
            return typed
        named = [each.id for each in students if searchable(each.name) == searchable(typed)]
        if len(named) > 1:
            raise ConsoleError("Several students have this name: {ids}.", ids=", ".join(named))
        if not named:
            raise ConsoleError("There is no student {id} here.", id=typed)
        return named[0]

    def register(self, id: str, name: str, email: str = "", timezone: str = "") -> FollowedStudent:
        """Register a student.

        Raises:
            ConsoleError: There is one with this id.
        """
        if any(each.id == id for each in self._all()):
            raise ConsoleError("There is a student {id} already.", id=id)
        return self._ledger.begin(STUDENT, id, StudentRegistered(id, name, email, timezone))
