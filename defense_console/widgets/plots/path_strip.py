"""The path of a student as a strip: each project with a mark, and what the marks mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from defense_console.model.curriculum import Project
from defense_console.model.queue.path import ProjectStatus
from defense_console.widgets.frame.marks import mark
from defense_console.words.translation import _
from defense_console.words.values import PROJECT_STATES

Path = Sequence[tuple[Project, ProjectStatus]]
PATH_MARKS: Mapping[ProjectStatus, tuple[str, str]] = {
    "unknown": ("unknown", "$text-muted"),
    "locked": ("locked", "$text-muted"),
    "open": ("open", ""),
    "in_defense": ("now", "bold"),
    "revision_pending": ("conditional", "$text-warning"),
    "validated": ("passed", "$text-success"),
    "to_repass": ("to_repass", "$text-error"),
}
"""Mark and style of a status; its word stands in the legend."""
PASSED: frozenset[ProjectStatus] = frozenset({"validated", "unknown"})
LEAST_DASHES, MOST_DASHES = 2, 9
"""Cells of the line between two projects."""


def path_strip(path: Path, here: str = "") -> Content:
    """Return the projects in order, `1✓ 2~ 3◉ 4◦ 5`. Args: here: id of the project in question, in reverse."""
    return Content("  ").join(_project(project, status, project.id == here) for project, status in path)


def _project(project: Project, status: ProjectStatus, here: bool) -> Content:
    name, style = PATH_MARKS[status]
    text = Content(f"{project.n}{mark(name)}")
    text = text.stylize(style) if style else text
    return text.stylize("bold underline") if here else text


def path_line(path: Path, width: int) -> Content:
    """Return the projects with lines between them, `P1 ✓ ━━━ P2 ◉ ─── P3 ◦`; the strip where there is no room."""
    labels = [_named(project, status) for project, status in path]
    room = width - sum(label.cell_length for label in labels)
    dashes = min(MOST_DASHES, room // max(1, len(labels) - 1) - 2)
    if dashes < LEAST_DASHES:
        return path_strip(path).truncate(width, ellipsis=True)
    found = labels[0]
    for (_project, status), label in zip(path, labels[1:], strict=False):
        drawn = mark("passed_time" if status in PASSED else "planned_time") * dashes
        found += Content.styled(f" {drawn} ", "$text-success" if status in PASSED else "$frame") + label
    return found


def _named(project: Project, status: ProjectStatus) -> Content:
    name, style = PATH_MARKS[status]
    return Content.assemble((f"P{project.n} ", "bold" if status == "in_defense" else ""), (mark(name) or " ", style))


def path_legend(path: Path) -> Content:
    """Return what the marks in this strip mean; a project without a mark is locked."""
    used = dict.fromkeys(status for _project, status in path)
    words = (f"{mark(PATH_MARKS[status][0])} {_(PROJECT_STATES[status])}" for status in used if status != "locked")
    locked = [_("no mark: {state}", state=_(PROJECT_STATES["locked"]))] if "locked" in used else []
    return Content("  ".join([*words, *locked])).stylize("$text-muted")
