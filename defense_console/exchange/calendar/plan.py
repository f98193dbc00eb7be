"""From the events of a calendar to what they change and what the mentor is told about the others: a pure function.

An event is matched first by its name, if the console knows it; then by what the mentor says; then by what the event
itself says. Importing the same file twice changes nothing the second time. A cancellation is reported and never carried
out, because only the mentor knows who called a defense off, and how late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.calendar.matching import Directory, Recognised, Target
from defense_console.exchange.calendar.reading import CalendarEvent, Kind
from defense_console.exchange.lists import plan as import_plan
from defense_console.exchange.lists.importing import LONGEST_MIN, DefenseRow, StudentRow, Wanted
from defense_console.exchange.lists.plan import DefenseAction, Key
from defense_console.model.defense.kinds import CalendarLinked
from defense_console.model.defense.state import NOT_HELD, CalendarLink, Defense
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.words.translation import date_time

_OPEN: Final = frozenset({"planned", "waiting"}) | NOT_HELD
"""Sessions whose date a calendar may still change."""
_LATELY: Final = timedelta(days=1)
"""How long an event that went by is still told of by itself."""

_KINDS: Final[Mapping[Kind, str]] = {
    "all_day": N_("a whole day: not a defense"),
    "too_long": N_("longer than a day: not a defense"),
    "too_often": N_("repeated more often than any defense"),
    "moved_onwards": N_("a change that holds for all repetitions that follow is not understood; plan them one by one"),
}
UNMATCHED: Final = N_("no student and project are named")
NO_STUDENT: Final = N_("no student is named")
NO_PROJECT: Final = N_("no project is named")
AMBIGUOUS: Final = N_("more than one student or project is named")
TWO_EVENTS: Final = N_("another event stands for the same defense")
OVER: Final = N_("the last attempt known is not one to plan again: say which attempt is meant")
CANCELLED: Final = N_("called off in the calendar; the defense stays planned until you cancel it")
OLDER: Final = N_("older than what was taken before")
KEPT: Final = N_("moved in the calendar, but a defense that is live or over keeps its date")

_ALWAYS: Final = frozenset({CANCELLED, OLDER, KEPT})
"""What is told of a defense that is known, however long ago."""


class Told(msgspec.Struct, frozen=True):
    """An event that changes nothing, and why.

    Attributes:
        event: the event.
        reason: English message id.
        to_match: whether a `--match` would take it.
        target: what is known of it, None for nothing.
    """

    event: CalendarEvent
    reason: str
    to_match: bool
    target: Target | None = None


class CalendarPlan(msgspec.Struct, frozen=True):
    """What a calendar changes, and what it does not.

    Attributes:
        actions: in the order of the file.
        told: events of now and later that are not taken, in the order of the file.
        past: how many events went by and stand for nothing known.
    """

    actions: tuple[DefenseAction, ...]
    told: tuple[Told, ...]
    past: int


class KnownDefense(msgspec.Struct, frozen=True):
    """A defense of the store; `revision` is the SEQUENCE its own event would be exported with now."""

    defense: Defense
    revision: int


class Known(msgspec.Struct, frozen=True):
    """What the store holds.

    Attributes:
        attempts: the attempts of a student at a project, by their number.
        linked: by the name and the repetition of their calendar event.
        own: by the name of an event the console exported itself, with the sitting it is of.
    """

    attempts: Mapping[tuple[str, str], Mapping[int, KnownDefense]]
    linked: Mapping[tuple[str, str], KnownDefense]
    own: Mapping[str, tuple[Target, int]]


def plan_calendar(
    events: Sequence[CalendarEvent],
    said: Mapping[str, Target],
    directory: Directory,
    known: Known,
    now: str,
    zone: str,
) -> CalendarPlan:
    """What has to happen for the store to follow the calendar.

    Args:
        events: Of the file.
        said: What the mentor says of some of them, by key.
        directory: Students and projects.
        known: What the store holds of them.
        now: ISO 8601 UTC: what went by is not planned, unless the mentor says so.
        zone: IANA name of the mentor's zone, for the dates in refusals.

    Raises:
        BadFile: Two matches for one defense, or an attempt that nothing leads to.
    """
    planner = _Planner(said, directory, known, now, zone)
    for event in events:
        planner.take(event)
    planner.settle()
    if planner.bad:
        raise BadFile(planner.bad)
    return planner.plan()


class _Claim(msgspec.Struct, frozen=True):
    """An event that stands for a defense. `sure`: by its name or the mentor's word, not by what it says."""

    event: CalendarEvent
    key: Key
    sure: bool


