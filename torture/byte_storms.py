"""Storms of bytes on a live console in a pseudo-terminal.

Answers of a terminal and malformed reports, in pieces of one to seven bytes, record nothing and end nothing. Then any
bytes at all: they may record, since some are keys, but only the question that quits ends the console, and its store
verifies. `tests/test_byte_storms.py` is the run of some seconds.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.storms import answer, malformed, pieces
from tests.terminal import Terminal, run, start_defense, store_of_one
from torture.figures import Figures, cases, show

QUITS = b"yYoO\xb2"
"""Bytes that answer the question which quits."""


def storms(reports: int, any_bytes: int, seed: int) -> Figures:
    """Send so many reports, then so many bytes of any value."""
    chance, losses = Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        store = store_of_one(Path(folder))
        (entry,) = json.loads(run(store, "list", "--json"))
        id = str(entry["id"])
        with Terminal(store) as terminal:
            start_defense(terminal)
            before = run(store, "log", id)
            for _ in range(reports):
                for piece in pieces(chance.choice((answer, malformed))(chance), chance):
                    terminal.send(piece)
            if run(store, "log", id) != before:
                losses.append("a report of the terminal was taken for a key")
            for _ in range(any_bytes // 250):
                data = bytes(byte for byte in chance.randbytes(250) if byte not in QUITS)
                for piece in pieces(data, chance):
                    terminal.send(piece)
            terminal.read(0.5)
            if terminal.process.poll() is not None:
                losses.append(f"the console ended with {terminal.process.returncode}")
        run(store, "verify")
    return Figures("byte storms", (f"{reports} reports", f"{any_bytes} bytes of any value"), tuple(losses))


def main() -> int:
    """Some minutes; ten times as long in the long run."""
    any_bytes = cases(usual=100_000, long=1_000_000, quick=5_000)
    return show(storms(cases(usual=20_000, long=200_000, quick=500), any_bytes, seed=any_bytes))


if __name__ == "__main__":
    sys.exit(main())
