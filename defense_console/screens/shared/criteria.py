"""How a criterion is named where its sentence has no room: by the end of its id, or by its own label."""

from __future__ import annotations

from collections.abc import Mapping

from defense_console.desk.defense.base import DefenseDesk
from defense_console.model.curriculum import Criterion, Curriculum, Project
from defense_console.safe_text import shortened
from defense_console.words.translation import _, language

QUOTED = 90
"""Cells of a criterion's words before its field: four rows of half a screen."""


def criterion_name(criterion: Criterion, project: Project, tongue: str) -> str:
    """Return the short name of a criterion."""
    return criterion.label.in_(tongue) if criterion.label is not None else short_id(criterion.id, project)


def short_id(id: str, project: Project) -> str:
    """Return the id of a criterion without the project's."""
    return id.removeprefix(f"{project.id}-")


def criterion_names(curriculum: Curriculum, project: Project, tongue: str) -> Mapping[str, str]:
    """Return the short name of each criterion of a project, by id."""
    return {c.id: criterion_name(c, project, tongue) for c in curriculum.criteria_of(project)}


def quoted(desk: DefenseDesk, id: str) -> str:
    """Return a criterion by its short name and its words, which may be shortened."""
    found = next((c for c in desk.curriculum.criteria_of(desk.project) if c.id == id), None)
    if found is None:
        return id
    name, words = criterion_name(found, desk.project, language()), shortened(found.text.in_(language()), QUOTED)
    return _("{name}: {text}", name=name, text=words) if words else name
