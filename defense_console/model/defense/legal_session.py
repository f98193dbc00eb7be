"""What the events of the session need: appointment, clock, ratings, notes, undo."""

from __future__ import annotations

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import events as ev
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.events import Stamp
from defense_console.model.defense.legal_context import Case, checks, require, session_in
from defense_console.model.defense.state import NOT_HELD, Defense
from defense_console.model.errors import ConsoleError

# --- the appointment ---------------------------------------------------------------------------------------------


def _can_be_replanned(case: Case) -> None:
    require(
        case.defense.session in NOT_HELD or case.defense.session in ("planned", "waiting"),
        "A defense that is live or held keeps its date.",
    )


@checks(ev.Rescheduled)
def _rescheduled(case: Case, what: ev.Rescheduled) -> None:
    _can_be_replanned(case)
    try:
        clock.instant(what.planned_at)
    except ValueError:
        raise ConsoleError("“{text}” is not a date and time.", text=what.planned_at) from None


@checks(ev.DetailsChanged)
def _details_changed(case: Case, what: ev.DetailsChanged) -> None:
    _can_be_replanned(case)


@checks(ev.DeliverableDeclared)
def _declared(case: Case, what: ev.DeliverableDeclared) -> None:
    session_in(case, "planned", "waiting", "live")
    require(
        case.project is None or case.project.deliverable(what.deliverable) is not None,
        "This project has no deliverable {n}.",
        n=what.deliverable,
    )


@checks(ev.CheckTicked)
def _check_ticked(case: Case, what: ev.CheckTicked) -> None:
    session_in(case, "planned", "waiting", "live")
    require(
        case.curriculum is None or any(c.id == what.check for c in case.curriculum.checks),
        "There is no check “{check}”.",
        check=what.check,
    )


@checks(ev.RoomOpened)
def _room_opened(case: Case, what: ev.RoomOpened) -> None:
    session_in(case, "planned")


@checks(ev.NoShow)
def _no_show(case: Case, what: ev.NoShow) -> None:
    session_in(case, "waiting")
    if what.reason.strip() or case.curriculum is None or case.project is None:
        return
    left_s = no_show_in_s(case.defense, case.curriculum, case.project, case.at)
    require(
        left_s <= 0,
        "The student may still come: absence can be declared in {left}, earlier only with a reason.",
        left=f"{left_s // 60}:{left_s % 60:02d}",
    )


