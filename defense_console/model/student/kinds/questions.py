"""Questions of the student with their answers, and the resources they were pointed to."""

from __future__ import annotations

from defense_console.model.errors import N_
from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies, change
from defense_console.model.student.legal_context import Case, checks, has_text, made_by
from defense_console.model.student.state import Pointed, StudentQuestion


class QuestionAsked(What, frozen=True, tag="question_asked"):
    """The student asks; project and criterion say where they are stuck, "" for nowhere."""

    text: str
    project: str = ""
    criterion: str = ""


@checks(QuestionAsked)
def _check_question_asked(_case: Case, what: QuestionAsked) -> None:
    has_text(what.text)


@applies(QuestionAsked)
def _apply_question_asked(state: StudentFolding, event: Event[What], what: QuestionAsked) -> None:
    state.questions[event.seq] = StudentQuestion(event.seq, event.at.wall, what.project, what.criterion, what.text)


class OfQuestion(What, frozen=True):
    """Base of what becomes of a question; `question` is the number of the event that asked it."""

    question: int
    refers = "question"


def _known(case: Case, question: int) -> StudentQuestion:
    return made_by(case.student.questions, question, N_("There is no such question."))


class QuestionAnswered(OfQuestion, frozen=True, tag="question_answered"):
    """The mentor answers, or answers better."""

    text: str


@checks(QuestionAnswered)
def _check_question_answered(case: Case, what: QuestionAnswered) -> None:
    require(_known(case, what.question).state != "dropped", "This question is dropped.")
    has_text(what.text)


@applies(QuestionAnswered)
def _apply_question_answered(state: StudentFolding, event: Event[What], what: QuestionAnswered) -> None:
    change(state.questions, what.question, state="answered", answer=what.text, answered_at=event.at.wall)


class QuestionDropped(OfQuestion, frozen=True, tag="question_dropped"):
    """Nobody needs an answer any more."""


@checks(QuestionDropped)
def _check_question_dropped(case: Case, what: QuestionDropped) -> None:
    require(_known(case, what.question).state == "open", "This question is answered or dropped already.")


@applies(QuestionDropped)
def _apply_question_dropped(state: StudentFolding, event: Event[What], what: QuestionDropped) -> None:
    change(state.questions, what.question, state="dropped")


class ResourcePointed(What, frozen=True, tag="resource_pointed"):
    """The student was pointed to something to read, watch or do; `skill` is what it serves, "" for none."""

    title: str
    link: str = ""
    skill: str = ""


@checks(ResourcePointed)
def _check_resource_pointed(_case: Case, what: ResourcePointed) -> None:
    has_text(what.title)


@applies(ResourcePointed)
def _apply_resource_pointed(state: StudentFolding, event: Event[What], what: ResourcePointed) -> None:
    state.resources[event.seq] = Pointed(event.seq, event.at.wall, what.title, what.link, what.skill)


QuestionsWhat = QuestionAsked | QuestionAnswered | QuestionDropped | ResourcePointed
