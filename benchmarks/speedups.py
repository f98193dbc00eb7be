"""What textual-speedups gives, an optional package with the toolkit's geometry in Rust.

    python -m benchmarks speedups [--rounds N]

The console without it and with it, by turns, on the stores and in the terminal of the table (`programs.py`). The
package is installed into `.bench/`. Milliseconds of the processor, medians; the ratio is that of "with" to "without".
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers import modules_of
from benchmarks.programs import UP_AND_DOWN, Bench, Run, middle

RUNS: dict[str, Callable[[Bench], Run]] = {
    "start, 200 pending": lambda bench: bench.start(bench.console("200"), "Today"),
    "start, live, 40 events": lambda bench: bench.start(bench.console("live"), "Rubric"),
    "move in the queue": lambda bench: bench.keys(bench.console("200"), "All pending", [b"j"], b"5"),
    "move on the rubric": lambda bench: bench.keys(bench.console("live"), "Rubric", UP_AND_DOWN),
    "rate a criterion": lambda bench: bench.keys(bench.console("live"), "Rubric", [b"v"]),
    "a second at rest, live": lambda bench: bench.at_rest(bench.console("live"), "Rubric", 120, 40),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        without = Bench(Path(name))
        with_it = Bench(Path(name), modules=(modules_of("textual-speedups"),))
        print(f"{'':24} {'without':>9} {'with':>9} {'ratio':>6}")
        for what, run in RUNS.items():
            pair = run(without), run(with_it)
            took = [[each() for each in pair] for _round in range(asked.rounds + 1)][1:]  # the first compiles modules
            before, after = (middle(found).cpu or 0 for found in zip(*took, strict=True))
            print(f"{what:24} {before:9.1f} {after:9.1f} {after / before:6.2f}", flush=True)


if __name__ == "__main__":
    main()
