"""The clock of a defense: what runs, what is paused, and the gaps that the system saw."""

from __future__ import annotations

from msgspec.structs import replace

from defense_console.model.defense import timeline
from defense_console.model.defense.legal_context import Case, checks, is_live, numbered, require, session_in
from defense_console.model.defense.state import Folding, applies
from defense_console.model.defense.timeline import Gap, GapAnswer, Pause, PauseReason
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, Stamp, What


class Started(What, frozen=True, tag="started"):
    """The student is here: the first phase runs, and the curriculum is pinned."""

    curriculum_hash: str


@checks(Started)
def _check_started(case: Case, what: Started) -> None:
    session_in(case, "waiting")
    require(
        case.defense.curriculum_hash in (None, what.curriculum_hash),
        "This defense stays on the curriculum it was started with.",
    )


@applies(Started)
def _apply_started(state: Folding, event: Event[What], what: Started) -> None:
    project = state.pinned.project(state.project) if state.pinned else None
    if project is None:
        raise ConsoleError(
            "The curriculum this defense was started with is missing: {hash}.", hash=what.curriculum_hash
        )
    state.curriculum_hash = what.curriculum_hash
    state.change_sitting(session="live", timeline=timeline.start(project.phases, event.at))


class Paused(What, frozen=True, tag="paused"):
    """The clock stops. Only `resumed` starts it again."""

    reason: PauseReason | None = None


@checks(Paused)
def _check_paused(case: Case, what: Paused) -> None:
    is_live(case)
    require(case.defense.timeline.state == "running", "The clock is already paused.")


@applies(Paused)
def _apply_paused(state: Folding, event: Event[What], what: Paused) -> None:
    state.change_sitting(timeline=timeline.pause(state.timeline, event.at))
    state.pauses[event.seq] = Pause(event.seq, state.sitting.n, event.at, what.reason)


class PauseExplained(What, frozen=True, tag="pause_explained"):
    """Why the clock was stopped, said afterwards. `pause` is the number of the `paused` event."""

    pause: int
    reason: PauseReason
    refers = "pause"


@checks(PauseExplained)
def _check_pause_explained(case: Case, what: PauseExplained) -> None:
    is_live(case)
    pause = numbered(case.defense.pauses, what.pause)
    here = pause is not None and pause.sitting == case.defense.sitting.n
    require(here, "The clock was not paused in this sitting.")


@applies(PauseExplained)
def _apply_pause_explained(state: Folding, event: Event[What], what: PauseExplained) -> None:
    if what.pause in state.pauses:
        state.pauses[what.pause] = replace(state.pauses[what.pause], reason=what.reason)


class Resumed(What, frozen=True, tag="resumed"):
    """The clock runs again."""


@checks(Resumed)
def _check_resumed(case: Case, what: Resumed) -> None:
    is_live(case)
    require(case.defense.timeline.state == "paused", "The clock is running.")


@applies(Resumed)
def _apply_resumed(state: Folding, event: Event[What], what: Resumed) -> None:
    state.change_sitting(timeline=timeline.resume(state.timeline, event.at))


class PhaseEntered(What, frozen=True, tag="phase_entered"):
    """The next phase begins; phases are never entered by themselves."""

    phase: str


@checks(PhaseEntered)
def _check_phase_entered(case: Case, what: PhaseEntered) -> None:
    is_live(case)
    following = case.defense.timeline.next_phase
    require(following is not None, "This is the last phase: {key:live.finish} finishes the defense.")
    require(following is not None and following.id == what.phase, "Phases follow each other in order.")


@applies(PhaseEntered)
def _apply_phase_entered(state: Folding, event: Event[What], what: PhaseEntered) -> None:
    state.change_sitting(timeline=timeline.enter(state.timeline, what.phase, event.at))


class TargetMoved(What, frozen=True, tag="target_moved"):
    """The target of a phase moves by so many seconds; its window and the elapsed time do not."""

    phase: str
    by_s: int


@checks(TargetMoved)
def _check_target_moved(case: Case, what: TargetMoved) -> None:
    is_live(case)
    phase = next((p for p in case.defense.timeline.phases if p.id == what.phase), None)
    require(phase is not None, "This project has no such phase.")
    require(phase is not None and phase.target_s + what.by_s >= 0, "A phase cannot be shorter than nothing.")


@applies(TargetMoved)
def _apply_target_moved(state: Folding, event: Event[What], what: TargetMoved) -> None:
    state.change_sitting(timeline=timeline.move_target(state.timeline, what.phase, what.by_s))


class RecordingStarted(What, frozen=True, tag="recording_started"):
    """The jury's recording starts now."""


@checks(RecordingStarted)
def _check_recording_started(case: Case, what: RecordingStarted) -> None:
    session_in(case, "waiting", "live")
    unmarked = case.defense.recording is None
    require(unmarked, "The start of the recording is already marked; {key:edit.undo} takes it back.")


