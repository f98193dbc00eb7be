"""A session in one action: what was said in it becomes events, from the start to the end."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from defense_console.model.log.envelope import Stamp
from defense_console.model.student import kinds as ev
from defense_console.model.student.kinds import StudentWhat
from defense_console.model.student.state import Blocked, FollowedStudent, Pace


class CheckIn(msgspec.Struct, frozen=True):
    """What was said in a session.

    Attributes:
        kept: numbers of the goals that were kept.
        moved: with the new day ("" for none) and the reason, by the number of the goal.
        dropped: with the reason.
        estimates: by project, 0 to 100.
        notes: private.
        goals: what the student promised.
        promises: what the mentor promised.
    """

    pace: Pace | None = None
    blocked: Blocked | None = None
    kept: tuple[int, ...] = ()
    moved: Mapping[int, tuple[str, str]] = {}
    dropped: Mapping[int, str] = {}
    estimates: Mapping[str, int] = {}
    notes: tuple[str, ...] = ()
    goals: tuple[ev.GoalPromised, ...] = ()
    promises: tuple[str, ...] = ()


def check_in_events(
    student: FollowedStudent, said: CheckIn, day: str, started_at: str, ended_at: str, at: Stamp
) -> tuple[StudentWhat, ...]:
    """Return what records a session, in order; one that goes on is not started again.

    Args:
        day: It was planned for, "" for one that nobody had planned.
        started_at, ended_at: ISO 8601 UTC.
        at: Stamp of the notes.
    """
    found: list[StudentWhat] = []
    if student.running is None:
        found.append(ev.SessionStarted(day, started_at))
    if said.pace is not None or said.blocked is not None:
        found.append(ev.CheckInAnswered(said.pace, said.blocked))
    found += [ev.GoalKept(goal) for goal in said.kept]
    found += [ev.GoalMoved(goal, due, reason) for goal, (due, reason) in said.moved.items()]
    found += [ev.GoalDropped(goal, reason) for goal, reason in said.dropped.items()]
    found += [ev.ProgressEstimated(project, percent) for project, percent in said.estimates.items()]
    found += [ev.StudentNoted(text, at) for text in said.notes]
    found += said.goals
    found += [ev.MentorPromised(text) for text in said.promises]
    return (*found, ev.SessionHeld(ended_at))
