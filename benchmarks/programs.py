"""Runs the console, its floors and its peers in a terminal, or without one, and measures what they take."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.driven import Driven, end_with_me
from benchmarks.fold import PROJECT
from benchmarks.fold import STREAM as LIVE_STREAM
from benchmarks.stores import LIVE_STUDENT, fill
from defense_console import clocks
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense.fold import fold
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.store import TinyStore

PYTHON = sys.executable
UP, DOWN = b"\x1b[A", b"\x1b[B"
DOWN_AND_UP, UP_AND_DOWN = [DOWN] * 5 + [UP] * 5, [UP] * 5 + [DOWN] * 5
REST_S, QUICK_REST_S = 10.0, 5.0
KEYS, QUICK_KEYS = 60, 16
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


Run = Callable[[], Found]
"""Runs a program once."""


class Bench:
    """Programs and stores to measure.

    Args:
        folder: Where the stores are made.
        quick: Fewer keys and shorter rests.
        stores: What each store holds, by name.
        modules: Where more modules are, besides those that are installed.
    """

    def __init__(
        self,
        folder: Path,
        quick: bool = False,
        stores: Mapping[str, Mapping[str, int]] = STORES,
        modules: Sequence[Path] = (),
    ) -> None:
        self.folder = folder
        self._stores = stores
        self._keys, self._rest_s = (QUICK_KEYS, QUICK_REST_S) if quick else (KEYS, REST_S)
        (folder / "settings.toml").write_text('name = "Camille"\nzone = "Europe/Paris"\n')
        self._environment = {
            "DEFENSE_CONSOLE_SETTINGS": str(folder / "settings.toml"),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": os.pathsep.join(map(str, (Path(__file__).parent.parent, *modules))),
        } | {name: str(folder / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}

    def store(self, name: str) -> str:
        """Return the folder of a store, which is there."""
        place = self.folder / name
        if not place.exists():
            fill(place, **self._stores[name])
            with closing(TinyStore.open(place)) as store:
                store.make_index()
            # The copy of the day: a console would begin it, and its process would outlive the console that is killed.
            Backups(place).write(clocks.read().wall)
        return str(place)

    def _make_stores(self, command: Sequence[str]) -> None:
        """Make the store that a command names, when it is first run."""
        for name in self._stores:
            if str(self.folder / name) in command:
                self.store(name)

    def console(self, store: str, *arguments: str) -> list[str]:
        """Return the command of the console, or of one of its commands, on a store."""
        return self.console_at(self.folder / store, *arguments)

    @staticmethod
    def console_at(folder: str | Path, *arguments: str) -> list[str]:
        """Return the same for a store in another folder."""
        return [PYTHON, "-m", "defense_console", "--store", str(folder), "--lang", "en", *arguments]

    @staticmethod
    def floor(name: str) -> list[str]:
        """Return the command of a floor."""
        return [PYTHON, "-m", "benchmarks.floors", name]

    def driven(self, command: Sequence[str], columns: int = 120, rows: int = 40) -> Driven:
        """Start a program."""
        self._make_stores(command)
        return Driven(command, columns, rows, self._environment)

    # --- measures ----------------------------------------------------------------------------------------------------

    def start(self, command: Sequence[str], shown: str) -> Run:
        """From the start of a program until a text is drawn; its memory when it rests."""

        def measure() -> Found:
            with self.driven(command) as program:
                took, cpu = program.until(shown), program.cpu_s
                program.rest()
                return Found(1000 * took, cpu=1000 * cpu, mb=program.memory_mb)

        return measure

    def keys(
        self, command: Sequence[str], shown: str, keys: Sequence[bytes], before: bytes = b"", rounds: int = 0
    ) -> Run:
        """From a key until something is drawn, with a hand that rests after each; all that is drawn until then."""
        paced = rounds or self._keys

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

    def burst(self, command: Sequence[str], shown: str, keys: bytes, before: bytes = b"") -> Run:
        """Many keys at once, until the last of what they draw."""

        def measure() -> Found:
            with self.driven(command) as program:
                _ready(program, shown, before)
                used, drawn = program.cpu_s, program.bytes
                took = program.burst(keys)
                return Found(1000 * took, cpu=1000 * (program.cpu_s - used), bytes=program.bytes - drawn)

        return measure

    def at_rest(self, command: Sequence[str], shown: str, columns: int, rows: int) -> Run:
        """A second of a program that nobody touches."""

        def measure() -> Found:
            with self.driven(command, columns, rows) as program:
                _ready(program, shown, b"")
                used, drawn, end = program.cpu_s, program.bytes, time.perf_counter() + self._rest_s
                while (left := end - time.perf_counter()) > 0:
                    program.read(left)
                cpu = 1000 * (program.cpu_s - used) / self._rest_s
                return Found(cpu=cpu, bytes=(program.bytes - drawn) / self._rest_s)

        return measure

    def right_second(self, store: str, key: bytes = b"") -> Run:
        """How long the phase's time on the live screen is the one of the boot clock, perhaps with a key held down."""

        def measure() -> Found:
            folder, wrong = self.store(store), 0.0
            with closing(TinyStore.open(Path(folder))) as found:
                lines = [line.body for line in found.read_log(LIVE_STREAM)]
            timeline = fold([DEFENSE.decode(line) for line in lines], load_shipped()["IRP"]).timeline
            with self.driven(self.console(store)) as program:
                _ready(program, "Rubric", b"")
                last = start = next_key = time.perf_counter()
                while last < start + self._rest_s:
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

    def command(self, command: Sequence[str]) -> Run:
        """A command without a screen, to its end; its children count too."""

        def measure() -> Found:
            self._make_stores(command)
            start = time.perf_counter()
            with subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=os.environ | self._environment,
                start_new_session=True,
                preexec_fn=end_with_me,  # noqa: PLW1509 — a benchmark has one thread
            ) as process:
                assert process.stderr is not None
                said = process.stderr.read().decode()
                _pid, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise SystemExit(f"{command} ended with {process.returncode}: {said}")
            cpu = 1000 * (used.ru_utime + used.ru_stime)
            return Found(1000 * (time.perf_counter() - start), cpu=cpu, mb=used.ru_maxrss / 1024)

        return measure


def _ready(program: Driven, shown: str, before: bytes) -> None:
    program.until(shown)
    program.rest(READY_S)
    for key in before:
        program.send(bytes([key]))
        program.rest(READY_S)


def middle(all_found: Sequence[Found], of: Callable[[Sequence[float]], float] = median) -> Found:
    """Return the median of each figure, or what else `of` makes of them."""
    columns = zip(*all_found, strict=True)
    return Found(*(of([each for each in column if each is not None]) if None not in column else None
                   for column in columns))  # fmt: skip
