"""What a colleague has to know who takes a student or a defense over: what is open, to be read and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from defense_console.desk.logs.ledger import Ledger
from defense_console.model.curriculum import Curricula
from defense_console.model.defense.revision import row_title
from defense_console.model.defense.rubric import project_of
from defense_console.model.defense.state import SETTLED, Defense
from defense_console.model.defense.subject import in_force
from defense_console.model.errors import ConsoleError
from defense_console.model.student.kinds import StudentHandedOver
from defense_console.model.student.state import FollowedStudent
from defense_console.model.student.subject import STUDENT
from defense_console.store.people import Person
from defense_console.words.translation import Translator, language, translator


class OneStudent(Protocol):
    """A student on the desk, as far as handing over goes."""

    id: str
    ledger: Ledger

    @property
    def student(self) -> FollowedStudent:
        """Return the student as they are known now."""

    @property
    def defenses(self) -> Mapping[str, Defense]:
        """Return every defense of the student, by id."""

    @property
    def read_only(self) -> ConsoleError | None:
        """Return why nothing may be changed, None when it may."""


class HandingOver:
    """Gives one student to another mentor of a school, with what they have to know.

    Args:
        desk: The student on the desk.
    """

    def __init__(self, desk: OneStudent) -> None:
        self._desk = desk
        self._store = desk.ledger.store

    @property
    def note(self) -> str:
        """Return what a colleague has to know who takes the student over: goals, promises, questions, documents."""
        desk = self._desk
        return handover_note(desk.student, desk.defenses, desk.ledger.curricula, translator(language()))

    @property
    def people(self) -> tuple[Person, ...]:
        """Return the mentors of the school who could have the student instead of the one who has them now."""
        known = self._desk.ledger.snapshot.known()
        return tuple(p for p in known.people if p.kind == "mentor" and p.role != known.own.get(self._desk.id))

    @property
    def refusal(self) -> ConsoleError | None:
        """Return why the student cannot be given to another mentor here, None when they can."""
        claims, known, id = self._store.claims, self._desk.ledger.snapshot.known(), self._desk.id
        if claims is None:
            return ConsoleError("This store is yours alone: there is no other mentor.")
        if known.own.get(id) != claims.me and not (known.administers and id in known.own):
            return ConsoleError("Only the student's own mentor or an administrator gives the student to another one.")
        return self._desk.read_only

    def give(self, to: Person, text: str) -> FollowedStudent:
        """Give the student to another mentor: the note and the change in one transaction, or neither.

        Returns:
            The student after it, as last seen here.

        Raises:
            ConsoleError: See `refusal`; or it was not written, and nothing has changed.
        """
        people, id, ledger = self._store.people, self._desk.id, self._desk.ledger
        if (reason := self.refusal) is not None or people is None:
            raise reason or ConsoleError("This store is yours alone: there is no other mentor.")
        before = ledger.snapshot.known().own[id]
        what = StudentHandedOver(to.called, text)
        given = ledger.act_together(STUDENT, id, what, lambda: people.hand_student(id, to.role, before))
        ledger.snapshot.student_handed_on()
        return given


def handover_note(
    student: FollowedStudent, defenses: Mapping[str, Defense], curricula: Curricula, _: Translator
) -> str:
    """Return one line for each kind of what is open; "" when nothing is.

    Args:
        defenses: Those of the student, by id.
        _: Of the language that it is written in.
    """
    goals = [f"{goal.text} ({_.date_text(goal.due)})" if goal.due else goal.text for goal in student.open_goals]
    parts = (
        (_("Goals"), goals),
        (_("Promised to the student"), [promise.text for promise in student.open_promises]),
        (_("Questions"), [question.text for question in student.questions if question.state == "open"]),
        (_("Documents"), list(_documents(defenses, curricula, _.language))),
    )
    lines = (_("{name}: {text}", name=name, text="; ".join(texts)) for name, texts in parts if texts)
    return "\n".join(lines)


def _documents(defenses: Mapping[str, Defense], curricula: Curricula, language: str) -> Iterator[str]:
    """Yield the documents to revise that are not settled, each with its project."""
    for defense in defenses.values():
        if (curriculum := in_force(defense, curricula)) is None:
            continue
        for row in defense.revisions:
            if row.state not in SETTLED and not row.dropped:
                title = row_title(row.request, project_of(defense, curriculum), language)
                yield f"{defense.project} {title}"