class _Planner:
    """Looks at event after event, then at which defenses several of them claim."""

    def __init__(self, said: Mapping[str, Target], directory: Directory, known: Known, now: str, zone: str) -> None:
        self.said = said
        self.directory = directory
        self.known = known
        self.now = instant(now)
        self.zone = zone
        self.bad: list[BadLine] = []
        self._told: list[Told] = []
        self._past = 0
        self._claims: list[_Claim] = []

    # --- one event -----------------------------------------------------------------------------------------------

    def take(self, event: CalendarEvent) -> None:
        """Find what an event stands for."""
        known = self.known.linked.get((event.uid, event.recurrence))
        own = self.known.own.get(event.uid)
        if known is not None:
            self._linked(event, known.defense)
        elif own is not None:
            self._own(event, *own)
        elif event.key in self.said:
            self._meant(event, self.said[event.key], sure=True)
        else:
            found = self.directory.recognise(event)
            if event.kind != "defense":
                self._tell(event, _KINDS[event.kind], found.target)
            elif found.target is None:
                self._tell(event, _missing(found), None, to_match=True)
            else:
                self._meant(event, found.target, sure=False)

    def _linked(self, event: CalendarEvent, defense: Defense) -> None:
        """An event taken before: only what the calendar changed since counts."""
        link = link_of(defense, event)
        target = Target(defense.student_id, defense.project, defense.attempt)
        if link is None or link.sitting != defense.sitting.n:
            return
        if event.cancelled:
            self._called_off(event, defense, target)
        elif event.start == link.start and event.sequence <= link.sequence:
            return
        elif event.sequence < link.sequence:
            self._tell(event, OLDER, target)
        elif event.kind != "defense":
            self._tell(event, _KINDS[event.kind], target)
        elif event.start != link.start and defense.session not in _OPEN:
            self._tell(event, KEPT, target)
        else:
            self._claim(event, target, defense.attempt, sure=True)

    def _own(self, event: CalendarEvent, target: Target, sitting: int) -> None:
        """An event the console exported itself, moved in a calendar since."""
        known = self._attempts(target).get(target.attempt or 1)
        if known is None:
            if not event.cancelled and instant(event.start) >= self.now:
                self._claim(event, target, target.attempt or 1, sure=True)
            return
        defense = known.defense
        if sitting != defense.sitting.n:
            return
        if event.cancelled:
            self._called_off(event, defense, target)
        elif _same(event.start, defense.planned_at):
            return
        elif event.sequence < known.revision:
            self._tell(event, OLDER, target)
        elif event.kind != "defense":
            self._tell(event, _KINDS[event.kind], target)
        elif defense.session in _OPEN:
            self._claim(event, target, defense.attempt, sure=True)
        else:
            self._tell(event, KEPT, target)

    def _meant(self, event: CalendarEvent, target: Target, *, sure: bool) -> None:
        """An event seen for the first time that stands for a student and a project."""
        attempts = self._attempts(target)
        same = [n for n, k in attempts.items() if any(_same(s.planned_at, event.start) for s in k.defense.sittings)]
        if event.kind != "defense":
            self._tell(event, _KINDS[event.kind], target)
        elif event.cancelled:
            for n in same:
                self._called_off(event, attempts[n].defense, target)
        elif target.attempt is not None:
            self._claim(event, target, target.attempt, sure=True)
        elif same:
            self._claim(event, target, same[-1], sure=sure)
        elif not sure and instant(event.start) < self.now:
            self._past += 1
        elif not attempts:
            self._claim(event, target, 1, sure=sure)
        else:
            self._next_attempt(event, target, attempts[max(attempts)].defense, sure=sure)

    def _next_attempt(self, event: CalendarEvent, target: Target, last: Defense, *, sure: bool) -> None:
        """Another date for an attempt that was not held yet, or a new attempt after a rework."""
        if last.session in _OPEN:
            self._claim(event, target, last.attempt, sure=sure)
        elif last.closed and last.released is not None and last.released.outcome == "rework":
            self._claim(event, target, last.attempt + 1, sure=sure)
        else:
            self._tell(event, OVER, target, to_match=True)

    def _called_off(self, event: CalendarEvent, defense: Defense, target: Target) -> None:
        if defense.session in ("planned", "waiting"):
            self._tell(event, CANCELLED, target)

    def _attempts(self, target: Target) -> Mapping[int, KnownDefense]:
        return self.known.attempts.get((target.student_id, target.project), {})

    def _claim(self, event: CalendarEvent, target: Target, attempt: int, *, sure: bool) -> None:
        self._claims.append(_Claim(event, (target.student_id, target.project, attempt), sure))

    def _tell(self, event: CalendarEvent, reason: str, target: Target | None, *, to_match: bool = False) -> None:
        if reason not in _ALWAYS and instant(event.start) < self.now - _LATELY:
            self._past += 1
        else:
            self._told.append(Told(event, reason, to_match, target))

    # --- several events ------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """One event for each defense: what is sure goes before what is read, and of two alike neither is taken."""
        by_key: dict[Key, list[_Claim]] = {}
        for claim in self._claims:
            by_key.setdefault(claim.key, []).append(claim)
        kept: list[_Claim] = []
        for claims in by_key.values():
            sure = [claim for claim in claims if claim.sure]
            starts = {claim.event.start for claim in sure or claims}
            if len(starts) > 1 and sure:
                first, last = sure[0].event, sure[-1].event
                once = N_("each defense once: it stands on line {line} too, for {at}")
                found = f"{last.key} ({date_time(last.start, self.zone)})"
                places = {"line": first.line, "at": date_time(first.start, self.zone)}
                self.bad.append(BadLine(last.line, "UID", found, once, places))
            elif len(starts) > 1 or (not sure and self._has_another(claims[0])):
                self._two_events(claims)
            else:
                kept.append((sure or claims)[0])
                self._two_events([c for c in claims if not c.sure and c.event.start not in starts])
        self._claims = kept

    def _has_another(self, claim: _Claim) -> bool:
        """Whether a defense that an event only names is already followed by another event of a calendar."""
        known = self._attempts(Target(*claim.key)).get(claim.key[2])
        return known is not None and any(link.sitting == known.defense.sitting.n for link in known.defense.links)

    def _two_events(self, claims: Sequence[_Claim]) -> None:
        for claim in claims:
            self._tell(claim.event, TWO_EVENTS, Target(*claim.key), to_match=True)

    # --- what it comes to ----------------------------------------------------------------------------------------

    def plan(self) -> CalendarPlan:
        """The actions, as any other import would decide them, each with the link that finds the defense again."""
        attempts = {
            (student, project, n): known.defense
            for (student, project), by_n in self.known.attempts.items()
            for n, known in by_n.items()
        }
        events = {claim.key: claim.event for claim in self._claims}
        rows = [self._row(claim, attempts.get(claim.key)) for claim in self._claims]
        people = {row.student_id: self._student(row) for row in rows}
        wanted = Wanted(tuple(people.values()), tuple(rows), entries=False)
        changes = import_plan.plan(wanted, self.directory.people, attempts, self.zone)
        by_key = {action.key: action for action in changes.defenses}
        actions: list[DefenseAction] = []
        for row in rows:
            event, defense = events[row.key], attempts.get(row.key)
            action = by_key.get(row.key)
            link = _new_link(event, defense, own=event.uid in self.known.own)
            whats = (*(action.whats if action else ()), *((link,) if link else ()))
            if whats:
                name = self.directory.people[row.student_id].name
                before = defense.planned_at if defense else None
                actions.append(DefenseAction(row.line, row.key, name, whats, before))
        told = sorted(self._told, key=lambda one: (one.event.line, one.event.start))
        return CalendarPlan(tuple(actions), tuple(told), self._past)

    def _row(self, claim: _Claim, defense: Defense | None) -> DefenseRow:
        """The event as a row of any import. A defense that is live or over is linked and otherwise left alone."""
        event, fixed = claim.event, defense is not None and defense.session not in _OPEN
        says_length = event.duration_min is not None and event.duration_min <= LONGEST_MIN and not fixed
        start = defense.planned_at if defense is not None and (fixed or self._earlier(event, defense)) else event.start
        return DefenseRow(
            line=event.line,
            student_id=claim.key[0],
            curriculum=defense.curriculum if defense else self.directory.curricula[claim.key[1]],
            project=claim.key[1],
            attempt=claim.key[2],
            planned_at=start,
            written_at=date_time(event.start, self.zone),
            duration_min=event.duration_min if says_length else None,
            language=None,
            tells=frozenset({"duration_min"} if says_length else ()),
        )

    def _earlier(self, event: CalendarEvent, defense: Defense) -> bool:
        """Whether the event is the date the defense has, or an earlier sitting of it, or was not moved since."""
        link = link_of(defense, event)
        if link is not None and link.start == event.start:
            return True
        return any(_same(s.planned_at, event.start) for s in defense.sittings)

    def _student(self, row: DefenseRow) -> StudentRow:
        person = self.directory.people[row.student_id]
        return StudentRow(row.line, person.id, person.name, None, None)


def link_of(defense: Defense, event: CalendarEvent) -> CalendarLink | None:
    """The link of a defense to this event, None without one."""
    names = (event.uid, event.recurrence)
    return next((link for link in defense.links if (link.uid, link.recurrence) == names), None)


def _new_link(event: CalendarEvent, defense: Defense | None, *, own: bool) -> CalendarLinked | None:
    """What finds the defense again; None when it would say nothing new, and for the console's own events."""
    new = CalendarLinked(event.uid, event.start, event.recurrence, event.sequence)
    old = link_of(defense, event) if defense is not None else None
    if own or (old is not None and (old.start, old.sequence) == (new.start, new.sequence)):
        return None
    return new


def _missing(found: Recognised) -> str:
    if len(found.students) > 1 or len(found.projects) > 1:
        return AMBIGUOUS
    if found.projects:
        return NO_STUDENT
    return NO_PROJECT if found.students else UNMATCHED


def _same(a: str, b: str) -> bool:
    return instant(a) == instant(b)
