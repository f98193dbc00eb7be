"""A student's path: the status of each project of a curriculum, derived from its defenses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.defense.summary import Summary

ProjectStatus = Literal["unknown", "locked", "open", "in_defense", "revision_pending", "validated", "to_repass"]

_GLYPHS: Final[Mapping[ProjectStatus, str]] = {
    "unknown": "·",
    "locked": "□",
    "open": "○",
    "in_defense": "▶",
    "revision_pending": "◐",
    "validated": "✓",
    "to_repass": "↺",
}


def glyph(status: ProjectStatus) -> str:
    """Return the one-cell sign of a status; it is never shown without its word."""
    return _GLYPHS[status]


def path(curriculum: Curriculum, summaries: Sequence[Summary]) -> tuple[tuple[Project, ProjectStatus], ...]:
    """Return the status of every project.

    Returns:
        The projects in the order of the path. What lies before the first project with a defense is unknown, and counts
        as passed.
    """
    attempts: dict[str, list[Summary]] = {}
    for summary in sorted(summaries, key=lambda s: s.attempt):
        if summary.curriculum == curriculum.code:
            attempts.setdefault(summary.project, []).append(summary)
    projects = sorted(curriculum.projects, key=lambda p: p.n)
    known = [i for i, project in enumerate(projects) if project.id in attempts]
    first = known[0] if known else 0
    found: list[tuple[Project, ProjectStatus]] = []
    passed = True
    for place, project in enumerate(projects):
        status: ProjectStatus
        if place < first:
            status = "unknown"
        elif project.id in attempts:
            status = _status(attempts[project.id])
            passed = _opens_next(status, curriculum)
        else:
            status = "open" if passed else "locked"
            passed = False
        found.append((project, status))
    return tuple(found)


def _status(attempts: Sequence[Summary]) -> ProjectStatus:
    """Return the status of a project with at least one defense, given the earliest attempt first.

    What is validated stays so. Otherwise the latest attempt that began decides; one that was only planned, or did not
    take place, leaves things as they were.
    """
    if any(s.in_force == "validated" for s in attempts):
        return "validated"
    for summary in reversed(attempts):
        if summary.in_force == "conditional":
            return "revision_pending"
        if summary.in_force == "rework":
            return "to_repass"
        if summary.session not in NOT_HELD and summary.session != "planned":
            return "in_defense"
    return "open"


def _opens_next(status: ProjectStatus, curriculum: Curriculum) -> bool:
    """Return whether the next project opens: on validated, and on conditional where the rules say so."""
    rules = curriculum.rules.opens_next_on
    return (status == "validated" and "validated" in rules) or (status == "revision_pending" and "conditional" in rules)