def no_show_in_s(defense: Defense, curriculum: Curriculum, project: Project, at: Stamp) -> int:
    """Seconds until absence may be declared without a reason; 0 or less from then on.

    The student is given a share of the plan (a third) from the later of the planned start and the opened room.
    """
    share, whole = curriculum.rules.no_show_share
    needed_ms = 1000 * project.plan_s * share // whole
    room = defense.sitting.room_opened
    in_room_ms = clock.between_ms(room, at) if room is not None else 0
    since_planned_ms = round((clock.instant(at.wall) - clock.instant(defense.planned_at)).total_seconds() * 1000)
    return -((min(in_room_ms, since_planned_ms) - needed_ms) // 1000)


@checks(ev.Cancelled)
def _cancelled(case: Case, what: ev.Cancelled) -> None:
    session_in(case, "planned", "waiting")


@checks(ev.Aborted)
def _aborted(case: Case, what: ev.Aborted) -> None:
    session_in(case, "live")


@checks(ev.Started)
def _started(case: Case, what: ev.Started) -> None:
    session_in(case, "waiting")
    require(
        case.defense.curriculum_hash in (None, what.curriculum_hash),
        "This defense stays on the curriculum it was started with.",
    )


# --- the clock ---------------------------------------------------------------------------------------------------


@checks(ev.Paused)
def _paused(case: Case, what: ev.Paused) -> None:
    session_in(case, "live")
    require(case.defense.timeline.state == "running", "The clock is already paused.")


@checks(ev.PauseExplained)
def _pause_explained(case: Case, what: ev.PauseExplained) -> None:
    session_in(case, "live")
    pauses = {pause.seq for pause in case.defense.pauses if pause.sitting == case.defense.sitting.n}
    require(what.pause in pauses, "The clock was not paused in this sitting.")


@checks(ev.Resumed)
def _resumed(case: Case, what: ev.Resumed) -> None:
    session_in(case, "live")
    require(case.defense.timeline.state == "paused", "The clock is running.")


@checks(ev.PhaseEntered)
def _phase_entered(case: Case, what: ev.PhaseEntered) -> None:
    session_in(case, "live")
    following = case.defense.timeline.next_phase
    require(following is not None, "This is the last phase: {key:live.finish} finishes the defense.")
    require(following is not None and following.id == what.phase, "Phases follow each other in order.")


@checks(ev.TargetMoved)
def _target_moved(case: Case, what: ev.TargetMoved) -> None:
    session_in(case, "live")
    phase = next((p for p in case.defense.timeline.phases if p.id == what.phase), None)
    require(phase is not None, "This project has no such phase.")
    require(phase is not None and phase.target_s + what.by_s >= 0, "A phase cannot be shorter than nothing.")


@checks(ev.RecordingStarted)
def _recording_started(case: Case, what: ev.RecordingStarted) -> None:
    session_in(case, "waiting", "live")
    unmarked = case.defense.recording is None
    require(unmarked, "The start of the recording is already marked; {key:edit.undo} takes it back.")


@checks(ev.Finished)
def _finished(case: Case, what: ev.Finished) -> None:
    session_in(case, "live")


@checks(ev.Reopened)
def _reopened(case: Case, what: ev.Reopened) -> None:
    session_in(case, "held")
    require(not case.defense.versions, "A verdict has been released: a new version amends it.")


@checks(ev.GapPaused)
def _gap_paused(case: Case, what: ev.GapPaused) -> None:
    session_in(case, "live", "held")
    gap = next((g for g in case.defense.gaps if g.seq == what.gap), None)
    require(
        gap is not None and gap.sitting == case.defense.sitting.n,
        "There is no gap to turn into a pause.",
    )
    require(gap is not None and not gap.paused, "This gap is already a pause.")


# --- what was seen and said --------------------------------------------------------------------------------------


def _open_to_judgement(case: Case) -> None:
    """Ratings and texts of the verdict may change from the start until it is signed, then while it is drafted again."""
    session_in(case, "live", "held")
    require(case.defense.drafting is not None, "The verdict is released: only a new version can change it.")


@checks(ev.Rated)
def _rated(case: Case, what: ev.Rated) -> None:
    _open_to_judgement(case)
    if case.curriculum is not None and case.project is not None:
        known = any(c.id == what.criterion for c in case.curriculum.criteria_of(case.project))
        require(known, "This project has no criterion “{criterion}”.", criterion=what.criterion)


def _has_text(text: str) -> None:
    require(bool(text.strip()), "There is nothing to keep: the text is empty.")


@checks(ev.Noted)
def _noted(case: Case, what: ev.Noted) -> None:
    _has_text(what.text)
    require(
        what.private or not case.defense.versions or case.defense.drafting is not None,
        "The verdict is released: a note can only be private now.",
    )


def _note_exists(case: Case, seq: int) -> None:
    require(any(n.seq == seq for n in case.defense.notes), "This note is gone.")


def _shared_words_may_change(case: Case) -> None:
    """What others read is under the hash the report prints: after a release only a new version changes it."""
    require(
        not case.defense.versions or case.defense.drafting is not None,
        "The verdict is released: only a new version can change it.",
    )


@checks(ev.NoteEdited)
def _note_edited(case: Case, what: ev.NoteEdited) -> None:
    _note_exists(case, what.note)
    if any(n.seq == what.note and not n.private for n in case.defense.notes):
        _shared_words_may_change(case)


@checks(ev.NotePrivacySet)
def _note_privacy_set(case: Case, what: ev.NotePrivacySet) -> None:
    """Shared, a private note adds words to the report; made private, a shared one takes them out of it."""
    _note_exists(case, what.note)
    if any(n.seq == what.note and n.private != what.private for n in case.defense.notes):
        _shared_words_may_change(case)


@checks(ev.QuestionParked)
def _question_parked(case: Case, what: ev.QuestionParked) -> None:
    _has_text(what.text)


def _question_exists(case: Case, seq: int) -> None:
    require(any(q.seq == seq for q in case.defense.questions), "This question is gone.")


@checks(ev.QuestionMoved)
def _question_moved(case: Case, what: ev.QuestionMoved) -> None:
    _question_exists(case, what.question)


@checks(ev.QuestionEdited)
def _question_edited(case: Case, what: ev.QuestionEdited) -> None:
    _question_exists(case, what.question)


@checks(ev.LineAdded)
def _line_added(case: Case, what: ev.LineAdded) -> None:
    _open_to_judgement(case)
    _has_text(what.text)


@checks(ev.LineEdited)
def _line_edited(case: Case, what: ev.LineEdited) -> None:
    _open_to_judgement(case)
    require(any(line.seq == what.line for line in case.defense.lines), "This line is gone.")


@checks(ev.SkillCommented)
def _skill_commented(case: Case, what: ev.SkillCommented) -> None:
    _open_to_judgement(case)
    if case.curriculum is not None and case.project is not None:
        known = any(s.ref == what.skill for s in case.curriculum.skills_of(case.project))
        require(known, "This project has no skill “{skill}”.", skill=what.skill)


@checks(ev.GoalSet)
def _goal_set(case: Case, what: ev.GoalSet) -> None:
    _open_to_judgement(case)


@checks(ev.Undone)
def _undone(case: Case, what: ev.Undone) -> None:
    require(bool(case.defense.undo), "There is nothing to undo.")
    require(case.defense.undo[-1:] == (what.cancelled,), "Only the latest action can be undone.")


@checks(ev.Redone)
def _redone(case: Case, what: ev.Redone) -> None:
    require(bool(case.defense.redo), "There is nothing to redo.")
    require(case.defense.redo[-1:] == (what.restored,), "Only the latest cancelled action can be redone.")
