"""What the keys of the students' screens would record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from defense_console.desk.logs.one_log import TO_COME
from defense_console.desk.queue import AgendaDesk
from defense_console.desk.student.progress import STEP
from defense_console.desk.student.student import StudentDesk
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.kinds import numbered
from defense_console.model.student import kinds as ev
from defense_console.model.student.state import Blocked, Pace, Student
from defense_console.screens.shared.wishes import ON_A_LOG, Seen, Whats, Wishes, needs, reads, records, unless, writes
from defense_console.screens.students.deeds import ON_A_LIST

NOBODY: Final = N_("No student is selected.")


@dataclass(frozen=True)
class OnStudents:
    """The list.

    Attributes:
        agenda: knows who writes.
        selected: the student under the cursor, None without one.
        undoes, redoes: in whose log the action is that would be taken back, or done again.
    """

    agenda: AgendaDesk
    selected: Student | None = None
    undoes: StudentDesk | None = None
    redoes: StudentDesk | None = None

    def refusal(self, *whats: Any) -> ConsoleError | None:
        """Return None: what a key of the list records is asked of the student's log when it is written."""
        return None


def _writes(seen: OnStudents) -> Whats:
    return unless(seen.agenda.no_change(needs(seen.selected, NOBODY).id))


def _opens(seen: OnStudents) -> Whats:
    return reads(seen.selected, NOBODY)


STUDENTS: Final[Wishes[OnStudents]] = {
    "students.open": _opens,
    "student.check_in": _opens,
    "student.goal": _writes,
    "student.note": _writes,
    "queue.student": _writes,
    "queue.new": lambda seen: unless(seen.agenda.no_new),
    **ON_A_LIST,
}


# --- one student -----------------------------------------------------------------------------------------------------

OnStudent = Seen[StudentDesk]
NOTHING_TO_SETTLE: Final = N_("Choose a goal, a promise or a question first: {key:panel.next} goes there.")
NOTHING_TO_MOVE: Final = N_("{key:student.moved} gives a goal another day: {key:panel.next} goes to the goals.")
NOTHING_TO_EDIT: Final = N_("There is nothing to edit here.")
NO_PROJECT: Final = N_("No project is under way: {key:queue.student} plans the path.")


def kind_and_number(key: str) -> tuple[str, int]:
    """Return what a line of a panel stands for, `goal/12`, and its number; ("", 0) for none."""
    kind, _slash, rest = key.partition("/")
    return (kind, int(rest)) if rest.isdecimal() else ("", 0)


def _keeps(seen: OnStudent) -> Whats:
    kind, number = kind_and_number(seen.key)
    match kind:
        case "goal":
            return (ev.GoalKept(number),)
        case "promise":
            return (ev.PromiseSettled(number, kept=True),)
        case "question":
            return (ev.QuestionAnswered(number, TO_COME),)
    raise ConsoleError(NOTHING_TO_SETTLE)


def _moves(seen: OnStudent) -> Whats:
    kind, number = kind_and_number(seen.key)
    goal = numbered(seen.desk.student.goals, number)
    if kind != "goal" or goal is None:
        raise ConsoleError(NOTHING_TO_MOVE)
    return (ev.GoalMoved(number, "" if goal.due else seen.desk.today),)


def _drops(seen: OnStudent) -> Whats:
    kind, number = kind_and_number(seen.key)
    match kind:
        case "goal":
            return (ev.GoalDropped(number, TO_COME),)
        case "promise":
            return (ev.PromiseSettled(number, kept=False),)
        case "question":
            return (ev.QuestionDropped(number),)
    raise ConsoleError(NOTHING_TO_SETTLE)


def _edits(seen: OnStudent) -> Whats:
    kind, number = kind_and_number(seen.key)
    match kind:
        case "goal":
            return (ev.GoalReworded(number, TO_COME),)
        case "question":
            return (ev.QuestionAnswered(number, TO_COME),)
        case "edit":
            return (seen.desk.another_text(seen.key),)
    raise ConsoleError(NOTHING_TO_EDIT)


