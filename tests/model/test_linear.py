"""A log ten times as long costs ten times as much, and one event more costs one event; counted in steps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log, append_action
from defense_console.model.log.running import RunningFold
from tests.examples import examples
from tests.model.long_logs import CURRICULUM, KINDS, curricula, long_log, notes, steps
from tests.model.test_fold import BEGINNINGS, CRITERIA, History, conditional_history, proposals

AT_MOST = 11
"""By how much the steps may grow where the log grows tenfold."""


def decided(events: list[DefenseEvent]) -> Log[DefenseWhat, Defense]:
    """A log that its actions were added to one by one."""
    known, log = curricula(), Log.empty(DEFENSE, "")
    for event in events:
        log = append_action(log, [event.what], event.at, event.author, known).after
    return log


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("work", "length"), [(lambda events: fold(events, CURRICULUM), 300), (decided, 150)], ids=["fold", "add"]
)
def test_ten_times_the_events_take_ten_times_the_steps(
    work: Callable[[list[DefenseEvent]], object], length: int, kind: Callable[..., Any]
) -> None:
    short, long = long_log(kind, length), long_log(kind, 10 * length)
    assert steps(lambda: work(long)) < AT_MOST * steps(lambda: work(short))


STEPS = {"notes": 18, "edits": 12, "pauses": 22, "gaps": 31, "ratings_taken_back": 6}
"""At most so many for each event of a fold."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_takes_few_steps(kind: Callable[..., Any]) -> None:
    events = long_log(kind, 300)
    assert steps(lambda: fold(events, CURRICULUM)) <= STEPS[kind.__name__] * len(events)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_long_log_folds_to_the_same_one_event_after_the_other(kind: Callable[..., Any]) -> None:
    events = long_log(kind, 700)
    assert decided(events).state == fold(events, CURRICULUM)


@examples(20)
@given(data=st.data())
def test_adding_event_by_event_gives_what_folding_the_whole_log_gives(data: st.DataObject) -> None:
    history = data.draw(st.sampled_from(BEGINNINGS))()
    begun = history.events[: data.draw(st.integers(0, len(history.events)))]
    every, marks = data.draw(st.sampled_from([(1, 1), (1, 40), (2, 2), (3, 1), (32, 16)]))
    running = RunningFold(DEFENSE, curricula(), begun, every, marks)
    for _ in range(data.draw(st.integers(0, 20))):
        history.machine.run(data.draw(st.integers(0, 120_000)))
        with suppress(ConsoleError):
            history.add(data.draw(what_comes_next(history)))
    known: list[Defense] = []
    for event in history.events[len(begun) :]:
        running.add(event)
        known.append(running.state)
    for state in known:  # only now: a state does not change while the fold goes on
        assert state == history.fold(state.seq)


def what_comes_next(history: History) -> st.SearchStrategy[DefenseWhat]:
    """Anything, and often what takes an action back or brings it back."""
    defense = history.defense
    assert defense is not None
    turns: list[DefenseWhat] = [ev.Undone(action) for action in defense.undo[-1:]]
    turns += [ev.Redone(action) for action in defense.redo[-1:]]
    anything = proposals(defense, history.machine.stamp())
    return st.sampled_from(turns) | anything if turns else anything


def test_what_an_amendment_puts_back_is_not_changed_by_what_follows() -> None:
    history = conditional_history()
    running = RunningFold(DEFENSE, curricula(), history.events, mark_every=1)
    opened = history.add(ev.AmendmentOpened("a slip", False)).seq
    history.add(ev.Noted("written meanwhile", history.machine.stamp()))
    history.add(ev.AmendmentDropped())
    for action in (opened + 2, opened + 1):
        history.add(ev.Undone(action))
    assert not history.add(ev.AmendmentDropped()).notes
    for event in history.events[opened - 1 :]:
        running.add(event)
        assert running.state == history.fold(event.seq)


def test_an_action_refused_in_its_middle_leaves_the_log_as_it_was() -> None:
    """Of an action of several events the first ones are folded before the last one is judged."""
    known, log = curricula(), decided(long_log(notes, 40))
    at = log.state.at
    whats: list[DefenseWhat] = [ev.Rated(CRITERIA[0], "met"), ev.GoalSet("next"), ev.Noted(" ", at)]
    with pytest.raises(ConsoleError, match="empty"):
        append_action(log, whats, at, "Mentor", known)
    after = append_action(log, [ev.GoalSet("other")], at, "Mentor", known).after
    assert after.state == fold(after.events, CURRICULUM)
    assert (after.state.ratings, after.state.goal) == ({}, "other")


def test_two_actions_on_the_same_log_know_nothing_of_each_other() -> None:
    known, log = curricula(), decided(long_log(notes, 40))
    at = log.state.at
    for goal in ("one", "other"):
        after = append_action(log, [ev.GoalSet(goal)], at, "Mentor", known).after
        assert after.state == fold(after.events, CURRICULUM)
