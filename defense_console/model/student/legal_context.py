"""What a legality check of a student's log is given, and where checks are registered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.instants import day_of, instant
from defense_console.model.log.kinds import Laws, N, numbered, require
from defense_console.model.student.state import FollowedStudent, Goal

FUTURE = timedelta(minutes=5)
"""Clocks of two machines may differ by so much: what is later lies ahead."""


class Case(msgspec.Struct, frozen=True):
    """The question put to a check: a student and the stamp of the event."""

    student: FollowedStudent
    at: Stamp


def has_text(text: str) -> None:
    """Refuse an empty text."""
    require(bool(text.strip()), "There is no text to keep.")


def a_day(text: str) -> date:
    """Return a day as a log writes it."""
    day = day_of(text)
    if day is None:
        raise ConsoleError("“{text}” is not a day.", text=text)
    return day


def an_instant(text: str) -> None:
    """Refuse what is not an instant as a log writes it."""
    try:
        instant(text)
    except (ValueError, OverflowError):
        raise ConsoleError("“{text}” is not an instant.", text=text) from None
    require(text.endswith("Z"), "“{text}” is not an instant.", text=text)


def to_come(case: Case, text: str) -> None:
    """Refuse a date that has passed everywhere; "" is no date."""
    if text:
        today = instant(case.at.wall).date()
        require(a_day(text) >= today - timedelta(days=1), "This date has passed: {day}.", day=text)


def not_ahead(case: Case, text: str) -> None:
    """Refuse a day that has begun nowhere yet."""
    today = instant(case.at.wall).date()
    require(a_day(text) <= today + timedelta(days=1), "This date lies ahead: {day}.", day=text)


def made_by(made: Sequence[N], seq: int, missing: str) -> N:
    """Return what the event with this number made; refuse with a sentence where there is nothing."""
    found = numbered(made, seq)
    if found is None:
        raise ConsoleError(missing)
    return found


def open_goal(case: Case, seq: int) -> Goal:
    """Return a goal that is not settled."""
    goal = made_by(case.student.goals, seq, N_("There is no such goal."))
    require(goal.state == "open", "This goal is settled already.")
    return goal


checks = Laws[Case]()
"""Registers what a kind of event needs of a student."""
