"""Weekly sessions: the plan, what becomes of each, and what is answered while one is held."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from defense_console.model.log.envelope import Event, What
from defense_console.model.log.instants import instant, iso
from defense_console.model.log.kinds import require
from defense_console.model.student import weekly
from defense_console.model.student.folding import StudentFolding, applies, change
from defense_console.model.student.legal_context import FUTURE, Case, a_day, an_instant, checks, not_ahead
from defense_console.model.student.state import (
    Absence,
    Away,
    Blocked,
    Day,
    ExcusedBy,
    HeldSession,
    Pace,
    WeeklyPlan,
)

_MOST_WEEKS = 52
_MOST_MINUTES = 600


class WeeklyPlanned(What, frozen=True, tag="weekly_planned"):
    """Sessions come back from `starts` on, and no longer by an earlier plan. Fields as in `WeeklyPlan`."""

    starts: str
    time: str
    zone: str
    every: int = 1
    length_min: int = 60
    last: str = ""


@checks(WeeklyPlanned)
def _check_weekly_planned(_case: Case, what: WeeklyPlanned) -> None:
    starts = a_day(what.starts)
    require(weekly.TIME.fullmatch(what.time) is not None, "“{text}” is not a time of day.", text=what.time)
    weekly.zone_named(what.zone)
    require(1 <= what.every <= _MOST_WEEKS, "A session comes back after 1 to {most} weeks.", most=_MOST_WEEKS)
    require(5 <= what.length_min <= _MOST_MINUTES, "A session takes 5 to {most} minutes.", most=_MOST_MINUTES)
    require(not what.last or a_day(what.last) >= starts, "The last session would be before the first.")


@applies(WeeklyPlanned)
def _apply_weekly_planned(state: StudentFolding, event: Event[What], what: WeeklyPlanned) -> None:
    _end(state, date.fromisoformat(what.starts) - timedelta(days=1))
    state.plans.append(WeeklyPlan(what.starts, what.time, what.zone, what.every, what.length_min, what.last))


def _end(state: StudentFolding, last: date) -> None:
    """End every plan: a session that was moved or cancelled behind that day is planned no more."""
    day = last.isoformat()
    state.plans = [replace(plan, last=min(plan.last or day, day)) for plan in state.plans if plan.starts <= day]
    for name, known in tuple(state.days.items()):
        if name > day and known.state in ("moved", "excused"):
            del state.days[name]
            state.absences.pop(name, None)


class WeeklyEnded(What, frozen=True, tag="weekly_ended"):
    """No session is planned after this day."""

    last: str


@checks(WeeklyEnded)
def _check_weekly_ended(case: Case, what: WeeklyEnded) -> None:
    last = a_day(what.last)
    going_on = any(not plan.last or a_day(plan.last) > last for plan in case.student.standing.plans)
    require(going_on, "No weekly session is planned after this day.")


@applies(WeeklyEnded)
def _apply_weekly_ended(state: StudentFolding, event: Event[What], what: WeeklyEnded) -> None:
    _end(state, date.fromisoformat(what.last))


def _planned(case: Case, day: str) -> WeeklyPlan:
    """Return the plan of a session that is not held yet."""
    plan = weekly.plan_of(case.student.standing.plans, a_day(day))
    require(plan is not None, "No session is planned on {day}.", day=day)
    assert plan is not None
    known = case.student.standing.days.get(day)
    require(known is None or known.state != "held", "The session of {day} was held.", day=day)
    running = case.student.running
    require(running is None or running.day != day, "The session of {day} is being held.", day=day)
    return plan


def _put(state: StudentFolding, day: str, became: Day) -> None:
    """Say what became of a session; where it was moved to stays."""
    before = state.days.pop(day, None)
    state.days[day] = became if became.to or before is None else replace(became, to=before.to)
    state.absences.pop(day, None)


class SessionMoved(What, frozen=True, tag="session_moved"):
    """The session of a day takes place at another instant, once."""

    day: str
    to: str
    reason: str = ""


@checks(SessionMoved)
def _check_session_moved(case: Case, what: SessionMoved) -> None:
    _planned(case, what.day)
    an_instant(what.to)
    require(instant(what.to) > instant(case.at.wall), "This time has passed.")


@applies(SessionMoved)
def _apply_session_moved(state: StudentFolding, event: Event[What], what: SessionMoved) -> None:
    _put(state, what.day, Day("moved", what.to))


class SessionExcused(What, frozen=True, tag="session_excused"):
    """The session of a day is not held, and that was said; `late` is the platform's word for it."""

    day: str
    by: ExcusedBy = "student"
    late: bool = False
    reason: str = ""


@checks(SessionExcused)
def _check_session_excused(case: Case, what: SessionExcused) -> None:
    _planned(case, what.day)


@applies(SessionExcused)
def _apply_session_excused(state: StudentFolding, event: Event[What], what: SessionExcused) -> None:
    _put(state, what.day, Day("excused"))
    state.absences[what.day] = Absence(event.seq, what.day, what.by, what.late, what.reason)


