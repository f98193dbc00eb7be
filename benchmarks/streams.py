"""What the commands that go through a whole store take: seconds, seconds of the processor, the most memory.

    python -m benchmarks streams [CLOSED] [--keep FOLDER] [--rounds N] [--only WORD]

A store of so many closed defenses, each with a whole log, and 200 pending ones, is made from a seed (`stores.py`). Each
command runs in a process of its own, as a mentor runs it. A list of 10,000 rows is imported into an empty store; its
floor is `csv` reading the same file. With `--keep` the store stays in a folder and is not made again. The table of
`python -m benchmarks` has the same commands with 10,000.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from benchmarks.programs import PYTHON, Bench, Found, Run, middle
from benchmarks.stores import fill

ROWS = 10_000
READ_CSV = "import csv, sys; print(sum(1 for _ in csv.reader(open(sys.argv[1], encoding='utf-8'), delimiter=';')))"


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
    """What is run on a whole store, or makes one."""

    def __init__(self, bench: Bench, store: Path) -> None:
        self._bench, self._store = bench, store
        write_list(bench.folder / "list.csv")

    def _console(self, *arguments: str) -> Found:
        return self._bench.command(Bench.console_at(self._store, *arguments))()

    def _fresh(self, *arguments: str) -> Found:
        with tempfile.TemporaryDirectory(dir=self._bench.folder) as new:
            return self._bench.command(Bench.console_at(Path(new) / "store", *arguments))()

    def _backup(self) -> Found:
        """Make a copy, which goes again."""
        took = self._console("backup")
        shutil.rmtree(self._store / "backups")
        return took

    def runs(self) -> dict[str, Run]:
        """Return what is measured, in order: the import takes what the export wrote."""
        folder = self._bench.folder
        export, listed = str(folder / "export.jsonl"), str(folder / "list.csv")
        return {
            "export": lambda: self._console("export", "-o", export),
            "export --files": lambda: self._console("export", "--files", "-o", str(folder / "export.zip")),
            "export --csv": lambda: self._console("export", "--csv", "-o", str(folder / "export.csv")),
            "verify": lambda: self._console("verify"),
            "backup": self._backup,
            "doctor": lambda: self._console("doctor"),
            "import the export, dry run": lambda: self._fresh("import", "--dry-run", export),
            "import the export": lambda: self._fresh("import", export),
            "read 10,000 rows with csv": self._bench.command([PYTHON, "-c", READ_CSV, listed]),
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
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as elsewhere:
        store = asked.keep or Path(elsewhere) / "store"
        if not store.exists():
            fill(store, pending=200, closed=asked.closed)
        streams = Streams(Bench(Path(elsewhere)), store)
        print(f"{asked.closed} closed defenses, {(store / 'defenses.db').stat().st_size / 1e6:.0f} MB")
        print(f"{'':30} {'s':>8} {'cpu s':>8} {'MB':>8}")
        for name, run in streams.runs().items():
            if asked.only in name:
                took = middle([run() for _ in range(asked.rounds)])
                seconds, cpu_s, mb = (took.ms or 0) / 1000, (took.cpu or 0) / 1000, took.mb or 0
                print(f"{name:30} {seconds:8.2f} {cpu_s:8.2f} {mb:8.0f}", flush=True)


if __name__ == "__main__":
    main()
