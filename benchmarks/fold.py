"""What the length of one log costs: to fold it, to add one action to it, to check it where it is imported.

    python -m benchmarks fold [EVENTS] [ROUNDS]

Prints medians, with decoding the same lines as the floor: the ratio says more than the milliseconds, since both run on
the same machine at the same moment.
"""

from __future__ import annotations

import io
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import cast

import msgspec

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.whole_store import export
from defense_console.exchange.whole_store.checking import read_archive
from defense_console.model.curriculum import Curricula, Curriculum, canonical_json, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import Defense, RatingValue
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import iso
from defense_console.model.log.action import Log, append_action
from defense_console.model.log.chain import StoredLine, first_hash, next_hash
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.student.kinds import StudentEvent, StudentRegistered

START = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
PROJECT = "IRP-P2"
STREAM = DEFENSE.stream(str(defense_id("student", PROJECT, 1)))


def stamp(second: int) -> Stamp:
    return Stamp(iso(START + timedelta(seconds=second)), 1_000_000 + 1000 * second, 900_000 + 1000 * second, "boot")


def decisions(curriculum: Curriculum, stamp: Callable[[int], Stamp]) -> Iterator[DefenseWhat]:
    """A defense as a busy mentor records it: ratings, notes, questions, pauses, moved targets, without an end."""
    project = curriculum.project(PROJECT)
    assert project is not None
    yield ev.Planned("student", curriculum.code, PROJECT, 1, stamp(0).wall)
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
        yield ev.Paused()
        yield ev.Resumed()


def made(curriculum: Curriculum, length: int, stamp: Callable[[int], Stamp] = stamp) -> list[DefenseEvent]:
    """The first `length` events of such a defense, four seconds apart, every tenth one undone by the next."""
    events: list[DefenseEvent] = []
    known = decisions(curriculum, stamp)
    again: DefenseWhat | None = None
    while len(events) < length:
        seq = len(events) + 1
        if again is None and seq > 20 and seq % 10 == 0:
            again, what = events[-1].what, cast(DefenseWhat, ev.Undone(seq - 1))
        else:
            what, again = again or next(known), None
        events.append(DefenseEvent(seq, seq, stamp(seq * 4), "Mentor", what))
    return events


def chained(stream: str, bodies: list[bytes]) -> list[StoredLine]:
    """The lines of a log as a store reads them."""
    hashes = itertools.accumulate(bodies, next_hash, initial=first_hash(stream))
    return [StoredLine(seq, body, hash) for seq, (body, hash) in enumerate(zip(bodies, [*hashes][1:], strict=True), 1)]


def exported(curriculum: Curriculum, lines: list[StoredLine]) -> bytes:
    """The defense as an export holds it, with its student."""
    student = StudentEvent(1, 1, stamp(0), "Mentor", StudentRegistered("student", "Ada Exemple"))
    logs = {STREAM: lines, "student/student": chained("student/student", [encode_event(student)])}
    rows: list[msgspec.Struct] = [
        export.CurriculumLine(export.CURRICULA, curriculum_hash(curriculum), msgspec.Raw(canonical_json(curriculum))),
        export.StudentTableLine(export.STUDENTS, "student", "Ada Exemple", "", "", 1),
    ]
    rows += [export.LogLine(name, line.seq, line.hash, msgspec.Raw(line.body)) for name in logs for line in logs[name]]
    header = export.Header(export.ARCHIVE, export.EXPORT_VERSION, len(rows))
    return b"".join(msgspec.json.encode(row) + b"\n" for row in (header, *rows))


def keys(log: Log[DefenseWhat, Defense], curricula: Curricula, *whats: DefenseWhat) -> None:
    """One action after the other, as the desk decides them."""
    for what in whats:
        log = append_action(log, [what], stamp(4 * len(log.events) + 4), "Mentor", curricula).after


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Median time of one round."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begun))
    return median(times)


def floor_and_fold(length: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return what decodes the lines of such a log, and what folds its events."""
    curriculum = load_shipped()[PROJECT.partition("-")[0]]
    events = made(curriculum, length)
    bodies = [encode_event(event) for event in events]
    return lambda: [DEFENSE.decode(body) for body in bodies], lambda: fold(events, curriculum)


def main() -> None:
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    curriculum = load_shipped()[PROJECT.partition("-")[0]]
    events = made(curriculum, length)
    bodies = [encode_event(event) for event in events]
    lines = chained(STREAM, bodies)
    curricula = Curricula({curriculum.code: curriculum}, {curriculum_hash(curriculum): canonical_json(curriculum)}.get)
    log = Log.read(DEFENSE, DEFENSE.id_of(STREAM), lines, curricula)
    archive = exported(curriculum, lines)
    whats = [ev.Noted(f"What was seen, {n}.", stamp(4 * length)) for n in range(100)]
    defense = fold(events, curriculum)
    decoding = milliseconds(lambda: [DEFENSE.decode(body) for body in bodies], rounds)
    print(f"{length} events, {sum(map(len, bodies)) / 1024:.0f} KiB, {len(defense.notes)} notes, {rounds} rounds")
    print(f"decode  {decoding:10.3f} ms")
    parts: dict[str, Callable[[], object]] = {
        "fold": lambda: fold(events, curriculum),
        "import": lambda: read_archive(lambda: io.BytesIO(archive), lambda _log: None),
    }
    for name, work in parts.items():
        took = milliseconds(work, rounds)
        print(f"{name:<7} {took:10.3f} ms   {took / decoding:6.2f} × decoding")
    adding = milliseconds(lambda: keys(log, curricula, *whats), max(1, rounds // 5)) / len(whats)
    print(f"note    {adding:10.3f} ms   of {len(whats)} that follow each other")
    taking_back = milliseconds(lambda: keys(log, curricula, *take_back(log, 100)), max(1, rounds // 5)) / 100
    print(f"undo    {taking_back:10.3f} ms   of 100 that follow each other")


def take_back(log: Log[DefenseWhat, Defense], count: int) -> list[DefenseWhat]:
    """What cancels the last actions of a log, the latest first."""
    return [ev.Undone(action) for action in log.state.undo[: -count - 1 : -1]]


if __name__ == "__main__":
    main()
