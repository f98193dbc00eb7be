"""The generator of simulated years: the same seed gives the same year, and what it gives can be true."""

from __future__ import annotations

from datetime import timedelta

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.alerts import proposals
from defense_console.model.student.forecast import learn
from tests.simulated_year import YEAR_DAYS, YEAR_START, chances, facts_on, finished_before, year

RULES = load_desk_rules()


def test_a_seed_gives_one_year_of_thirty_different_students() -> None:
    lives = year(1)
    assert lives == year(1) != year(2)
    assert len({each.facts.student for each in lives}) == 30
    assert 0.2 < sum(each.true for each in lives) / 30 < 0.9
    for each in lives:
        last = each.left or each.end
        assert all(settled.day <= last for settled in each.course.settled)
        assert all(meeting.day <= last for meeting in each.facts.meetings if meeting.held)
        assert all(each.facts.start <= day <= last for day in each.facts.outputs)


def test_a_year_without_an_answer_never_shows_more_than_three_at_once() -> None:
    lives = year(3, students=12)
    taught = learn(finished_before(3, 10), RULES.forecast)
    said = {each.facts.student: chances(each, taught, RULES.forecast) for each in lives}
    shown = []
    for week in range(0, YEAR_DAYS, 14):
        today = YEAR_START + timedelta(days=week)
        facts = [facts_on(each, said[each.facts.student], today) for each in lives]
        shown.append(len(proposals(facts, RULES.alerts, (), today)))
    assert 0 < max(shown) <= RULES.alerts.a_week
