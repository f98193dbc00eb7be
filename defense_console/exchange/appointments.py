"""What rows of lists, events of calendars and sessions of the platform ask for, and the appointments they become.

A reader makes a `Wish` of each row. The planner makes an `Appointment` of each wish that changes something, and says of
the others why they do not. `events_of` says which events bring an appointment about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from defense_console.exchange.bad_file import BadLine
from defense_console.exchange.lists.table import ListRow
from defense_console.exchange.lists.understood import Understood
from defense_console.exchange.platform.comparing import PlatformDifference
from defense_console.exchange.platform.session_list import PlatformSession
from defense_console.model.defense.kinds import (
    CalendarLinked,
    DefenseWhat,
    DetailsChanged,
    Planned,
    Rescheduled,
)
from defense_console.model.defense.state import CalendarLink, Carried, Defense
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.student.kinds import StudentWhat

AttemptKey = tuple[str, str, int]
"""Student, project, attempt: what makes a defense the same one."""
WishSource = Literal["list", "calendar", "sessions"]


# --- what a file asks for ----------------------------------------------------------------------------------------


class Target(msgspec.Struct, frozen=True):
    """The defense a wish is about; `attempt` None: the one that comes next."""

    student_id: str
    project: str
    attempt: int | None = None

    @property
    def key(self) -> AttemptKey:
        """Return the defense; the first attempt where none is named."""
        return self.student_id, self.project, self.attempt or 1


class ImportOrigin(msgspec.Struct, frozen=True):
    """The event of a calendar, or the session of the platform, that a wish comes from.

    Attributes:
        uid: its name there.
        start: its start, ISO 8601 UTC.
        recurrence: the planned instant of one repetition, ISO 8601 UTC, else "".
        sequence: its revision.
        sitting: number of the sitting that the console exported as this event; None for an event of others.
    """

    uid: str
    start: str
    recurrence: str = ""
    sequence: int = 0
    sitting: int | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Return what makes it the same one when it comes again."""
        return self.uid, self.recurrence

    @property
    def key(self) -> str:
        """Return how a mentor names it: its UID, with the instant of a repetition behind `#`."""
        return f"{self.uid}#{self.recurrence}" if self.recurrence else self.uid


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What one row, event or session asks for.

    Attributes:
        line: of the row in its file, or number of the entry, from 1.
        target: the defense, None where the row does not name one.
        planned_at: ISO 8601 UTC.
        curriculum: code; "" for the one that the project is in.
        row: the row of a list that it is, None for an event or a session.
        duration_min: the slot, None for the plan's length.
        language: of the report, None when none is given.
        says: which of `duration_min` and `language` the row says something about.
        origin: what it comes from; None for a row of a list, which has no name of its own.
        session: what the platform says of it, None elsewhere.
        sure: the mentor or the file names the defense; otherwise it was recognised in a text.
        unnamed: why there is no target, an English message id; "" with one.
        unfit: why it cannot be a defense, an English message id; "" when it can.
        foreign: nothing in it speaks of a defense, a student or a project.
        faults: what in it cannot be read; then its start may be unknown, "".
    """

    line: int
    target: Target | None
    planned_at: str
    curriculum: str = ""
    row: ListRow | None = None
    duration_min: int | None = None
    language: str | None = None
    says: frozenset[str] = frozenset()
    origin: ImportOrigin | None = None
    session: PlatformSession | None = None
    sure: bool = False
    cancelled: bool = False
    title: str = ""
    unnamed: str = ""
    unfit: str = ""
    foreign: bool = False
    faults: tuple[BadLine, ...] = ()


class StudentRow(msgspec.Struct, frozen=True):
    """What a file says of a student. None: it has no such column and says nothing."""

    line: int
    id: str
    name: str
    email: str | None = None
    timezone: str | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """A wish that changes nothing, and why.

    Attributes:
        wish: an event or a session.
        reason: English message id; "" for one that cannot be read, whose faults say it.
        target: the defense it would be, None when it names none.
        to_match: a `--match` would help.
        parameters: values of the places of the reason.
    """

    wish: Wish
    reason: str
    target: Target | None = None
    to_match: bool = False
    parameters: Mapping[str, object] = {}


class ImportWishes(msgspec.Struct, frozen=True):
    """Everything a file asks for, in its order.

    Attributes:
        source: what kind of file it is.
        wishes: about defenses.
        students: one for each student; those of a list of sessions are registered with their first defense.
        entries: lines are entries of a JSON array.
        unmatched: sessions of the platform without a student or project known here.
        others: how many sessions are no defenses.
        understood: what was understood of a list, None for other files.
    """

    source: WishSource
    wishes: tuple[Wish, ...]
    students: tuple[StudentRow, ...] = ()
    entries: bool = False
    unmatched: tuple[LeftOut, ...] = ()
    others: int = 0
    understood: Understood | None = None


# --- what it becomes ---------------------------------------------------------------------------------------------


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A defense as it will be; times and slot as in a `Wish`.

    Attributes:
        origin: the event or session to find the defense by when it comes again; None for none.
        before: the defense as the store holds it, None for a new one.
        carried: what a new attempt takes over from the one before.
    """

    key: AttemptKey
    student_name: str
    curriculum: str
    planned_at: str
    duration_min: int | None
    language: str | None
    origin: ImportOrigin | None
    before: Defense | None
    carried: Carried | None


class ImportPlan(msgspec.Struct, frozen=True):
    """Everything a file changes, and what it leaves as it is, in the order of the file.

    Attributes:
        asked: what the file asks for.
        students: the registration or change of a student, with the student's id.
        appointments: those that change something.
        left_out: events and sessions of now and later that are not taken.
        past: how many events or sessions went by and belong to nothing known.
        differences: what the platform says otherwise.
    """

    asked: ImportWishes
    students: tuple[tuple[str, StudentWhat], ...]
    appointments: tuple[Appointment, ...]
    left_out: tuple[LeftOut, ...]
    past: int
    differences: tuple[PlatformDifference, ...]

    @property
    def empty(self) -> bool:
        """Return whether nothing would change."""
        return not self.students and not self.appointments


def events_of(one: Appointment) -> tuple[DefenseWhat, ...]:
    """Return the events that bring an appointment about, which are one action; none when the store says the same."""
    before, whats = one.before, list[DefenseWhat]()
    if before is None:
        student_id, project, attempt = one.key
        details = one.planned_at, one.duration_min, one.language, one.carried
        whats.append(Planned(student_id, one.curriculum, project, attempt, *details))
    else:
        if not same_instant(one.planned_at, before.planned_at):
            whats.append(Rescheduled(one.planned_at))
        if (one.duration_min, one.language) != (before.duration_min, before.language):
            whats.append(DetailsChanged(one.duration_min, one.language))
    if (origin := one.origin) is not None:
        link = link_of(before, origin) if before is not None else None
        if link is None or (link.start, link.sequence) != (origin.start, origin.sequence):
            whats.append(CalendarLinked(origin.uid, origin.start, origin.recurrence, origin.sequence))
    return tuple(whats)


def link_of(defense: Defense, origin: ImportOrigin) -> CalendarLink | None:
    """Return the link of a defense to this event, None without one."""
    return next((link for link in defense.links if (link.uid, link.recurrence) == origin.name), None)


def same_instant(a: str, b: str) -> bool:
    """Return whether two texts are one instant to the millisecond."""
    return iso(instant(a)) == iso(instant(b))
