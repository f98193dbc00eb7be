"""Whether a key waits while the store is copied and the copy read whole, and how long that takes.

    python -m benchmarks backup [DEFENSES] [LINES]

An event loop asks for its turn every 5 ms, as keys and ticks do, and a second connection commits an action every 50 ms,
as the recorder does: at rest, while the daily copy is made in a process of its own, and, for comparison, on a thread.
Printed: seconds the copy took, the latest turn of the loop, the slowest commit.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from defense_console import clocks
from defense_console.desk.upkeep.daily_backup import in_own_process
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, Noted, Planned
from defense_console.model.defense.summary import defense_id, summarize
from defense_console.model.log.envelope import encode_event
from defense_console.model.log.subject import beside
from defense_console.store.base import Append
from defense_console.store.sqlite.copies.backing_up import Made
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.store import TinyStore

TURN_S = 0.005
COMMIT_S = 0.05
REST_S = 3.0


def filled(folder: Path, defenses: int, lines: int) -> None:
    """A store with so many logs of so many lines each."""
    at = clocks.read()
    store = TinyStore.open(folder)
    with store.transaction():
        for n in range(defenses):
            id = str(defense_id(f"s{n}", "IRP-P2", 1))
            whats: list[DefenseWhat] = [Planned(f"s{n}", "IRP", "IRP-P2", 1, at.wall)]
            whats += (Noted(f"note {k} on what was said, as long as in a defense", at) for k in range(2, lines + 1))
            events = [DefenseEvent(k, k, at, "Mentor", what) for k, what in enumerate(whats, 1)]
            job = Append(
                f"defense/{id}", 0, tuple(encode_event(e) for e in events), beside(summarize(id, fold(events[:1])))
            )
            store.append(job)
    store.close()


async def measure(folder: Path, work: Callable[[], object] | None) -> tuple[float, float, float]:
    """Seconds the work took, the latest turn and the slowest commit in milliseconds."""
    done = threading.Event()
    commits: list[float] = []

    def commit() -> None:
        store = TinyStore.open(folder)
        while not done.wait(COMMIT_S):
            start = time.perf_counter()
            store.set_meta("benchmark", str(start))
            commits.append((time.perf_counter() - start) * 1000)
        store.close()

    writer = threading.Thread(target=commit)
    writer.start()
    start, latest = time.perf_counter(), 0.0
    job = asyncio.create_task(asyncio.to_thread(work) if work is not None else asyncio.sleep(REST_S))
    while not job.done():
        before = time.perf_counter()
        await asyncio.sleep(TURN_S)
        latest = max(latest, (time.perf_counter() - before - TURN_S) * 1000)
    took = time.perf_counter() - start
    done.set()
    writer.join()
    return took, latest, max(commits)


def main(defenses: int = 2_000, lines: int = 60) -> None:
    """Fill a store, copy it."""

    def own_process(backups: Backups) -> Made:
        return in_own_process(backups, clocks.read().wall)

    with tempfile.TemporaryDirectory() as elsewhere:
        folder = Path(elsewhere) / "store"
        filled(folder, defenses, lines)
        backups = Backups(folder, Path(elsewhere) / "copies")
        size_mb = (folder / "defenses.db").stat().st_size / 1e6
        print(f"{defenses} defenses of {lines} lines, {size_mb:.0f} MB: seconds, latest turn, slowest commit")
        for name, work in (
            ("at rest", None),
            ("own process", lambda: own_process(backups)),
            ("thread", lambda: backups.write(clocks.read().wall)),
        ):
            took, latest, commit = asyncio.run(measure(folder, work))
            print(f"{name:12} {took:6.1f} s {latest:6.0f} ms {commit:6.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
