"""The long experiments in short: what `make torture` counts by the thousand is tried here by the hundred."""

from __future__ import annotations

import ast
from pathlib import Path

import defense_console
from torture import timers, two_consoles
from torture.mutants import is_test
from torture.steps import MUTANTS
from torture.strace import ROOT


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
    assert len({mutant.step for mutant in MUTANTS}) == len(MUTANTS), "each is told by a name of its own"
    for mutant in MUTANTS:
        text = (package / mutant.file).read_text("utf-8")
        ast.parse(text.replace(mutant.old, mutant.new, 1), mutant.step)  # what is no Python is caught by anything


def test_everything_that_is_to_catch_one_is_there() -> None:
    gone = []
    for proof in {mutant.proof for mutant in MUTANTS}:
        file, _, test = proof.partition("::")
        path = ROOT / (file if is_test(proof) else f"torture/{proof}.py")
        if not path.exists() or (is_test(proof) and f"def {test}(" not in path.read_text("utf-8")):
            gone.append(proof)
    assert not gone
