"""Students as the subject of logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp, check_texts
from defense_console.model.log.kinds import require
from defense_console.model.log.subject import Subject, beside
from defense_console.model.log.undo import Redone, Undone, check_undo
from defense_console.model.student.fold import fold_student
from defense_console.model.student.folding import StudentFolding, applies
from defense_console.model.student.kinds import StudentEvent, StudentRegistered, StudentWhat
from defense_console.model.student.kinds.registration import one_line_address
from defense_console.model.student.legal_context import Case, checks
from defense_console.model.student.state import FollowedStudent, Standing, Student

IDENTITY = ("id", "name", "email", "timezone", "seq")
"""Fields of a row that an export has too."""


class Students(Subject[StudentWhat, FollowedStudent]):
    """A log is one student; the row beside it is who that is."""

    def check(self, state: FollowedStudent | None, what: StudentWhat, at: Stamp, curricula: Curricula) -> None:
        """Refuse an event that may not come next.

        Raises:
            ConsoleError: Why not.
        """
        check_texts(what)
        require(isinstance(what, StudentRegistered) == (state is None), "A student begins with a registration.")
        if isinstance(what, StudentRegistered):
            one_line_address(what.email)
        elif isinstance(what, Undone | Redone):
            check_undo(what, state.undo if state else (), state.redo if state else ())
        elif state is not None and not what.fact:
            checks.ask(Case(state, at), what)

    def fold(self, events: Sequence[StudentEvent], curricula: Curricula) -> FollowedStudent:
        """Return the student.

        Raises:
            ConsoleError: The log does not begin with a registration.
        """
        return fold_student(events)

    def blank(self) -> StudentFolding:
        """Return a student before the registration."""
        return StudentFolding()

    def apply(self, working: StudentFolding, event: StudentEvent, pinned: Curriculum | None) -> None:
        """Change a student who is being folded."""
        applies.apply(working, event)

    def freeze(
        self, working: StudentFolding, last: StudentEvent, undo: tuple[int, ...], redo: tuple[int, ...]
    ) -> FollowedStudent:
        """Return the student after `last`."""
        return working.frozen(last, undo, redo)

    def row(self, id: str, state: Student) -> dict[str, Any]:
        """Return who a student is and what a list shows; nothing of that for one of whom only the name is known."""
        row = {name: getattr(state, name) for name in IDENTITY}
        return row if state.standing == Standing() else {**row, "standing": beside(state.standing)}

    def own_id(self, state: Student) -> str:
        """Return the school's id."""
        return state.id

    def missing(self, id: str) -> ConsoleError:
        """Return the sentence that there is no such student."""
        return ConsoleError("There is no student {id} here.", id=id)


STUDENT = Students("student/", StudentEvent)
