"""What is talked about in a check-in, what was answered, and what the school's form is told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

from defense_console.model.student.kinds import CheckInAnswered
from defense_console.model.student.state import FollowedStudent, Goal, HeldSession
from defense_console.words.translation import Translator
from defense_console.words.values import BLOCKED, PACES

GoalAnswer = Literal["kept", "moved", "dropped"]


class GoalToday(msgspec.Struct, frozen=True):
    """A goal of the agenda, and what was answered; None for nothing yet."""

    goal: Goal
    answer: GoalAnswer | None


class FormField(msgspec.Struct, frozen=True):
    """A field of the school's form: its name and its text, both in words."""

    name: str
    text: str


def goals_today(student: FollowedStudent, session: HeldSession | None) -> tuple[GoalToday, ...]:
    """Return the goals that were open when a session started, in the order of their days then.

    Args:
        session: The one that goes on or is over; None before the start, when all open goals are on the agenda.
    """
    if session is None:
        return tuple(GoalToday(goal, None) for goal in student.open_goals)
    found = [
        (_due_at(goal, session), GoalToday(goal, _answer(goal, session)))
        for goal in student.goals
        if goal.seq < session.seq and (goal.state == "open" or goal.settled_at >= session.started_at)
    ]
    return tuple(each for _due, each in sorted(found, key=lambda e: (not e[0], e[0], e[1].goal.seq)))


def _due_at(goal: Goal, session: HeldSession) -> str:
    """Return the day a goal was due when the session started."""
    return next((move.before for move in goal.moves if move.at >= session.started_at), goal.due)


def _answer(goal: Goal, session: HeldSession) -> GoalAnswer | None:
    if goal.state != "open":
        return goal.state
    return "moved" if any(move.at >= session.started_at for move in goal.moves) else None


def set_in(student: FollowedStudent, session: HeldSession | None) -> tuple[Goal, ...]:
    """Return the goals that were set in a session."""
    return tuple(goal for goal in student.goals if session is not None and _within(goal.seq, goal.at, session))


def _within(seq: int, at: str, session: HeldSession) -> bool:
    return seq > session.seq and (not session.ended_at or at <= session.ended_at)


def form_names(_: Translator) -> tuple[str, ...]:
    """Return the names of all fields of the school's form, in order."""
    return _("Follow-up"), _("Goals"), _("Difficulties"), _("Next goal")


def form_fields(student: FollowedStudent, session: HeldSession | None, _: Translator) -> tuple[FormField, ...]:
    """Return what the school's form is told of a session, field by field; private notes are in none of them."""
    return tuple(_fields(student, session, _)) if session is not None else ()


def _fields(student: FollowedStudent, session: HeldSession, _: Translator) -> Iterator[FormField]:
    goals = goals_today(student, session)
    follow_up, kept, difficulties, following = form_names(_)
    if said := answers(session, _):
        yield FormField(follow_up, ". ".join(said) + ".")
    if goals:
        yield FormField(kept, "\n".join(_goal_line(each, _) for each in goals))
    asked = [each.text for each in student.questions if _within(each.seq, each.at, session)]
    if asked:
        yield FormField(difficulties, "\n".join(f"- {text}" for text in asked))
    if new := set_in(student, session):
        yield FormField(following, "\n".join(f"- {goal_words(goal, _)}" for goal in new))


def answers(said: HeldSession | CheckInAnswered, _: Translator) -> list[str]:
    """Return what was answered to the two questions of a check-in, each with its name."""
    found = []
    if said.pace is not None:
        found.append(_("Pace: {answer}", answer=_(PACES[said.pace])))
    if said.blocked is not None:
        found.append(_("Blocked: {answer}", answer=_(BLOCKED[said.blocked])))
    return found


def _goal_line(each: GoalToday, _: Translator) -> str:
    goal = each.goal
    match each.answer:
        case "kept":
            what = _("kept")
        case "moved":
            day = _.date_text(date.fromisoformat(goal.due)) if goal.due else ""
            what = _("moved to {day}", day=day) if day else _("without a day from now on")
        case "dropped":
            what = _("dropped")
        case _none:
            what = _("goes on")
    return "- " + _("{name}: {text}", name=goal.text, text=what)


def goal_words(goal: Goal, _: Translator) -> str:
    """Return a goal as one reads it out: its text, its day, its condition."""
    parts = [goal.text]
    if goal.due:
        day = date.fromisoformat(goal.due)
        parts.append(f"{_.weekday(day)} {_.date_text(day)}")
    if goal.condition:
        parts.append(_("when {condition}", condition=goal.condition))
    return ", ".join(parts)
