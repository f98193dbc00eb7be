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
    LeftOut,
    StudentAction,
    StudentRow,
    Target,
    Wish,
    Wishes,
    events_of,
    link_of,
    same_instant,
)
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.lists.held_student import HeldStudent
from defense_console.exchange.platform.comparing import PlatformDifference, differences
from defense_console.exchange.platform.session_list import PlatformSession
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.state import NOT_HELD, Defense, Sitting
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.model.student.kinds import StudentChanged, StudentRegistered
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
_ALWAYS: Final = frozenset({CANCELLED, OLDER, KEPT_DATE})
"""What is reported of a defense that is known, however long ago."""


class HeldDefense(msgspec.Struct, frozen=True):
    """A defense of the store; `revision` is the SEQUENCE its own event would be exported with now."""

    defense: Defense
    revision: int


class HeldDefenses(msgspec.Struct, frozen=True):
    """What the store holds of the defenses that a file may be about; others do no harm.

    Attributes:
        attempts: the attempts of a student at a project, by their number.
        linked: by the name of the event or session they were taken from.
    """

    attempts: Mapping[tuple[str, str], Mapping[int, HeldDefense]]
    linked: Mapping[tuple[str, str], HeldDefense]

    def of(self, target: Target | None) -> Mapping[int, HeldDefense]:
        """Return every attempt of the target's student at its project, by its number."""
        return self.attempts.get((target.student_id, target.project), {}) if target is not None else {}

    def one(self, key: AttemptKey) -> Defense | None:
        """Return one attempt, None when the store does not hold it."""
        held = self.attempts.get(key[:2], {}).get(key[2])
        return held.defense if held is not None else None


def plan_import(
    wishes: Wishes,
    people: Mapping[str, HeldStudent],
    held: HeldDefenses,
    shipped: Mapping[str, Curriculum],
    now: str,
    zone: str,
) -> ImportPlan:
    """Return what has to happen for the store to say what the file says.

    Args:
        wishes: Of the file.
        people: Every student of the store, by id.
        held: The defenses that the wishes may be about.
        shipped: Curricula by code.
        now: ISO 8601 UTC: an event that went by is not planned, unless the mentor says so.
        zone: IANA name of the mentor's zone, for the dates in refusals.

    Raises:
        BadFile: A row asks for what may not be changed any more, for a defense that another row asks for, or for an
            attempt that nothing leads to.
    """
    planner = _Planner(wishes, held, now, zone)
    for wish in wishes.wishes:
        planner.take(wish)
    claims = planner.settled()
    names = {person.id: person.name for person in people.values()} | {row.id: row.name for row in wishes.students}
    codes = {project.id: code for code, curriculum in shipped.items() for project in curriculum.projects}
    appointments = planner.appointments(claims, names, codes)
    registered = {one.key[0] for one in appointments}
    rows = [row for row in wishes.students if wishes.source != "sessions" or row.id in registered]
    return ImportPlan(
        source=wishes.source,
        students=tuple(action for row in rows if (action := _student(row, people.get(row.id)))),
        appointments=tuple(appointments),
        left_out=tuple(sorted(planner.left_out, key=lambda one: (one.line, one.at))),
        past=planner.past,
        unmatched=wishes.unmatched,
        differences=tuple(planner.differences),
        others=wishes.others,
        understood=wishes.understood,
        entries=wishes.entries,
    )


def _student(row: StudentRow, known: HeldStudent | None) -> StudentAction | None:
    if known is None:
        return StudentAction(row.id, StudentRegistered(row.id, row.name, row.email or "", row.timezone or ""))
    changed = StudentChanged(
        name=row.name if row.name != known.name else None,
        email=row.email if row.email not in (None, known.email) else None,
        timezone=row.timezone if row.timezone not in (None, known.timezone) else None,
    )
    return None if changed == StudentChanged() else StudentAction(row.id, changed)


class _Claim(msgspec.Struct, frozen=True):
    """A wish that is about a defense. `sure`: by its name or the mentor's word, not by what it says."""

    wish: Wish
    key: AttemptKey
    sure: bool


