"""From the wishes of a file to the appointments it makes and what the mentor reads of the rest: a pure function.

A wish of a calendar or of the platform goes to a defense by its origin, if an import took it before; then by its
target. The same file twice changes nothing the second time. A cancellation is reported and never carried out, because
only the mentor knows who called a defense off, and how late. Source: docs/exchange.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from defense_console.exchange.appointments import (
    Appointment,
    AttemptKey,
    ImportOrigin,
    ImportPlan,
    ImportWishes,
    LeftOut,
    StudentRow,
    Target,
    Wish,
    events_of,
    link_of,
    same_instant,
)
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.held import HeldDefense, HeldDefenses
from defense_console.exchange.lists.table import ListRow
from defense_console.exchange.platform.comparing import PlatformDifference, differences
from defense_console.exchange.platform.session_list import PlatformSession
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.state import NOT_HELD, Defense, Sitting
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.model.student.kinds import StudentChanged, StudentRegistered, StudentWhat
from defense_console.model.student.state import Student
from defense_console.words.translation import date_time

_OPEN: Final = frozenset({"planned", "waiting"}) | NOT_HELD
"""Sessions whose date a file may still change."""
_LATELY: Final = timedelta(days=1)
"""How long an event that went by is still reported by itself."""

TWO_EVENTS: Final = N_("another event stands for the same defense")
OVER: Final = N_("the last attempt known is not one to plan again: say which attempt is meant")
CANCELLED: Final = N_("called off in the calendar; the defense stays planned until you cancel it")
OLDER: Final = N_("older than what was taken before")
KEPT_DATE: Final = N_("moved in the calendar, but a defense that is live or over keeps its date")
TAKEN: Final = N_("{holder} has this defense, and changes it")
OFFERED: Final = N_("offered to the mentors: who takes it changes it")
_ALWAYS: Final = frozenset({CANCELLED, OLDER, KEPT_DATE})
"""What is reported of a defense that is known, however long ago."""


def plan_import(
    wishes: ImportWishes,
    people: Mapping[str, Student],
    held: HeldDefenses,
    shipped: Mapping[str, Curriculum],
    now: str,
    zone: str,
) -> ImportPlan:
    """Return what has to happen for the store to say what the file says.

    Raises:
        BadFile: A row asks for what may not be changed any more, for a defense that another row asks for, or for an
            attempt that nothing leads to.
    """
    planner = _Planner(wishes, held, now, zone)
    for wish in wishes.wishes:
        planner.take(wish)
    names = {person.id: person.name for person in people.values()} | {row.id: row.name for row in wishes.students}
    codes = {project.id: code for code, curriculum in shipped.items() for project in curriculum.projects}
    appointments = planner.appointments(names, codes)
    registered = {one.key[0] for one in appointments}
    rows = [row for row in wishes.students if wishes.source != "sessions" or row.id in registered]
    return ImportPlan(
        asked=wishes,
        students=tuple((row.id, what) for row in rows if (what := _student(row, people.get(row.id)))),
        appointments=tuple(appointments),
        left_out=tuple(sorted(planner.left_out, key=lambda one: (one.wish.line, one.wish.planned_at))),
        past=planner.past,
        differences=tuple(planner.differences),
    )


def _student(row: StudentRow, known: Student | None) -> StudentWhat | None:
    if known is None:
        return StudentRegistered(row.id, row.name, row.email or "", row.timezone or "")
    changed = StudentChanged(
        name=row.name if row.name != known.name else None,
        email=row.email if row.email not in (None, known.email) else None,
        timezone=row.timezone if row.timezone not in (None, known.timezone) else None,
    )
    return None if changed == StudentChanged() else changed


class _Claim(msgspec.Struct, frozen=True):
    """A wish that is about a defense. `sure`: by its name or the mentor's word, not by what it says."""

    wish: Wish
    key: AttemptKey
    sure: bool


