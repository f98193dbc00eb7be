"""The columns of a list of students and defenses, and the headings that people write over them.

A heading is read in French and English. Case, accents, blanks, signs and the order of the columns do not matter.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadLine
from defense_console.exchange.same_id import without_unseen
from defense_console.model.errors import N_
from defense_console.model.text import searchable

LIST_COLUMNS: Final = (
    "student_id", "student_name", "email", "timezone", "curriculum",
    "project", "attempt", "planned_at", "duration_min", "language",
)  # fmt: skip
REQUIRED: Final = ("student_id", "student_name", "project", "planned_at")
"""A file without one of the other columns says nothing about them."""
LAST_NAME: Final = "last_name"
FIRST_NAME: Final = "first_name"
PLANNED_TIME: Final = "planned_time"
"""Columns that are a part of another one: of `student_name`, and of `planned_at`."""

HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "student_id": (
        "n° étudiant", "numéro étudiant", "identifiant", "matricule", "id étudiant", "student number", "id",
    ),
    "student_name": (
        "nom complet", "nom et prénom", "prénom et nom", "nom prénom", "nom de l’étudiant", "étudiant", "full name",
        "student", "name",
    ),
    LAST_NAME: ("nom", "nom de famille", "last name", "surname"),
    FIRST_NAME: ("prénom", "first name", "given name"),
    "email": ("courriel", "e-mail", "mail", "adresse e-mail", "adresse mail", "e-mail address"),
    "timezone": ("fuseau", "fuseau horaire", "time zone"),
    "curriculum": ("parcours", "cursus", "formation", "path"),
    "project": ("projet", "code projet", "n° projet", "project code"),
    "attempt": ("tentative", "n° tentative", "passage", "attempt number"),
    "planned_at": (
        "date et heure", "date de soutenance", "date de la soutenance", "soutenance", "defense date", "date and time",
        "start", "date",
    ),
    PLANNED_TIME: ("heure", "heure de soutenance", "heure de début", "horaire", "time", "start time"),
    "duration_min": ("durée", "durée (min)", "durée en minutes", "duration", "duration (min)", "minutes"),
    "language": ("langue",),
}  # fmt: skip
"""What people write over each column; its own name is a heading too."""
_WEAK: Final = frozenset({"id", "étudiant", "student", "name", "soutenance", "start", "date"})
"""Headings that are read as their column only where no other heading is: a list may use them for something else."""

_SIGNS: Final = re.compile(r"[\W_]+")


@functools.lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return the letters and digits of a text, without case and accents: `N° Étudiant` is `netudiant`."""
    return _SIGNS.sub("", searchable(text.replace("°", "").replace("º", "")))


_COLUMN_OF: Final = {plain(heading): column for column, headings in HEADINGS.items() for heading in (column, *headings)}
_WEAK_FORMS: Final = frozenset(map(plain, _WEAK))
_NEAR: Final = 0.8
"""How alike a heading and a known one have to be for a slip of the keyboard; 1 is equal."""


class Headings(msgspec.Struct, frozen=True):
    """The headings of a list.

    Attributes:
        names: as written, in order.
        columns: what each of them is: a column, a part of one, or "" for one that is not read.
        bad: repeated, misspelt and missing columns.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    bad: tuple[BadLine, ...]


def read_headings(cells: Iterable[str], line: int) -> Headings:
    """Return what the headings of a table say."""
    names = tuple(map(without_unseen, cells))
    forms = [plain(name) for name in names]
    columns = [_COLUMN_OF.get(form, "") for form in forms]
    for n, form in enumerate(forms):
        if form in _WEAK_FORMS and columns.count(columns[n]) > 1:
            columns[n] = ""
    _one_name(forms, columns)
    bad = [
        BadLine(line, name, name, N_("each column once; “{first}” is read as {column} too"),
                {"first": names[columns.index(column)], "column": column})
        for n, (name, column) in enumerate(zip(names, columns, strict=True))
        if column and column in columns[:n]
    ]  # fmt: skip
    bad += _misspelt(line, names, columns)
    present = set(columns) | ({"student_name"} if LAST_NAME in columns else set())
    bad += [
        BadLine(line, column, "", N_("a column {column}; it may also be called: {headings}"),
                {"column": column, "headings": ", ".join(HEADINGS[column])})
        for column in REQUIRED
        if column not in present
    ]  # fmt: skip
    return Headings(names, tuple(columns), tuple(bad))


def _one_name(forms: Sequence[str], columns: list[str]) -> None:
    """Read the name from one place: a first and a last name, or a whole one."""
    if "student_name" not in columns or not {FIRST_NAME, LAST_NAME} & set(columns):
        return
    whole = columns.index("student_name")
    if forms[whole] in _WEAK_FORMS and LAST_NAME in columns:
        columns[whole] = ""
    else:
        columns[:] = ["" if column in (FIRST_NAME, LAST_NAME) else column for column in columns]


def recognised(cells: Iterable[str]) -> int:
    """Return how many columns a line would give as a line of headings."""
    return len({_COLUMN_OF[form] for form in map(plain, cells) if form in _COLUMN_OF})


def _misspelt(line: int, names: Sequence[str], columns: Sequence[str]) -> Iterable[BadLine]:
    """Refuse a heading that is nearly one of a column which no other heading gives."""
    free = {form: column for form, column in _COLUMN_OF.items() if column not in columns}
    for name, column in zip(names, columns, strict=True):
        form = plain(name)
        near = get_close_matches(form, free, 1, _NEAR) if form and form not in _COLUMN_OF else []
        if near and not column:
            yield BadLine(line, name, name, N_("a known column; did you mean {nearest}?"), {"nearest": free[near[0]]})
