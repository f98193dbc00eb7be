"""Students and defenses from a file: from its rows to the actions they ask for, as pure functions.

A file is taken whole or not at all. What is refused is a `BadFile` that lists every line.
Source: docs/exchange.md, product.md §2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.lists.table import Cells, kind_of, read_table
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


class StudentRow(msgspec.Struct, frozen=True):
    """What a row says of a student. None: the file has no such column and says nothing."""

    line: int
    id: str
    name: str
    email: str | None
    timezone: str | None


class DefenseRow(msgspec.Struct, frozen=True):
    """What a row says of a defense.

    Attributes:
        line: number in the file.
        student_id: whose.
        curriculum, project: code and id, both known.
        attempt: from 1.
        planned_at: ISO 8601 UTC.
        written_at: as the file writes it, for messages.
        duration_min: the slot, None for the plan's length.
        language: of the report, None when it is not said.
        tells: which of `duration_min` and `language` the file has a column for.
    """

    line: int
    student_id: str
    curriculum: str
    project: str
    attempt: int
    planned_at: str
    written_at: str
    duration_min: int | None
    language: str | None
    tells: frozenset[str]

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes a defense the same one: student, project, attempt."""
        return self.student_id, self.project, self.attempt


class Wanted(msgspec.Struct, frozen=True):
    """A file that is well written: its students, one row each, and its defenses, in its order."""

    students: tuple[StudentRow, ...]
    defenses: tuple[DefenseRow, ...]
    entries: bool


def read(data: bytes, shipped: Mapping[str, Curriculum], zone: str) -> Wanted:
    """What a file asks for.

    Args:
        data: CSV or JSON.
        shipped: Curricula by code.
        zone: IANA name of the mentor's zone, for times without an offset.

    Raises:
        BadFile: Every line that is wrong in itself or contradicts another line.
    """
    entries = kind_of(data) == "json"
    reader = _Reader(shipped, zone, entries)
    for cells in read_table(data):
        reader.take(cells)
    if reader.bad:
        raise BadFile(reader.bad, entries)
    return Wanted(tuple(reader.students.values()), tuple(reader.defenses.values()), entries)


class _Reader:
    """Checks row after row and remembers what was wrong."""

    def __init__(self, shipped: Mapping[str, Curriculum], zone: str, entries: bool) -> None:
        self.shipped = shipped
        self.zone = zone
        self.entries = entries
        self.bad: list[BadLine] = []
        self.students: dict[str, StudentRow] = {}
        self.defenses: dict[tuple[str, str, int], DefenseRow] = {}
        self._cells = Cells(0, {})

    def take(self, cells: Cells) -> None:
        """Check one row; a row without any defense column filled is about the student alone."""
        self._cells = cells
        before = len(self.bad)
        self._surrogates()
        student = self._student()
        defense = self._defense() if any(self._cell(name) for name in DEFENSE_COLUMNS) else None
        if len(self.bad) > before or student is None:
            return
        self._agree(student)
        if defense is not None:
            first = self.defenses.setdefault(defense.key, defense)
            if first is not defense:
                once = N_("each defense once: it stands on line {line} too")
                self._wrong("attempt", str(defense.attempt), once, line=first.line)

    def _wrong(self, column: str, found: str, expected: str, **parameters: object) -> None:
        self.bad.append(BadLine(self._cells.line, column, found, expected, parameters))

    def _cell(self, name: str) -> str:
        return self._cells.values.get(name, "").strip()

    def _surrogates(self) -> None:
        """JSON can write half a character; it could never be saved."""
        for name, value in self._cells.values.items():
            try:
                value.encode()
            except UnicodeEncodeError:
                self._wrong(name, value, N_("whole characters"))

    # --- the student ---------------------------------------------------------------------------------------------

    def _student(self) -> StudentRow | None:
        values = self._cells.values
        id, name, zone = self._cell("student_id"), values["student_name"], self._cell("timezone")
        if not id or _CONTROL.search(id):
            self._wrong("student_id", id, N_("the student's id in the school, on one line"))
        if not name.strip():
            self._wrong("student_name", name, N_("the student's name"))
        if zone:
            try:
                zone_of(zone)
            except ConsoleError as error:
                self._wrong("timezone", zone, N_("a time zone such as Europe/Paris"), **error.parameters)
        email = self._cell("email") if "email" in values else None
        return StudentRow(self._cells.line, id, name, email, zone if "timezone" in values else None)

    def _agree(self, student: StudentRow) -> None:
        """The rows of one student say the same of them."""
        first = self.students.setdefault(student.id, student)
        for column, field in (("student_name", "name"), ("email", "email"), ("timezone", "timezone")):
            wanted, found = getattr(first, field), getattr(student, field)
            if wanted != found:
                self._wrong(column, found or "", N_("“{value}” as on line {line}"), value=wanted or "", line=first.line)

    # --- the defense ---------------------------------------------------------------------------------------------

    def _defense(self) -> DefenseRow | None:
        planned_at = self._planned_at()
        attempt = self._whole("attempt", 1, MOST_ATTEMPTS)
        duration_min = self._whole("duration_min", 1, LONGEST_MIN) if self._cell("duration_min") else None
        language = self._cell("language").lower() or None
        if language not in (None, *LANGUAGES):
            self._wrong("language", self._cell("language"), N_("fr, en, or nothing"))
        if not self._project() or attempt is None or planned_at is None:
            return None
        return DefenseRow(
            line=self._cells.line,
            student_id=self._cell("student_id"),
            curriculum=self._cell("curriculum"),
            project=self._cell("project"),
            attempt=attempt,
            planned_at=planned_at,
            written_at=self._cell("planned_at"),
            duration_min=duration_min,
            language=language,
            tells=frozenset({"duration_min", "language"} & self._cells.values.keys()),
        )

    def _project(self) -> bool:
        code, project = self._cell("curriculum"), self._cell("project")
        curriculum = self.shipped.get(code)
        if curriculum is None:
            self._wrong("curriculum", code, N_("one of {words}"), words=", ".join(sorted(self.shipped)))
            return False
        if curriculum.project(project) is not None:
            return True
        ids = [p.id for p in curriculum.projects]
        near = get_close_matches(project.upper(), ids, 1)
        if project and near:
            self._wrong(
                "project", project, N_("a project of {code}; did you mean {nearest}?"), code=code, nearest=near[0]
            )
        else:
            self._wrong("project", project, N_("one of {words}"), words=", ".join(ids))
        return False

    def _whole(self, column: str, low: int, high: int) -> int | None:
        text = self._cell(column)
        number = int(text) if _WHOLE.fullmatch(text) else None
        if number is not None and low <= number <= high:
            return number
        self._wrong(column, text, N_("a whole number from {low} to {high}"), low=low, high=high)
        return None

    def _planned_at(self) -> str | None:
        text = self._cell("planned_at")
        try:
            return moment(text, self.zone)
        except ConsoleError as error:
            self._wrong("planned_at", text, error.id, **error.parameters)
            return None