class _Planner:
    """Looks at one wish after the other, then at the defenses that several of them claim."""

    def __init__(self, wishes: Wishes, held: HeldDefenses, now: str, zone: str) -> None:
        self.source = wishes.source
        self.entries = wishes.entries
        self.held = held
        self.now = instant(now)
        self.zone = zone
        self.left_out: list[LeftOut] = []
        self.differences: list[PlatformDifference] = []
        self.past = 0
        self._claims: list[_Claim] = []

    # --- one wish ------------------------------------------------------------------------------------------------

    def take(self, wish: Wish) -> None:
        """Find the defense that a wish is about."""
        origin, target = wish.origin, wish.target
        if origin is None:
            if target is not None:
                self._claim(wish, target.key, sure=True)
        elif wish.session is not None and not self._to_come(wish, origin, wish.session):
            return
        elif (linked := self.held.linked.get(origin.name)) is not None:
            self._linked(wish, origin, linked.defense)
        elif target is not None and origin.sitting is not None:
            self._own(wish, origin, target)
        elif target is None or wish.unfit:
            self._leave_out(wish, wish.unfit or wish.unnamed, target, to_match=not wish.unfit)
        else:
            self._meant(wish, target)

    def _to_come(self, wish: Wish, origin: ImportOrigin, session: PlatformSession) -> bool:
        """Whether the platform says that a session is still to come. What else it says is compared, never done."""
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

    def _linked(self, wish: Wish, origin: ImportOrigin, defense: Defense) -> None:
        """An event taken before: only what the calendar changed since counts."""
        link = link_of(defense, origin)
        target = Target(defense.student_id, defense.project, defense.attempt)
        if link is None or link.sitting != defense.sitting.n:
            return
        if wish.cancelled:
            self._called_off(wish, defense, target)
        elif origin.start == link.start and origin.sequence <= link.sequence:
            return
        elif origin.sequence < link.sequence:
            self._leave_out(wish, OLDER, target)
        elif wish.unfit:
            self._leave_out(wish, wish.unfit, target)
        elif origin.start != link.start and defense.session not in _OPEN:
            self._leave_out(wish, KEPT_DATE, target)
        else:
            self._claim(wish, target.key, sure=True)

    def _own(self, wish: Wish, origin: ImportOrigin, target: Target) -> None:
        """An event the console exported itself, moved in a calendar since."""
        known = self.held.of(target).get(target.key[2])
        if known is None:
            if not wish.cancelled and instant(wish.planned_at) >= self.now:
                self._claim(wish, target.key, sure=True)
            return
        defense = known.defense
        if origin.sitting != defense.sitting.n:
            return
        if wish.cancelled:
            self._called_off(wish, defense, target)
        elif same_instant(wish.planned_at, defense.planned_at):
            return
        elif origin.sequence < known.revision:
            self._leave_out(wish, OLDER, target)
        elif wish.unfit:
            self._leave_out(wish, wish.unfit, target)
        elif defense.session in _OPEN:
            self._claim(wish, target.key, sure=True)
        else:
            self._leave_out(wish, KEPT_DATE, target)

    def _meant(self, wish: Wish, target: Target) -> None:
        """An event seen for the first time that is about a student and a project."""
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
        """Another date for an attempt that was not held yet, or a new attempt after a rework."""
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
            return
        about = f"{target.project}, {target.student_id}" if target is not None else ""
        key = wish.origin.key if to_match and wish.origin is not None and self.source == "calendar" else ""
        self.left_out.append(
            LeftOut(wish.line, wish.planned_at, wish.title, about, reason, match_key=key, target=target)
        )

    # --- several wishes ------------------------------------------------------------------------------------------

    def settled(self) -> list[_Claim]:
        """Return one claim for each defense: what is sure goes before what is read; of two alike neither is taken.

        Raises:
            BadFile: Two sure ones for one defense.
        """
        by_key: dict[AttemptKey, list[_Claim]] = {}
        for claim in self._claims:
            by_key.setdefault(claim.key, []).append(claim)
        kept: list[_Claim] = []
        bad: list[BadLine] = []
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
        """Whether a defense that an event only names already follows another event of a calendar."""
        known = self.held.one(claim.key)
        return known is not None and any(link.sitting == known.sitting.n for link in known.links)

    def _two_events(self, claims: Sequence[_Claim]) -> None:
        for claim in claims:
            self._leave_out(claim.wish, TWO_EVENTS, Target(*claim.key), to_match=True)

    # --- what it comes to ----------------------------------------------------------------------------------------

    def appointments(
        self, claims: Sequence[_Claim], names: Mapping[str, str], codes: Mapping[str, str]
    ) -> list[Appointment]:
        """Return the appointments that change something.

        Args:
            claims: One for each defense.
            names: Of the students, by id.
            codes: Of the curricula, by project.

        Raises:
            BadFile: A list asks for what may not be changed any more, or an attempt follows on none.
        """
        found: list[Appointment] = []
        bad: list[BadLine] = []
        asked = {claim.key for claim in claims}
        for claim in claims:
            wish, key, before = claim.wish, claim.key, self.held.one(claim.key)
            wrong = self._gap(claim, asked) if before is None else self._refusals(wish, before)
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
            if events_of(one):
                found.append(one)
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
        places = {"attempt": known[-1] + 1}
        expected = N_("{attempt}, the attempt after the last known")
        return (BadLine(claim.wish.line, "attempt", str(attempt), expected, places),)

    def _refusals(self, wish: Wish, known: Defense) -> Sequence[BadLine]:
        """Return why a row of a list cannot be taken: it changes a defense that is live or over, or its curriculum."""
        if wish.origin is not None:
            return ()
        bad: list[BadLine] = []
        if known.curriculum != wish.curriculum:
            places: dict[str, object] = {"value": known.curriculum}
            text = N_("“{value}”, as this defense was planned")
            bad.append(BadLine(wish.line, "curriculum", wish.curriculum, text, places))
        if known.session in _OPEN:
            return bad
        planned_at, *details = _details(wish, known)
        if not same_instant(planned_at, known.planned_at):
            places = {"at": date_time(known.planned_at, self.zone)}
            text = N_("{at}: a defense that is live or over keeps its date")
            bad.append(BadLine(wish.line, "planned_at", wish.written_at, text, places))
        for column, mine in zip(("duration_min", "language"), details, strict=True):
            theirs = getattr(known, column)
            if mine != theirs:
                places = {"value": "" if theirs is None else theirs}
                text = N_("“{value}”: a defense that is live or over is not changed")
                bad.append(BadLine(wish.line, column, "" if mine is None else str(mine), text, places))
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
