"""Logs as long as a test wants them, and how many steps work on them takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count, cycle, islice
from types import FrameType

from defense_console.model.curriculum import Curricula, canonical_json, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.timeline import iso
from defense_console.model.log.envelope import Stamp
from tests.model.builders import START, ids, project

PROJECT = "IRP-P2"
CURRICULUM = project(PROJECT)[0]
SECOND = 1000
"""Milliseconds between two events."""


def curricula() -> Curricula:
    """The pinned curriculum of these logs."""
    return Curricula({}, {curriculum_hash(CURRICULUM): canonical_json(CURRICULUM)}.get)


def notes(stamps: Callable[[int], Stamp]) -> Iterator[DefenseWhat]:
    for seq in count(4):
        yield ev.Noted(f"note {seq}", stamps(seq - 1), None, private=seq % 2 == 0)


def edits(stamps: Callable[[int], Stamp]) -> Iterator[DefenseWhat]:
    for seq in count(4, 2):
        yield ev.QuestionParked("why?", stamps(seq))
        yield ev.QuestionEdited(seq // 4 * 2 + 2, "why not?")


def pauses(stamps: Callable[[int], Stamp]) -> Iterator[DefenseWhat]:
    for seq in count(4, 3):
        yield ev.Paused()
        yield ev.Noted("said meanwhile", stamps(3 + seq // 2))
        yield ev.Resumed()


def gaps(stamps: Callable[[int], Stamp]) -> Iterator[DefenseWhat]:
    for seq in count(4, 2):
        yield ev.Suspended(stamps(seq - 1), SECOND)
        yield ev.GapPaused(seq)


def ratings_taken_back(stamps: Callable[[int], Stamp]) -> Iterator[DefenseWhat]:
    criteria = cycle(ids(PROJECT, blocking=False))
    for seq in count(4, 3):
        yield ev.Rated(next(criteria), "met")
        yield ev.LineAdded("strength", "clear")
        yield ev.Undone(seq + 1)


KINDS = (notes, edits, pauses, gaps, ratings_taken_back)


def long_log(kind: Callable[[Callable[[int], Stamp]], Iterator[DefenseWhat]], length: int) -> list[DefenseEvent]:
    """The first `length` events of a live defense in which one kind of thing happens again and again."""

    def stamp(seq: int) -> Stamp:
        return Stamp(iso(START), seq * SECOND, seq * SECOND, "boot")

    first = (ev.Planned("s1", "IRP", PROJECT, 1, iso(START)), ev.RoomOpened(), ev.Started(curriculum_hash(CURRICULUM)))
    whats = islice(kind(stamp), length - len(first))
    return [DefenseEvent(seq, seq, stamp(seq), "Mentor", what) for seq, what in enumerate((*first, *whats), 1)]


def steps(work: Callable[[], object]) -> int:
    """How many calls of functions work takes: the same on every machine, at every load."""
    counted = 0

    def count_call(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted
