"""A student's path: the status of each project of a curriculum, derived from its defenses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.state import NOT_HELD, OutcomeValue
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.searching import Closed

NOWHERE: Mapping[str, OutcomeValue] = {}
ProjectStatus = Literal["unknown", "locked", "open", "in_defense", "revision_pending", "validated", "to_repass"]


_SETTLED: Mapping[OutcomeValue, ProjectStatus] = {
    "validated": "validated",
    "conditional": "revision_pending",
    "rework": "to_repass",
}


def path(
    curriculum: Curriculum, summaries: Sequence[Summary | Closed], elsewhere: Mapping[str, OutcomeValue] = NOWHERE
) -> tuple[tuple[Project, ProjectStatus], ...]:
    """Return the status of every project.

    Args:
        summaries: The student's defenses, whole or as a list looks at them.
        elsewhere: The outcome of projects that somebody else assessed, by project.

    Returns:
        The projects in the order of the path. What lies before the first project with a defense is unknown, and counts
        as passed.
    """
    attempts: dict[str, list[Summary | Closed]] = {}
    for summary in sorted(summaries, key=lambda s: s.attempt):
        if summary.curriculum == curriculum.code:
            attempts.setdefault(summary.project, []).append(summary)
    projects = sorted(curriculum.projects, key=lambda p: p.n)
    known = [i for i, project in enumerate(projects) if project.id in attempts or project.id in elsewhere]
    first = known[0] if known else 0
    found: list[tuple[Project, ProjectStatus]] = []
    passed = True
    for place, project in enumerate(projects):
        status: ProjectStatus
        if place < first:
            status = "unknown"
        elif project.id in attempts or project.id in elsewhere:
            status = _status(attempts.get(project.id, ()))
            if project.id in elsewhere and status in ("open", "revision_pending", "to_repass"):
                status = _SETTLED[elsewhere[project.id]]
            passed = _opens_next(status, curriculum)
        else:
            status = "open" if passed else "locked"
            passed = False
        found.append((project, status))
    return tuple(found)


def _status(attempts: Sequence[Summary | Closed]) -> ProjectStatus:
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
