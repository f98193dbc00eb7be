"""Stores to measure with: made by the console's own code from a seed, so that every run has the same ones."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec

from benchmarks.fold import PROJECT, made
from defense_console import clocks
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.demo import cohort
from defense_console.model.curriculum import canonical_json, curriculum_hash
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, Planned
from defense_console.model.defense.summary import defense_id, summarize
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.log.subject import beside
from defense_console.model.student.kinds import StudentEvent, StudentRegistered
from defense_console.model.student.state import Student
from defense_console.store.base import Append, Lease
from defense_console.store.sqlite.store import TinyStore

FIRST = ("Ada", "Bilal", "Chloé", "Daoud", "Emma", "Farah", "Gaël", "Hugo", "Inès", "Jules", "Kenza", "Léo", "Maëlys")
LAST = ("Démo", "Exemple", "Essai", "Modèle", "Prototype", "Échantillon", "Témoin", "Maquette", "Brouillon")
SEED = 13
BATCH = 2_000
"""Defenses of one transaction."""
LIVE_STUDENT = "student"


def fill(folder: Path, pending: int = 0, closed: int = 0, live_events: int = 0) -> Path:
    """A store with so many defenses that wait, so many that are closed, and perhaps a live one of so many events.

    A closed defense has the whole log of one of the demo cohort, a pending one is planned within the next month.
    """
    chance, now, store = random.Random(SEED), clocks.read(), TinyStore.open(folder)
    jobs = [*_students(pending + closed, chance, now), *_pending(pending, chance, now)]
    if live_events:
        jobs += _live(live_events, now)
    for start in range(0, len(jobs), BATCH):
        with store.transaction():
            for job in jobs[start : start + BATCH]:
                store.append(job)
    _write_closed(store, closed, chance, now)
    if live_events:
        with store.transaction():
            store.write_lease(jobs[-1].stream, Lease("", socket.gethostname(), 1, "gone", now.boot_id, now))
    store.close()
    return folder


def _students(count: int, chance: random.Random, now: Stamp) -> Iterator[Append]:
    for n in range((count + 3) // 4):
        id, name = f"s{n:06}", f"{chance.choice(FIRST)} {chance.choice(LAST)} {n}"
        yield _registered(id, name, now)


def _registered(id: str, name: str, now: Stamp) -> Append:
    event = StudentEvent(1, 1, now, "Mentor", StudentRegistered(id, name))
    return Append(f"student/{id}", 0, (encode_event(event),), beside(Student(id, name, "", "", 1)))


def _pending(count: int, chance: random.Random, now: Stamp) -> Iterator[Append]:
    for n in range(count):
        at = iso(instant(now.wall) + timedelta(minutes=12 + (chance.randrange(43_200) if n else 0)))
        project = f"IRP-P{n % 4 + 2}"
        event = DefenseEvent(1, 1, now, "Mentor", Planned(f"s{n // 4:06}", "IRP", project, 1, at))
        id = str(defense_id(f"s{n // 4:06}", project, 1))
        yield Append(f"defense/{id}", 0, (encode_event(event),), beside(summarize(id, fold([event]))))


def _write_closed(store: TinyStore, count: int, chance: random.Random, now: Stamp) -> None:
    """Closed defenses are written batch by batch: there may be more than fit in memory."""
    if not count:
        return
    demo = cohort(now.wall, load_shipped())
    log = next(d.log for d in demo.defenses if d.log.row is not None and not d.log.row["pending"])
    for hash, body in demo.curricula.items():
        store.pin(hash, body)
    rest = tuple(encode_event(event) for event in log.events[1:])
    first, row = log.events[0], log.row
    assert isinstance(first.what, Planned)
    for start in range(0, count, BATCH):
        with store.transaction():
            for n in range(start, min(count, start + BATCH)):
                student, attempt = f"s{n // 4:06}", 2 + n % 4
                at = iso(instant(now.wall) - timedelta(days=1 + chance.randrange(3_000)))
                what = msgspec.structs.replace(first.what, student_id=student, attempt=attempt, planned_at=at)
                line = encode_event(msgspec.structs.replace(first, what=what))
                id = str(defense_id(student, first.what.project, attempt))
                told = {**row, "id": id, "student_id": student, "attempt": attempt, "planned_at": at}
                store.append(Append(f"defense/{id}", 0, (line, *rest), told))


def _live(length: int, now: Stamp) -> list[Append]:
    """A defense that began ten minutes ago and is still live, its student first."""
    curriculum = load_shipped()[PROJECT.partition("-")[0]]

    def within(second: int) -> Stamp:
        back_ms = 600_000 - 600_000 * second // (4 * length)
        wall = iso(instant(now.wall) - timedelta(milliseconds=back_ms))
        return Stamp(wall, now.boot_ms - back_ms, now.awake_ms - back_ms, now.boot_id)

    events = made(curriculum, length, within)
    id, defense = str(defense_id(LIVE_STUDENT, PROJECT, 1)), fold(events, curriculum)
    pin = (curriculum_hash(curriculum), canonical_json(curriculum))
    lines = tuple(encode_event(event) for event in events)
    return [
        _registered(LIVE_STUDENT, "Zoé Exemple", now),
        Append(f"defense/{id}", 0, lines, beside(summarize(id, defense)), pin=pin),
    ]
