"""What the events of the session do: appointment, clock, ratings, notes."""

from __future__ import annotations

import msgspec

from defense_console.model.defense import events as ev
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.events import Event, Stamp
from defense_console.model.defense.folding import Folding, applies
from defense_console.model.defense.state import NOT_HELD, CalendarLink, Gap, Line, Note, Pause, Question, Sitting
from defense_console.model.errors import ConsoleError

replace = msgspec.structs.replace

# --- the appointment ---------------------------------------------------------------------------------------------


@applies(ev.Planned)
def _planned(state: Folding, event: Event, what: ev.Planned) -> None:
    state.student_id, state.code, state.project = what.student_id, what.curriculum, what.project
    state.attempt, state.duration_min, state.language = what.attempt, what.duration_min, what.language
    state.sittings = [Sitting(1, what.planned_at, "planned", None, clock.Timeline())]
    if what.carried is not None:
        state.carried = what.carried
        state.curriculum_hash = what.carried.curriculum_hash
        state.ratings = dict(what.carried.ratings)
        state.acquired = set(what.carried.ratings)


@applies(ev.Rescheduled)
def _rescheduled(state: Folding, event: Event, what: ev.Rescheduled) -> None:
    if state.sitting.session in NOT_HELD:
        state.sittings.append(Sitting(state.sitting.n + 1, what.planned_at, "planned", None, clock.Timeline()))
        state.checks = set()
    else:
        state.change_sitting(planned_at=what.planned_at, session="planned", room_opened=None)
    state.parked = False
    state.recording = None


@applies(ev.DetailsChanged)
def _details_changed(state: Folding, event: Event, what: ev.DetailsChanged) -> None:
    state.duration_min, state.language = what.duration_min, what.language


@applies(ev.CalendarLinked)
def _calendar_linked(state: Folding, event: Event, what: ev.CalendarLinked) -> None:
    link = CalendarLink(what.uid, what.recurrence, what.start, what.sequence, state.sitting.n)
    state.links[what.uid, what.recurrence] = link


@applies(ev.Parked)
def _parked(state: Folding, event: Event, what: ev.Parked) -> None:
    state.parked = what.parked


@applies(ev.DeliverableDeclared)
def _declared(state: Folding, event: Event, what: ev.DeliverableDeclared) -> None:
    state.declared[what.deliverable] = what.received


@applies(ev.CheckTicked)
def _check_ticked(state: Folding, event: Event, what: ev.CheckTicked) -> None:
    (state.checks.add if what.done else state.checks.discard)(what.check)


@applies(ev.RoomOpened)
def _room_opened(state: Folding, event: Event, what: ev.RoomOpened) -> None:
    state.change_sitting(session="waiting", room_opened=event.at)
    state.parked = False


@applies(ev.NoShow)
def _no_show(state: Folding, event: Event, what: ev.NoShow) -> None:
    state.change_sitting(session="no_show", reason=what.reason)


@applies(ev.Cancelled)
def _cancelled(state: Folding, event: Event, what: ev.Cancelled) -> None:
    state.change_sitting(session="late_cancelled" if what.late else "cancelled", reason=what.reason)


@applies(ev.Aborted)
def _aborted(state: Folding, event: Event, what: ev.Aborted) -> None:
    state.change_sitting(session="aborted", reason=what.reason, timeline=clock.end(state.timeline, event.at))


# --- the clock ---------------------------------------------------------------------------------------------------


def _set_clock(state: Folding, timeline: clock.Timeline) -> None:
    state.change_sitting(timeline=timeline)


@applies(ev.Started)
def _started(state: Folding, event: Event, what: ev.Started) -> None:
    project = state.curriculum.project(state.project) if state.curriculum else None
    if project is None:
        raise ConsoleError(
            "The curriculum this defense was started with is missing: {hash}.", hash=what.curriculum_hash
        )
    state.curriculum_hash = what.curriculum_hash
    state.change_sitting(session="live", timeline=clock.start(project.phases, event.at))


@applies(ev.Paused)
def _paused(state: Folding, event: Event, what: ev.Paused) -> None:
    _set_clock(state, clock.pause(state.timeline, event.at))
    state.pauses[event.seq] = Pause(event.seq, state.sitting.n, event.at, what.reason)


@applies(ev.PauseExplained)
def _pause_explained(state: Folding, event: Event, what: ev.PauseExplained) -> None:
    if what.pause in state.pauses:
        state.pauses[what.pause] = replace(state.pauses[what.pause], reason=what.reason)


@applies(ev.Resumed)
def _resumed(state: Folding, event: Event, what: ev.Resumed) -> None:
    _set_clock(state, clock.resume(state.timeline, event.at))


@applies(ev.PhaseEntered)
def _phase_entered(state: Folding, event: Event, what: ev.PhaseEntered) -> None:
    _set_clock(state, clock.enter(state.timeline, what.phase, event.at))


@applies(ev.TargetMoved)
def _target_moved(state: Folding, event: Event, what: ev.TargetMoved) -> None:
    _set_clock(state, clock.move_target(state.timeline, what.phase, what.by_s))


@applies(ev.RecordingStarted)
def _recording_started(state: Folding, event: Event, what: ev.RecordingStarted) -> None:
    state.recording = event.at


@applies(ev.Finished)
def _finished(state: Folding, event: Event, what: ev.Finished) -> None:
    state.change_sitting(session="held", timeline=clock.end(state.timeline, event.at))


@applies(ev.Reopened)
def _reopened(state: Folding, event: Event, what: ev.Reopened) -> None:
    state.change_sitting(session="live", timeline=clock.reopen(state.timeline, event.at))


