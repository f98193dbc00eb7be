"""Students as the subject of logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp, check_texts
from defense_console.model.log.subject import Subject
from defense_console.model.log.undo import Redone, Undone, check_undo
from defense_console.model.student.fold import fold_student, frozen
from defense_console.model.student.folding import StudentFolding, applies
from defense_console.model.student.kinds import StudentChanged, StudentEvent, StudentRegistered, StudentWhat
from defense_console.model.student.state import Student
from defense_console.model.text import is_one_line


class Students(Subject[StudentWhat, Student]):
    """A log is one student; the row beside it is who that is."""

    def check(self, state: Student | None, what: StudentWhat, at: Stamp, curricula: Curricula) -> None:
        """Refuse an event that may not come next.

        Raises:
            ConsoleError: Why not.
        """
        check_texts(what)
        if isinstance(what, StudentRegistered | StudentChanged) and not is_one_line(what.email or ""):
            # A message to the student begins with it: a second line there would be another header.
            raise ConsoleError("An e-mail address stands on one line.")
        if isinstance(what, StudentRegistered) != (state is None):
            raise ConsoleError("A student begins with a registration.")
        if state is not None and isinstance(what, Undone | Redone):
            check_undo(what, state.undo, state.redo)

    def fold(self, events: Sequence[StudentEvent], curricula: Curricula) -> Student:
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
    ) -> Student:
        """Return the student after `last`."""
        return frozen(working, last, undo, redo)

    def row(self, id: str, state: Student) -> dict[str, Any]:
        """Return who a student is."""
        return {name: getattr(state, name) for name in ("id", "name", "email", "timezone", "seq")}

    def own_id(self, state: Student) -> str:
        """Return the school's id."""
        return state.id

    def missing(self, id: str) -> ConsoleError:
        """Return the sentence that there is no such student."""
        return ConsoleError("There is no student {id} here.", id=id)


STUDENT = Students("student/", StudentEvent)
