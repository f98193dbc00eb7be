"""Goals: what the student promised, with a date that is kept apart from any forecast."""

from __future__ import annotations

from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies, change
from defense_console.model.student.legal_context import Case, checks, has_text, open_goal, to_come
from defense_console.model.student.state import Goal, GoalMove


class GoalPromised(What, frozen=True, tag="goal_promised"):
    """A goal is set: its text, the day it is due ("" for none), what must come before ("" for nothing)."""

    text: str
    due: str = ""
    condition: str = ""


@checks(GoalPromised)
def _check_goal_promised(case: Case, what: GoalPromised) -> None:
    has_text(what.text)
    to_come(case, what.due)


@applies(GoalPromised)
def _apply_goal_promised(state: StudentFolding, event: Event[What], what: GoalPromised) -> None:
    state.goals[event.seq] = Goal(event.seq, event.at.wall, what.text, what.due, what.due, what.condition)


class OfGoal(What, frozen=True):
    """Base of what is decided on a goal; `goal` is the number of the event that set it."""

    goal: int
    refers = "goal"


class GoalKept(OfGoal, frozen=True, tag="goal_kept"):
    """The student did it."""


@checks(GoalKept)
def _check_goal_kept(case: Case, what: GoalKept) -> None:
    open_goal(case, what.goal)


@applies(GoalKept)
def _apply_goal_kept(state: StudentFolding, event: Event[What], what: GoalKept) -> None:
    change(state.goals, what.goal, state="kept", settled_at=event.at.wall)


class GoalMoved(OfGoal, frozen=True, tag="goal_moved"):
    """It is promised for another day, "" for none."""

    due: str
    reason: str = ""


@checks(GoalMoved)
def _check_goal_moved(case: Case, what: GoalMoved) -> None:
    goal = open_goal(case, what.goal)
    to_come(case, what.due)
    require(what.due != goal.due, "The goal has this date already.")


@applies(GoalMoved)
def _apply_goal_moved(state: StudentFolding, event: Event[What], what: GoalMoved) -> None:
    if what.goal in state.goals:
        goal = state.goals[what.goal]
        move = GoalMove(event.at.wall, goal.due, what.due, what.reason)
        change(state.goals, what.goal, due=what.due, first_due=goal.first_due or what.due, moves=(*goal.moves, move))


class GoalDropped(OfGoal, frozen=True, tag="goal_dropped"):
    """It is not a goal any more, for this reason."""

    reason: str


@checks(GoalDropped)
def _check_goal_dropped(case: Case, what: GoalDropped) -> None:
    open_goal(case, what.goal)
    require(bool(what.reason.strip()), "Dropping a goal needs a reason.")


@applies(GoalDropped)
def _apply_goal_dropped(state: StudentFolding, event: Event[What], what: GoalDropped) -> None:
    change(state.goals, what.goal, state="dropped", settled_at=event.at.wall, reason=what.reason)


class GoalReworded(OfGoal, frozen=True, tag="goal_reworded"):
    """Its text and its condition read otherwise; its date stays."""

    text: str
    condition: str = ""


@checks(GoalReworded)
def _check_goal_reworded(case: Case, what: GoalReworded) -> None:
    open_goal(case, what.goal)
    has_text(what.text)


@applies(GoalReworded)
def _apply_goal_reworded(state: StudentFolding, event: Event[What], what: GoalReworded) -> None:
    change(state.goals, what.goal, text=what.text, condition=what.condition)


GoalsWhat = GoalPromised | GoalKept | GoalMoved | GoalDropped | GoalReworded
