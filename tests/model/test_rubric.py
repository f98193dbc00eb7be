"""Counts, skills and the suggested outcome, over every rating of the 25 shipped projects with up to three misses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import msgspec
import pytest

from defense_console.model.curriculum import Criterion, Policy, Rules, Skill, Text
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.rubric import (
    Count,
    counts,
    next_unrated,
    rating_of,
    skill_result,
    skill_results,
    suggest,
    suggestion,
)
from defense_console.model.defense.state import RatingValue
from tests.model.builders import Log, ids, project, shipped

PROJECTS = [p.id for curriculum in shipped().values() for p in curriculum.projects]
NO_MISS: tuple[RatingValue, ...] = ("met", "to_improve", "not_observed")


def criteria(project_id: str) -> list[Criterion]:
    return [c for skill in project(project_id)[1].skills for c in skill.criteria]


def oral(project_id: str, rating: RatingValue = "met") -> dict[str, RatingValue]:
    return {c.id: rating for c in project(project_id)[0].oral}


def met(project_id: str) -> dict[str, RatingValue]:
    return {**oral(project_id), **{c.id: "met" for c in criteria(project_id)}}


def up_to_three_misses(project_id: str) -> Iterator[tuple[list[Criterion], dict[str, RatingValue]]]:
    """Every set of up to three misses with every way of rating the rest; the oral grid met."""
    found = criteria(project_id)
    for misses in (list(some) for n in range(4) for some in combinations(found, n)):
        rest = [c for c in found if c not in misses]
        base: dict[str, RatingValue] = {**oral(project_id), **{c.id: "not_met" for c in misses}}
        for values in product(NO_MISS, repeat=len(rest)):
            yield misses, {**base, **{c.id: value for c, value in zip(rest, values, strict=True)}}


def test_there_are_25_projects() -> None:
    assert len(PROJECTS) == 25


@pytest.mark.parametrize("project_id", PROJECTS)
def test_every_rating_with_up_to_three_misses(project_id: str) -> None:
    curriculum, of = project(project_id)
    blocking = ids(project_id, blocking=True)
    reached = set()
    for misses, ratings in up_to_three_misses(project_id):
        found = suggest(ratings, curriculum, of)
        reached.add(found.outcome)
        if any(ratings[id] == "not_observed" for id in blocking):
            assert (found.outcome, found.rule) == (None, 1), ratings
        elif any(c.blocking for c in misses):
            assert (found.outcome, found.rule) == ("rework", 3), ratings
        elif not misses:
            assert (found.outcome, found.rule) == ("validated", 4), ratings
        elif len(misses) == 1:
            assert (found.outcome, found.rule) == ("conditional", 5), ratings
        else:
            assert (found.outcome, found.rule) in (("conditional", 6), ("rework", 7)), ratings
    assert reached == {None, "validated", "conditional", "rework"}


# --- the rules one by one, in the order in which they apply --------------------------------------------------------


def changed(project_id: str, **ratings: RatingValue) -> dict[str, RatingValue]:
    """Everything met but these; the names are blocking, other, other2, or ORAL_3 for ORAL-3."""
    others = ids(project_id, blocking=False)
    names = {"blocking": ids(project_id, blocking=True)[0], "other": others[0], "other2": others[1]}
    return {**met(project_id), **{names.get(k, k.replace("_", "-")): v for k, v in ratings.items()}}


@pytest.mark.parametrize(
    ("ratings", "outcome", "rule"),
    [
        ({}, "validated", 4),
        ({"blocking": "not_observed"}, None, 1),
        ({"blocking": "not_observed", "ORAL_3": "not_met"}, None, 1),
        ({"ORAL_3": "not_met"}, "rework", 2),
        ({"ORAL_4": "not_met", "blocking": "not_met"}, "rework", 2),
        ({"ORAL_3": "not_observed"}, "validated", 4),
        ({"blocking": "not_met"}, "rework", 3),
        ({"blocking": "to_improve", "other": "to_improve"}, "validated", 4),
        ({"ORAL_1": "not_met", "ORAL_2": "not_met", "ORAL_5": "not_met", "ORAL_6": "not_met"}, "validated", 4),
        ({"other": "not_met", "ORAL_6": "not_met"}, "conditional", 5),
        ({"other": "not_met", "other2": "not_observed"}, "conditional", 5),
    ],
)
def test_the_first_rule_that_applies_decides(ratings: dict[str, RatingValue], outcome: str | None, rule: int) -> None:
    curriculum, of = project("IRP-P2")
    found = suggest(changed("IRP-P2", **ratings), curriculum, of)
    assert (found.outcome, found.rule) == (outcome, rule)


@pytest.mark.parametrize("missing", ["ORAL-5", "ORAL-1", "IRP-P2-B1.2-3"])
def test_one_criterion_without_a_rating_and_there_is_no_suggestion(missing: str) -> None:
    curriculum, of = project("IRP-P2")
    ratings = met("IRP-P2")
    del ratings[missing]
    found = suggest(ratings, curriculum, of)
    assert (found.outcome, found.rule) == (None, 1)
    assert found.text_id.format(**found.parameters) == "11/12 rated"


def test_two_misses_are_marginal_as_long_as_the_documents_kept_are_few() -> None:
    curriculum, of = project("IRP-P2")
    ratings: dict[str, RatingValue] = {**met("IRP-P2"), "IRP-P2-B1.1-1": "not_met", "IRP-P2-B1.2-1": "not_met"}
    assert suggest(ratings, curriculum, of).rule == 7, "three documents prove these two criteria"
    assert suggest(ratings, curriculum, of, documents_kept=2).rule == 6
    assert suggest(ratings, curriculum, of, documents_kept=3).rule == 7


def test_a_skill_not_assessed_is_left_out_of_the_count() -> None:
    curriculum, of = project("IRP-P5")  # three skills of two criteria
    half: dict[str, RatingValue] = {"IRP-P5-B2.7-2": "not_met", "IRP-P5-B3.1-1": "not_met"}
    unseen: dict[str, RatingValue] = {"IRP-P5-B2.8-1": "not_observed", "IRP-P5-B2.8-2": "not_observed"}
    assert suggest({**met("IRP-P5"), **half, **unseen}, curriculum, of).rule == 6, "two halves of two skills"


def test_half_of_the_skills_is_enough() -> None:
    curriculum, of = project("IRP-P2")  # two skills of three criteria
    lost: dict[str, RatingValue] = {"IRP-P2-B1.2-1": "not_met", "IRP-P2-B1.2-2": "not_met"}
    assert suggest({**met("IRP-P2"), **lost}, curriculum, of).rule == 6
    # With the other skill only partial, a quarter is acquired.
    partial: dict[str, RatingValue] = {**lost, "IRP-P2-B1.1-3": "not_met"}
    assert suggest({**met("IRP-P2"), **partial}, curriculum, of, documents_kept=1).rule == 7


def test_a_policy_is_data() -> None:
    curriculum, of = project("IRP-P2")
    strict = Policy(conditional_misses=0, max_conditional_documents=0)
    other = msgspec.structs.replace(curriculum, rules=Rules(policy=strict))
    assert suggest(changed("IRP-P2", other="not_met"), other, of).outcome == "rework"


# --- skills and counts ----------------------------------------------------------------------------------------------

_T = Text("", "")


def skill(*blocking: bool) -> Skill:
    return Skill("S", _T, tuple(Criterion(f"c{i}", "complete", _T, blocking=b) for i, b in enumerate(blocking)))


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ("mmmm", "acquired"),
        ("mtot", "acquired"),
        ("mmnn", "partial"),
        ("mnnn", "not_acquired"),
        ("monn", "not_acquired"),
        ("mnoo", "partial"),
        ("noom", "not_acquired"),
        ("oooo", "not_assessed"),
        ("mm-m", "unrated"),
    ],
)
def test_status_of_a_skill_whose_first_criterion_is_blocking(values: str, status: str) -> None:
    names: dict[str, RatingValue] = {"m": "met", "t": "to_improve", "n": "not_met", "o": "not_observed"}
    ratings = {f"c{i}": names[v] for i, v in enumerate(values) if v in names}
    found = skill_result(skill(True, False, False, False), ratings, Policy())
    assert found.status == status


def test_the_clock_rates_until_the_mentor_does() -> None:
    log = Log("IRP-P2").started()
    assert counts(log.defense, log.curriculum, log.project) == Count(0, 12)
    log.at(300).add(ev.PhaseEntered("discussion"))
    assert counts(log.defense, log.curriculum, log.project) == Count(1, 12)
    log = Log("IRP-P2").rated(spoken_s=300)
    assert rating_of(log.defense, "ORAL-1") == "to_improve"
    assert suggestion(log.defense, log.curriculum).outcome == "validated"
    log.rate({"ORAL-1": "met"})
    assert rating_of(log.defense, "ORAL-1") == "met"


def test_results_name_every_skill_and_the_oral_grid_last() -> None:
    log = Log("IRP-P2").held(*ids("IRP-P2", blocking=True))
    found = [(r.ref, r.status) for r in skill_results(log.defense, log.curriculum, log.project)]
    assert found == [("B1.1", "not_acquired"), ("B1.2", "acquired"), ("ORAL", "acquired")]


def test_next_unrated_goes_round_and_never_stops_at_the_clock() -> None:
    log = Log("IRP-P2").started()
    seen, after = [], None
    while (after := next_unrated(log.defense, log.curriculum, log.project, after)) is not None:
        seen.append(after)
        log.rate({after: "met"})
    assert len(seen) == 11
    assert "ORAL-1" not in seen
    log.add(ev.Rated(seen[2], None))
    assert next_unrated(log.defense, log.curriculum, log.project, seen[7]) == seen[2]
