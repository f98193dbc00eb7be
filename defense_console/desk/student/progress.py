"""How far a project is by what can be counted, beside the mentor's estimate. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from defense_console.model.curriculum import Project
from defense_console.model.defense.state import Defense
from defense_console.model.student.state import Goal

STEP: Final = 10
_GOOD: Final = ("met", "to_improve")


def computed_percent(project: Project, defenses: Iterable[Defense], goals: Collection[Goal]) -> int:
    """Return the mean of what is known of a project, from 0 to 100 by 10.

    What counts: documents received of those expected, criteria met in the last attempt, goals kept of those set since
    the last defense. What is not known is left out; nothing known is 0.
    """
    known = sorted(defenses, key=lambda each: each.planned_at)
    own = [each for each in known if each.project == project.id]
    if any((released := each.released) is not None and released.outcome == "validated" for each in own):
        return 100
    parts: list[float] = []
    if own and project.deliverables:
        parts.append(sum(own[-1].declared.values()) / len(project.deliverables))
    if own and own[-1].ratings:
        ratings = own[-1].ratings.values()
        parts.append(sum(rating in _GOOD for rating in ratings) / len(ratings))
    last = max((each.planned_at for each in known if each.session == "held"), default="")
    recent = [goal for goal in goals if goal.at > last and goal.state != "dropped"]
    if recent:
        parts.append(sum(goal.state == "kept" for goal in recent) / len(recent))
    return round(sum(parts) / len(parts) * 100 / STEP) * STEP if parts else 0
