"""What the console costs, next to the least that the toolkit and the disk take, measured by turns in the same run.

    python -m benchmarks [--quick] [--only WORD] [--rounds N]

The console and its floors (`floors.py`) run in a real pseudo-terminal of 120×40, driven from outside, on stores made
from a seed (`stores.py`). Each round measures the floor, then the console. Printed: medians, the slowest 1 % of keys,
the time of the processor, bytes drawn, and the ratio to the floor next to its goal. It is the ratio of the time of the
processor where a row has one: other work on the machine does not change it much.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import tick
from benchmarks.driven import Driven
from benchmarks.fold import PROJECT
from benchmarks.fold import STREAM as LIVE_STREAM
from benchmarks.stores import LIVE_STUDENT, fill
from defense_console import clocks
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense.fold import fold
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.store.sqlite.store import TinyStore

PYTHON = sys.executable
UP, DOWN = b"\x1b[A", b"\x1b[B"
UP_AND_DOWN = [DOWN] * 8 + [UP] * 8
REST_S = 10
LIVE = str(defense_id(LIVE_STUDENT, PROJECT, 1))
HELD_S = 1 / 30
"""How often a key comes that is held down."""
READY_S = 0.7
"""A program that draws nothing for so long is ready: 10,000 rows take a while, and a clock draws every second."""
STORES: dict[str, dict[str, int]] = {
    "empty": {},
    "200": {"pending": 200},
    "10k": {"pending": 10_000},
    "closed": {"pending": 200, "closed": 10_000},
    "live": {"pending": 20, "live_events": 40},
    "live3k": {"pending": 20, "live_events": 3_000},
    "live10k": {"pending": 10_000, "live_events": 40},
}


class Found(NamedTuple):
    """What one run took.

    Attributes:
        ms: By the clock.
        slow: Of the slowest 1 %.
        cpu: Of the processor.
        bytes, mb: Printed, and of memory.
        right: Percent of the time with the right second on the screen.
    """

    ms: float | None = None
    slow: float | None = None
    cpu: float | None = None
    bytes: float | None = None
    mb: float | None = None
    right: float | None = None


@dataclass(frozen=True)
class Measure:
    """One row of the table. Attributes: goal: the ratio to reach; part: which figure the ratio is of."""

    what: str
    floor: Callable[[], Found]
    ours: Callable[[], Found]
    goal: str
    part: str = "cpu"
    quick: bool = True


class Bench:
    """Programs and stores to measure."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "settings.toml").write_text('name = "Camille"\nzone = "Europe/Paris"\n')
        self._environment = {
            "DEFENSE_CONSOLE_SETTINGS": str(folder / "settings.toml"),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": str(Path(__file__).parent.parent),
        } | {name: str(folder / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}

    def store(self, name: str) -> str:
        """Return the folder of a store, made when it is first asked for."""
        place = self._folder / name
        return str(place if place.exists() else fill(place, **STORES[name]))

    def console(self, store: str, *arguments: str) -> list[str]:
        """Return the command of the console, or of one of its commands, on a store."""
        return [PYTHON, "-m", "defense_console", "--store", self.store(store), "--lang", "en", *arguments]

    @staticmethod
    def floor(name: str) -> list[str]:
        """Return the command of a floor."""
        return [PYTHON, "-m", "benchmarks.floors", name]

    def driven(self, command: Sequence[str], columns: int = 120, rows: int = 40) -> Driven:
        """Start a program."""
        return Driven(command, columns, rows, self._environment)

    # --- measures ----------------------------------------------------------------------------------------------------

    def start(self, command: Sequence[str], shown: str) -> Callable[[], Found]:
        """From the start of a program until a text is drawn; its memory when it rests."""

        def measure() -> Found:
            with self.driven(command) as program:
                took, cpu = program.until(shown), program.cpu_s
                program.rest()
                return Found(1000 * took, cpu=1000 * cpu, mb=program.memory_mb)

        return measure

    def keys(
        self, command: Sequence[str], shown: str, keys: Sequence[bytes], before: bytes = b"", paced: int = 60
    ) -> Callable[[], Found]:
        """From a key until something is drawn, with a hand that rests after each; all that is drawn until then."""

        def measure() -> Found:
            with self.driven(command) as program:
                _ready(program, shown, before)
                used = program.cpu_s
                answers = [program.key(keys[n % len(keys)]) for n in range(paced)]
                cpu = 1000 * (program.cpu_s - used) / paced
                took = sorted(1000 * answer.seconds for answer in answers)
                slow = took[min(len(took) - 1, int(len(took) * 0.99))]
                return Found(median(took), slow, cpu, median(answer.drawn for answer in answers))

        return measure

    def burst(self, command: Sequence[str], shown: str, keys: bytes, before: bytes = b"") -> Callable[[], Found]:
        """Many keys at once, until the last of what they draw."""

        def measure() -> Found:
            with self.driven(command) as program:
                _ready(program, shown, before)
                used, drawn = program.cpu_s, program.bytes
                took = program.burst(keys)
                return Found(1000 * took, cpu=1000 * (program.cpu_s - used), bytes=program.bytes - drawn)

        return measure

    def at_rest(self, command: Sequence[str], shown: str, columns: int, rows: int) -> Callable[[], Found]:
        """A second of a program that nobody touches."""

        def measure() -> Found:
            with self.driven(command, columns, rows) as program:
                _ready(program, shown, b"")
                used, drawn, end = program.cpu_s, program.bytes, time.perf_counter() + REST_S
                while (left := end - time.perf_counter()) > 0:
                    program.read(left)
                cpu = 1000 * (program.cpu_s - used) / REST_S
                return Found(cpu=cpu, bytes=(program.bytes - drawn) / REST_S)

        return measure

    def right_second(self, store: str, key: bytes = b"") -> Callable[[], Found]:
        """How long the phase's time on the live screen is the one of the boot clock, perhaps with a key held down."""

        def measure() -> Found:
            folder, wrong = self.store(store), 0.0
            with closing(TinyStore.open(Path(folder))) as found:
                lines = [line.body for line in found.read_log(LIVE_STREAM)]
            timeline = fold([DEFENSE.decode(line) for line in lines], load_shipped()["IRP"]).timeline
            with self.driven(self.console(store)) as program:
                _ready(program, "Rubric", b"")
                last = start = next_key = time.perf_counter()
                while last < start + REST_S:
                    program.read(0.001)
                    at = time.perf_counter()
                    if key and at >= next_key:
                        next_key = at + HELD_S
                        program.send(key)
                    elapsed_s = timeline.elapsed_ms(clocks.read(), timeline.phase) // 1000
                    if f"{elapsed_s // 60:02}:{elapsed_s % 60:02} of" not in program.row(1):
                        wrong += at - last
                    last = at
            return Found(right=100 * (1 - wrong / (last - start)))

        return measure

    def command(self, command: Sequence[str]) -> Callable[[], Found]:
        """A command without a screen, to its end."""

        def measure() -> Found:
            start = time.perf_counter()
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, env=os.environ | self._environment, start_new_session=True
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise SystemExit(f"{command} ended with {process.returncode}")
            cpu = 1000 * (used.ru_utime + used.ru_stime)
            return Found(1000 * (time.perf_counter() - start), cpu=cpu, mb=used.ru_maxrss / 1024)

        return measure


def _ready(program: Driven, shown: str, before: bytes) -> None:
    program.until(shown)
    program.rest(READY_S)
    for key in before:
        program.send(bytes([key]))
        program.rest(READY_S)


def measures(bench: Bench) -> list[Measure]:
    """Every row of the table, in order."""
    nothing = bench.command([PYTHON, "-c", "pass"])
    bare = bench.start(bench.floor("static"), "drawn")
    always = lambda: Found(right=100.0)  # noqa: E731
    table, list_of_12 = bench.floor("table"), bench.floor("selection")

    def queue(store: str, keys: bytes = b"j", **more: int) -> Callable[[], Found]:
        return bench.keys(bench.console(store), "All pending", [keys], b"5", **more)

    def live(store: str, *keys: bytes) -> Callable[[], Found]:
        return bench.keys(bench.console(store), "Rubric", keys)

    moves = bench.keys(table, "drawn", [DOWN])
    ticks = bench.keys(list_of_12, "drawn", [key for move in UP_AND_DOWN for key in (move, b" ")])
    plain = [PYTHON, "-m", "defense_console"]
    return [
        Measure("start, first paint", bare, bench.start(bench.console("empty"), "Defenses"), "1.15"),
        Measure("start, empty store", bare, bench.start(bench.console("empty"), "Today"), "1.4"),
        Measure("start, 200 pending, 10,000 closed", bare, bench.start(bench.console("closed"), "Today"), "1.4"),
        Measure("start, 10,000 pending", bare, bench.start(bench.console("10k"), "Today"), "1.8"),
        Measure("start, live, 40 events", bare, bench.start(bench.console("live"), "Rubric"), "1.6"),
        Measure("start, live, 3,000 events", bare, bench.start(bench.console("live3k"), "Rubric"), "2.0"),
        Measure("move in the queue, 200 pending", moves, queue("200"), "1.1"),
        Measure("move in the queue, 10,000 pending", moves, queue("10k"), "1.1"),
        Measure("300 keys at once, queue of 200", bench.burst(table, "drawn", DOWN * 300),
                bench.burst(bench.console("200"), "All pending", b"j" * 300, b"5"), "3"),
        Measure("30 keys at once, queue of 10,000", bench.burst(table, "drawn", DOWN * 30),
                bench.burst(bench.console("10k"), "All pending", b"j" * 30, b"5"), "3"),
        Measure("move on the rubric", bench.keys(list_of_12, "drawn", UP_AND_DOWN), live("live", *UP_AND_DOWN), "1.2"),
        Measure("rate a criterion, 40 events", ticks, live("live", b"v"), "1.5"),
        Measure("rate a criterion, 3,000 events", ticks, live("live3k", b"v"), "2"),
        Measure("300 ratings at once", bench.burst(list_of_12, "drawn", (DOWN + b" ") * 150),
                bench.burst(bench.console("live"), "Rubric", b"v" * 300), "5", quick=False),
        Measure("type a note", bench.keys(bench.floor("text"), "drawn", [b"a"]),
                bench.keys(bench.console("live"), "Rubric", [b"a"], b"n"), "0.8"),
        Measure("search, each key, 10,000 closed", bench.keys(bench.floor("input"), "drawn", [b"a", b"\x7f"]),
                bench.keys(bench.console("closed"), "Today", [b"e", b"x", b"\x7f", b"\x7f"], b"/", 24), "5"),
        Measure("at rest, live, 80×24", bench.at_rest(bench.floor("digits"), "╯", 80, 24),
                bench.at_rest(bench.console("live"), "Rubric", 80, 24), "1.0"),
        Measure("at rest, live, 120×40", bench.at_rest(bench.floor("digits"), "╯", 120, 40),
                bench.at_rest(bench.console("live"), "Rubric", 120, 40), "1.0"),
        Measure("right second, live, at rest", always, bench.right_second("live"), "0.995", "right"),
        Measure("right second, live, keys held", always, bench.right_second("live", DOWN), "0.99", "right"),
        Measure("right second, live, rating with 10,000 pending", always, bench.right_second("live10k", b"v"), "0.99",
                "right", quick=False),
        Measure("--version", nothing, bench.command([*plain, "--version"]), "3"),
        Measure("keys", nothing, bench.command([*plain, "keys"]), "6"),
        Measure("list, 200 pending", nothing, bench.command(bench.console("200", "list")), "8"),
        Measure("show, live, 40 events", nothing, bench.command(bench.console("live", "show", LIVE)), "8"),
        Measure("durable action", *_durable(), "1.8", "ms"),
        Measure("verify, 10,000 closed", nothing, bench.command(bench.console("closed", "verify")), "", "mb",
                quick=False),
        Measure("export, 10,000 closed", nothing, bench.command(bench.console("closed", "export", "-o", os.devnull)),
                "", "mb", quick=False),
    ]  # fmt: skip


def _durable() -> tuple[Callable[[], Found], Callable[[], Found]]:
    """An append with fdatasync and an action of the store, which take turns."""
    took: list[float] = []

    def floor() -> Found:
        with tempfile.TemporaryDirectory() as folder:
            ours, _other, limit = tick.measure(Path(folder), 100, 200)
        took.append(ours)
        return Found(limit)

    return floor, lambda: Found(took[-1])


def middle(all_found: Sequence[Found]) -> Found:
    """The median of each figure."""
    columns = zip(*all_found, strict=True)
    return Found(*(median(column) if None not in column else None for column in columns))


def line(name: str, goal: str, floor: Found, ours: Found, part: str) -> str:
    """A row of the table."""

    def words(found: Found) -> str:
        parts = [
            (found.ms, "ms"),
            (found.slow, "p99"),
            (found.cpu, "cpu"),
            (found.bytes, "B"),
            (found.mb, "MB"),
            (found.right, "%"),
        ]
        return " ".join(f"{value:,.{0 if value >= 100 else 1}f} {unit}" for value, unit in parts if value is not None)

    ratios = [
        f"{getattr(ours, each) / getattr(floor, each):.2f}"
        for each in dict.fromkeys((part, "ms"))
        if getattr(ours, each) and getattr(floor, each)
    ]
    return f"| {name} | {words(floor)} | {words(ours)} | {' · '.join(ratios)} | {goal} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round of what ends in three minutes")
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rounds = 1 if arguments.quick else arguments.rounds
    print("| what | floor | console | ratio: processor or as named · clock | goal |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        for each in measures(bench):
            if arguments.only not in each.what or (arguments.quick and not each.quick):
                continue
            if each.what.startswith(("start", "--version", "keys", "list", "show")):
                each.floor(), each.ours()  # so that the modules of both are compiled
            floors, ours = list[Found](), list[Found]()
            for _round in range(rounds):
                floors.append(each.floor())
                ours.append(each.ours())
            print(line(each.what, each.goal, middle(floors), middle(ours), each.part), flush=True)


if __name__ == "__main__":
    main()
