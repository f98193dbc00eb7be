"""From what a file asks for to the events that bring it about: a pure function of what the store holds now.

Importing the same file twice changes nothing the second time. Source: docs/exchange.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.lists.held_student import HeldStudent
from defense_console.exchange.lists.importing import DefenseRow, StudentRow, Wanted
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.kinds import DefenseWhat, DetailsChanged, Planned, Rescheduled
from defense_console.model.defense.state import NOT_HELD, Defense
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.errors import N_
from defense_console.model.student.kinds import StudentChanged, StudentRegistered, StudentWhat
from defense_console.words.translation import date_time

Key = tuple[str, str, int]
"""Student, project, attempt: what makes a defense the same one."""


class StudentAction(msgspec.Struct, frozen=True):
    """A student is registered or changed."""

    line: int
    student_id: str
    name: str
    what: StudentWhat


class DefenseAction(msgspec.Struct, frozen=True):
    """A defense is planned, moved or changed: the events of one line, which are one action.

    `before` is the start it had, None for a new one.
    """

    line: int
    key: Key
    name: str
    whats: tuple[DefenseWhat, ...]
    before: str | None


class Plan(msgspec.Struct, frozen=True):
    """Everything a file changes, in its order; empty when the store says the same already."""

    students: tuple[StudentAction, ...]
    defenses: tuple[DefenseAction, ...]

    @property
    def empty(self) -> bool:
        """Nothing would change."""
        return not self.students and not self.defenses


def plan(wanted: Wanted, students: Mapping[str, HeldStudent], defenses: Mapping[Key, Defense], zone: str) -> Plan:
    """What has to happen for the store to say what the file says.

    Args:
        wanted: The file.
        students: What is known of its students, by id.
        defenses: What is known of its defenses and of the attempts before them; others do no harm.
        zone: IANA name of the mentor's zone, for the dates in refusals.

    Raises:
        BadFile: A line asks for what may not be changed any more, or for an attempt that nothing leads to.
    """
    names = {row.id: row.name for row in wanted.students}
    bad: list[BadLine] = []
    people = [action for row in wanted.students if (action := _student(row, students.get(row.id)))]
    dates: list[DefenseAction] = []
    asked = {row.key for row in wanted.defenses}
    for row in wanted.defenses:
        known = defenses.get(row.key)
        wrong = _gap(row, asked, defenses) if known is None else _refusals(row, known, zone)
        bad += wrong
        whats: tuple[DefenseWhat, ...] = ()
        if not wrong:
            whats = (_planned(row, defenses),) if known is None else tuple(_changes(row, known))
        if whats:
            before = known.planned_at if known else None
            dates.append(DefenseAction(row.line, row.key, names[row.student_id], whats, before))
    if bad:
        raise BadFile(bad, wanted.entries)
    return Plan(tuple(people), tuple(dates))


def _student(row: StudentRow, known: HeldStudent | None) -> StudentAction | None:
    if known is None:
        what: StudentWhat = StudentRegistered(row.id, row.name, row.email or "", row.timezone or "")
        return StudentAction(row.line, row.id, row.name, what)
    changed = StudentChanged(
        name=row.name if row.name != known.name else None,
        email=row.email if row.email not in (None, known.email) else None,
        timezone=row.timezone if row.timezone not in (None, known.timezone) else None,
    )
    return None if changed == StudentChanged() else StudentAction(row.line, row.id, row.name, changed)


def _planned(row: DefenseRow, defenses: Mapping[Key, Defense]) -> Planned:
    previous = defenses.get((row.student_id, row.project, row.attempt - 1))
    return Planned(
        student_id=row.student_id,
        curriculum=row.curriculum,
        project=row.project,
        attempt=row.attempt,
        planned_at=row.planned_at,
        duration_min=row.duration_min,
        language=row.language,
        carried=carried_from(previous) if previous is not None else None,
    )


def _gap(row: DefenseRow, asked: set[Key], defenses: Mapping[Key, Defense]) -> Sequence[BadLine]:
    """Attempts follow each other: once an earlier one is known, none may be left out."""
    known = [n for n in range(1, row.attempt) if (key := (row.student_id, row.project, n)) in defenses or key in asked]
    if not known or known[-1] == row.attempt - 1:
        return ()
    places = {"attempt": known[-1] + 1}
    return (BadLine(row.line, "attempt", str(row.attempt), N_("{attempt}, the attempt after the last known"), places),)


def _details(row: DefenseRow, known: Defense) -> DetailsChanged:
    """Slot and language after the row; what the file has no column for stays."""
    return DetailsChanged(
        duration_min=row.duration_min if "duration_min" in row.tells else known.duration_min,
        language=row.language if "language" in row.tells else known.language,
    )


def _refusals(row: DefenseRow, known: Defense, zone: str) -> Sequence[BadLine]:
    """Why a line cannot be taken: it changes a defense that is live, held or later, or its curriculum."""
    bad: list[BadLine] = []
    if known.curriculum != row.curriculum:
        places: dict[str, object] = {"value": known.curriculum}
        text = N_("“{value}”, as this defense was planned")
        bad.append(BadLine(row.line, "curriculum", row.curriculum, text, places))
    if known.session in NOT_HELD or known.session in ("planned", "waiting"):
        return bad
    if not _same_instant(row.planned_at, known.planned_at):
        places = {"at": date_time(known.planned_at, zone)}
        text = N_("{at}: a defense that is live or over keeps its date")
        bad.append(BadLine(row.line, "planned_at", row.written_at, text, places))
    details = _details(row, known)
    for column in ("duration_min", "language"):
        mine, theirs = getattr(details, column), getattr(known, column)
        if mine != theirs:
            places = {"value": "" if theirs is None else theirs}
            text = N_("“{value}”: a defense that is live or over is not changed")
            bad.append(BadLine(row.line, column, "" if mine is None else str(mine), text, places))
    return bad


def _changes(row: DefenseRow, known: Defense) -> Sequence[DefenseWhat]:
    whats: list[DefenseWhat] = []
    if not _same_instant(row.planned_at, known.planned_at):
        whats.append(Rescheduled(row.planned_at))
    details = _details(row, known)
    if (details.duration_min, details.language) != (known.duration_min, known.language):
        whats.append(details)
    return whats


def _same_instant(a: str, b: str) -> bool:
    return iso(instant(a)) == iso(instant(b))
