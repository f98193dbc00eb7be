"""How long an action takes to reach the disk, as a ratio to what the disk itself takes.

    python -m benchmarks tick [--folder FOLDER] [--ticks N] [--defenses N ...]

A tick is one `Append` of one event with its summary, through TinyStore, durable when it returns. The limit is an append
of the same bytes to a file and `fdatasync`, measured in the same run, tick by tick in turn with the store, so that both
see the same disk. Every second one is a note, which a search must look at again: it writes one row more. Medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import uuid
from pathlib import Path

import msgspec

from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, LineAdded, Noted, Planned
from defense_console.model.defense.summary import Summary, summarize
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.log.subject import beside
from defense_console.store.base import Append, Store
from defense_console.store.sqlite.store import TinyStore

STAMP = Stamp("2026-03-02T09:00:00.000Z", 1_000, 900, "boot")
PLANNED = Planned("s1", "irp", "IRP-P2", 1, "2026-03-02T10:00:00.000Z")
BATCH = 500
"""Defenses of one transaction."""


def defense(n: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(n)))


def line(seq: int, what: Planned | Noted | LineAdded) -> bytes:
    return encode_event(DefenseEvent(seq, seq, STAMP, "Camille", what))


def planned() -> Summary:
    """The summary of the first defense."""
    return summarize(defense(0), fold([DefenseEvent(1, 1, STAMP, "Camille", PLANNED)]))


def fill(store: Store, defenses: int, summary: Summary) -> None:
    """Defenses with one event each; one in a hundred is pending, the others are history."""
    first = line(1, PLANNED)
    for start in range(0, defenses, BATCH):
        with store.transaction():
            for n in range(start, min(start + BATCH, defenses)):
                told = msgspec.structs.replace(summary, id=defense(n), pending=n % 100 == 0)
                store.append(Append(f"defense/{defense(n)}", 0, (first,), row=beside(told)))


def durable_sync(handle: int) -> None:
    getattr(os, "fdatasync", os.fsync)(handle)


def measure(folder: Path, defenses: int, ticks: int) -> tuple[float, float, float]:
    """Median milliseconds of a note, of another tick of the same length, and of an append with fdatasync."""
    summary = planned()
    store = TinyStore.open(folder / f"store-{defenses}")
    fill(store, defenses, summary)
    limit = os.open(folder / f"limit-{defenses}", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    stream, limit_ms = f"defense/{defense(0)}", []
    taken_ms: tuple[list[float], list[float]] = ([], [])
    text = "a note of the usual length, about one line on the screen"
    for seq in range(1, ticks + 1):
        body = line(seq + 1, Noted(text, STAMP) if seq % 2 else LineAdded("improvement", text.ljust(118)))
        start = time.perf_counter()
        os.write(limit, body + b"\n")
        durable_sync(limit)
        middle = time.perf_counter()
        store.append(Append(stream, seq, (body,), row=beside(summary)))
        end = time.perf_counter()
        limit_ms.append(1000 * (middle - start))
        taken_ms[1 - seq % 2].append(1000 * (end - middle))
    os.close(limit)
    store.close()
    note, other = map(statistics.median, taken_ms)
    return note, other, statistics.median(limit_ms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one by default")
    parser.add_argument("--ticks", type=int, default=500)
    parser.add_argument("--defenses", type=int, nargs="+", default=[100, 10_000])
    arguments = parser.parse_args()
    print("defenses   note ms   other ms   append + fdatasync ms   ratios")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        for defenses in arguments.defenses:
            note_ms, other_ms, limit_ms = measure(Path(name), defenses, arguments.ticks)
            ratios = f"{note_ms / limit_ms:5.2f} {other_ms / limit_ms:5.2f}"
            print(f"{defenses:8,}   {note_ms:7.3f}   {other_ms:8.3f}   {limit_ms:21.3f}   {ratios}")


if __name__ == "__main__":
    main()