class SessionMissed(What, frozen=True, tag="session_missed"):
    """The student was absent, and had not said so."""

    day: str
    reason: str = ""


@checks(SessionMissed)
def _check_session_missed(case: Case, what: SessionMissed) -> None:
    plan = _planned(case, what.day)
    known = case.student.standing.days.get(what.day)
    at = known.to if known is not None and known.to else iso(weekly.start_of(plan, a_day(what.day)))
    require(instant(at) <= instant(case.at.wall), "This session has not begun yet.")


@applies(SessionMissed)
def _apply_session_missed(state: StudentFolding, event: Event[What], what: SessionMissed) -> None:
    _put(state, what.day, Day("missed"))
    state.absences[what.day] = Absence(event.seq, what.day, None, False, what.reason)


class SessionStarted(What, frozen=True, tag="session_started"):
    """The student is here. `day` is "" for a session that nobody had planned."""

    day: str
    started_at: str


@checks(SessionStarted)
def _check_session_started(case: Case, what: SessionStarted) -> None:
    require(case.student.running is None, "A session is being held: end it first.")
    if what.day:
        _planned(case, what.day)
    an_instant(what.started_at)
    require(instant(what.started_at) <= instant(case.at.wall) + FUTURE, "This session has not begun yet.")


@applies(SessionStarted)
def _apply_session_started(state: StudentFolding, event: Event[What], what: SessionStarted) -> None:
    state.sessions[event.seq] = HeldSession(event.seq, what.day, what.started_at)


def _being_held(case: Case) -> HeldSession:
    running = case.student.running
    require(running is not None, "No session is being held.")
    assert running is not None
    return running


class SessionHeld(What, frozen=True, tag="session_held"):
    """The session is over, and what was recorded in it stands."""

    ended_at: str


@checks(SessionHeld)
def _check_session_held(case: Case, what: SessionHeld) -> None:
    running = _being_held(case)
    an_instant(what.ended_at)
    require(instant(what.ended_at) >= instant(running.started_at), "The session would end before it begins.")
    require(instant(what.ended_at) <= instant(case.at.wall) + FUTURE, "The end of the session lies ahead.")


@applies(SessionHeld)
def _apply_session_held(state: StudentFolding, event: Event[What], what: SessionHeld) -> None:
    running = state.running
    if running is not None:
        change(state.sessions, running.seq, ended_at=what.ended_at)
        if running.day:
            _put(state, running.day, Day("held"))


class CheckInAnswered(What, frozen=True, tag="check_in_answered"):
    """What the student answered while the session is held; None leaves an answer as it is."""

    pace: Pace | None = None
    blocked: Blocked | None = None


@checks(CheckInAnswered)
def _check_check_in_answered(case: Case, what: CheckInAnswered) -> None:
    _being_held(case)
    require(what.pace is not None or what.blocked is not None, "There is no answer to keep.")


@applies(CheckInAnswered)
def _apply_check_in_answered(state: StudentFolding, event: Event[What], what: CheckInAnswered) -> None:
    if state.running is not None:
        fields = {name: value for name in ("pace", "blocked") if (value := getattr(what, name)) is not None}
        change(state.sessions, state.running.seq, **fields)


class WentAway(What, frozen=True, tag="went_away"):
    """The student is away from a day on, and has said so; `until` is the last day, "" when nobody knows."""

    since: str
    until: str = ""
    reason: str = ""


@checks(WentAway)
def _check_went_away(_case: Case, what: WentAway) -> None:
    since = a_day(what.since)
    require(not what.until or a_day(what.until) >= since, "The student would be back before they leave.")


@applies(WentAway)
def _apply_went_away(state: StudentFolding, event: Event[What], what: WentAway) -> None:
    before = state.away
    if before is not None:  # said again: what it replaces ends the day before
        state.aways.pop()
        last = (date.fromisoformat(what.since) - timedelta(days=1)).isoformat()
        if before.since <= last:
            state.aways.append(replace(before, until=min(before.until or last, last)))
    state.aways.append(Away(what.since, what.until, what.reason, event.at.wall))


class CameBack(What, frozen=True, tag="came_back"):
    """The student is here again since this day."""

    on: str


@checks(CameBack)
def _check_came_back(case: Case, what: CameBack) -> None:
    require(case.student.standing.away is not None, "The student is not away.")
    not_ahead(case, what.on)


@applies(CameBack)
def _apply_came_back(state: StudentFolding, event: Event[What], what: CameBack) -> None:
    if state.away is not None:
        state.aways[-1] = replace(state.aways[-1], back_on=what.on)


SessionsWhat = (
    WeeklyPlanned
    | WeeklyEnded
    | SessionMoved
    | SessionExcused
    | SessionMissed
    | SessionStarted
    | SessionHeld
    | CheckInAnswered
    | WentAway
    | CameBack
)
