"""What comparing two versions of a long document costs, and what it does to the clock of a running console.

    python -m benchmarks compare [--only NAME ...]

Each pair of documents is compared twice in a headless console that shows the comparison: in a process of its own, as
the console does it, and on a thread of the console for contrast. Seconds until the lines are on the screen, and the
largest lateness of a tick that the console's event loop should have run every 10 ms meanwhile. `rest` is the same
console doing nothing for three seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import typst
from openpyxl import Workbook

from defense_console import clocks
from defense_console.app import ConsoleApp
from defense_console.desk.desk import Desk
from defense_console.desk.uploads.comparing import Interrupt, compare, file_facts, reading_limits
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.comparison import Comparison, ComparisonProgress
from defense_console.screens.uploads.difference import ComparedDocument, Compute, DifferenceScreen, VersionLabel
from defense_console.settings import Settings
from defense_console.store.base import Answer
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.store import TinyStore
from defense_console.uploads.comparing.differences import compare_texts
from defense_console.uploads.comparing.texts import read_text

TICK_S = 0.01
PAGES, CSV_LINES, XLSX_ROWS, VIEW_LINES = 200, 10_000, 5_000, 50_000


# --- documents --------------------------------------------------------------------------------------------------------


def sentences(count: int, revised: bool) -> list[str]:
    """Invented sentences; a revised text has one in fifty changed, one in a hundred taken out."""
    chance = random.Random(11)
    words = ("projet", "budget", "risque", "étape", "équipe", "besoin", "recette", "planning", "livrable", "mesure")
    found = []
    for n in range(count):
        text = f"{n}. " + " ".join(chance.choice(words) for _ in range(12)) + f" {chance.randrange(10_000)} euros."
        if revised and n % 100 == 7:
            continue
        found.append(text.replace("euros", "dollars") if revised and n % 50 == 3 else text)
    return found


def pdf(revised: bool) -> bytes:
    pages = (sentences(PAGES * 30, revised)[n : n + 30] for n in range(0, PAGES * 30, 30))
    source = "#pagebreak()\n".join("\n\n".join(page) + "\n" for page in pages)
    data: bytes = typst.compile(source.encode())
    return data


def csv(revised: bool) -> bytes:
    return "\n".join(line.replace(" ", ";") for line in sentences(CSV_LINES, revised)).encode()


def xlsx(revised: bool) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Costs")
    for line in sentences(XLSX_ROWS, revised):
        sheet.append(line.split(" "))
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def long_txt(revised: bool) -> bytes:
    """Every line is another one: the most that can come to the screen."""
    return "\n".join(f"ligne inventée {n} {'revue' if revised else 'telle quelle'}" for n in range(VIEW_LINES)).encode()


DOCUMENTS: dict[str, tuple[str, Callable[[bool], bytes]]] = {
    f"PDF, {PAGES} pages": ("a.pdf", pdf),
    f"CSV, {CSV_LINES:,} lines": ("a.csv", csv),
    f"XLSX, {XLSX_ROWS:,} rows": ("a.xlsx", xlsx),
    f"TXT, {VIEW_LINES:,} changes": ("a.txt", long_txt),
}


# --- the two ways -----------------------------------------------------------------------------------------------------


def apart(old: Path, new: Path, name: str) -> Compute:
    def run(progress: ComparisonProgress, interrupt: Interrupt) -> Comparison:
        return compare(old, new, name, progress=progress, interrupt=interrupt)

    return run


def on_a_thread(old: Path, new: Path, name: str) -> Compute:
    def run(progress: ComparisonProgress, _interrupt: Interrupt) -> Comparison:
        limits = reading_limits(Settings())
        texts = [read_text(path, name, limits, progress) for path in (old, new)]
        return Comparison(name, "changed", file_facts(old), file_facts(new), compare_texts(*texts))

    return run


# --- the console ------------------------------------------------------------------------------------------------------


def console(folder: Path) -> ConsoleApp:
    settings = Settings(name="Benchmark")

    def desk(deliver: Callable[[Answer], None]) -> Desk:
        recorder = Recorder(lambda: TinyStore.open(folder), deliver)
        recorder.start()
        store, vault = TinyStore.open(folder), FolderVault(folder)
        return Desk(store, recorder, clocks.read, clocks.process_start, settings, load_shipped(), vault=vault)

    return ConsoleApp(desk, settings)


@contextmanager
def watched() -> Iterator[list[float]]:
    """Largest lateness of a tick, in seconds, while the block runs."""
    worst = [0.0]

    async def tick() -> None:
        while True:
            due = time.perf_counter() + TICK_S
            await asyncio.sleep(TICK_S)
            worst[0] = max(worst[0], time.perf_counter() - due)

    task = asyncio.get_running_loop().create_task(tick())
    try:
        yield worst
    finally:
        task.cancel()


async def measure(compute: Compute, folder: Path) -> tuple[float, float]:
    """Seconds until the comparison is shown, largest lateness in seconds."""
    app = console(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.5)
        with watched() as worst:
            start = time.perf_counter()
            screen = DifferenceScreen(ComparedDocument("Plan", VersionLabel("one"), VersionLabel("two")), compute)
            await app.push_screen(screen)
            while not screen.has_class("-lines"):
                await asyncio.sleep(TICK_S)
            await pilot.pause()
            taken = time.perf_counter() - start
        return taken, worst[0]


async def rest(folder: Path) -> float:
    app = console(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.5)
        with watched() as worst:
            await asyncio.sleep(3)
        return worst[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="first letters of the documents to compare")
    arguments = parser.parse_args()
    print(f"{'':22}   {'own process':>22}   {'on a thread':>22}")
    print(f"{'':22}   {'seconds':>8} {'latest ms':>13}   {'seconds':>8} {'latest ms':>13}")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"{'rest':22}   {'':8} {1000 * asyncio.run(rest(folder / 'store')):13.0f}")
        for title, (name, build) in DOCUMENTS.items():
            if arguments.only and not title.lower().startswith(tuple(each.lower() for each in arguments.only)):
                continue
            old, new = folder / "old", folder / "new"
            old.write_bytes(build(False))
            new.write_bytes(build(True))
            figures = [asyncio.run(measure(way(old, new, name), folder / "store")) for way in (apart, on_a_thread)]
            print(f"{title:22}   " + "   ".join(f"{taken:8.1f} {1000 * late:13.0f}" for taken, late in figures))


if __name__ == "__main__":
    main()
