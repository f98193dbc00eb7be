"""How long a key of a search in the queue takes, with a history of closed defenses and of students.

    python benchmarks/search.py [CLOSED] [ROUNDS]

Prints the first key, which reads the closed rows, and the median of the ones after it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from defense_console import clocks
from defense_console.desk.desk import Desk
from defense_console.exchange.curricula import load_shipped
from defense_console.model.agenda import Summary, defense_id
from defense_console.settings import Settings
from defense_console.store.base import Append, Student
from defense_console.store.recorder import Recorder
from defense_console.store.tiny import TinyStore

ATTEMPTS = 6
"""Closed defenses of one student."""


def filled(folder: Path, closed: int) -> TinyStore:
    """A store with so many closed defenses; their logs hold one line each."""
    store = TinyStore.open(folder)
    with store.transaction():
        for n in range(closed):
            student, project = f"s{n // ATTEMPTS}", f"IRP-P{n % ATTEMPTS + 1}"
            if n % ATTEMPTS == 0:
                name = f"Ada{n // ATTEMPTS} Exemple"
                store.append(Append(f"student/{student}", 0, (b"{}",), student=Student(student, name, "", "", 1)))
            id = str(defense_id(student, project, 1))
            summary = Summary(id, student, "IRP", project, 1, f"20{10 + n % 16}-06-10T12:00:00.000Z", "held", 1,
                              pending=False, in_force="validated", verdict_state="released")  # fmt: skip
            store.append(Append(f"defense/{id}", 0, (b"{}",), summary=summary))
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
        took: list[float] = []
        for n in range(rounds):
            start = time.perf_counter()
            desk.agenda.entries()
            desk.agenda.closed(("e", "ex", "ada1", "irp-p2", "zz")[n % 5])
            took.append((time.perf_counter() - start) * 1000)
        print(f"{closed} closed defenses: first key {took[0]:.0f} ms, then {median(took[1:]):.0f} ms "
              f"(slowest {max(took[1:]):.0f} ms)")  # fmt: skip
        desk.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
