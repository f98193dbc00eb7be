"""What a new attempt takes over from the one before."""

from __future__ import annotations

from defense_console.model.defense.state import Carried, Defense, RatingValue


def carried_from(previous: Defense) -> Carried | None:
    """Return the curriculum and the acquired ratings that a next attempt at the project begins with.

    Acquired is every criterion of the project that was met or only to improve, and one that was not met but whose
    documents were all accepted since. What was not observed is seen again, and the oral grid belongs to one defense
    alone.

    Returns:
        None when the attempt before was not released as to rework: there is nothing to build on.
    """
    verdict, curriculum, project = previous.released, previous.pinned, previous.pinned_project
    if verdict is None or verdict.outcome != "rework" or curriculum is None or project is None:
        return None
    if previous.curriculum_hash is None:
        return None
    ratings = previous.all_ratings
    own = tuple(c.id for skill in project.skills for c in skill.criteria)
    kept: dict[str, RatingValue] = {id: ratings[id] for id in own if ratings.get(id) in ("met", "to_improve")}
    kept |= {id: "met" for id in own if _repaired(previous, id)}
    return Carried(previous.curriculum_hash, kept)


def _repaired(previous: Defense, criterion: str) -> bool:
    """Return whether documents were asked for because of a criterion, and every one of them was accepted."""
    rows = [row for row in previous.required_revisions if criterion in row.request.criteria]
    return bool(rows) and all(row.state == "accepted" for row in rows)
