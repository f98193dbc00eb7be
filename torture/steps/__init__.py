"""The safety steps that `make torture` takes away one at a time, by what they keep; each names what must go red."""

from __future__ import annotations

from torture.steps import copies, files, logs, people, texts, waiting
from torture.steps.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    logs.MUTANTS + files.MUTANTS + copies.MUTANTS + waiting.MUTANTS + texts.MUTANTS + people.MUTANTS
)
