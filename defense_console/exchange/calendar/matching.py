"""Which student and which project an event speaks of, as far as it says so; nothing is guessed.

An id, an address or a whole name has to stand in the event, for exactly one student and exactly one project; the mentor
says the rest with `--match UID=STUDENT/PROJECT`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadLine
from defense_console.exchange.calendar.reading import CalendarEvent
from defense_console.exchange.lists.importing import MOST_ATTEMPTS
from defense_console.model.curriculum import Curriculum
from defense_console.model.errors import N_
from defense_console.model.queue.agenda import searchable
from defense_console.model.student.state import Student

_SHORTEST_ID: Final = 4
"""A shorter student id, such as `17`, would be found in dates and rooms by chance."""
_FORM: Final = N_("UID=STUDENT/PROJECT or UID=STUDENT/PROJECT/ATTEMPT")


class Target(msgspec.Struct, frozen=True):
    """The defense an event stands for; `attempt` None: whichever comes next."""

    student_id: str
    project: str
    attempt: int | None = None


class Recognised(msgspec.Struct, frozen=True):
    """Ids of the students and projects an event speaks of, sorted."""

    students: tuple[str, ...]
    projects: tuple[str, ...]

    @property
    def target(self) -> Target | None:
        """The defense, when one student and one project are named."""
        if len(self.students) == 1 and len(self.projects) == 1:
            return Target(self.students[0], self.projects[0])
        return None


class Directory:
    """The students and projects that can be recognised.

    Args:
        people: Every student.
        shipped: Curricula by code.
    """

    def __init__(self, people: Iterable[Student], shipped: Mapping[str, Curriculum]) -> None:
        self.people = {person.id: person for person in people}
        self.curricula = {project.id: code for code, c in shipped.items() for project in c.projects}
        self._names = [(form, id) for id, person in self.people.items() for form in _name_forms(person.name)]
        self._ids = [(searchable(id), id) for id in self.people if len(id) >= _SHORTEST_ID]
        self._emails = {person.email.strip().lower(): id for id, person in self.people.items() if person.email}
        every = [project for curriculum in shipped.values() for project in curriculum.projects]
        self._projects = [(searchable(p.id), p.id) for p in every]
        self._projects += [(form, p.id) for p in every for form in {searchable(p.title.fr), searchable(p.title.en)}]

    def recognise(self, event: CalendarEvent) -> Recognised:
        """What an event says. Ids and addresses go before names, which two students may share."""
        words = searchable(event.words)
        students = {id for form, id in self._ids if _stands_in(form, words)}
        students |= {id for email, id in self._emails.items() if email in event.emails or _stands_in(email, words)}
        students = students or {id for form, id in self._names if _stands_in(form, words)}
        projects = {id for form, id in self._projects if _stands_in(form, words)}
        return Recognised(tuple(sorted(students)), tuple(sorted(projects)))


def _name_forms(name: str) -> tuple[str, ...]:
    """A name with each of its parts first: calendars write `EXEMPLE Ada` too; one word alone is no whole name."""
    parts = searchable(name).split()
    if len(parts) < 2:
        return ()
    return tuple({" ".join((*parts[n:], *parts[:n])) for n in range(len(parts))})


def _stands_in(form: str, words: str) -> bool:
    """Whether a text stands in another as whole words: `irp-p4` is not in `irp-p40`, `ada` not in `canada`."""
    return form in words and re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", words) is not None


# --- what the mentor says ------------------------------------------------------------------------------------------


class Said(msgspec.Struct, frozen=True):
    """One `--match`, or a line of a file of them (`line` from 1; 0 on the command line)."""

    line: int
    text: str


def said_in(data: bytes) -> tuple[Said, ...]:
    """The lines of a file of matches; empty ones and those that begin with `#` are left out."""
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines()
    return tuple(
        Said(number, text.strip()) for number, text in enumerate(lines, 1) if text.strip() and not text.startswith("#")
    )


def matches(said: Sequence[Said], keys: Iterable[str], directory: Directory) -> tuple[dict[str, Target], list[BadLine]]:
    """What the mentor says of events, by their key, and everything in it that cannot be.

    Args:
        said: As typed. A UID may itself hold `=`, so that what stands before it has to be an event of the file.
        keys: Keys of the file's events.
        directory: Known students and projects.
    """
    known = set(keys)
    found: dict[str, Target] = {}
    bad: list[BadLine] = []
    for one in said:
        cuts = [n for n, letter in enumerate(one.text) if letter == "=" and one.text[:n].strip() in known]
        if not cuts:
            bad.append(_wrong(one, _FORM if "=" not in one.text else N_("the UID of an event of this calendar")))
            continue
        key, target = one.text[: cuts[-1]].strip(), _target(one.text[cuts[-1] + 1 :].strip())
        if target is None:
            bad.append(_wrong(one, _FORM))
        elif target.student_id not in directory.people:
            bad.append(_wrong(one, N_("the id of a student the console knows")))
        elif target.project not in directory.curricula:
            bad.append(_wrong(one, N_("the id of a project")))
        elif found.setdefault(key, target) != target:
            bad.append(_wrong(one, N_("one match for each event")))
    return found, bad


def _wrong(one: Said, expected: str) -> BadLine:
    return BadLine(one.line, "--match", one.text, expected)


def _target(text: str) -> Target | None:
    """`STUDENT/PROJECT[/ATTEMPT]`; a student's id may hold a `/` itself."""
    head, _, last = text.rpartition("/")
    if re.fullmatch("[1-9][0-9]?", last) and "/" in head:
        student, _, project = head.rpartition("/")
        attempt = int(last)
        return Target(student, project, attempt) if student and project and attempt <= MOST_ATTEMPTS else None
    return Target(head, last) if head and last else None
