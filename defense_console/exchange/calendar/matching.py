"""Which student and project an event of a calendar is about; nothing is guessed.

The event of a defense that the console exported has the defense in its name. In any other event there has to be an id,
an address or a whole name of exactly one student, and exactly one project; for the rest the mentor says
`--match UID=STUDENT/PROJECT`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from defense_console.exchange.appointments import ImportOrigin, ImportWishes, Target, Wish
from defense_console.exchange.bad_file import BOM, BadFile, BadLine
from defense_console.exchange.calendar.names import own_name
from defense_console.exchange.calendar.reading import CalendarEvent, EventKind
from defense_console.exchange.lists.rows import LONGEST_MIN, MOST_ATTEMPTS
from defense_console.exchange.same_id import KnownIds
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.summary import defense_id
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.student.state import Student
from defense_console.model.text import searchable

_SHORTEST_ID: Final = 4
"""A shorter student id, such as `17`, would be found in dates and rooms by chance."""
_MOST_COMPUTED: Final = 9
"""How many attempts are looked for when an exported event comes to a store that does not hold its defense."""
_FORM: Final = N_("UID=STUDENT/PROJECT or UID=STUDENT/PROJECT/ATTEMPT")

_UNFIT: Final[Mapping[EventKind, str]] = {
    "defense": "",
    "all_day": N_("a whole day: not a defense"),
    "too_long": N_("longer than a day: not a defense"),
    "too_often": N_("repeated more often than any defense"),
    "moved_onwards": N_("a change that holds for all repetitions that follow is not understood; plan them one by one"),
}
_SPEAKS: Final = re.compile(r"(?<!la )\b(?:soutenances?|defen[cs]es?)\b")
"""A title that may be a defense's although it names nobody; “La Défense” is a place."""
UNMATCHED: Final = N_("no student and project are named")
NO_STUDENT: Final = N_("no student is named")
NO_PROJECT: Final = N_("no project is named")
AMBIGUOUS: Final = N_("more than one student or project is named")


class Recognised(msgspec.Struct, frozen=True):
    """Ids of the students and projects an event speaks of, sorted."""

    students: tuple[str, ...]
    projects: tuple[str, ...]

    @property
    def target(self) -> Target | None:
        """Return the defense, when one student and one project are named."""
        if len(self.students) == 1 and len(self.projects) == 1:
            return Target(self.students[0], self.projects[0])
        return None

    @property
    def missing(self) -> str:
        """Return an English message id of why there is no target."""
        if len(self.students) > 1 or len(self.projects) > 1:
            return AMBIGUOUS
        if self.projects:
            return NO_STUDENT
        return NO_PROJECT if self.students else UNMATCHED

    @property
    def nobody(self) -> bool:
        """Return whether no student and no project is named."""
        return not self.students and not self.projects


class Directory:
    """The students and projects that can be recognised."""

    def __init__(self, people: Mapping[str, Student], shipped: Mapping[str, Curriculum]) -> None:
        self.people = people
        self._names = [(form, id) for id, person in self.people.items() for form in _name_forms(person.name)]
        self._ids = [(searchable(id), id) for id in self.people if len(id) >= _SHORTEST_ID]
        self._emails = {person.email.strip().lower(): id for id, person in self.people.items() if person.email}
        every = [project for curriculum in shipped.values() for project in curriculum.projects]
        self.projects = tuple(project.id for project in every)
        self._projects = [(searchable(p.id), p.id) for p in every]
        self._projects += [(form, p.id) for p in every for form in {searchable(p.title.fr), searchable(p.title.en)}]

    def recognise(self, event: CalendarEvent) -> Recognised:
        """Return what an event says. Ids and addresses go before names, which two students may share."""
        words = searchable(event.words)
        students = {id for form, id in self._ids if _stands_in(form, words)}
        students |= {id for email, id in self._emails.items() if email in event.emails or _stands_in(email, words)}
        students = students or {id for form, id in self._names if _stands_in(form, words)}
        projects = {id for form, id in self._projects if _stands_in(form, words)}
        return Recognised(tuple(sorted(students)), tuple(sorted(projects)))

    def computed(self, id: str) -> Target | None:
        """Return the defense of an id, among those that these students could have; None when there is none."""
        every = (
            Target(student, project, attempt)
            for student in self.people
            for project in self.projects
            for attempt in range(1, _MOST_COMPUTED + 1)
        )
        return next((target for target in every if str(defense_id(*target.key)) == id), None)


