"""What the rows of a list say of students and defenses. A file is taken whole or not at all.

Source: docs/exchange.md, product.md §2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from defense_console.exchange.appointments import AttemptKey, StudentRow, Target, Wish, Wishes
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.lists.table import ListRow
from defense_console.exchange.moments import moment
from defense_console.model.curriculum import Curriculum
from defense_console.model.errors import N_, ConsoleError
from defense_console.words.translation import LANGUAGES, zone_of

DEFENSE_COLUMNS: Final = ("curriculum", "project", "attempt", "planned_at", "duration_min", "language")
LONGEST_MIN: Final = 24 * 60
MOST_ATTEMPTS: Final = 99
"""More is a slip of the keyboard, and each one before it would be looked for."""
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def read_list(rows: Iterable[ListRow], entries: bool, shipped: Mapping[str, Curriculum], zone: str) -> Wishes:
    """Return what a list asks for.

    Args:
        rows: Of the file.
        entries: They are entries of a JSON array.
        shipped: Curricula by code.
        zone: IANA name of the mentor's zone, for times without an offset.

    Raises:
        BadFile: Every line that is wrong in itself or contradicts another line.
    """
    reader = _ListReader(shipped, zone)
    for row in rows:
        reader.take(row)
    if reader.bad:
        raise BadFile(reader.bad, entries)
    return Wishes("list", tuple(reader.wishes.values()), tuple(reader.students.values()), entries)


class _ListReader:
    """Checks one row after the other and collects what is wrong."""

    def __init__(self, shipped: Mapping[str, Curriculum], zone: str) -> None:
        self.shipped = shipped
        self.zone = zone
        self.bad: list[BadLine] = []
        self.students: dict[str, StudentRow] = {}
        self.wishes: dict[AttemptKey, Wish] = {}
        self._row = ListRow(0, {})

    def take(self, row: ListRow) -> None:
        """Check one row; a row with nothing in the columns of a defense is about the student alone."""
        self._row = row
        before = len(self.bad)
        self._surrogates()
        student = self._student()
        wish = self._wish(student.id) if any(row.text(name) for name in DEFENSE_COLUMNS) else None
        if len(self.bad) > before:
            return
        self._agree(student)
        if wish is not None and wish.target is not None:
            first = self.wishes.setdefault(wish.target.key, wish)
            if first is not wish:
                once = N_("each defense once: it stands on line {line} too")
                self._wrong("attempt", str(wish.target.attempt), once, line=first.line)

    def _wrong(self, column: str, found: str, expected: str, **parameters: object) -> None:
        self.bad.append(self._row.wrong(column, found, expected, **parameters))

    def _surrogates(self) -> None:
        """Refuse half a character: JSON can write it, and it could never be saved."""
        for name, cell in self._row.cells.items():
            try:
                cell.text.encode()
            except UnicodeEncodeError:
                self._wrong(name, cell.text, N_("whole characters"))

    # --- the student ---------------------------------------------------------------------------------------------

    def _student(self) -> StudentRow:
        row = self._row
        id, name, zone = row.text("student_id"), row.cells["student_name"].text, row.text("timezone")
        if not id or _CONTROL.search(id):
            self._wrong("student_id", id, N_("the student's id in the school, on one line"))
        if not name.strip():
            self._wrong("student_name", name, N_("the student's name"))
        if zone:
            try:
                zone_of(zone)
            except ConsoleError as error:
                self._wrong("timezone", zone, N_("a time zone such as Europe/Paris"), **error.parameters)
        email = row.text("email") if "email" in row.cells else None
        return StudentRow(row.line, id, name, email, zone if "timezone" in row.cells else None)

    def _agree(self, student: StudentRow) -> None:
        """Refuse a row that says something else of its student than an earlier row."""
        first = self.students.setdefault(student.id, student)
        for column, field in (("student_name", "name"), ("email", "email"), ("timezone", "timezone")):
            wanted, found = getattr(first, field), getattr(student, field)
            if wanted != found:
                self._wrong(column, found or "", N_("“{value}” as on line {line}"), value=wanted or "", line=first.line)

    # --- the defense ---------------------------------------------------------------------------------------------

    def _wish(self, student_id: str) -> Wish | None:
        row = self._row
        planned_at = self._planned_at()
        attempt = self._whole("attempt", 1, MOST_ATTEMPTS)
        duration_min = self._whole("duration_min", 1, LONGEST_MIN) if row.text("duration_min") else None
        language = row.text("language").lower() or None
        if language not in (None, *LANGUAGES):
            self._wrong("language", row.text("language"), N_("fr, en, or nothing"))
        if not self._project() or attempt is None or planned_at is None:
            return None
        return Wish(
            line=row.line,
            target=Target(student_id, row.text("project"), attempt),
            planned_at=planned_at,
            row=row,
            duration_min=duration_min,
            language=language,
            says=frozenset({"duration_min", "language"} & row.cells.keys()),
            sure=True,
        )

    def _project(self) -> bool:
        code, project = self._row.text("curriculum"), self._row.text("project")
        curriculum = self.shipped.get(code)
        if curriculum is None:
            self._wrong("curriculum", code, N_("one of {words}"), words=", ".join(sorted(self.shipped)))
            return False
        if curriculum.project(project) is not None:
            return True
        ids = [p.id for p in curriculum.projects]
        near = get_close_matches(project.upper(), ids, 1)
        if project and near:
            nearest = N_("a project of {code}; did you mean {nearest}?")
            self._wrong("project", project, nearest, code=code, nearest=near[0])
        else:
            self._wrong("project", project, N_("one of {words}"), words=", ".join(ids))
        return False

    def _whole(self, column: str, low: int, high: int) -> int | None:
        text = self._row.text(column)
        number = int(text) if _WHOLE.fullmatch(text) else None
        if number is not None and low <= number <= high:
            return number
        self._wrong(column, text, N_("a whole number from {low} to {high}"), low=low, high=high)
        return None

    def _planned_at(self) -> str | None:
        text = self._row.text("planned_at")
        try:
            return moment(text, self.zone)
        except ConsoleError as error:
            self._wrong("planned_at", text, error.id, **error.parameters)
            return None
