"""How long a key of a search in the queue takes, with a history of closed defenses, and what the index costs.

    python -m benchmarks search [CLOSED] [KEYS]

The store is the one of `stores.py`. Printed, in milliseconds by the clock and of the processor, all threads together:
making the index, the first search after opening, each key (what is typed, then taken back letter by letter), the first
search after a defense was closed and after one was noted; then the megabytes that it takes in memory and on the disk.
A key is everything up to the lines to draw: the answer of the thread, and what the event loop does with it. The longest
that the event loop was held is printed by itself.
"""

from __future__ import annotations

import os
import queue
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.stores import fill
from defense_console import clocks
from defense_console.desk.desk import Desk
from defense_console.desk.logs.direct import DirectLogs
from defense_console.desk.logs.searches import Searches
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.settings import Settings
from defense_console.store.base import Searched
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.opening.place import index_files
from defense_console.store.sqlite.store import TinyStore

TYPED = ("ada", "exemple", "irp-p2 demo", "valid", "2024-0", "chloé témoin 12")


class Took(NamedTuple):
    """Milliseconds by the clock, of the processor, and the longest that the event loop was held."""

    wall: float
    cpu: float
    held: float = 0.0

    def __str__(self) -> str:
        return f"{self.wall:7.1f} ms, {self.cpu:7.1f} of the processor, {self.held:5.1f} on the event loop"


def timed(work: Callable[[], float | None]) -> Took:
    """How long it takes, once. Args: work: returns how long it held the event loop, in seconds; None for not at all."""
    wall, cpu = time.perf_counter(), time.process_time()
    held = work() or 0.0
    return Took((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000, held * 1000)


class Console:
    """A desk on a store, as the queue uses it."""

    def __init__(self, folder: Path) -> None:
        self._answers: queue.Queue[Searched] = queue.Queue()
        store = TinyStore.open(folder)
        recorder = Recorder(lambda: TinyStore.open(folder), lambda _answer: None)
        recorder.start()
        searches = Searches(store.another, self._answers.put)
        shipped = load_shipped()
        self.desk = Desk(
            store,
            recorder,
            clocks.read,
            clocks.process_start,
            Settings(zone="Europe/Paris"),
            shipped,
            searches=searches,
        )
        self.entries = self.desk.agenda.entries()

    def key(self, text: str) -> float:
        """Search a text until its answer is there; return how long the event loop was held, in seconds."""
        agenda, start = self.desk.agenda, time.perf_counter()
        agenda.search.of(text)
        asked = time.perf_counter() - start
        answer = self._answers.get(timeout=600)
        start = time.perf_counter()
        agenda.search.heard(answer)
        agenda.search.of(text)
        return max(asked, time.perf_counter() - start)

    def heard_of_writes(self) -> None:
        """Look, as each second does."""
        self.desk.ledger.snapshot.refresh()


def memory_mb() -> float:
    """Megabytes of this process now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e6


def letters(text: str) -> list[str]:
    """What stands in the field while a text is typed and taken back; a blank alone asks for nothing else."""
    typed = [text[:n] for n in range(1, len(text) + 1) if text[n - 1] != " "]
    return typed + typed[-2::-1]


def main(closed: int = 10_000, keys: int = 120) -> None:
    """Fill a store, search it."""
    with tempfile.TemporaryDirectory() as elsewhere:
        folder = fill(Path(elsewhere) / "store", pending=200, closed=closed)
        store = TinyStore.open(folder)
        made = timed(store.make_index)
        id = next(each.id for each in store.pending() if each.project == "IRP-P2")
        console, before = Console(folder), memory_mb()
        first = timed(lambda: console.key(""))
        took = [timed(partial(console.key, text)) for typed in TYPED for text in letters(typed)][:keys]
        after = memory_mb()
        logs = DirectLogs(store, clocks.read, "Mentor", {})
        writes = []
        for what in (ev.Noted("the budget", clocks.read()), ev.Cancelled("student", False), ev.DefenseClosed("left")):
            logs.decide(DEFENSE, id, [what], clocks.read())
            console.heard_of_writes()
            writes.append(timed(lambda: console.key("ada")))
        middle = Took(*map(median, zip(*took, strict=True)))
        slowest = sorted(took)[int(len(took) * 0.99)]
        size = sum(path.stat().st_size for path in index_files(folder) if path.exists()) / 1e6
        whole = sum(path.stat().st_size for path in folder.glob("defenses.db*")) / 1e6
        print(f"{closed:,} closed defenses, {len(took)} keys, {os.cpu_count()} processors")
        for name, each in (("make the index", made), ("first search", first), ("each key", middle),
                           ("slowest 1 %", slowest), *(("after a write", each) for each in writes)):  # fmt: skip
            print(f"{name:>15}: {each}")
        print(f"memory +{after - before:.0f} MB, index {size:.0f} MB, store {whole:.0f} MB")
        console.desk.close()
        store.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