class _Planner:
    """Looks at one wish after the other, then at the defenses that several of them claim."""

    def __init__(self, wishes: ImportWishes, held: HeldDefenses, now: str, zone: str) -> None:
        self.source = wishes.source
        self.entries = wishes.entries
        self.held = held
        self.now = instant(now)
        self.zone = zone
        self.left_out: list[LeftOut] = []
        self.differences: list[PlatformDifference] = []
        self.past = 0
        self._claims: list[_Claim] = []
        self._bad: list[BadLine] = []

    # --- one wish ------------------------------------------------------------------------------------------------

    def take(self, wish: Wish) -> None:
        """Find the defense that a wish is about."""
        origin, target = wish.origin, wish.target
        if origin is None:
            if target is not None:
                self._first_time(wish, target)
        elif wish.faults:
            self._unreadable(wish, origin)
        elif wish.session is not None and not self._to_come(wish, origin, wish.session):
            return
        elif (linked := self.held.linked.get(origin.name)) is not None:
            self._again(wish, origin, linked)
        elif target is not None and origin.sitting is not None:
            if (own := self.held.of(target).get(target.key[2])) is not None:
                self._again(wish, origin, own)
            elif not wish.cancelled and instant(wish.planned_at) >= self.now:
                self._claim(wish, target.key, sure=True)
        elif target is None or wish.unfit:
            self._leave_out(wish, wish.unfit or wish.unnamed, target, to_match=not wish.unfit)
        else:
            self._first_time(wish, target)

    def _unreadable(self, wish: Wish, origin: ImportOrigin) -> None:
        """Refuse an event that cannot be read and may be a defense; what is none, or went by, stops nothing."""
        if wish.planned_at and instant(wish.planned_at) < self.now - _LATELY:
            self.past += 1
        elif wish.unfit or (wish.foreign and all(uid != origin.uid for uid, _recurrence in self.held.linked)):
            self.left_out.append(LeftOut(wish, "", wish.target))
        else:
            self._bad += wish.faults

    def _to_come(self, wish: Wish, origin: ImportOrigin, session: PlatformSession) -> bool:
        """Return whether the platform says that a session is still to come; what else it says is only compared."""
        sitting = self._sitting(wish, origin)
        if sitting is not None:
            self.differences += differences(session, sitting)
        elif session.word != "pending":
            self.past += 1
        return session.word == "pending"

    def _sitting(self, wish: Wish, origin: ImportOrigin) -> Sitting | None:
        """Return the sitting that a session is: linked to it, else planned for the same instant."""
        linked = self.held.linked.get(origin.name)
        for one in [linked] if linked is not None else self.held.of(wish.target).values():
            link = link_of(one.defense, origin)
            for sitting in one.defense.sittings:
                if (link and link.sitting == sitting.n) or same_instant(sitting.planned_at, wish.planned_at):
                    return sitting
        return None

    def _again(self, wish: Wish, origin: ImportOrigin, held: HeldDefense) -> None:
        """Follow an event that was taken before, or that the console exported: only what changed since counts."""
        defense, link = held.defense, link_of(held.defense, origin)
        if link is not None:
            sitting, start, sequence = link.sitting, link.start, link.sequence
        else:
            sitting, start, sequence = origin.sitting or 0, defense.planned_at, held.revision
        target = Target(defense.student_id, defense.project, defense.attempt)
        moved = not same_instant(origin.start, start)
        if sitting != defense.sitting.n:
            return
        if wish.cancelled:
            self._called_off(wish, defense, target)
        elif not moved and (link is None or origin.sequence <= sequence):
            return
        elif origin.sequence < sequence:
            self._leave_out(wish, OLDER, target)
        elif wish.unfit:
            self._leave_out(wish, wish.unfit, target)
        elif moved and defense.session not in _OPEN:
            self._leave_out(wish, KEPT_DATE, target)
        else:
            self._claim(wish, target.key, sure=True)

    def _first_time(self, wish: Wish, target: Target) -> None:
        """Follow an event that is seen for the first time and is about a student and a project."""
        attempts = self.held.of(target)
        same = [n for n, one in attempts.items() if _has_sitting(one.defense, wish.planned_at)]
        if wish.cancelled:
            for n in same:
                self._called_off(wish, attempts[n].defense, target)
        elif target.attempt is not None:
            self._claim(wish, target.key, sure=True)
        elif same:
            self._claim(wish, (target.student_id, target.project, same[-1]), sure=wish.sure)
        elif not wish.sure and instant(wish.planned_at) < self.now:
            self.past += 1
        elif not attempts:
            self._claim(wish, target.key, sure=wish.sure)
        else:
            self._next_attempt(wish, target, attempts[max(attempts)].defense)

    def _next_attempt(self, wish: Wish, target: Target, last: Defense) -> None:
        """Give an attempt that was not held yet another date, or plan a new one after a rework."""
        if last.session in _OPEN:
            self._claim(wish, (target.student_id, target.project, last.attempt), sure=wish.sure)
        elif last.closed and last.released is not None and last.released.outcome == "rework":
            self._claim(wish, (target.student_id, target.project, last.attempt + 1), sure=wish.sure)
        else:
            self._leave_out(wish, OVER, target, to_match=True)

    def _called_off(self, wish: Wish, defense: Defense, target: Target) -> None:
        if defense.session in ("planned", "waiting"):
            self._leave_out(wish, CANCELLED, target)

    def _claim(self, wish: Wish, key: AttemptKey, *, sure: bool) -> None:
        self._claims.append(_Claim(wish, key, sure))

    def _leave_out(self, wish: Wish, reason: str, target: Target | None, *, to_match: bool = False) -> None:
        if reason not in _ALWAYS and instant(wish.planned_at) < self.now - _LATELY:
            self.past += 1
        else:
            self.left_out.append(LeftOut(wish, reason, target, to_match and self.source == "calendar"))

    # --- several wishes ------------------------------------------------------------------------------------------

    def _settled(self) -> list[_Claim]:
        """Return one claim for each defense: what is sure goes before what is read; of two alike neither is taken.

        Raises:
            BadFile: Two sure ones for one defense, and events that cannot be read.
        """
        by_key: dict[AttemptKey, list[_Claim]] = {}
        for claim in self._claims:
            by_key.setdefault(claim.key, []).append(claim)
        kept: list[_Claim] = []
        bad = self._bad
        for claims in by_key.values():
            sure = [claim for claim in claims if claim.sure]
            starts = {claim.wish.planned_at for claim in sure or claims}
            if len(starts) > 1 and sure:
                bad.append(self._twice(sure[0].wish, sure[-1].wish))
            elif len(starts) > 1 or (not sure and self._has_another(claims[0])):
                self._two_events(claims)
            else:
                kept.append((sure or claims)[0])
                self._two_events([c for c in claims if not c.sure and c.wish.planned_at not in starts])
        if bad:
            raise BadFile(bad, self.entries)
        return kept

    def _twice(self, first: Wish, last: Wish) -> BadLine:
        key = last.origin.key if last.origin is not None else ""
        once = N_("each defense once: it stands on line {line} too, for {at}")
        places = {"line": first.line, "at": date_time(first.planned_at, self.zone)}
        return BadLine(last.line, "UID", f"{key} ({date_time(last.planned_at, self.zone)})", once, places)

    def _has_another(self, claim: _Claim) -> bool:
        """Return whether a defense that an event only names already follows another event of a calendar."""
        known = self.held.one(claim.key)
        return known is not None and any(link.sitting == known.sitting.n for link in known.links)

    def _two_events(self, claims: Sequence[_Claim]) -> None:
        for claim in claims:
            self._leave_out(claim.wish, TWO_EVENTS, Target(*claim.key), to_match=True)

    # --- what it comes to ----------------------------------------------------------------------------------------

    def appointments(self, names: Mapping[str, str], codes: Mapping[str, str]) -> list[Appointment]:
        """Return the appointments that change something.

        Raises:
            BadFile: Two sure wishes for one defense, a list asks for what may not be changed any more, or an attempt
                follows on none.
        """
        found: list[Appointment] = []
        bad: list[BadLine] = []
        claims = self._settled()
        asked = {claim.key for claim in claims}
        for claim in claims:
            wish, key, before = claim.wish, claim.key, self.held.one(claim.key)
            wrong = self._gap(claim, asked) if before is None else self._refusals(wish, wish.row, before)
            bad += wrong
            if wrong:
                continue
            student_id, project, attempt = key
            previous = self.held.one((student_id, project, attempt - 1))
            planned_at, duration_min, language = _details(wish, before)
            one = Appointment(
                key=key,
                student_name=names[student_id],
                curriculum=before.curriculum if before is not None else wish.curriculum or codes[project],
                planned_at=planned_at,
                duration_min=duration_min,
                language=language,
                origin=wish.origin if wish.origin is not None and wish.origin.sitting is None else None,
                before=before,
                carried=carried_from(previous) if before is None and previous is not None else None,
            )
            if not events_of(one):
                continue
            if (holder := self.held.holder(key)) is None:
                found.append(one)
            else:
                reason, places = (TAKEN, {"holder": holder}) if holder else (OFFERED, {})
                self.left_out.append(LeftOut(wish, reason, Target(*key), parameters=places))
        if bad:
            raise BadFile(bad, self.entries)
        return found

    def _gap(self, claim: _Claim, asked: set[AttemptKey]) -> Sequence[BadLine]:
        """Refuse to leave out an attempt, once an earlier one is known."""
        student_id, project, attempt = claim.key
        earlier = [(student_id, project, n) for n in range(1, attempt)]
        known = [key[2] for key in earlier if key in asked or self.held.one(key) is not None]
        if not known or known[-1] == attempt - 1:
            return ()
        expected = N_("{attempt}, the attempt after the last known")
        row = claim.wish.row or ListRow(claim.wish.line, {})
        return (row.wrong("attempt", str(attempt), expected, attempt=known[-1] + 1),)

    def _refusals(self, wish: Wish, row: ListRow | None, known: Defense) -> Sequence[BadLine]:
        """Return why a row of a list cannot be taken: it changes a defense that is live or over, or its curriculum."""
        bad: list[BadLine] = []
        if row is None:
            return bad
        if known.curriculum != wish.curriculum:
            as_planned = N_("“{value}”, as this defense was planned")
            bad.append(row.wrong("curriculum", row.text("curriculum"), as_planned, value=known.curriculum))
        if known.session in _OPEN:
            return bad
        planned_at, *details = _details(wish, known)
        if not same_instant(planned_at, known.planned_at):
            kept = N_("{at}: a defense that is live or over keeps its date")
            bad.append(row.wrong("planned_at", row.text("planned_at"), kept, at=date_time(known.planned_at, self.zone)))
        for column, mine in zip(("duration_min", "language"), details, strict=True):
            theirs, unchanged = getattr(known, column), N_("“{value}”: a defense that is live or over is not changed")
            if mine != theirs:
                bad.append(row.wrong(column, str(mine or ""), unchanged, value="" if theirs is None else theirs))
        return bad


def _details(wish: Wish, before: Defense | None) -> tuple[str, int | None, str | None]:
    """Return start, slot and language as they will be; what the file says nothing about stays.

    A calendar or the platform leaves a defense that is live or over as it is, and one whose date they did not change.
    """
    if before is None:
        return wish.planned_at, wish.duration_min if "duration_min" in wish.says else None, wish.language
    duration_min = wish.duration_min if "duration_min" in wish.says else before.duration_min
    language = wish.language if "language" in wish.says else before.language
    if wish.origin is None:
        return wish.planned_at, duration_min, language
    if before.session not in _OPEN:
        return before.planned_at, before.duration_min, before.language
    link = link_of(before, wish.origin)
    moved = (link is None or link.start != wish.origin.start) and not _has_sitting(before, wish.planned_at)
    return wish.planned_at if moved else before.planned_at, duration_min, language


def _has_sitting(defense: Defense, planned_at: str) -> bool:
    return any(same_instant(sitting.planned_at, planned_at) for sitting in defense.sittings)