def _name_forms(name: str) -> tuple[str, ...]:
    """Return a name with each of its parts first, as some calendars write it; one word alone is no whole name."""
    parts = searchable(name).split()
    if len(parts) < 2:
        return ()
    return tuple({" ".join((*parts[n:], *parts[:n])) for n in range(len(parts))})


def _stands_in(form: str, words: str) -> bool:
    """Return whether a text is in another as whole words: `irp-p4` is not in `irp-p40`, `ada` not in `canada`."""
    return form in words and re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", words) is not None


# --- what the mentor says ------------------------------------------------------------------------------------------


class MatchSaid(msgspec.Struct, frozen=True):
    """One `--match`, or a line of a file of them (`line` from 1; 0 on the command line)."""

    line: int
    text: str


def said_in(data: bytes) -> tuple[MatchSaid, ...]:
    """Return the lines of a file of matches, without empty ones and those that begin with `#`."""
    lines = data.removeprefix(BOM).decode("utf-8", "replace").splitlines()
    return tuple(
        MatchSaid(number, text.strip())
        for number, text in enumerate(lines, 1)
        if text.strip() and not text.startswith("#")
    )


def said_targets(
    said: Sequence[MatchSaid], keys: Iterable[str], directory: Directory
) -> tuple[dict[str, Target], list[BadLine]]:
    """Return the defense that the mentor names for each event, by its key, and everything that cannot be.

    Args:
        said: As typed. A UID may itself hold `=`, so the text before it has to be an event of the file.
        keys: Keys of the file's events.
        directory: Known students and projects.
    """
    known, readable = set(keys), KnownIds(directory.people)
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
            continue
        with suppress(ConsoleError):  # it looks like several ids: then it is none of them
            target = msgspec.structs.replace(target, student_id=readable.read(target.student_id))
        if target.student_id not in directory.people:
            bad.append(_wrong(one, N_("the id of a student the console knows")))
        elif target.project not in directory.projects:
            bad.append(_wrong(one, N_("the id of a project")))
        elif found.setdefault(key, target) != target:
            bad.append(_wrong(one, N_("one match for each event")))
    return found, bad


def _wrong(one: MatchSaid, expected: str) -> BadLine:
    return BadLine(one.line, "--match", one.text, expected)


def _target(text: str) -> Target | None:
    """Read `STUDENT/PROJECT[/ATTEMPT]`; a student's id may hold a `/` itself."""
    head, _, last = text.rpartition("/")
    if re.fullmatch("[1-9][0-9]?", last) and "/" in head:
        student, _, project = head.rpartition("/")
        attempt = int(last)
        return Target(student, project, attempt) if student and project and attempt <= MOST_ATTEMPTS else None
    return Target(head, last) if head and last else None


# --- what a calendar asks for --------------------------------------------------------------------------------------


def match_events(
    events: Iterable[CalendarEvent],
    said: Sequence[MatchSaid],
    directory: Directory,
    held: Callable[[str], Target | None],
) -> ImportWishes:
    """Return what a calendar asks for. Deadlines that the console exported are left out: no calendar can move them.

    Raises:
        BadFile: Everything in `said` that cannot be.
    """
    asked: list[tuple[CalendarEvent, ImportOrigin]] = []
    for event in events:
        own = own_name(event.uid)
        if own is None or own.sitting is not None:
            asked.append((event, ImportOrigin(event.uid, event.start, event.recurrence, event.sequence)))
    meant, bad = said_targets(said, (origin.key for _, origin in asked), directory)
    if bad:
        raise BadFile(bad)

    def wish(event: CalendarEvent, origin: ImportOrigin) -> Wish:
        own, unnamed, foreign = own_name(event.uid), "", False
        target = (held(own.defense_id) or directory.computed(own.defense_id)) if own is not None else None
        if own is not None and target is not None:
            origin = msgspec.structs.replace(origin, sitting=own.sitting)
        else:
            target = meant.get(origin.key)
        sure = target is not None
        if target is None:
            found = directory.recognise(event)
            target, unnamed = found.target, found.missing
            silent = found.nobody and _SPEAKS.search(searchable(event.summary)) is None
            foreign = silent or (target is None and event.kind in ("all_day", "too_long"))
        return Wish(
            line=event.line,
            target=target,
            planned_at=event.start,
            duration_min=event.duration_min,
            says=frozenset({"duration_min"} if (event.duration_min or LONGEST_MIN + 1) <= LONGEST_MIN else ()),
            origin=origin,
            sure=sure,
            cancelled=event.cancelled,
            title=event.summary,
            unnamed=unnamed,
            unfit=_UNFIT[event.kind],
            foreign=foreign,
            faults=event.faults,
        )

    return ImportWishes("calendar", tuple(wish(*one) for one in asked))
