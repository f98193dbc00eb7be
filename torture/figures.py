"""What an experiment prints: one line of figures; and how long it may go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import msgspec

LONG = os.environ.get("LONG", "") not in ("", "0")
"""The longer run was asked for."""
QUICK = os.environ.get("TORTURE_QUICK", "") not in ("", "0")
"""A short run with fixed seeds, which is how a mutant of the code is tried."""


class Figures(msgspec.Struct, frozen=True):
    """What came of an experiment.

    Attributes:
        name: of the experiment.
        phrases: what was done and counted.
        losses: each thing that must not be, in a sentence; empty when nothing was lost.
        skipped: why nothing was done, "" when it was.
    """

    name: str
    phrases: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    skipped: str = ""


def cases(usual: int, long: int, quick: int) -> int:
    """How many times a thing is tried in this run."""
    return quick if QUICK else long if LONG else usual


def show(figures: Figures) -> int:
    """Print the line of figures, and the first losses below it.

    Returns:
        The exit code: 0, or 1 when something was lost.
    """
    what = f"skipped: {figures.skipped}" if figures.skipped else "; ".join(figures.phrases)
    print(f"{figures.name}: {what}; lost: {len(figures.losses)}", flush=True)
    for loss in figures.losses[:12]:
        print(f"    {loss}", file=sys.stderr, flush=True)
    return 1 if figures.losses else 0


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Print rows of two columns below the line of figures."""
    rows = tuple(rows)
    width = max((len(left) for left, _ in rows), default=0)
    for left, right in rows:
        print(f"    {left.ljust(width)}  {right}", flush=True)
