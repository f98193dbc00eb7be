"""What the commands that go through a whole store take: seconds, seconds of the processor, the most memory.

    python -m benchmarks.streams [CLOSED] [--keep FOLDER] [--rounds N] [--only WORD]

A store of so many closed defenses, each with a whole log, and 200 pending ones, is made from a seed (`stores.py`). Each
command runs in a process of its own, as a mentor runs it. A list of 10,000 rows is imported into an empty store; its
floor is `csv` reading the same file. With `--keep` the store stays in a folder and is not made again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.stores import fill

ROWS = 10_000
READ_CSV = "import csv, sys; print(sum(1 for _ in csv.reader(open(sys.argv[1], encoding='utf-8'), delimiter=';')))"


class Took(NamedTuple):
    """What one process took: seconds, those of the processor, the most memory."""

    seconds: float
    cpu_s: float
    mb: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Took:
    """Run a process to its end; its children count too.

    Raises:
        RuntimeError: It failed.
    """
    start = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: {process.returncode}: {said}")
    return Took(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def write_list(file: Path) -> None:
    """A list of defenses as a school keeps it: three projects of each student."""
    lines = ["student_id;student_name;email;project;attempt;planned_at;language"]
    for n in range(ROWS):
        who, day = n // 3, 1 + n % 28
        lines.append(
            f"s{who:05};Exemple {who};s{who}@example.org;IRP-P{n % 3 + 2};1;2031-{n % 12 + 1:02}-{day:02}T10:00;fr"
        )
    file.write_text("\n".join(lines) + "\n")


class Streams:
    """The store, and what is run on it."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.folder, self.store = folder, store
        (folder / "settings.toml").write_text('name = "Camille"\nzone = "Europe/Paris"\nlanguage = "en"\n')
        write_list(folder / "list.csv")
        self.environment = os.environ | {
            "DEFENSE_CONSOLE_SETTINGS": str(folder / "settings.toml"),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": str(Path(__file__).parent.parent),
        }

    def console(self, *arguments: str, store: Path | None = None) -> Took:
        """Run a command of the console."""
        command = [sys.executable, "-m", "defense_console", "--store", str(store or self.store), *arguments]
        return run(command, self.environment)

    def _fresh(self, *arguments: str) -> Took:
        with tempfile.TemporaryDirectory(dir=self.folder) as new:
            return self.console(*arguments, store=Path(new) / "store")

    def backup(self) -> Took:
        """Make a copy, which goes again."""
        took = self.console("backup")
        shutil.rmtree(self.store / "backups")
        return took

    def measures(self) -> dict[str, Callable[[], Took]]:
        """Return what is measured, in order: the import takes what the export wrote."""
        export, listed = str(self.folder / "export.jsonl"), str(self.folder / "list.csv")
        return {
            "export": lambda: self.console("export", "-o", export),
            "export --files": lambda: self.console("export", "--files", "-o", str(self.folder / "export.zip")),
            "export --csv": lambda: self.console("export", "--csv", "-o", str(self.folder / "export.csv")),
            "verify": lambda: self.console("verify"),
            "backup": self.backup,
            "doctor": lambda: self.console("doctor"),
            "import the export, dry run": lambda: self._fresh("import", "--dry-run", export),
            "import the export": lambda: self._fresh("import", export),
            "read 10,000 rows with csv": lambda: run([sys.executable, "-c", READ_CSV, listed], self.environment),
            "import 10,000 rows, dry run": lambda: self._fresh("import", "--dry-run", listed),
            "import 10,000 rows": lambda: self._fresh("import", "--yes", listed),
        }


def main() -> None:
    """Make the store and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("closed", type=int, nargs="?", default=10_000)
    parser.add_argument("--keep", type=Path, help="folder of the store, made when it is missing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="what has this word in its name")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as elsewhere:
        store = asked.keep or Path(elsewhere) / "store"
        if not store.exists():
            fill(store, pending=200, closed=asked.closed)
        streams = Streams(Path(elsewhere), store)
        print(f"{asked.closed} closed defenses, {(store / 'defenses.db').stat().st_size / 1e6:.0f} MB")
        print(f"{'':30} {'s':>8} {'cpu s':>8} {'MB':>8}")
        for name, measure in streams.measures().items():
            if asked.only in name:
                all_took = [measure() for _ in range(asked.rounds)]
                took = Took(*(median(each) for each in zip(*all_took, strict=True)))
                print(f"{name:30} {took.seconds:8.2f} {took.cpu_s:8.2f} {took.mb:8.0f}", flush=True)


if __name__ == "__main__":
    main()
