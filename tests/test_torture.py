"""The long experiments in short: what `make torture` counts by the thousand is tried here by the hundred."""

from __future__ import annotations

from pathlib import Path

import defense_console
from torture import timers, two_consoles
from torture.mutants import MUTANTS


def test_two_processes_on_one_store_lose_nothing_and_number_nothing_twice() -> None:
    figures = two_consoles.experiment(150)
    assert figures.losses == ()
    assert figures.told[0].startswith("300 decisions of 2 processes")


def test_the_clock_shows_what_an_independent_oracle_works_out() -> None:
    differences, steps = timers.histories(range(300))
    assert differences == []
    assert min(steps[name] for name in ("sleep", "set_clock", "crash", "second_console", "follower_stays")) > 50


def test_every_safety_step_that_make_torture_takes_away_is_there_to_take() -> None:
    package = Path(defense_console.__file__).parent
    gone = [mutant.step for mutant in MUTANTS if mutant.old not in (package / mutant.file).read_text("utf-8")]
    assert not gone
