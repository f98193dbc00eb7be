"""Readiness for a defense: facts in the order in which they matter, and nothing said from too few cases."""

from __future__ import annotations

from datetime import date

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.readiness import (
    BaseRate,
    EarlierVerdict,
    Judged,
    Miss,
    Often,
    Prepared,
    RatingGap,
    Rehearsed,
    Uploads,
    readiness,
)

RULES = load_desk_rules().readiness
JUDGED = (
    Judged("C1", "S1", "met", "to_improve"),
    Judged("C2", "S1", "not_met", "met"),
    Judged("C3", "S2", "met", "met"),
    Judged("C4", "S2", "met"),
    Judged("C5", "S2", "met", "not_met"),
)


def test_nothing_known_gives_nothing_but_the_uploads_that_are_missing() -> None:
    found = readiness(Prepared(("D1", "D2")), RULES)
    assert found.uploads == Uploads(0, 2, ("D1", "D2"))
    assert (found.gaps, found.missed_before, found.most_often, found.base_rate, found.rehearsed) == (
        (),
        (),
        (),
        None,
        None,
    )
    assert readiness(Prepared(()), RULES).uploads == Uploads(0, 0, ())


def test_only_expected_uploads_count() -> None:
    found = readiness(Prepared(("D1", "D2", "D3"), frozenset({"D2", "other"})), RULES)
    assert found.uploads == Uploads(1, 3, ("D1", "D3"))


def test_the_largest_gap_comes_first_and_says_who_is_above() -> None:
    gaps = readiness(Prepared((), judged=JUDGED), RULES).gaps
    assert gaps == (
        RatingGap("C2", "not_met", "met"),
        RatingGap("C5", "met", "not_met"),
        RatingGap("C1", "met", "to_improve"),
    )
    assert [gap.steps for gap in gaps] == [-2, 2, 1]


def test_what_was_missed_before_is_on_a_skill_of_this_project_the_latest_first() -> None:
    def miss(skill: str, criterion: str, day: int) -> Miss:
        return Miss("P1", skill, criterion, date(2026, 1, day))

    known = Prepared(
        (), judged=JUDGED, missed=(miss("S1", "A", 1), miss("S9", "B", 2), miss("S2", "C", 3), miss("S1", "A", 4))
    )
    assert readiness(known, RULES).missed_before == (miss("S1", "A", 4), miss("S2", "C", 3))


def test_the_rate_is_said_from_eight_cases_on_and_the_criteria_as_counts_before() -> None:
    cases = (
        EarlierVerdict(False, ("C3", "C1", "C3")),
        EarlierVerdict(False, ("C1", "gone")),
        *(EarlierVerdict(True),) * 5,
    )
    found = readiness(Prepared((), judged=JUDGED, cases=cases), RULES)
    assert found.base_rate is None
    assert found.most_often == (Often("C1", 2, 7), Often("C3", 1, 7))
    assert readiness(Prepared((), judged=JUDGED, cases=(*cases, EarlierVerdict(True))), RULES).base_rate == BaseRate(
        6, 8
    )


def test_a_rehearsal_says_whether_the_presentation_kept_to_its_window() -> None:
    def rehearsed(speaking_s: int, window_s: tuple[int, int] | None = (600, 1200)) -> bool | None:
        last = Rehearsed(date(2026, 1, 1), speaking_s, window_s)
        assert readiness(Prepared((), rehearsed=last), RULES).rehearsed == last
        return last.inside_window

    assert [rehearsed(each) for each in (599, 600, 1200, 1201)] == [False, True, True, False]
    assert rehearsed(10, None) is None
