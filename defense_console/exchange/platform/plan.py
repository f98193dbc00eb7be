"""From a list of sessions to what it changes: new students, dates of pending defenses. The rest is only reported.

What was noted, rated and decided in the console is never touched. Where the platform says something else about a
defense, both versions are reported and the mentor decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.calendar.matching import Directory, Recognised, Target
from defense_console.exchange.calendar.plan import CalendarPlan, Known, plan_calendar
from defense_console.exchange.calendar.reading import CalendarEvent
from defense_console.exchange.lists.held_student import HeldStudent
from defense_console.exchange.lists.plan import StudentAction
from defense_console.exchange.platform.session_list import Session, SessionList
from defense_console.exchange.platform.words import TO_PLATFORM
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.state import Defense, Sitting
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.model.queue.agenda import searchable
from defense_console.model.student.kinds import StudentRegistered

_NAME: Final = "session/"
"""What the name of a session's link begins with: the platform's ids are not those of a calendar."""
_TOLD_FROM_S: Final = 60
"""A shorter difference between two clocks is nobody's concern."""

NO_PROJECT: Final = N_("no project has this id or title")
NO_NAME: Final = N_("the student is not known, and the list does not say their name")
NAMESAKE: Final = N_("a student of this name is known under another id: {id}")

Aspect = Literal["status", "length"]


class Unmatched(msgspec.Struct, frozen=True):
    """A session that stands for nothing known; `reason` is an English message id."""

    session: Session
    reason: str
    parameters: Mapping[str, object] = {}


class Difference(msgspec.Struct, frozen=True):
    """The platform and the console tell different things of a defense.

    `status`: the platform's words; `length`: whole seconds, as texts.
    """

    session: Session
    aspect: Aspect
    theirs: str
    ours: str


class SessionPlan(msgspec.Struct, frozen=True):
    """What a list changes, and what it does not.

    Attributes:
        students: to register.
        plan: the dates of pending defenses.
        differences: in the order of the list.
        unmatched: in the order of the list.
        others: sessions that are no defenses.
        completed: sessions that are over and of which the console knows nothing.
    """

    students: tuple[StudentAction, ...]
    plan: CalendarPlan
    differences: tuple[Difference, ...]
    unmatched: tuple[Unmatched, ...]
    others: int
    completed: int

    @property
    def empty(self) -> bool:
        """Nothing would change."""
        return not self.students and not self.plan.actions


class _New(msgspec.Struct, frozen=True):
    id: str
    name: str
    email: str = ""
    timezone: str = ""


class SessionDirectory(Directory):
    """Students and projects of a list, which says of each session whose and which it is.

    Args:
        people: Every student of the store.
        shipped: Curricula by code.
        found: The list.
    """

    def __init__(self, people: Iterable[HeldStudent], shipped: Mapping[str, Curriculum], found: SessionList) -> None:
        known = {person.id: person for person in people}
        names = {searchable(person.name): person.id for person in known.values()}
        self.unmatched: list[Unmatched] = []
        self.new: dict[str, Session] = {}
        self.matched: dict[str, tuple[Session, Target]] = {}
        for session in found.sessions:
            namesake = names.get(searchable(session.student_name))
            if session.project is None:
                self.unmatched.append(Unmatched(session, NO_PROJECT))
            elif session.student_id not in known and not session.student_name:
                self.unmatched.append(Unmatched(session, NO_NAME))
            elif session.student_id not in known and namesake is not None:
                self.unmatched.append(Unmatched(session, NAMESAKE, {"id": namesake}))
            else:
                if session.student_id not in known:
                    self.new.setdefault(session.student_id, session)
                self.matched[_NAME + session.id] = session, Target(session.student_id, session.project)
        super().__init__((*known.values(), *(_New(s.student_id, s.student_name) for s in self.new.values())), shipped)

    def recognise(self, event: CalendarEvent) -> Recognised:
        """Whose session it is and of which project."""
        target = self.matched[event.uid][1]
        return Recognised((target.student_id,), (target.project,))

    def events(self) -> list[CalendarEvent]:
        """The sessions as events of a calendar."""
        return [_event(name, session) for name, (session, _) in self.matched.items()]


def plan_sessions(found: SessionList, directory: SessionDirectory, known: Known, now: str, zone: str) -> SessionPlan:
    """What has to happen for the store to follow the list.

    Args:
        found: The list.
        directory: Made of it.
        known: What the store holds of its students and projects.
        now: ISO 8601 UTC.
        zone: IANA name of the mentor's zone, for the dates in refusals.

    Raises:
        BadFile: An entry asks for an attempt that nothing leads to.
    """
    differences: list[Difference] = []
    pending: list[CalendarEvent] = []
    completed = 0
    for event in directory.events():
        session, target = directory.matched[event.uid]
        held = _held(event, target, known)
        if held is not None:
            differences += _differences(session, held)
        if session.word == "pending":
            pending.append(event)
        elif held is None:
            completed += 1
    try:
        plan = plan_calendar(pending, {}, directory, known, now, zone)
    except BadFile as error:
        raise BadFile(error.lines, entries=True) from None
    planned = {action.key[0] for action in plan.actions}
    students = [_registered(session) for id, session in directory.new.items() if id in planned]
    return SessionPlan(tuple(students), plan, tuple(differences), tuple(directory.unmatched), found.others, completed)


def _registered(session: Session) -> StudentAction:
    what = StudentRegistered(session.student_id, session.student_name)
    return StudentAction(session.entry, session.student_id, session.student_name, what)


def _event(name: str, session: Session) -> CalendarEvent:
    return CalendarEvent(
        line=session.entry,
        uid=name,
        recurrence="",
        sequence=0,
        changed="",
        start=session.planned_at,
        duration_min=None,
        kind="defense",
        cancelled=False,
        summary=session.project_title,
        words="",
        emails=frozenset(),
    )


def _held(event: CalendarEvent, target: Target, known: Known) -> Sitting | None:
    """The sitting that a session is: linked to it, else planned for the same instant."""
    linked = known.linked.get((event.uid, event.recurrence))
    attempts = known.attempts.get((target.student_id, target.project), {})
    defenses: list[Defense] = [linked.defense] if linked else [one.defense for one in attempts.values()]
    numbers = {link.sitting for link in linked.defense.links if link.uid == event.uid} if linked else set()
    for defense in defenses:
        for sitting in defense.sittings:
            if sitting.n in numbers or instant(sitting.planned_at) == instant(event.start):
                return sitting
    return None


def _differences(session: Session, sitting: Sitting) -> list[Difference]:
    found: list[Difference] = []
    ours = TO_PLATFORM[sitting.session]
    if session.word != ours and sitting.session != "live":
        found.append(Difference(session, "status", session.word, ours))
    line = sitting.timeline
    if session.effective_s is not None and line.state == "ended":
        elapsed_s = line.elapsed_ms() // 1000
        if abs(session.effective_s - elapsed_s) >= _TOLD_FROM_S:
            found.append(Difference(session, "length", str(session.effective_s), str(elapsed_s)))
    return found