def _estimates(seen: OnStudent) -> Whats:
    return (ev.ProgressEstimated(needs(seen.desk.running_project, NO_PROJECT).id, 0),)


def _goes_away(seen: OnStudent) -> Whats:
    today = seen.desk.today
    return (ev.CameBack(today),) if seen.desk.student.standing.away is not None else (ev.WentAway(today),)


NO_QUESTION: Final = N_("Choose a question first: {key:panel.next} goes to the questions.")


def _answered_before(seen: OnStudent) -> Whats:
    kind, number = kind_and_number(seen.key)
    return (ev.QuestionAnswered(needs(number if kind == "question" else None, NO_QUESTION), TO_COME),)


def _rehearses(seen: OnStudent) -> Whats:
    needs(seen.desk.running_project, NO_PROJECT)
    return unless(seen.desk.ledger.read_only)


ON_A_STUDENT: Final[Wishes[OnStudent]] = {
    **ON_A_LOG,
    "student.goal": writes("goal"),
    "student.note": writes("note"),
    "student.question": writes("question"),
    "student.kept": _keeps,
    "student.moved": _moves,
    "student.dropped": _drops,
    "student.edit": _edits,
    "student.learning": records(ev.LearningNoted("planning", 0, TO_COME)),
    "student.resource": records(ev.ResourcePointed(TO_COME)),
    "student.estimate": _estimates,
    "student.away": _goes_away,
    "queue.student": records(ev.StudentChanged()),
    "student.rehearse": _rehearses,
    "student.earlier": _answered_before,
    "student.hand_over": lambda seen: unless(seen.desk.handing_over.refusal),
}
"""What means the same on every screen about a student."""


# --- the check-in ----------------------------------------------------------------------------------------------------

NOT_STARTED: Final = N_("The session has not started: {key:check_in.start} starts it.")
NOTHING_TO_ANSWER: Final = N_("Choose what is answered first: {key:panel.next} goes there.")
NOT_TODAY: Final = N_("No session is planned today that could be called off.")


def _answers(place: int) -> Callable[[OnStudent], Whats]:
    """Return the wish of one of the three keys. Args: place: 0 for the first."""

    def wish(seen: OnStudent) -> Whats:
        if seen.desk.student.running is None:
            if place < ANSWERS - 1:
                raise ConsoleError(NOT_STARTED)
            planned = seen.desk.planned_today
            if planned is None:
                raise ConsoleError(NOT_TODAY)
            return (ev.SessionExcused(planned.day),)
        if seen.key in CHOICES_OF:
            return (CHOICES_OF[seen.key][place],)
        if not seen.key.startswith(("goal/", "promise/")):
            raise ConsoleError(NOTHING_TO_ANSWER)
        return (_keeps, _moves, _drops)[place](seen)

    return wish


def _estimated(by: int) -> Callable[[OnStudent], Whats]:
    def wish(seen: OnStudent) -> Whats:
        project = needs(seen.desk.running_project, NO_PROJECT)
        return (ev.ProgressEstimated(project.id, seen.desk.percent(project) + by),)

    return wish


ANSWERS: Final = 3
CHOICES_OF: Final[Mapping[str, tuple[ev.CheckInAnswered, ...]]] = {
    "pace": tuple(ev.CheckInAnswered(pace=pace) for pace in get_args(Pace)),
    "blocked": tuple(ev.CheckInAnswered(blocked=blocked) for blocked in get_args(Blocked)),
}
"""What the three keys answer to each question."""
CHECK_IN: Final[Wishes[OnStudent]] = {
    **ON_A_STUDENT,
    "check_in.start": lambda seen: (seen.desk.starting,),
    "check_in.first": _answers(0),
    "check_in.second": _answers(1),
    "check_in.third": _answers(2),
    "check_in.more": _estimated(STEP),
    "check_in.less": _estimated(-STEP),
    "check_in.promise": writes("promise"),
    "check_in.close": lambda seen: (seen.desk.ending,),
    "check_in.copy": lambda seen: reads(seen.desk.form(), "There is nothing to copy yet."),
}