@applies(ev.Suspended)
def _suspended(state: Folding, event: Event, what: ev.Suspended) -> None:
    if state.sittings and state.sitting.session == "live":
        _set_clock(state, clock.checkpoint(state.timeline, event.at))
        n = state.sitting.n
        state.gaps[event.seq] = Gap(event.seq, n, what.since, event.at, what.gap_ms, asleep=True)


@applies(ev.ClockStepped)
def _clock_stepped(state: Folding, event: Event, what: ev.ClockStepped) -> None:
    """The wall clock was set: a mark here keeps a later reboot from measuring across the step."""
    if state.sittings and state.sitting.session == "live":
        _set_clock(state, clock.checkpoint(state.timeline, event.at))


@applies(ev.Recovered)
def _recovered(state: Folding, event: Event, what: ev.Recovered) -> None:
    """The console came back, or the mentor says what a gap that counted so far was."""
    if state.sitting.session != "live":
        return
    told = next((gap for gap in state.gaps.values() if (gap.since, gap.until) == (what.last, what.back)), None)
    if what.answer == "ended":
        state.change_sitting(session="held", timeline=clock.end_at(state.timeline, what.last))
    elif told is None:
        _set_clock(state, clock.checkpoint(clock.checkpoint(state.timeline, what.last), what.back))
        gap_ms = clock.between_ms(what.last, what.back)
        told = Gap(event.seq, state.sitting.n, what.last, what.back, gap_ms, asleep=False)
        state.gaps[told.seq] = told
    elif what.answer == "counted":
        state.gaps[told.seq] = replace(told, answered=True)
    if told is not None and what.answer == "pause":
        _pause_gap(state, told.seq)


@applies(ev.GapPaused)
def _gap_paused(state: Folding, event: Event, what: ev.GapPaused) -> None:
    gap = state.gaps.get(what.gap)
    if gap is not None and gap.sitting == state.sitting.n:
        _pause_gap(state, what.gap)


def _pause_gap(state: Folding, seq: int) -> None:
    gap = state.gaps[seq]
    end_ms = state.timeline.place_ms(gap.until)
    _set_clock(state, clock.pause_between(state.timeline, end_ms - gap.gap_ms, end_ms))
    state.gaps[seq] = replace(gap, paused=True)


# --- what was seen and said --------------------------------------------------------------------------------------


def _shown_s(state: Folding, first: Stamp) -> int:
    return state.timeline.shown_ms(first) // 1000


def _recorded_s(state: Folding, first: Stamp) -> int | None:
    if state.recording is None:
        return None
    offset_ms = state.timeline.since_ms(state.recording, first)
    return offset_ms // 1000 if offset_ms >= 0 else None


@applies(ev.Rated)
def _rated(state: Folding, event: Event, what: ev.Rated) -> None:
    state.acquired.discard(what.criterion)
    if what.rating is None:
        state.ratings.pop(what.criterion, None)
    else:
        state.ratings[what.criterion] = what.rating


@applies(ev.Noted)
def _noted(state: Folding, event: Event, what: ev.Noted) -> None:
    state.notes[event.seq] = Note(
        seq=event.seq,
        sitting=state.sitting.n,
        at=what.first,
        at_s=_shown_s(state, what.first),
        rec_s=_recorded_s(state, what.first),
        text=what.text,
        criterion=what.criterion,
        private=what.private,
    )


@applies(ev.NoteEdited)
def _note_edited(state: Folding, event: Event, what: ev.NoteEdited) -> None:
    if not what.text:
        state.notes.pop(what.note, None)
    elif what.note in state.notes:
        state.notes[what.note] = replace(state.notes[what.note], text=what.text)


@applies(ev.NotePrivacySet)
def _note_privacy_set(state: Folding, event: Event, what: ev.NotePrivacySet) -> None:
    if what.note in state.notes:
        state.notes[what.note] = replace(state.notes[what.note], private=what.private)


@applies(ev.QuestionParked)
def _question_parked(state: Folding, event: Event, what: ev.QuestionParked) -> None:
    state.questions[event.seq] = Question(event.seq, what.first, _shown_s(state, what.first), what.text, "open")


@applies(ev.QuestionMoved)
def _question_moved(state: Folding, event: Event, what: ev.QuestionMoved) -> None:
    if what.question in state.questions:
        state.questions[what.question] = replace(state.questions[what.question], state=what.state)


@applies(ev.QuestionEdited)
def _question_edited(state: Folding, event: Event, what: ev.QuestionEdited) -> None:
    if not what.text:
        state.questions.pop(what.question, None)
    elif what.question in state.questions:
        state.questions[what.question] = replace(state.questions[what.question], text=what.text)


@applies(ev.LineAdded)
def _line_added(state: Folding, event: Event, what: ev.LineAdded) -> None:
    state.lines[event.seq] = Line(event.seq, what.section, what.text)


@applies(ev.LineEdited)
def _line_edited(state: Folding, event: Event, what: ev.LineEdited) -> None:
    if not what.text:
        state.lines.pop(what.line, None)
    elif what.line in state.lines:
        state.lines[what.line] = replace(state.lines[what.line], text=what.text)


@applies(ev.SkillCommented)
def _skill_commented(state: Folding, event: Event, what: ev.SkillCommented) -> None:
    if what.text:
        state.skill_comments[what.skill] = what.text
    else:
        state.skill_comments.pop(what.skill, None)


@applies(ev.GoalSet)
def _goal_set(state: Folding, event: Event, what: ev.GoalSet) -> None:
    state.goal = what.text
