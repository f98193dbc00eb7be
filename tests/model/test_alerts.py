"""Alert rules: what each measures, when all keep quiet, the week's budget, and how often a rule was right."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.alerts import (
    MEASURES,
    Meeting,
    Precision,
    ReasonAnswer,
    StudentFacts,
    precision,
    proposals,
    reasons,
    tightened,
)
from defense_console.model.student.course import DaysOff
from defense_console.model.student.state import RuleReply
from tests.examples import examples

RULES = load_desk_rules().alerts
START = date(2026, 1, 5)  # a Monday
MISSED = next(rule for rule in RULES.rules if rule.id == "missed")


def after(days: int) -> date:
    return START + timedelta(days=days)


def facts(student: str = "s1", **known: object) -> StudentFacts:
    return msgspec.convert({"student": student, "start": START, **known}, StudentFacts, strict=True)


def well(days: int) -> StudentFacts:
    """A student who comes every week and uploads every week up to a day."""
    each_week = tuple(after(day) for day in range(0, days + 1, 7))
    return facts(meetings=tuple(Meeting(day, held=True) for day in each_week), outputs=each_week)


def spoken(known: StudentFacts, today: date) -> dict[str, int]:
    return {each.rule: each.measured for each in reasons(known, RULES, today)}


def answered(said: RuleReply, measured: int = 2, day: date = START, **more: bool) -> ReasonAnswer:
    return msgspec.structs.replace(ReasonAnswer("s1", "missed", measured, day, said), **more)


def test_every_measure_has_a_rule() -> None:
    assert {rule.measure for rule in RULES.rules} == set(MEASURES)


def test_a_student_who_comes_and_works_gives_no_reason() -> None:
    assert spoken(well(70), after(75)) == {}
    assert spoken(facts(), after(20)) == {}  # a store without check-ins
    assert spoken(facts(), after(-3)) == {}


missed_first = (Meeting(START, held=False),)


def missed(*held: bool) -> tuple[Meeting, ...]:
    return tuple(Meeting(after(70 + 7 * n), each) for n, each in enumerate(held))


SEEN_BEFORE = {"meetings": well(84).meetings, "outputs": well(84).outputs}


@pytest.mark.parametrize(("changes", "rule", "measured"), [
    ({"meetings": missed(True, False, False)}, "missed", 2),
    ({"meetings": missed(False, True, False)}, "missed", None),
    ({"meetings": missed(False, False, True)}, "missed", None),
    ({"meetings": (Meeting(after(79), True),)}, "unseen", 21),
    ({"meetings": (Meeting(after(80), True),)}, "unseen", None),
    ({"outputs": (after(60), after(79))}, "no-output", 21),
    ({"outputs": (after(60), after(80), after(200))}, "no-output", None),
    ({"chances": ((after(90), 5), (after(83), 19))}, "late", 2),
    ({"chances": ((after(83), 20), (after(90), 19))}, "late", None),
    ({"reworks": ("P1", "P2", "P1")}, "reworks", 2),
    ({"reworks": ("P1", "P2")}, "reworks", None),
    ({"goals": tuple((after(70 + n), n < 1) for n in range(4))}, "goals", 3),
    ({"goals": tuple((after(70 + n), n == 2) for n in range(4))}, "goals", None),
    ({"away": (DaysOff(after(90), after(98), after(90)),), **SEEN_BEFORE}, "not-back", 2),
    ({"away": (DaysOff(after(90), after(99), after(90)),), **SEEN_BEFORE}, "not-back", None),
    ({"away": (DaysOff(after(60), after(80), after(60)),)}, "not-back", None),  # seen on day 98
    ({"away": (DaysOff(after(90), after(97), after(90)),), "back": (after(98),), **SEEN_BEFORE}, "not-back", None),
])  # fmt: skip
def test_each_rule_speaks_at_its_threshold(changes: dict[str, object], rule: str, measured: int | None) -> None:
    known = msgspec.structs.replace(well(98), **changes)
    assert spoken(known, after(100)).get(rule) == measured


def test_nothing_is_proposed_while_away_while_it_waits_for_me_or_after_the_end() -> None:
    silent = facts(meetings=missed_first)
    assert set(spoken(silent, after(40))) == {"unseen", "no-output"}
    away = msgspec.structs.replace(silent, away=(DaysOff(after(30), after(60), after(29)),))
    assert spoken(away, after(40)) == {}
    assert spoken(away, after(61)) == {"unseen": 30, "no-output": 30}  # days off do not count
    open_end = msgspec.structs.replace(silent, away=(DaysOff(after(30), None, after(29)),))
    assert spoken(open_end, after(400)) == {}
    assert spoken(msgspec.structs.replace(silent, waits_for_mentor=True), after(40)) == {}
    assert spoken(msgspec.structs.replace(silent, ended=True), after(40)) == {}


def test_a_reason_says_since_when_and_about_what() -> None:
    known = msgspec.structs.replace(well(70), reworks=("P1", "P1"), meetings=missed(True, False, False))
    found = {each.rule: each for each in reasons(known, RULES, after(84))}
    assert found["missed"].since == after(77)
    assert found["reworks"].about == "P1"


def test_the_strongest_reason_comes_first() -> None:
    known = facts(meetings=missed(False, False, False, False), outputs=(after(70),))
    assert [each.rule for each in reasons(known, RULES, after(92))] == ["missed", "unseen", "no-output"]


def silent_ones(count: int) -> list[StudentFacts]:
    return [facts(f"s{n}", meetings=missed_first) for n in range(count)]


def test_at_most_three_students_a_week_and_what_was_answered_counts() -> None:
    today = after(44)  # a Wednesday
    first = proposals(silent_ones(6), RULES, (), today)
    assert [each.student for each in first] == ["s0", "s1", "s2"]
    done = [
        ReasonAnswer(each.student, reason.rule, reason.measured, today, "not_founded")
        for each in first[:2]
        for reason in each.reasons
    ]
    assert [each.student for each in proposals(silent_ones(6), RULES, done, after(46))] == ["s2"]
    assert len(proposals(silent_ones(6), RULES, done, after(49))) == 3  # the next Monday
    assert proposals([], RULES, done, today) == ()


def test_the_student_with_most_and_strongest_reasons_comes_first() -> None:
    longer = facts("s9", outputs=(after(10),), meetings=missed_first)
    shorter = facts("s0", outputs=(after(10),), meetings=(Meeting(after(30), held=True),))
    assert [each.student for each in proposals([shorter, longer], RULES, (), after(42))] == ["s9", "s0"]
    strong = facts("s0", outputs=(after(200),), meetings=(Meeting(after(10), held=True),))
    both = facts("s9", outputs=(after(175),), meetings=(Meeting(after(170), held=True),))
    assert [each.student for each in proposals([strong, both], RULES, (), after(200))] == ["s9", "s0"]


@pytest.mark.parametrize(("said", "more", "days"), [
    ("later", {}, RULES.later_days), ("not_founded", {}, RULES.not_founded_days), ("raised", {}, RULES.raised_days),
    ("raised", {"open": True}, 1000),
])  # fmt: skip
def test_an_answer_keeps_its_rule_quiet_for_a_time(said: RuleReply, more: dict[str, bool], days: int) -> None:
    assert spoken(facts(), after(40)) == {"no-output": 40}, "a store without check-ins is asked for none"
    known = facts(meetings=missed(False, False))
    only = msgspec.structs.replace(RULES, rules=(MISSED,))
    answer = answered(said, 2, after(77), **more)
    assert proposals([known], only, [answer], after(77 + days - 1)) == ()
    assert bool(proposals([known], only, [answer], after(77 + days))) == (not more)
    assert proposals([msgspec.structs.replace(known, student="s2")], only, [answer], after(80))


def test_a_closed_alert_keeps_its_rule_quiet_from_the_day_it_was_closed() -> None:
    known = facts(meetings=missed(False, False))
    only = msgspec.structs.replace(RULES, rules=(MISSED,))
    closed = 77 + RULES.raised_days + 5
    answer = msgspec.structs.replace(answered("raised", 2, after(77)), closed=after(closed))
    assert proposals([known], only, [answer], after(closed)) == (), "it was proposed again at once"
    assert proposals([known], only, [answer], after(closed + RULES.raised_days))


def test_later_ends_on_the_day_that_was_said() -> None:
    known = facts(meetings=missed(False, False))
    only = msgspec.structs.replace(RULES, rules=(MISSED,))
    answer = ReasonAnswer("s1", "missed", 2, after(77), "later", after(80))
    assert proposals([known], only, [answer], after(79)) == ()
    assert proposals([known], only, [answer], after(84))


def test_precision_counts_what_was_answered_and_how_it_ended() -> None:
    said = [
        answered("raised"), answered("raised", founded=False), answered("not_founded"), answered("later"),
        ReasonAnswer("s1", "goals", 3, START, "raised"),
    ]  # fmt: skip
    assert precision(MISSED, said) == Precision("missed", 1, 3)
    assert precision(MISSED, ()) == Precision("missed", 0, 0)


def test_a_rule_that_is_often_wrong_proposes_the_threshold_that_would_have_been_right() -> None:
    wrong = [answered("not_founded", 2)] * 6
    right = [answered("raised", 3)] * 2 + [answered("raised", 4)]
    found = tightened(MISSED, RULES, [*wrong, *right])
    assert found is not None
    assert found.at_least == 3
    assert tightened(MISSED, RULES, [*wrong[:1], *right]) is None  # too few answers to say
    assert tightened(MISSED, RULES, [*wrong[:3], *right, *right]) is None  # right often enough
    assert tightened(MISSED, RULES, wrong * 2) is None  # no threshold would have been right
    loses_most = [answered("raised", 2)] * 4 + [answered("raised", 9)] * 2
    assert tightened(MISSED, RULES, [*wrong, *wrong, *loses_most]) is None


DAYS = st.dates(date(2025, 12, 1), date(2026, 12, 1))
ANY_FACTS = st.builds(
    StudentFacts, st.sampled_from(["s1", "s2", "s3", "s4", "s5", "[x]"]), DAYS,
    st.lists(st.builds(Meeting, DAYS, st.booleans()), max_size=6).map(tuple), st.lists(DAYS, max_size=4).map(tuple),
    st.lists(st.tuples(DAYS, st.integers(0, 100)), max_size=4).map(tuple),
    st.lists(st.sampled_from(["P1", "P2"]), max_size=4).map(tuple),
    st.lists(st.tuples(DAYS, st.booleans()), max_size=5).map(tuple),
    st.lists(st.builds(DaysOff, DAYS, st.none() | DAYS, DAYS), max_size=3).map(tuple),
    st.lists(DAYS, max_size=2).map(tuple), st.booleans(), st.booleans(),
)  # fmt: skip
ANSWERS = st.lists(
    st.builds(ReasonAnswer, st.sampled_from(["s1", "s2", "gone"]), st.sampled_from(["missed", "unseen", "no rule"]),
              st.integers(0, 50), DAYS, st.sampled_from(["raised", "later", "not_founded"]), st.none() | DAYS,
              st.booleans(), st.booleans()),
    max_size=8,
)  # fmt: skip


@given(st.lists(ANY_FACTS, max_size=6), ANSWERS, DAYS, st.randoms(use_true_random=False))
@examples(150)
def test_any_facts_give_few_proposals_with_reasons_at_their_thresholds(
    students: list[StudentFacts], answers: list[ReasonAnswer], today: date, order: object
) -> None:
    students = list({each.student: each for each in students}.values())
    found = proposals(students, RULES, answers, today)
    assert len(found) <= RULES.a_week
    assert len({each.student for each in found}) == len(found)
    for each in found:
        assert each.reasons
        assert all(reason.measured >= reason.at_least for reason in each.reasons)
        assert all(reason.since is None or reason.since <= today for reason in each.reasons)
    shuffled = students[:]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert proposals(shuffled, RULES, answers, today) == found
