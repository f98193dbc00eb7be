"""A defense on its way out, into a table or a calendar."""

from __future__ import annotations

import msgspec

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import Defense


class ExportedDefense(msgspec.Struct, frozen=True):
    """A defense and what its fold does not hold; `curriculum` is None when it is no longer shipped."""

    id: str
    events: tuple[DefenseEvent, ...]
    defense: Defense
    student_name: str
    curriculum: Curriculum | None

    @property
    def project(self) -> Project | None:
        """Return the project as pinned, else as shipped."""
        return self.defense.pinned_project or (
            self.curriculum.project(self.defense.project) if self.curriculum else None
        )

    @property
    def slot_min(self) -> int | None:
        """Return the calendar slot, else the plan's length; None when neither is known."""
        if self.defense.duration_min is not None or self.project is None:
            return self.defense.duration_min
        return self.project.plan_s // 60
