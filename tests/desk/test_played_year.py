"""A year of thirty students through the console's own use cases: what is proposed, forecast, and what opening costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.desk.consoles import Twin
from tests.played_year import Played
from tests.simulated_year import YEAR_DAYS, YEAR_START, year
from tests.store.counting import counted
from tests.ui.conftest import Room

STUDENTS = 30


@pytest.fixture
def twin(room: Room) -> Iterator[Twin]:
    first = YEAR_START - timedelta(days=121)
    room.machine.wall = datetime.combine(first, time(15), UTC)
    twin = Twin(room)
    yield twin
    twin.kill()


def test_a_year_of_thirty_students(room: Room, twin: Twin) -> None:
    lives = year(7, STUDENTS)
    played = Played(twin.desk, room.machine, twin.settle)
    played.play(lives, YEAR_START + timedelta(days=YEAR_DAYS))
    assert played.sessions > 500
    assert played.defenses > 120
    desk = twin.desk
    outlooks = desk.outlooks
    ahead = outlooks.all()
    assert len(ahead) == len(desk.students.rows()) == STUDENTS
    told = [each.forecast for each in ahead.values() if each.forecast is not None]
    assert len(told) == STUDENTS
    assert sum(each.end is not None for each in told) > STUDENTS / 3
    assert sum(each.ended is not None for each in told) > 0
    assert outlooks.cohort.of > 0, "enough have finished for the ranges to have a record"
    proposed = outlooks.proposals()
    assert 0 < len(proposed) <= outlooks.rules.alerts.a_week
    first = proposed[0]
    desk.follow(first.student).put_off(first.reasons, outlooks.put_off_until())
    assert first.student not in {each.student for each in outlooks.proposals()}
    assert desk.insight.insight().defenses == played.defenses
    twin.settle()
    opening_costs_no_more_questions_than_the_queue(room)


def opening_costs_no_more_questions_than_the_queue(room: Room) -> None:
    calls: Counter[str] = Counter()
    room.proxy = lambda store: counted(store, calls)
    desk = room.open_desk(lambda _answer: None)
    for each in desk.agenda.entries():
        desk.agenda.card(each)
    desk.agenda.search.closed("")
    queue = asked(calls)
    desk.students.rows()
    desk.outlooks.at_once()
    assert sum(asked(calls).values()) <= sum(queue.values()), queue
    desk.students.rows()
    desk.outlooks.at_once()
    compute = desk.outlooks.computing()
    assert compute is not None
    desk.outlooks.take(compute())
    assert asked(calls) == {}, "drawn again"
    desk.close()


def asked(calls: Counter[str]) -> dict[str, int]:
    """What the store was asked since this was last called; looks for changes cost a read of shared memory."""
    found = {name: n for name, n in calls.items() if name != "changed"}
    calls.clear()
    return found
