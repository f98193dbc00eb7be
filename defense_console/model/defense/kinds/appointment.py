"""The appointment: when the student is called, what is ready, and why a defense is not held."""

from __future__ import annotations

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import timeline
from defense_console.model.defense.legal_context import Case, checks, is_live, require, session_in
from defense_console.model.defense.state import (
    NOT_HELD,
    CalendarLink,
    CancelledBy,
    Carried,
    Defense,
    Folding,
    Sitting,
    applies,
)
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, Stamp, What


class Planned(What, frozen=True, tag="planned"):
    """First event of every defense. `duration_min` is the calendar slot; None means the plan's length."""

    student_id: str
    curriculum: str
    project: str
    attempt: int
    planned_at: str
    duration_min: int | None = None
    language: str | None = None
    carried: Carried | None = None
    wall = True


@applies(Planned)
def _apply_planned(state: Folding, event: Event[What], what: Planned) -> None:
    state.student_id, state.curriculum, state.project = what.student_id, what.curriculum, what.project
    state.attempt, state.duration_min, state.language = what.attempt, what.duration_min, what.language
    state.sittings = [Sitting(1, what.planned_at, "planned", None, timeline.Timeline())]
    if what.carried is not None:
        state.carried = what.carried
        state.curriculum_hash = what.carried.curriculum_hash
        state.ratings = dict(what.carried.ratings)
        state.acquired = set(what.carried.ratings)


def _can_be_replanned(case: Case) -> None:
    require(
        case.defense.session in NOT_HELD or case.defense.session in ("planned", "waiting"),
        "A defense that is live or held keeps its date.",
    )


class Rescheduled(What, frozen=True, tag="rescheduled"):
    """Another start; opens the next sitting when the last one ended without being held.

    `by_hand`: the mentor gave the date, so that it can be taken back; one that an import brought stays.
    """

    planned_at: str
    reason: str = ""
    by_hand: bool = False
    wall = True

    def passable(self) -> bool:
        """Return whether the mentor gave the date."""
        return self.by_hand


@checks(Rescheduled)
def _check_rescheduled(case: Case, what: Rescheduled) -> None:
    _can_be_replanned(case)
    try:
        timeline.instant(what.planned_at)
    except ValueError:
        raise ConsoleError("“{text}” is not a date and time.", text=what.planned_at) from None


@applies(Rescheduled)
def _apply_rescheduled(state: Folding, event: Event[What], what: Rescheduled) -> None:
    if state.sitting.session in NOT_HELD:
        state.sittings.append(Sitting(state.sitting.n + 1, what.planned_at, "planned", None, timeline.Timeline()))
        state.checks = set()
    else:
        state.change_sitting(planned_at=what.planned_at, session="planned", room_opened=None)
    state.parked = False
    state.recording = None


class DetailsChanged(What, frozen=True, tag="details_changed"):
    """An import brought another slot length or language."""

    duration_min: int | None = None
    language: str | None = None


checks.by_case(DetailsChanged, _can_be_replanned)


@applies(DetailsChanged)
def _apply_details_changed(state: Folding, event: Event[What], what: DetailsChanged) -> None:
    state.duration_min, state.language = what.duration_min, what.language


class CalendarLinked(What, frozen=True, tag="calendar_linked"):
    """An event of a calendar stands for the latest sitting (system fact): an import finds the defense again by it.

    `uid` is the calendar's name of the event; `recurrence` the planned instant of one repetition of a repeated event,
    ISO 8601 UTC, else ""; `start` and `sequence` are the event's as they were taken last: only what the calendar
    changed since moves the defense.
    """

    uid: str
    start: str
    recurrence: str = ""
    sequence: int = 0
    fact = True


@applies(CalendarLinked)
def _apply_calendar_linked(state: Folding, event: Event[What], what: CalendarLinked) -> None:
    link = CalendarLink(what.uid, what.recurrence, what.start, what.sequence, state.sitting.n)
    state.links[what.uid, what.recurrence] = link


class Parked(What, frozen=True, tag="parked"):
    """The mentor put the defense at the end of the queue, or took it back."""

    parked: bool


@applies(Parked)
def _apply_parked(state: Folding, event: Event[What], what: Parked) -> None:
    state.parked = what.parked


class DeliverableDeclared(What, frozen=True, tag="deliverable_declared"):
    """The mentor says that a deliverable has been received, or has not."""

    deliverable: int
    received: bool


@checks(DeliverableDeclared)
def _check_declared(case: Case, what: DeliverableDeclared) -> None:
    session_in(case, "planned", "waiting", "live")
    require(
        case.project is None or case.project.deliverable(what.deliverable) is not None,
        "This project has no deliverable {n}.",
        n=what.deliverable,
    )


