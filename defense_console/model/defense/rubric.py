"""Ratings, counts and the suggested outcome. The policy is data; the mentor decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from defense_console.model.curriculum import Criterion, Curriculum, Phase, Policy, Project, Skill, Text
from defense_console.model.defense import revision
from defense_console.model.defense.state import Defense, OutcomeValue, RatingValue
from defense_console.model.defense.timeline import Timeline
from defense_console.model.errors import N_, ConsoleError

SkillStatus = Literal["acquired", "partial", "not_acquired", "not_assessed", "unrated"]


class Count(msgspec.Struct, frozen=True):
    """How many criteria of a group are rated."""

    rated: int
    total: int


class SkillResult(msgspec.Struct, frozen=True):
    """The result of a skill; `unrated` is its status while one of its criteria has no rating."""

    ref: str
    title: Text
    status: SkillStatus


class Suggestion(msgspec.Struct, frozen=True):
    """The outcome the rules suggest, None without one, with its reason as a message.

    `rule` is the number of the rule, see `suggest`; 0 where the documents asked for decide instead of the rubric.
    """

    outcome: OutcomeValue | None
    rule: int
    text_id: str
    parameters: Mapping[str, object] = {}


def project_of(defense: Defense, curriculum: Curriculum) -> Project:
    """Return the project that is defended.

    Raises:
        ConsoleError: The curriculum does not have it.
    """
    found = curriculum.project(defense.project)
    if found is None:
        raise ConsoleError(
            "The curriculum {code} has no project {project}.", code=curriculum.code, project=defense.project
        )
    return found


def rating_of(defense: Defense, criterion: str) -> RatingValue | None:
    """Return the mentor's rating of a criterion, else the one folded from the clock, else None."""
    return defense.all_ratings.get(criterion)


def speaking(line: Timeline) -> tuple[Phase, int] | None:
    """Return the phase with a window and its milliseconds, pauses out; None before it has ended, or without one."""
    phase = next((p for p in line.phases if p.min_s is not None and p.max_s is not None), None)
    if phase is None or line.state == "idle" or (line.phase == phase.id and line.state != "ended"):
        return None
    return phase, line.elapsed_ms(phase=phase.id)


def count(criteria: Sequence[Criterion], ratings: Mapping[str, RatingValue]) -> Count:
    """Return how many of these criteria are rated."""
    return Count(sum(1 for c in criteria if c.id in ratings), len(criteria))


def counts(defense: Defense, curriculum: Curriculum, project: Project) -> Count:
    """Return how many criteria of the whole defense are rated, the oral grid included."""
    return count(tuple(curriculum.criteria_of(project)), defense.all_ratings)


def skill_result(skill: Skill, ratings: Mapping[str, RatingValue], policy: Policy) -> SkillResult:
    """Return the status of one skill.

    What was not observed is left out of its skill; a skill with nothing observed is not assessed. A skill is partial
    while at most the policy's share of the observed criteria is not met and none of these is blocking.
    """
    values = [(c, ratings.get(c.id)) for c in skill.criteria]
    number = Counter(value for _criterion, value in values)
    observed = number["met"] + number["to_improve"] + number["not_met"]
    blocked = any(c.blocking and v == "not_met" for c, v in values)
    share, whole = policy.partial_share
    status: SkillStatus
    if number[None]:
        status = "unrated"
    elif not observed:
        status = "not_assessed"
    elif not number["not_met"]:
        status = "acquired"
    elif not blocked and number["not_met"] * whole <= observed * share:
        status = "partial"
    else:
        status = "not_acquired"
    return SkillResult(skill.ref, skill.title, status)


def skill_results(defense: Defense, curriculum: Curriculum, project: Project) -> tuple[SkillResult, ...]:
    """Return the result of every skill of the project, in order, the oral grid last."""
    ratings = defense.all_ratings
    policy = curriculum.rules.policy
    return tuple(skill_result(skill, ratings, policy) for skill in curriculum.skills_of(project))


def next_unrated(defense: Defense, curriculum: Curriculum, project: Project, after: str | None) -> str | None:
    """Return the next criterion without a rating, in the order of the rubric, starting again at the top.

    Returns:
        Its id, or None when all are rated. The criterion rated by the clock is always skipped.
    """
    order = tuple(curriculum.criteria_of(project))
    start = next((i + 1 for i, c in enumerate(order) if c.id == after), 0)
    ratings = defense.all_ratings
    for criterion in (*order[start:], *order[:start]):
        if criterion.id not in ratings and not criterion.from_clock:
            return criterion.id
    return None