@applies(RecordingStarted)
def _apply_recording_started(state: Folding, event: Event[What], what: RecordingStarted) -> None:
    state.recording = event.at


class Finished(What, frozen=True, tag="finished"):
    """The defense is over: the session is held."""


checks.by_case(Finished, is_live)


@applies(Finished)
def _apply_finished(state: Folding, event: Event[What], what: Finished) -> None:
    state.change_sitting(session="held", timeline=timeline.end(state.timeline, event.at))


class Reopened(What, frozen=True, tag="reopened"):
    """A held defense goes on; the time since its end is a pause."""


@checks(Reopened)
def _check_reopened(case: Case, what: Reopened) -> None:
    if case.defense.session == "live":
        raise ConsoleError(
            "The defense is live: {key:console.back} returns to its rubric, nothing needs to be re-opened."
        )
    session_in(case, "held")
    require(not case.defense.versions, "A verdict has been released: a new version amends it.")


@applies(Reopened)
def _apply_reopened(state: Folding, event: Event[What], what: Reopened) -> None:
    state.change_sitting(session="live", timeline=timeline.reopen(state.timeline, event.at))


class GapPaused(What, frozen=True, tag="gap_paused"):
    """A gap that was counted becomes a pause. `gap` is the number of the event that recorded it."""

    gap: int
    refers = "gap"


@checks(GapPaused)
def _check_gap_paused(case: Case, what: GapPaused) -> None:
    session_in(case, "live", "held")
    gap = numbered(case.defense.gaps, what.gap)
    require(
        gap is not None and gap.sitting == case.defense.sitting.n,
        "There is no gap to turn into a pause.",
    )
    require(gap is not None and not gap.paused, "This gap is already a pause.")


@applies(GapPaused)
def _apply_gap_paused(state: Folding, event: Event[What], what: GapPaused) -> None:
    gap = state.gaps.get(what.gap)
    if gap is not None and gap.sitting == state.sitting.n:
        _pause_gap(state, what.gap)


def _pause_gap(state: Folding, seq: int) -> None:
    gap = state.gaps[seq]
    end_ms = state.timeline.place_ms(gap.until)
    state.change_sitting(timeline=timeline.pause_between(state.timeline, end_ms - gap.gap_ms, end_ms))
    state.gaps[seq] = replace(gap, paused=True)


class Suspended(What, frozen=True, tag="suspended"):
    """The machine slept between two stamps (system fact). The time was counted."""

    since: Stamp
    gap_ms: int
    fact = True


@applies(Suspended)
def _apply_suspended(state: Folding, event: Event[What], what: Suspended) -> None:
    if state.sittings and state.sitting.session == "live":
        state.change_sitting(timeline=timeline.checkpoint(state.timeline, event.at))
        n = state.sitting.n
        state.gaps[event.seq] = Gap(event.seq, n, what.since, event.at, what.gap_ms, asleep=True)


class ClockStepped(What, frozen=True, tag="clock_stepped"):
    """The wall clock was set by so many milliseconds (system fact). The elapsed time did not move."""

    by_ms: int
    fact = True


@applies(ClockStepped)
def _apply_clock_stepped(state: Folding, event: Event[What], what: ClockStepped) -> None:
    """Set a mark: it keeps a later reboot from measuring across the step of the wall clock."""
    if state.sittings and state.sitting.session == "live":
        state.change_sitting(timeline=timeline.checkpoint(state.timeline, event.at))


class Recovered(What, frozen=True, tag="recovered"):
    """The console came back after it was gone while the defense was live (system fact).

    `last` is the last stamp of the lease, `back` the first one of the console that came back.
    """

    last: Stamp
    back: Stamp
    answer: GapAnswer
    fact = True


@applies(Recovered)
def _apply_recovered(state: Folding, event: Event[What], what: Recovered) -> None:
    """Take in that the console came back, or what the mentor says of a gap that counted so far."""
    if state.sitting.session != "live":
        return
    told = next((gap for gap in state.gaps.values() if (gap.since, gap.until) == (what.last, what.back)), None)
    if what.answer == "ended":
        state.change_sitting(session="held", timeline=timeline.end_at(state.timeline, what.last))
    elif told is None:
        state.change_sitting(timeline=timeline.checkpoint(timeline.checkpoint(state.timeline, what.last), what.back))
        gap_ms = timeline.between_ms(what.last, what.back)
        told = Gap(event.seq, state.sitting.n, what.last, what.back, gap_ms, asleep=False)
        state.gaps[told.seq] = told
    elif what.answer == "counted":
        state.gaps[told.seq] = replace(told, answered=True)
    if told is not None and what.answer == "pause":
        _pause_gap(state, told.seq)


ClockWhat = (
    Started
    | Paused
    | PauseExplained
    | Resumed
    | PhaseEntered
    | TargetMoved
    | RecordingStarted
    | Finished
    | Reopened
    | GapPaused
    | Suspended
    | ClockStepped
    | Recovered
)
