"""Notes on a student, which nobody else reads, what the mentor promised, and what the next mentor has to know."""

from __future__ import annotations

from defense_console.model.errors import N_
from defense_console.model.log.envelope import Event, Stamp, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies, change
from defense_console.model.student.legal_context import Case, checks, has_text, made_by, to_come
from defense_console.model.student.state import HandedOver, Promise, StudentNote


class StudentNoted(What, frozen=True, tag="student_noted"):
    """A private note; `first` is the stamp of its first keystroke."""

    text: str
    first: Stamp


@checks(StudentNoted)
def _check_student_noted(_case: Case, what: StudentNoted) -> None:
    has_text(what.text)


@applies(StudentNoted)
def _apply_student_noted(state: StudentFolding, event: Event[What], what: StudentNoted) -> None:
    state.notes[event.seq] = StudentNote(event.seq, what.first.wall, what.text)


class StudentNoteEdited(What, frozen=True, tag="student_note_edited"):
    """A note now reads so; an empty text withdraws it."""

    note: int
    text: str
    refers = "note"


@checks(StudentNoteEdited)
def _check_student_note_edited(case: Case, what: StudentNoteEdited) -> None:
    made_by(case.student.notes, what.note, N_("There is no such note."))


@applies(StudentNoteEdited)
def _apply_student_note_edited(state: StudentFolding, event: Event[What], what: StudentNoteEdited) -> None:
    if what.text:
        change(state.notes, what.note, text=what.text)
    else:
        state.notes.pop(what.note, None)


class MentorPromised(What, frozen=True, tag="mentor_promised"):
    """The mentor promised something, for a day or for none ("")."""

    text: str
    due: str = ""


@checks(MentorPromised)
def _check_mentor_promised(case: Case, what: MentorPromised) -> None:
    has_text(what.text)
    to_come(case, what.due)


@applies(MentorPromised)
def _apply_mentor_promised(state: StudentFolding, event: Event[What], what: MentorPromised) -> None:
    state.promises[event.seq] = Promise(event.seq, event.at.wall, what.text, what.due)


class PromiseSettled(What, frozen=True, tag="promise_settled"):
    """The mentor kept a promise, or it is no longer to be kept."""

    promise: int
    kept: bool
    refers = "promise"


@checks(PromiseSettled)
def _check_promise_settled(case: Case, what: PromiseSettled) -> None:
    promise = made_by(case.student.promises, what.promise, N_("There is no such promise."))
    require(not promise.settled_at, "This promise is settled already.")


@applies(PromiseSettled)
def _apply_promise_settled(state: StudentFolding, event: Event[What], what: PromiseSettled) -> None:
    change(state.promises, what.promise, settled_at=event.at.wall, kept=what.kept)


class StudentHandedOver(What, frozen=True, tag="student_handed_over"):
    """The student has another mentor from now on, who has to know this; every mentor of the student reads it.

    Attributes:
        to: name of the next mentor.
        text: may be empty.
    """

    to: str
    text: str = ""
    wall = True


@checks(StudentHandedOver)
def _check_student_handed_over(_case: Case, what: StudentHandedOver) -> None:
    has_text(what.to)


@applies(StudentHandedOver)
def _apply_student_handed_over(state: StudentFolding, event: Event[What], what: StudentHandedOver) -> None:
    state.handed_over[event.seq] = HandedOver(event.seq, event.at.wall, event.author, what.to, what.text)


NotesWhat = StudentNoted | StudentNoteEdited | MentorPromised | PromiseSettled | StudentHandedOver
