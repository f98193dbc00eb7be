"""What the console costs, next to the least that the toolkit and the disk take, measured by turns in the same run.

    python -m benchmarks [--quick] [--only WORD] [--rounds N] [--write]
    python -m benchmarks PART [--help]

The console, its floors (`floors.py`) and its peers (`peers.py`) run in a real pseudo-terminal of 120×40, driven from
outside, on stores made from a seed (`stores.py`). Each round measures the floor, then the console, then the peers.
Printed: medians with the least in brackets, the slowest 1 % of keys, the time of the processor, bytes drawn, memory,
and the ratio to the floor next to its goal. It is the ratio of the time of the processor where a row has one: other
work on the machine does not change it much; the ratio of the clock follows.

With `--quick`, one round, and no row is begun after two and a half minutes. With `--write`, the table goes into
docs/performance.md and the plot of `growth.py` next to it. A part of its own measures what needs more than a row.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import fold, growth, peers, tick
from benchmarks.programs import (
    DOWN,
    DOWN_AND_UP,
    LIVE,
    PYTHON,
    STORES,
    UP_AND_DOWN,
    Bench,
    Found,
    Run,
    middle,
)
from benchmarks.streams import Streams

PARTS: Mapping[str, str] = {
    "alerts": "what the alert rules propose in simulated years, and how often they are right",
    "backup": "whether a key waits while the store is copied",
    "compare": "what comparing two versions of a long document costs",
    "fold": "what the length of one log costs",
    "forecast": "how often a forecast holds, and what it costs",
    "growth": "what 1 to 100,000 closed defenses cost, as a table and a plot",
    "large_school": "a school of a million defenses: its queue, its claims",
    "receive": "whether the clock misses a second while a large archive is taken in",
    "school": "a store on PostgreSQL next to a store in a folder",
    "search": "a search among closed defenses, at the desk",
    "speedups": "what the toolkit's optional textual-speedups gives",
    "streams": "commands that go through a whole store, of any size",
    "students": "opening the list of students with a played year",
    "tick": "a durable action next to the disk",
}
"""What `python -m benchmarks PART` runs besides the table."""
SCROLLED = 60
"""Moves in a long list: so many that both lists scroll."""
QUICK_S = 150
"""Seconds after which `--quick` begins no row."""
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- table of make bench -->", "<!-- end of the table -->"
HEAD = "| what | floor | console | ratio | goal | peers |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Measure:
    """One row of the table.

    Attributes:
        goal: the ratio to reach, or what is to be reached in its own unit.
        part: which figure the ratio is of, "" for no ratio.
        quick: whether `--quick` measures it.
        peers: the same of other programs.
    """

    what: str
    floor: Run
    ours: Run
    goal: str
    part: str = "cpu"
    quick: bool = True
    peers: Mapping[str, Run] = field(default_factory=dict)


def measures(bench: Bench, programs: Mapping[str, Path]) -> list[Measure]:
    """Every row of the table, in order. Args: programs: of the peers, by name."""
    nothing = bench.command([PYTHON, "-c", "pass"])
    bare = bench.start(bench.floor("static"), "drawn")
    always = lambda: Found(right=100.0)  # noqa: E731
    table, list_of_12 = bench.floor("table"), bench.floor("selection")

    def start(store: str, shown: str = "Today") -> Run:
        return bench.start(bench.console(store), shown)

    def queue(store: str) -> Run:
        return bench.keys(bench.console(store), "All pending", [b"j"], b"5", SCROLLED)

    def live(store: str, *keys: bytes) -> Run:
        return bench.keys(bench.console(store), "Rubric", keys)

    def at_rest(columns: int, rows: int) -> tuple[Run, Run]:
        ours = bench.at_rest(bench.console("live"), "Rubric", columns, rows)
        return bench.at_rest(bench.floor("digits"), "╯", columns, rows), ours

    def of_peers(measure: Callable[[list[str], str], Run]) -> dict[str, Run]:
        return {name: measure([str(program)], peers.PEERS[name].shown) for name, program in programs.items()}

    moves = bench.keys(table, "drawn", [DOWN], rounds=SCROLLED)
    ticks = bench.keys(list_of_12, "drawn", [key for move in DOWN_AND_UP for key in (move, b" ")])
    plain = [PYTHON, "-m", "defense_console"]
    typing = of_peers(lambda command, shown: bench.keys(command, shown, [b"a"]))
    resting = of_peers(lambda command, shown: bench.at_rest(command, shown, 120, 40))
    return [
        Measure("--version", nothing, bench.command([*plain, "--version"]), "3"),
        Measure("keys", nothing, bench.command([*plain, "keys"]), "6"),
        Measure("list, 200 pending", nothing, bench.command(bench.console("200", "list")), "8"),
        Measure("show, live, 40 events", nothing, bench.command(bench.console("live", "show", LIVE)), "8"),
        Measure("durable action", *_durable(), "1.8", "ms"),
        Measure("fold of 300 events", *_fold(300), "2.5", "ms"),
        Measure("fold of 3,000 events", *_fold(3_000), "2.5", "ms"),
        Measure("start, first paint", bare, start("empty", "Defenses"), "1.15", peers=of_peers(bench.start)),
        Measure("start, empty store", bare, start("empty"), "memory 1.35", quick=False),
        Measure("start, 200 pending, 10,000 closed", bare, start("closed"), "1.4 · memory 1.4"),
        Measure("start, 10,000 pending", bare, start("10k"), "1.8 · memory 1.6"),
        Measure("start, live, 40 events", bare, start("live", "Rubric"), "1.6 · memory 1.4"),
        Measure("start, live, 3,000 events", bare, start("live3k", "Rubric"), "2.0"),
        Measure("move in the queue, 200 pending", moves, queue("200"), "1.1"),
        Measure("move in the queue, 10,000 pending", moves, queue("10k"), "1.1"),
        Measure("300 keys at once, queue of 200", bench.burst(table, "drawn", DOWN * 300),
                bench.burst(bench.console("200"), "All pending", b"j" * 300, b"5"), "3"),
        Measure("30 keys at once, queue of 10,000", bench.burst(table, "drawn", DOWN * 30),
                bench.burst(bench.console("10k"), "All pending", b"j" * 30, b"5"), "100 ms"),
        Measure("move on the rubric", bench.keys(list_of_12, "drawn", DOWN_AND_UP),
                live("live", *UP_AND_DOWN), "1.2"),  # its cursor is further down: at the first without a rating
        Measure("rate a criterion, 40 events", ticks, live("live", b"v"), "1.5"),
        Measure("rate a criterion, 3,000 events", ticks, live("live3k", b"v"), "2", quick=False),
        Measure("300 ratings at once", bench.burst(list_of_12, "drawn", (DOWN + b" ") * 150),
                bench.burst(bench.console("live"), "Rubric", b"v" * 300), "5", quick=False),
        Measure("type a note", bench.keys(bench.floor("text"), "drawn", [b"a"]),
                bench.keys(bench.console("live"), "Rubric", [b"a"], b"n"), "0.8", peers=typing),
        Measure("search, each key, 10,000 closed", bench.keys(bench.floor("input"), "drawn", [b"a", b"\x7f"]),
                bench.keys(bench.console("closed"), "Today", [b"e", b"x", b"\x7f", b"\x7f"], b"/", 24), "5"),
        Measure("at rest, live, 80×24", *at_rest(80, 24), "1.0 · 300 B", quick=False),
        Measure("at rest, live, 120×40", *at_rest(120, 40), "1.0 · 550 B", peers=resting),
        Measure("right second, live, at rest", always, bench.right_second("live"), "0.995", "right"),
        Measure("right second, live, keys held", always, bench.right_second("live", DOWN), "0.99", "right",
                quick=False),
        Measure("right second, live, rating with 10,000 pending", always, bench.right_second("live10k", b"v"), "0.99",
                "right", quick=False),
        *_whole_store(bench),
    ]  # fmt: skip


def _whole_store(bench: Bench) -> list[Measure]:
    """Commands that go through a whole store; their goals are of seconds and memory."""
    runs = Streams(bench, bench.folder / "closed").runs()
    goals = {"export": "2.5 s, 60 MB", "verify": "3 s", "backup": "4 s"}
    rows = [Measure(f"{name}, 10,000 closed", Found, runs[name], goal, "", quick=False) for name, goal in goals.items()]
    listed = runs["read 10,000 rows with csv"]
    for name, goal in (("import 10,000 rows, dry run", "0.5 s"), ("import 10,000 rows", "1.2 s")):
        rows.append(Measure(name, listed, runs[name], goal, "", quick=False))
    return rows


def _durable() -> tuple[Callable[[], Found], Callable[[], Found]]:
    """An append with fdatasync and an action of the store, which take turns."""
    took: list[float] = []

    def floor() -> Found:
        with tempfile.TemporaryDirectory() as folder:
            ours, _other, limit = tick.measure(Path(folder), 100, 200)
        took.append(ours)
        return Found(limit)

    return floor, lambda: Found(took[-1])


def _fold(length: int) -> tuple[Run, Run]:
    """Decoding the events of a log, and folding them."""
    decode, folding = fold.floor_and_fold(length)
    return lambda: Found(fold.milliseconds(decode, 20)), lambda: Found(fold.milliseconds(folding, 20))


def words(middle: Found, least: Found) -> str:
    """Return the figures of a program, each with the least in brackets."""
    found = []
    for unit, value, least_value in zip(("ms", "p99", "cpu", "B", "MB", "%"), middle, least, strict=True):
        if value is not None and least_value is not None:
            first, second = (f"{each:,.{0 if each >= 100 else 1}f}" for each in (value, least_value))
            found.append(f"{first} {unit}" if first == second else f"{first} ({second}) {unit}")
    return " · ".join(found)


def ratios(floor: Found, ours: Found, part: str) -> str:
    """Return what a program takes as a ratio to the floor, that of the clock after it, then that of the memory."""
    found = []
    for each in dict.fromkeys((part, "ms", "mb")) if part else ():
        of_floor, of_ours = getattr(floor, each), getattr(ours, each)
        if of_floor and of_ours and not (each == "mb" and part != "cpu"):
            found.append(f"{'memory ' if each == 'mb' else ''}{of_ours / of_floor:.{3 if each == 'right' else 2}f}")
    return " · ".join(found)


def measured(each: Measure, rounds: int, ran: set[Run]) -> str:
    """Measure by turns. Returns: the row of the table. Args: ran: what has compiled its modules."""
    runs = {"floor": each.floor, "ours": each.ours, **each.peers}
    if each.what.startswith(("start", "--version", "keys", "list", "show")):
        for run in set(runs.values()) - ran:
            run()
        ran |= set(runs.values())
    took: dict[str, list[Found]] = {name: [] for name in runs}
    for _round in range(rounds):
        for name, run in runs.items():
            took[name].append(run())
    medians = {name: middle(found) for name, found in took.items()}
    said = {name: words(medians[name], middle(found, min)) for name, found in took.items()}
    shown = [f"{name} {ratios(medians['floor'], medians[name], each.part)} ({said[name]})" for name in each.peers]
    ratio = ratios(medians["floor"], medians["ours"], each.part)
    return f"| {each.what} | {said['floor']} | {said['ours']} | {ratio} | {each.goal} | {'; '.join(shown)} |"


def table(bench: Bench, asked: argparse.Namespace) -> list[str]:
    """Print the table and return its lines."""
    end = time.perf_counter() + QUICK_S
    programs: dict[str, Path] = {}
    notes = []
    for name, found in peers.found(install=not asked.quick and not asked.only):
        if isinstance(found, Path):
            programs[name] = found
        else:
            notes.append(f"{name}: {found}.")
    lines, late, ran = [HEAD], list[str](), set[Run]()
    print(HEAD, flush=True)
    for each in measures(bench, programs):
        if asked.only not in each.what or (asked.quick and not each.quick):
            continue
        if asked.quick and time.perf_counter() > end:
            late.append(each.what)
            continue
        lines.append(measured(each, asked.rounds, ran))
        print(lines[-1], flush=True)
    if late:
        notes.append(f"Not measured in {QUICK_S} seconds: {', '.join(late)}.")
    for note in notes:
        print(note)
    return [*lines, "", *notes] if notes else lines


def write(lines: list[str]) -> None:
    """Put the table into the page."""
    before, _begin, rest = PAGE.read_text().partition(BEGIN)
    _old, _end, after = rest.partition(END)
    PAGE.write_text("\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="parts:\n" + "\n".join(f"  {name:12} {what}" for name, what in PARTS.items()),
    )
    parser.add_argument("--quick", action="store_true", help="one round, at most three minutes")
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    parser.add_argument("--rounds", type=int, default=0, help="5 by default, 1 with --quick")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and the plot next to it")
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (1 if asked.quick else 5)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        lines = table(Bench(Path(name), asked.quick, STORES), asked)
    if asked.write:
        write(lines)
        growth.main(["--svg", str(PAGE.with_name("growth.svg"))])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # the folder of the stores goes with it
    if len(sys.argv) > 1 and sys.argv[1] in PARTS:
        os.execv(sys.executable, [sys.executable, "-m", f"benchmarks.{sys.argv[1]}", *sys.argv[2:]])
    else:
        main()
