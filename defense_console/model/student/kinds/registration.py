"""Who the student is: the registration, and what got another value since."""

from __future__ import annotations

from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies
from defense_console.model.student.legal_context import Case, checks
from defense_console.model.text import is_one_line


class StudentRegistered(What, frozen=True, tag="student_registered"):
    """First event of every student."""

    student_id: str
    name: str
    email: str = ""
    timezone: str = ""
    wall = True


def one_line_address(email: str) -> None:
    """Refuse an address of several lines: in the head of a message the second would be another header."""
    require(is_one_line(email), "An e-mail address stands on one line.")


@applies(StudentRegistered)
def _apply_registered(state: StudentFolding, event: Event[What], what: StudentRegistered) -> None:
    state.id, state.name, state.email, state.timezone = what.student_id, what.name, what.email, what.timezone


class StudentChanged(What, frozen=True, tag="student_changed"):
    """Fields that an import or the mentor gave another value; None leaves a field as it is."""

    name: str | None = None
    email: str | None = None
    timezone: str | None = None


@checks(StudentChanged)
def _check_changed(_case: Case, what: StudentChanged) -> None:
    one_line_address(what.email or "")


@applies(StudentChanged)
def _apply_changed(state: StudentFolding, event: Event[What], what: StudentChanged) -> None:
    state.name = state.name if what.name is None else what.name
    state.email = state.email if what.email is None else what.email
    state.timezone = state.timezone if what.timezone is None else what.timezone


RegistrationWhat = StudentRegistered | StudentChanged