@applies(DeliverableDeclared)
def _apply_declared(state: Folding, event: Event[What], what: DeliverableDeclared) -> None:
    state.declared[what.deliverable] = what.received


class CheckTicked(What, frozen=True, tag="check_ticked"):
    """A line of the pre-flight list."""

    check: str
    done: bool


@checks(CheckTicked)
def _check_check_ticked(case: Case, what: CheckTicked) -> None:
    session_in(case, "planned", "waiting", "live")
    require(
        case.curriculum is None or any(c.id == what.check for c in case.curriculum.checks),
        "There is no check “{check}”.",
        check=what.check,
    )


@applies(CheckTicked)
def _apply_check_ticked(state: Folding, event: Event[What], what: CheckTicked) -> None:
    (state.checks.add if what.done else state.checks.discard)(what.check)


class RoomOpened(What, frozen=True, tag="room_opened"):
    """The mentor waits for the student: the no-show time runs from here."""


checks.by_case(RoomOpened, lambda case: session_in(case, "planned"))


@applies(RoomOpened)
def _apply_room_opened(state: Folding, event: Event[What], what: RoomOpened) -> None:
    state.change_sitting(session="waiting", room_opened=event.at)
    state.parked = False


class NoShow(What, frozen=True, tag="no_show"):
    """The student did not come. `reason` is needed before a third of the plan has gone."""

    reason: str = ""


@checks(NoShow)
def _check_no_show(case: Case, what: NoShow) -> None:
    session_in(case, "waiting")
    if what.reason.strip() or case.curriculum is None or case.project is None:
        return
    left_s = no_show_in_s(case.defense, case.curriculum, case.project, case.at)
    require(
        left_s <= 0,
        "The student may still come: absence can be declared in {left}, earlier only with a reason.",
        left=f"{left_s // 60}:{left_s % 60:02d}",
    )


@applies(NoShow)
def _apply_no_show(state: Folding, event: Event[What], what: NoShow) -> None:
    state.change_sitting(session="no_show", reason=what.reason)


def no_show_in_s(defense: Defense, curriculum: Curriculum, project: Project, at: Stamp) -> int:
    """Return the seconds until absence may be declared without a reason; 0 or less from then on.

    The student is given a share of the plan (a third) from the later of the planned start and the opened room.
    """
    share, whole = curriculum.rules.no_show_share
    needed_ms = 1000 * project.plan_s * share // whole
    room = defense.sitting.room_opened
    in_room_ms = timeline.between_ms(room, at) if room is not None else 0
    since_planned_ms = round((timeline.instant(at.wall) - timeline.instant(defense.planned_at)).total_seconds() * 1000)
    return -((min(in_room_ms, since_planned_ms) - needed_ms) // 1000)


class Cancelled(What, frozen=True, tag="cancelled"):
    """The defense will not take place as planned. `late` was decided by the desk from the rule in force."""

    by: CancelledBy
    late: bool
    reason: str = ""


checks.by_case(Cancelled, lambda case: session_in(case, "planned", "waiting"))


@applies(Cancelled)
def _apply_cancelled(state: Folding, event: Event[What], what: Cancelled) -> None:
    state.change_sitting(session="late_cancelled" if what.late else "cancelled", reason=what.reason)


class Aborted(What, frozen=True, tag="aborted"):
    """The defense broke off for a technical reason."""

    reason: str = ""


checks.by_case(Aborted, is_live)


@applies(Aborted)
def _apply_aborted(state: Folding, event: Event[What], what: Aborted) -> None:
    state.change_sitting(session="aborted", reason=what.reason, timeline=timeline.end(state.timeline, event.at))


class DefenseClosed(What, frozen=True, tag="closed"):
    """No other date is given to a defense that was not held; a new date opens it again."""

    reason: str


@checks(DefenseClosed)
def _check_closed(case: Case, what: DefenseClosed) -> None:
    session = case.defense.session
    require(session in NOT_HELD, "Only a defense that was not held can be closed without a verdict.")
    require(not case.defense.closed, "The defense is closed already.")
    require(bool(what.reason.strip()), "Say why the defense is closed.")


@applies(DefenseClosed)
def _apply_closed(state: Folding, event: Event[What], what: DefenseClosed) -> None:
    state.change_sitting(closed_for=what.reason)


AppointmentWhat = (
    Planned
    | Rescheduled
    | DetailsChanged
    | CalendarLinked
    | Parked
    | DeliverableDeclared
    | CheckTicked
    | RoomOpened
    | NoShow
    | Cancelled
    | Aborted
    | DefenseClosed
)
