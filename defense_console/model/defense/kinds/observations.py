"""What was seen and said: ratings, notes, questions, lines, comments, the next goal."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from defense_console.model.defense.legal_context import Case, checks, may_judge, not_released, numbered, require
from defense_console.model.defense.state import (
    Folding,
    Line,
    Note,
    Question,
    QuestionState,
    RatingValue,
    RemarkSection,
    applies,
)
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, Stamp, What

T = TypeVar("T", Note, Question, Line)


def _has_text(text: str) -> None:
    require(bool(text.strip()), "There is nothing to keep: the text is empty.")


def _write(found: dict[int, T], seq: int, text: str) -> None:
    """Give a note, a question or a line another text; an empty one withdraws it."""
    if not text:
        found.pop(seq, None)
    elif seq in found:
        found[seq] = replace(found[seq], text=text)


class Rated(What, frozen=True, tag="rated"):
    """A criterion is rated; None clears the rating."""

    criterion: str
    rating: RatingValue | None


@checks(Rated)
def _check_rated(case: Case, what: Rated) -> None:
    may_judge(case)
    if case.curriculum is not None and case.project is not None:
        known = any(c.id == what.criterion for c in case.curriculum.criteria_of(case.project))
        require(known, "This project has no criterion “{criterion}”.", criterion=what.criterion)


@applies(Rated)
def _apply_rated(state: Folding, event: Event[What], what: Rated) -> None:
    state.acquired.discard(what.criterion)
    if what.rating is None:
        state.ratings.pop(what.criterion, None)
    else:
        state.ratings[what.criterion] = what.rating


class Noted(What, frozen=True, tag="noted"):
    """A note, on a criterion or on the defense. `first` is the stamp of its first keystroke."""

    text: str
    first: Stamp
    criterion: str | None = None
    private: bool = True


@checks(Noted)
def _check_noted(case: Case, what: Noted) -> None:
    _has_text(what.text)
    require(
        what.private or not case.defense.versions or case.defense.drafting is not None,
        "The verdict is released: a note can only be private now.",
    )


@applies(Noted)
def _apply_noted(state: Folding, event: Event[What], what: Noted) -> None:
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


def _shown_s(state: Folding, first: Stamp) -> int:
    return state.timeline.shown_ms(first) // 1000


def _recorded_s(state: Folding, first: Stamp) -> int | None:
    if state.recording is None:
        return None
    offset_ms = state.timeline.since_ms(state.recording, first)
    return offset_ms // 1000 if offset_ms >= 0 else None


def _note(case: Case, seq: int) -> Note:
    note = numbered(case.defense.notes, seq)
    if note is None:
        raise ConsoleError("This note is gone.")
    return note


class NoteEdited(What, frozen=True, tag="note_edited"):
    """The text of a note changes; an empty text withdraws it. `note` is the number of its event."""

    note: int
    text: str
    refers = "note"


@checks(NoteEdited)
def _check_note_edited(case: Case, what: NoteEdited) -> None:
    """What others read is under the hash the report prints: after a release only a new version changes it."""
    if not _note(case, what.note).private:
        not_released(case)


@applies(NoteEdited)
def _apply_note_edited(state: Folding, event: Event[What], what: NoteEdited) -> None:
    _write(state.notes, what.note, what.text)
    note = state.notes.get(what.note)
    if note is not None and note.private:
        state.notes[what.note] = replace(note, reworded=True)


class NotePrivacySet(What, frozen=True, tag="note_privacy_set"):
    """A note becomes private or shared."""

    note: int
    private: bool
    refers = "note"


@checks(NotePrivacySet)
def _check_note_privacy_set(case: Case, what: NotePrivacySet) -> None:
    """Shared, a private note adds words to the report; made private, a shared one takes them out of it."""
    if _note(case, what.note).private != what.private:
        not_released(case)


@applies(NotePrivacySet)
def _apply_note_privacy_set(state: Folding, event: Event[What], what: NotePrivacySet) -> None:
    if what.note in state.notes:
        state.notes[what.note] = replace(state.notes[what.note], private=what.private)


def turned(note: Note) -> tuple[Noted | NoteEdited | NotePrivacySet, ...]:
    """Return what makes a note shared, or private.

    One that was reworded while it was private is written anew, since what it said before stays private.
    """
    if note.private and note.reworded:
        return NoteEdited(note.seq, ""), Noted(note.text, note.at, note.criterion, private=False)
    return (NotePrivacySet(note.seq, not note.private),)


class QuestionParked(What, frozen=True, tag="question_parked"):
    """A question to ask later."""

    text: str
    first: Stamp


@checks(QuestionParked)
def _check_question_parked(case: Case, what: QuestionParked) -> None:
    _has_text(what.text)


@applies(QuestionParked)
def _apply_question_parked(state: Folding, event: Event[What], what: QuestionParked) -> None:
    state.questions[event.seq] = Question(event.seq, what.first, _shown_s(state, what.first), what.text, "open")


def _question_exists(case: Case, seq: int) -> None:
    require(numbered(case.defense.questions, seq) is not None, "This question is gone.")


class QuestionMoved(What, frozen=True, tag="question_moved"):
    """A parked question was asked, answered or dropped."""

    question: int
    state: QuestionState
    refers = "question"


@checks(QuestionMoved)
def _check_question_moved(case: Case, what: QuestionMoved) -> None:
    _question_exists(case, what.question)


@applies(QuestionMoved)
def _apply_question_moved(state: Folding, event: Event[What], what: QuestionMoved) -> None:
    if what.question in state.questions:
        state.questions[what.question] = replace(state.questions[what.question], state=what.state)


class QuestionEdited(What, frozen=True, tag="question_edited"):
    """The text of a parked question changes; an empty text withdraws it."""

    question: int
    text: str
    refers = "question"


@checks(QuestionEdited)
def _check_question_edited(case: Case, what: QuestionEdited) -> None:
    _question_exists(case, what.question)


@applies(QuestionEdited)
def _apply_question_edited(state: Folding, event: Event[What], what: QuestionEdited) -> None:
    _write(state.questions, what.question, what.text)


class LineAdded(What, frozen=True, tag="line_added"):
    """A strength or an area for improvement."""

    section: RemarkSection
    text: str


@checks(LineAdded)
def _check_line_added(case: Case, what: LineAdded) -> None:
    may_judge(case)
    _has_text(what.text)


@applies(LineAdded)
def _apply_line_added(state: Folding, event: Event[What], what: LineAdded) -> None:
    state.lines[event.seq] = Line(event.seq, what.section, what.text)


class LineEdited(What, frozen=True, tag="line_edited"):
    """The text of such a line changes; an empty text withdraws it."""

    line: int
    text: str
    refers = "line"


@checks(LineEdited)
def _check_line_edited(case: Case, what: LineEdited) -> None:
    may_judge(case)
    require(numbered(case.defense.lines, what.line) is not None, "This line is gone.")


@applies(LineEdited)
def _apply_line_edited(state: Folding, event: Event[What], what: LineEdited) -> None:
    _write(state.lines, what.line, what.text)


class SkillCommented(What, frozen=True, tag="skill_commented"):
    """The comment of a skill; an empty text withdraws it."""

    skill: str
    text: str


@checks(SkillCommented)
def _check_skill_commented(case: Case, what: SkillCommented) -> None:
    may_judge(case)
    if case.curriculum is not None and case.project is not None:
        known = any(s.ref == what.skill for s in case.curriculum.skills_of(case.project))
        require(known, "This project has no skill “{skill}”.", skill=what.skill)


@applies(SkillCommented)
def _apply_skill_commented(state: Folding, event: Event[What], what: SkillCommented) -> None:
    if what.text:
        state.skill_comments[what.skill] = what.text
    else:
        state.skill_comments.pop(what.skill, None)


class GoalSet(What, frozen=True, tag="goal_set"):
    """The student's next goal; an empty text withdraws it."""

    text: str


checks.by_case(GoalSet, may_judge)


@applies(GoalSet)
def _apply_goal_set(state: Folding, event: Event[What], what: GoalSet) -> None:
    state.goal = what.text


ObservationsWhat = (
    Rated
    | Noted
    | NoteEdited
    | NotePrivacySet
    | QuestionParked
    | QuestionMoved
    | QuestionEdited
    | LineAdded
    | LineEdited
    | SkillCommented
    | GoalSet
)
