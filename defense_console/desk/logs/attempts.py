"""A student's defenses, found by computing their ids: projects × attempts, until one is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.state import Defense
from defense_console.model.defense.summary import Summary, defense_id

StudentProject = tuple[str, str]
"""A student and a project."""


@lru_cache(maxsize=8192)
def _id_of(project: StudentProject, attempt: int) -> str:
    """Return the id of an attempt; lists of students ask for the same ones again and again."""
    return str(defense_id(*project, attempt))


def projects_of(one: Defense | Summary, curriculum: Curriculum) -> dict[StudentProject, int]:
    """Return every project of the student of a defense, with the attempt that is known of it; 0 for the others."""
    known = {one.project: one.attempt}
    return {(one.student_id, project.id): known.get(project.id, 0) for project in curriculum.projects}


def defenses_of(
    find: Callable[[Collection[str]], Mapping[str, Summary]], wanted: Mapping[StudentProject, int]
) -> dict[StudentProject, tuple[Summary, ...]]:
    """Find every attempt at some projects, in as few questions as there are attempts.

    Args:
        find: Gives summaries by id, without those that do not exist.
        wanted: The number of an attempt that is known for each project, 0 for none: those before it may be unknown.

    Returns:
        The attempts at each project, the first one first.
    """
    found: dict[StudentProject, list[Summary]] = {project: [] for project in wanted}
    asked = {project: range(1, max(2, known) + 1) for project, known in wanted.items()}
    while asked:
        ids = {(project, n): _id_of(project, n) for project, numbers in asked.items() for n in numbers}
        there = find(ids.values())
        for (project, _n), id in ids.items():
            if id in there:
                found[project].append(there[id])
        last = {project: numbers[-1] for project, numbers in asked.items()}
        asked = {project: range(n + 1, n + 2) for project, n in last.items() if ids[project, n] in there}
    return {project: tuple(attempts) for project, attempts in found.items()}