def documents_of(criteria: Sequence[Criterion], ratings: Mapping[str, RatingValue]) -> frozenset[int]:
    """Return the numbers of the deliverables that prove the criteria not met."""
    return frozenset(n for c in criteria if ratings.get(c.id) == "not_met" for n in c.evidence)


def suggest(
    ratings: Mapping[str, RatingValue],
    curriculum: Curriculum,
    project: Project,
    documents_kept: int | None = None,
) -> Suggestion:
    """Return the suggested outcome of a set of ratings.

    Args:
        ratings: By criterion id; criteria may be missing.
        curriculum: For the oral grid and the policy.
        project: The project.
        documents_kept: Distinct deliverables of the required rows now kept; None counts all that would be pre-filled.

    Returns:
        The first of the seven rules that applies.
    """
    policy = curriculum.rules.policy
    everything = tuple(curriculum.criteria_of(project))
    counting = tuple(c for c in everything if c.effect == "counts")
    rated = count(everything, ratings)
    if rated.rated < rated.total:
        return Suggestion(None, 1, N_("{rated}/{total} rated"), {"rated": rated.rated, "total": rated.total})
    if unseen := next((c for c in counting if c.blocking and ratings[c.id] == "not_observed"), None):
        return Suggestion(None, 1, N_("{criterion} decides alone and was not observed"), {"criterion": unseen.id})
    if deciding := next((c for c in everything if c.effect == "decides" and ratings[c.id] == "not_met"), None):
        return Suggestion(
            "rework", 2, N_("{criterion} is not met: no document can repair it"), {"criterion": deciding.id}
        )
    if blocking := next((c for c in counting if c.blocking and ratings[c.id] == "not_met"), None):
        return Suggestion("rework", 3, N_("{criterion} is not met and decides alone"), {"criterion": blocking.id})
    misses = sum(1 for c in counting if ratings[c.id] == "not_met")
    if misses == 0:
        return Suggestion("validated", 4, N_("every criterion is met or only to improve"))
    if misses <= policy.conditional_misses:
        return Suggestion("conditional", 5, N_("a single criterion is not met"))
    return _by_share(ratings, curriculum, project, documents_kept, counting)


def _by_share(
    ratings: Mapping[str, RatingValue],
    curriculum: Curriculum,
    project: Project,
    documents_kept: int | None,
    counting: Sequence[Criterion],
) -> Suggestion:
    """Apply rules 6 and 7: enough skills and few enough documents, or not."""
    policy = curriculum.rules.policy
    results = [skill_result(skill, ratings, policy) for skill in project.skills]
    assessed = [r for r in results if r.status != "not_assessed"]
    halves = sum({"acquired": 2, "partial": 1}.get(r.status, 0) for r in assessed)
    share, whole = policy.acquired_share
    enough = halves * whole >= 2 * len(assessed) * share
    documents = len(documents_of(counting, ratings)) if documents_kept is None else documents_kept
    places = {"documents": documents, "limit": policy.max_conditional_documents}
    if not enough:
        return Suggestion("rework", 7, N_("too few skills are acquired"))
    if documents > policy.max_conditional_documents:
        return Suggestion("rework", 7, N_("documents to revise: {documents}, at most {limit} for a condition"), places)
    return Suggestion("conditional", 6, N_("most skills are acquired, documents to revise: {documents}"), places)


def suggestion(defense: Defense, curriculum: Curriculum) -> Suggestion:
    """Return the outcome suggested for the version being drafted, with the documents now kept.

    Once the documents of a condition are settled it is validated, once one was closed as expired it is rework;
    otherwise the rules speak on the ratings.

    Raises:
        ConsoleError: The curriculum does not have the project.
    """
    if defense.drafting in ("round", "amendment"):
        if defense.any_expired:
            return Suggestion("rework", 0, N_("a required document was closed as expired"))
        if defense.all_settled:
            return Suggestion("validated", 0, N_("every required document is settled"))
    project = project_of(defense, curriculum)
    kept = revision.documents_kept(revision.rows(defense, curriculum, project))
    return suggest(defense.all_ratings, curriculum, project, kept)
