"""What a new attempt takes over from the one before. Source: product.md §3."""

from __future__ import annotations

from defense_console.model import rubric
from defense_console.model.defense import Defense
from defense_console.model.events import Carried, RatingValue


def carried_from(previous: Defense) -> Carried | None:
    """The curriculum and the acquired ratings that a next attempt at the project begins with.

    Acquired are the ratings of every skill that the policy counts as acquired; what was not observed is seen again, and
    the oral grid belongs to one defense alone.

    Returns:
        None when the attempt before was not released as to rework: there is nothing to build on.
    """
    verdict, curriculum, project = previous.released, previous.pinned, previous.pinned_project
    if verdict is None or verdict.outcome != "rework" or curriculum is None or project is None:
        return None
    if previous.curriculum_hash is None:
        return None
    ratings = rubric.all_ratings(previous)
    policy = curriculum.rules.policy
    kept: dict[str, RatingValue] = {}
    for skill in project.skills:
        if rubric.skill_result(skill, ratings, policy).status == "acquired":
            kept |= {c.id: ratings[c.id] for c in skill.criteria if ratings[c.id] in ("met", "to_improve")}
    return Carried(previous.curriculum_hash, kept)
