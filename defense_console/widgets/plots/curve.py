"""A path as a curve: what was planned, what is done, when the rest is likely, and the range of it. Pure.

From left to right the days, from the bottom to the top the planned weeks that are behind. Each line has a mark of its
own, so that it is read without colour.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from textual.content import Content

from defense_console.model.student.course import Course, planned_weeks, settled_days
from defense_console.model.student.forecast import Forecast
from defense_console.widgets.frame.marks import mark
from defense_console.words.translation import _, short_month

_STYLES: Mapping[str, str] = {
    "curve_range": "$text-muted",
    "curve_planned": "$text-muted",
    "curve_likely": "$foreground",
    "passed_time": "bold",
}
"""Each line with its style; a later one covers an earlier one."""
LABELS = 4
"""Cells of the names at the left."""


class Dot(NamedTuple):
    """Something on a day below the curve: a goal that is due, an alert. Attributes: mark: its name; style: colour."""

    day: date
    mark: str
    style: str = ""


def curve(
    course: Course, said: Forecast, today: date, width: int, height: int, dots: Iterable[Dot] = ()
) -> tuple[Content, ...]:
    """Return the curve in so many rows of so many cells: the plot, a row of what is on days, and one of months.

    Args:
        said: The forecast of the course on `today`.
    """
    room, rows = max(4, width - LABELS), max(2, height - 2)
    end = max(today, said.planned, said.steps[-1].range.last if said.steps else today, said.ended or today)
    axis = _Axis(course.plan.start, end, room)
    levels = [0.0, *accumulate(planned_weeks(project) for project in course.plan.projects)]
    cells = [[" "] * room for _row in range(rows)]
    styles = [[""] * room for _row in range(rows)]

    def put(column: int, level: float, kind: str) -> None:
        row = rows - 1 - round(level / levels[-1] * (rows - 1))
        cells[row][column], styles[row][column] = mark(kind), _STYLES[kind]

    lines = _lines(course, said, today, levels)
    for column in range(room):
        day = axis.day(column)
        if lines.first and lines.first[0][0] <= day:
            low, high = _at(lines.last, day), _at(lines.first, day)
            for step in range(rows):
                level = step / (rows - 1) * levels[-1]
                if low <= level <= high and day <= lines.last[-1][0]:
                    put(column, level, "curve_range")
        if day <= lines.planned[-1][0]:
            put(column, _at(lines.planned, day), "curve_planned")
        if lines.likely and lines.likely[0][0] <= day <= lines.likely[-1][0]:
            put(column, _at(lines.likely, day), "curve_likely")
        if day <= lines.done[-1][0]:
            put(column, _at(lines.done, day), "passed_time")
    labels = _labels([project.project for project in course.plan.projects], levels, rows)
    drawn = [
        Content.assemble((f"{label:>{LABELS - 1}} ", "$text-muted"), *zip(line, style, strict=True))
        for label, line, style in zip(labels, cells, styles, strict=True)
    ]
    return (*drawn, _dotted(axis, today, dots), _months(axis, today))


def curve_legend(said: Forecast) -> str:
    """Return what the lines are: those of the likely end only where there is a forecast."""
    words = [("curve_planned", _("plan")), ("passed_time", _("done"))]
    if said.steps:
        words += [("curve_likely", _("likely")), ("curve_range", _("range"))]
    return "  ".join(f"{mark(kind) * 2} {word}" for kind, word in words)


_Line = Sequence[tuple[date, float]]
"""Points in order of their days: the day, and the planned weeks that are behind on it."""


class _Lines(NamedTuple):
    planned: _Line
    done: _Line
    likely: _Line
    first: _Line
    last: _Line


def _lines(course: Course, said: Forecast, today: date, levels: Sequence[float]) -> _Lines:
    start = course.plan.start
    weeks = {project.project: planned_weeks(project) for project in course.plan.projects}
    planned = [(start + timedelta(weeks=min(level, 1_000)), level) for level in levels]
    done, behind = [(start, 0.0)], 0.0
    for project, day in settled_days(course, today).items():
        behind += weeks.pop(project)
        done.append((max(day, done[-1][0]), behind))
    now = (max(today, start), behind)
    if said.ended is None:
        done.append(now)
    likely, first, last = [now], [now], [now]
    level = behind
    for step in said.steps:
        level += weeks.get(step.project, 0.0)
        for line, day in ((likely, step.range.likely), (first, step.range.first), (last, step.range.last)):
            line.append((max(day, line[-1][0]), level))
    return _Lines(planned, done, *((likely, first, last) if said.steps else ([], [], [])))


def _at(line: _Line, day: date) -> float:
    """Return the level of a line on a day; before it its first one, after it its last one."""
    place = bisect_left([point for point, _level in line], day)
    if place == 0:
        return line[0][1]
    if place == len(line):
        return line[-1][1]
    (before, low), (after, high) = line[place - 1], line[place]
    return low + (high - low) * (day - before).days / max(1, (after - before).days)


class _Axis:
    """Days in cells."""

    def __init__(self, start: date, end: date, room: int) -> None:
        self.start, self.room = start, room
        self.days = max(1, (end - start).days)

    def day(self, column: int) -> date:
        """Return the day of a cell."""
        return self.start + timedelta(days=round(column / max(1, self.room - 1) * self.days))

    def cell(self, day: date) -> int | None:
        """Return the cell of a day; None outside."""
        place = round((day - self.start).days / self.days * (self.room - 1))
        return place if 0 <= place < self.room else None


def _labels(projects: Sequence[str], levels: Sequence[float], rows: int) -> list[str]:
    """Return the name of each project in the row where it is settled; the last one of a row counts."""
    labels = [""] * rows
    for project, level in zip(projects, levels[1:], strict=True):
        labels[rows - 1 - round(level / levels[-1] * (rows - 1))] = project.rpartition("-")[2][: LABELS - 1]
    return labels


def _dotted(axis: _Axis, today: date, dots: Iterable[Dot]) -> Content:
    """Return the row below the curve: a line, what is on days, and today."""
    shown, styles = [mark("planned_time")] * axis.room, ["$frame"] * axis.room
    for dot in dots:
        if (place := axis.cell(dot.day)) is not None:
            shown[place], styles[place] = mark(dot.mark), dot.style
    if (place := axis.cell(today)) is not None:
        shown[place], styles[place] = mark("here"), "bold"
    return Content.assemble(" " * LABELS, *zip(shown, styles, strict=True))


def _months(axis: _Axis, today: date) -> Content:
    """Return months below their first day, as many as there is room for."""
    text = [" "] * axis.room
    free = 0
    month = axis.start.replace(day=1)
    while month <= axis.start + timedelta(days=axis.days):
        place, name = axis.cell(month), short_month(month, today)
        if place is not None and place >= free and place + len(name) <= axis.room:
            text[place : place + len(name)] = name
            free = place + len(name) + 1
        month = (month + timedelta(days=32)).replace(day=1)
    return Content(" " * LABELS + "".join(text)).stylize("$text-muted")
