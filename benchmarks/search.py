"""How long a key of a search in the queue takes, with a history of closed defenses and of students.

    python benchmarks/search.py [CLOSED] [ROUNDS]

Prints what opening the search field takes, which reads the closed rows once its field is drawn, then the first key and
the median of the ones after it; and the same where the first letter is faster than that and reads them itself. Beside
each the processor's time of this thread, which tells more than the clock on a machine that does other work.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from defense_console import clocks
from defense_console.desk.desk import Desk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense.summary import SUMMARY_VERSION, Summary, defense_id
from defense_console.model.log.subject import beside
from defense_console.model.student.state import Student
from defense_console.settings import Settings
from defense_console.store.base import Append
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.store import TinyStore

ATTEMPTS = 6
"""Closed defenses of one student."""


class Took(NamedTuple):
    """Milliseconds by the clock and of the processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} ms ({self.cpu:.0f} of the processor)"


def timed(work: Callable[[], object]) -> Took:
    """How long it takes, once."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return Took((time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000)


def filled(folder: Path, closed: int) -> TinyStore:
    """A store with so many closed defenses; their logs hold one line each."""
    store = TinyStore.open(folder)
    with store.transaction():
        for n in range(closed):
            student, project = f"s{n // ATTEMPTS}", f"IRP-P{n % ATTEMPTS + 1}"
            if n % ATTEMPTS == 0:
                name = f"{'Adé' if n % 3 else 'Ada'}{n // ATTEMPTS} Exemple"
                store.append(Append(f"student/{student}", 0, (b"{}",), row=beside(Student(student, name, "", "", 1))))
            id = str(defense_id(student, project, 1))
            summary = Summary(id, student, "IRP", project, 1, f"20{10 + n % 16}-06-10T12:00:00.000Z", "held", 1,
                              pending=False, in_force="validated", verdict_state="released",
                              version=SUMMARY_VERSION)  # fmt: skip
            store.append(Append(f"defense/{id}", 0, (b"{}",), row=beside(summary)))
    return store


def main(closed: int = 10_000, rounds: int = 30) -> None:
    """Fill a store, search it."""
    with tempfile.TemporaryDirectory() as elsewhere:
        folder = Path(elsewhere) / "store"
        store = filled(folder, closed)
        recorder = Recorder(lambda: TinyStore.open(folder), lambda _answer: None)
        recorder.start()
        desk = Desk(store, recorder, clocks.read, clocks.process_start, Settings(), load_shipped())
        desk.agenda.entries()  # the queue is drawn before anybody searches

        def key(search: str) -> None:
            desk.agenda.entries()
            desk.agenda.closed(search)

        unprepared = timed(lambda: key("e"))
        store.set_meta("written", "by anybody: what was read is read anew")
        opened, first = timed(desk.agenda.prepare_search), timed(lambda: key("e"))
        took = [timed(partial(key, ("ex", "ada1", "irp-p2", "zz")[n % 4])) for n in range(rounds)]
        middle, slowest = Took(*map(median, zip(*took, strict=True))), max(took)
        print(f"{closed} closed defenses: opening {opened}, first key {first}, then {middle}, slowest {slowest}; "
              f"first key without the opening {unprepared}")  # fmt: skip
        desk.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
