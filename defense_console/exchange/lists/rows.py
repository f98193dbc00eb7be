"""What the rows of a list say of students and defenses. A file is taken whole or not at all.

Source: docs/exchange.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from defense_console.exchange.appointments import AttemptKey, ImportWishes, StudentRow, Target, Wish
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.lists.headings import plain
from defense_console.exchange.lists.table import ListCell, ListRow, ListTable
from defense_console.exchange.lists.understood import ReadId, ReadRow, Understood
from defense_console.exchange.moments import moment
from defense_console.exchange.same_id import KnownIds, comparable
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import is_one_line
from defense_console.words.translation import zone_of

DEFENSE_COLUMNS: Final = ("curriculum", "project", "attempt", "planned_at", "duration_min", "language")
LONGEST_MIN: Final = 24 * 60
MOST_ATTEMPTS: Final = 99
"""More is a slip of the keyboard, and each one before it would be looked for."""
_WHOLE: Final = re.compile(r"([0-9]{1,9})(?:[.,]0+)?")
_MINUTES: Final = re.compile(
    r"([0-9]{1,2}) ?(?::([0-9]{2})|[hH] ?([0-9]{2})?)|([0-9]{1,4}) ?(?:min|mn|minutes?|['’′])\.?"
)
"""A length in other words than a number of minutes: `0:30`, `1h30`, `45 min`."""
_LANGUAGES: Final = {
    "fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en",
}  # fmt: skip
_GAPS: Final = re.compile("[ \u00a0\u202f]*[\u00a0\u202f][ \u00a0\u202f]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def read_list(
    table: ListTable,
    entries: bool,
    shipped: Mapping[str, Curriculum],
    zone: str,
    known: Iterable[str] = (),
    sheet: str = "",
    assumed: str = "",
) -> ImportWishes:
    """Return what a list asks for, with what was understood of it.

    Raises:
        BadFile: Every line that is wrong in itself or contradicts another line.
    """
    written = (row.cells["student_id"].text.strip() for row in table.rows)
    reader = _ListReader(shipped, zone, KnownIds(known, written))
    for row in table.rows:
        reader.take(row)
    if reader.bad:
        raise BadFile(reader.bad, entries)
    pairs = tuple(zip(table.headings.names, table.headings.columns, strict=True))
    understood = Understood(
        sheet=sheet,
        matched=tuple((name, column) for name, column in pairs if column),
        unread=tuple(name for name, column in pairs if name and not column),
        skipped=table.skipped,
        ids=tuple(reader.ids.values()),
        rows=tuple(reader.rows),
        assumed=assumed,
    )
    wishes, students = tuple(reader.wishes.values()), tuple(reader.students.values())
    return ImportWishes("list", wishes, students, entries, understood=understood)


class _ListReader:
    """Checks one row after the other and collects what is wrong."""

    def __init__(self, shipped: Mapping[str, Curriculum], zone: str, known: KnownIds) -> None:
        self.shipped = shipped
        self.zone = zone
        self.known = known
        self.bad: list[BadLine] = []
        self.students: dict[str, StudentRow] = {}
        self.wishes: dict[AttemptKey, Wish] = {}
        self.ids: dict[str, ReadId] = {}
        self.rows: list[ReadRow] = []
        self._row = ListRow(0, {})

    def take(self, row: ListRow) -> None:
        """Check one row; a row with nothing in the columns of a defense is about the student alone."""
        self._row = row
        before = len(self.bad)
        self._unreadable()
        student = self._student()
        wish = self._wish(student.id) if any(row.text(name) for name in DEFENSE_COLUMNS) else None
        if len(self.bad) > before:
            return
        self._agree(student)
        read = ReadRow(row.line, student.id, student.name)
        if wish is not None and wish.target is not None:
            first = self.wishes.setdefault(wish.target.key, wish)
            if first is not wish:
                once = N_("each defense once: it stands on line {line} too")
                self._wrong("attempt" if "attempt" in row.cells else "project", once, line=first.line)
            project, attempt = wish.target.project, wish.target.attempt or 0
            read = ReadRow(row.line, student.id, student.name, project, attempt, wish.planned_at, wish.duration_min)
        self.rows.append(read)

    def _wrong(self, column: str, expected: str, **parameters: object) -> None:
        """Refuse a cell, quoted as it is written; one without a value only once."""
        cell = self._row.cells.get(column, ListCell(self._row.line, column, ""))
        if not cell.expected or cell.expected == expected:
            self.bad.append(self._row.wrong(column, cell.text.strip(), expected, **parameters))

    def _unreadable(self) -> None:
        """Refuse cells without a value, and half a character: JSON can write it, and it could never be saved."""
        for name, cell in self._row.cells.items():
            if cell.expected:
                self._wrong(name, cell.expected)
                continue
            try:
                cell.text.encode()
            except UnicodeEncodeError:
                self._wrong(name, N_("whole characters"))

    # --- the student ---------------------------------------------------------------------------------------------

    def _student(self) -> StudentRow:
        row = self._row
        name, zone = _GAPS.sub(" ", row.cells["student_name"].text), row.text("timezone")
        if not name.strip():
            self._wrong("student_name", N_("the student's name"))
        if zone:
            try:
                zone_of(zone)
            except ConsoleError as error:
                self._wrong("timezone", N_("a time zone such as Europe/Paris"), **error.parameters)
        email = row.cells["email"].text.strip() if "email" in row.cells else None
        if email is not None and not is_one_line(email):
            self._wrong("email", N_("an address on one line"))
        return StudentRow(row.line, self._id(), name, email, zone if "timezone" in row.cells else None)

    def _id(self) -> str:
        """Return the student's id, which may be written otherwise than the store has it."""
        written = self._row.cells["student_id"].text.strip()
        if not comparable(written) or _CONTROL.search(written):
            self._wrong("student_id", N_("the student's id in the school, on one line"))
            return ""
        try:
            id = self.known.read(written)
        except ConsoleError as error:
            self._wrong("student_id", error.id, **error.parameters)
            return ""
        if id != written:
            self.ids.setdefault(written, ReadId(self._row.line, written, id))
        return id

    def _agree(self, student: StudentRow) -> None:
        """Refuse a row that says something else of its student than an earlier row."""
        first = self.students.setdefault(student.id, student)
        for column, field in (("student_name", "name"), ("email", "email"), ("timezone", "timezone")):
            wanted, found = getattr(first, field), getattr(student, field)
            if wanted != found and comparable(wanted or "") != comparable(found or ""):
                self._wrong(column, N_("“{value}” as on line {line}"), value=wanted or "", line=first.line)

    # --- the defense ---------------------------------------------------------------------------------------------

    def _wish(self, student_id: str) -> Wish | None:
        row = self._row
        planned_at = self._planned_at()
        named = "attempt" in row.cells  # without the column the attempt that comes next is meant
        attempt = self._whole("attempt", 1, MOST_ATTEMPTS) if named else None
        duration_min = self._duration_min()
        language = _LANGUAGES.get(plain(row.text("language")))
        if language is None and row.text("language"):
            self._wrong("language", N_("fr, en, or nothing"))
        found = self._project()
        if found is None or (named and attempt is None) or planned_at is None:
            return None
        code, project = found
        return Wish(
            line=row.line,
            target=Target(student_id, project.id, attempt),
            planned_at=planned_at,
            curriculum=code,
            row=row,
            duration_min=duration_min,
            language=language,
            says=frozenset({"duration_min", "language"} & row.cells.keys()),
            sure=True,
        )

    def _project(self) -> tuple[str, Project] | None:
        """Return the curriculum's code and the project, which may be written in several ways."""
        written, asked = self._row.text("curriculum"), self._row.text("project")
        whole = [
            (code, project)
            for code, each in self.shipped.items()
            for project in each.projects
            if plain(project.id) == plain(asked)
        ]
        if not written and len(whole) == 1:
            return whole[0]
        if "curriculum" not in self._row.cells:
            ids = [each.projects[0].id for each in self.shipped.values() if each.projects]
            self._wrong(
                "project", N_("a whole id such as {words}, or a column curriculum"), words=", ".join(sorted(ids))
            )
            return None
        codes = [code for code, each in self.shipped.items() if plain(written) in _curriculum_forms(each)]
        if len(codes) != 1:
            self._wrong("curriculum", N_("one of {words}"), words=", ".join(sorted(self.shipped)))
            return None
        (code,) = codes
        every = self.shipped[code].projects
        found = [project for project in every if plain(asked) in project_forms(code, project)]
        if len(found) == 1:
            return code, found[0]
        ids = [project.id for project in every]
        near = get_close_matches(asked.upper(), ids, 1)
        if asked and near:
            nearest = N_("a project of {code}; did you mean {nearest}?")
            self._wrong("project", nearest, code=code, nearest=near[0])
        else:
            self._wrong("project", N_("one of {words}"), words=", ".join(ids))
        return None

    def _whole(self, column: str, low: int, high: int) -> int | None:
        text = self._row.text(column)
        match = _WHOLE.fullmatch(text)
        number = int(match[1]) if match else None
        if number is not None and low <= number <= high:
            return number
        self._wrong(column, N_("a whole number from {low} to {high}"), low=low, high=high)
        return None

    def _duration_min(self) -> int | None:
        """Return the slot, None for the plan's length."""
        match = _MINUTES.fullmatch(self._row.text("duration_min"))
        if match is not None:
            hours, *minutes_ = (int(part or 0) for part in match.groups())
            minutes = hours * 60 + sum(minutes_)
            if 1 <= minutes <= LONGEST_MIN:
                return minutes
        return self._whole("duration_min", 1, LONGEST_MIN) if self._row.text("duration_min") else None

    def _planned_at(self) -> str | None:
        text = self._row.text("planned_at")
        try:
            return moment(text, self.zone)
        except ConsoleError as error:
            self._wrong("planned_at", error.id, **error.parameters)
            return None


def _curriculum_forms(curriculum: Curriculum) -> frozenset[str]:
    return frozenset(map(plain, (curriculum.code, curriculum.title.fr, curriculum.title.en))) - {""}


def project_forms(code: str, project: Project) -> frozenset[str]:
    """Return what a list may call a project next to its curriculum: its id, `P2`, `2`, `Projet 2`, its title."""
    n, short = project.n, project.id.removeprefix(f"{code}-")
    return frozenset(map(plain, (project.id, short, f"{n}", f"projet {n}", project.title.fr, project.title.en))) - {""}
