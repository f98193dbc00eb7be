"""The long experiments in short: what `make torture` counts by the thousand is tried here by the hundred."""

from __future__ import annotations

import ast

from torture import timers, two_consoles
from torture.mutants import is_test
from torture.steps import MUTANTS
from torture.strace import ROOT


def test_two_processes_on_one_store_lose_nothing_and_number_nothing_twice() -> None:
    figures = two_consoles.experiment(150)
    assert figures.losses == ()
    assert figures.phrases[0].startswith("300 decisions of 2 processes")


def test_the_clock_shows_what_an_independent_oracle_works_out() -> None:
    differences, steps = timers.histories(range(300))
    assert differences == []
    assert min(steps[name] for name in ("sleep", "set_clock", "crash", "second_console", "follower_stays")) > 50


def test_each_safety_step_stands_once_in_its_file_and_can_be_taken_away() -> None:
    assert len({mutant.step for mutant in MUTANTS}) == len(MUTANTS), "two steps have the same name"
    for mutant in MUTANTS:
        text = (ROOT / mutant.file).read_text("utf-8")
        assert text.count(mutant.old) == 1, mutant.step
        ast.parse(text.replace(mutant.old, mutant.new), mutant.step)  # any test fails on what is not Python


def test_the_proof_of_each_safety_step_is_there() -> None:
    for proof in {mutant.proof for mutant in MUTANTS}:
        file, _, test = proof.partition("::")
        path = ROOT / (file if is_test(proof) else f"torture/{proof}.py")
        assert path.exists(), proof
        assert not test or f"def {test}(" in path.read_text("utf-8"), proof
