"""How long a full refold takes, against decoding the same lines: the reason there is no incremental fold.

    python benchmarks/fold.py [EVENTS] [ROUNDS]

Prints medians; the ratio says more than the milliseconds, since both run on the same machine at the same moment.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import Curriculum, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import RatingValue
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.timeline import iso
from defense_console.model.log.envelope import Stamp, encode_event

START = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
PROJECT = "IRP-P2"


def stamp(second: int) -> Stamp:
    return Stamp(iso(START + timedelta(seconds=second)), 1_000_000 + 1000 * second, 900_000 + 1000 * second, "boot")


def decisions(curriculum: Curriculum) -> Iterator[DefenseWhat]:
    """A defense as a busy mentor records it: ratings, notes, questions, pauses, moved targets, without an end."""
    project = curriculum.project(PROJECT)
    assert project is not None
    yield ev.Planned("student", curriculum.code, PROJECT, 1, iso(START))
    yield ev.RoomOpened()
    yield ev.Started(curriculum_hash(curriculum))
    yield ev.RecordingStarted()
    criteria = [c.id for c in curriculum.criteria_of(project) if not c.from_clock]
    ratings: tuple[RatingValue, ...] = ("met", "to_improve", "not_met", "not_observed")
    for n in itertools.count():
        criterion = criteria[n % len(criteria)]
        yield ev.Rated(criterion, ratings[n % 4])
        yield ev.Noted("What was seen here, in a sentence of usual length.", stamp(5 + n), criterion, n % 2 == 0)
        yield ev.QuestionParked("Why this choice rather than the other one?", stamp(5 + n))
        yield ev.TargetMoved("presentation", 60 if n % 2 else -60)
        yield ev.Paused() if n % 2 == 0 else ev.Resumed()


def made(curriculum: Curriculum, length: int) -> list[DefenseEvent]:
    """The first `length` events of such a defense, every tenth one undone by the next."""
    events: list[DefenseEvent] = []
    what = decisions(curriculum)
    while len(events) < length:
        seq = len(events) + 1
        undo = seq > 20 and seq % 10 == 0
        events.append(DefenseEvent(seq, seq, stamp(seq * 4), "Mentor", ev.Undone(seq - 1) if undo else next(what)))
    return events


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Median time of one round."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begun))
    return median(times)


def main() -> None:
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    curriculum = load_shipped()[PROJECT.partition("-")[0]]
    events = made(curriculum, length)
    lines = [encode_event(event) for event in events]
    defense = fold(events, curriculum)
    decoding = milliseconds(lambda: [DEFENSE.decode(line) for line in lines], rounds)
    folding = milliseconds(lambda: fold(events, curriculum), rounds)
    print(f"{length} events, {sum(map(len, lines)) / 1024:.0f} KiB, {len(defense.notes)} notes, {rounds} rounds")
    print(f"decode  {decoding:8.3f} ms")
    print(f"fold    {folding:8.3f} ms   {folding / decoding:.2f} × decoding")


if __name__ == "__main__":
    main()
