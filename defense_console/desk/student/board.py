"""The list of students: in which tabs each is, in which order they stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal

import msgspec

from defense_console.desk.student.overview import StudentLine
from defense_console.model.curriculum import Project
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.path import ProjectStatus
from defense_console.model.student.alerts import AlertRules, answer_due
from defense_console.model.student.state import Standing
from defense_console.model.student.weekly import Occurrence
from defense_console.model.text import searchable

StudentTab = Literal["week", "mine", "drifting", "away"]
StudentOrder = Literal["mine", "silence", "pace", "name"]
LOOK_BACK: Final = timedelta(days=14)
"""Sessions that nobody said anything about are asked for so long."""
_WEEK_DAYS: Final = 7


class BoardRow(msgspec.Struct, frozen=True):
    """A line of the list, with all that it shows.

    Attributes:
        curriculum: code, "" where none is known.
        path: each project with its status; empty without a curriculum.
        tabs: in which the student is, besides that of everybody.
        silent_days: since the last session, None before the first one.
        on_air: whether a defense or a rehearsal of theirs is live.
    """

    line: StudentLine
    curriculum: str
    path: tuple[tuple[Project, ProjectStatus], ...]
    tabs: frozenset[StudentTab]
    silent_days: int | None = None
    on_air: bool = False

    @property
    def is_live(self) -> bool:
        """Return whether a session, a defense or a rehearsal goes on."""
        return self.on_air or bool(self.line.student.standing.running)


def week_of(today: date) -> tuple[date, date]:
    """Return the Monday of a day's week and the Monday after it."""
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=_WEEK_DAYS)


def unsaid_of(past: Iterable[Occurrence], now: datetime) -> Occurrence | None:
    """Return the latest session that is over and of which nobody said whether it was held."""
    found = [
        each
        for each in past
        if each.state == "planned" and instant(each.at) + timedelta(minutes=each.length_min) <= now
    ]
    return found[-1] if found else None


def silent_days(line: StudentLine, now: datetime) -> int | None:
    """Return the days since the last session."""
    return (now - instant(line.last_seen)).days if line.last_seen else None


def drifts(line: StudentLine, silent: int | None, rules: AlertRules) -> bool:
    """Return whether a student slips away: too long without a session, or several missed in a row."""
    limits = {rule.measure: rule.at_least for rule in rules.rules}
    since, days = line.last_seen[: len("2026-11-24")], line.student.standing.days
    missed = sum(
        what.state == "missed" and day > since for day, what in days.items()
    )  # nobody may have planned the last
    too_long = silent is not None and silent >= limits.get("days_without_session", silent + 1)
    return too_long or missed >= limits.get("sessions_missed_in_a_row", missed + 1)


def answers_due(standing: Standing, rules: AlertRules) -> tuple[str, ...]:
    """Return until when the school's answers to open alerts are expected, the earliest first."""
    return tuple(sorted(answer_due(each, rules) for each in standing.unanswered))


def in_tab(rows: Iterable[BoardRow], tab: StudentTab | None, search: str = "") -> tuple[BoardRow, ...]:
    """Return the rows of a tab, None for everybody, that have every word of a search."""
    sought = searchable(search).split()
    return tuple(row for row in rows if (tab is None or tab in row.tabs) and _has(row, sought))


def _has(row: BoardRow, sought: list[str]) -> bool:
    student = row.line.student
    text = searchable(f"{student.name} {student.id} {row.curriculum}")
    return all(word in text for word in sought)


def ordered(rows: Iterable[BoardRow], order: StudentOrder, behind: Mapping[str, float | None]) -> tuple[BoardRow, ...]:
    """Return the rows in an order, that of the names where nothing else decides.

    Args:
        behind: Weeks behind the plan by student; who has no plan comes after those who have one.
    """

    def key(row: BoardRow) -> tuple[object, ...]:
        name = (searchable(row.line.student.name), row.line.student.id)
        silence = -1 if row.silent_days is None else row.silent_days
        weeks = behind.get(row.line.student.id)
        pace = (weeks is None, -(weeks or 0))
        match order:
            case "mine":
                return ("mine" not in row.tabs, "drifting" not in row.tabs, -silence, *pace, *name)
            case "silence":
                return (-silence, *pace, *name)
            case "pace":
                return (*pace, *name)
        return name

    return tuple(sorted(rows, key=key))


def counts(rows: Iterable[BoardRow]) -> dict[StudentTab | None, int]:
    """Return how many students are in each tab."""
    found: dict[StudentTab | None, int] = dict.fromkeys((None, "week", "mine", "drifting", "away"), 0)
    for row in rows:
        for tab in (None, *row.tabs):
            found[tab] += 1
    return found
