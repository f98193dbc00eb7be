"""Whether the clock misses a second while a large archive is taken in, and how much memory that takes.

    python -m benchmarks receive [--mb MB] [--files N] [--folder FOLDER]

A console without a terminal runs on a live defense; the archive is looked at and taken in by the same function as a
key press (`d` in the brief), on its thread, while the event loop redraws the clock. A probe asks the loop for its turn
every 20 ms: what it waits longer is how late any key or tick would have been. The defense's own second is watched too:
between two redraws of the clock more than a second and a tenth would be a second missed.

Printed: the longest wait and the longest time between two redraws, at rest and while taking in, and by how much the
process grew (RSS) over what it was before, at its highest. The archive is as large as it is asked to be: bytes that
cannot be compressed, and as many again that can.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
import zipfile
from pathlib import Path

from defense_console import clocks
from defense_console.app import ConsoleApp
from defense_console.desk.desk import Desk
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.screens.live.screen import LiveScreen
from defense_console.screens.shared.asking import Ask
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.uploads.receiving import ask_receive
from defense_console.settings import Settings
from defense_console.store.base import Answer
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.store import TinyStore

PROBE_S = 0.02
REST_S = 5.0
PIECE = 1 << 20


def archive(path: Path, mb: int, files: int) -> None:
    """An archive of `mb` megabytes that unpacks to twice as many, in `files` files of a project's first deliverable."""
    text = ("Une séquence de vingt minutes, puis un exercice noté sur dix. " * 20_000).encode()[:PIECE]
    pieces = max(2, 2 * mb * 1_000_000 // PIECE // files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for n in range(files):
            with out.open(f"Exemple_Bilal_1_piece{n}_092024.pdf", "w", force_zip64=True) as entry:
                for piece in range(pieces):
                    entry.write(os.urandom(PIECE) if piece % 2 else text)


def memory() -> int:
    """Bytes of the process that are in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("this system does not tell a process's memory in /proc")


class Watch:
    """What was seen between two moments."""

    def __init__(self) -> None:
        self.late_s = 0.0
        self.between_s = 0.0
        self.highest = memory()
        self._drawn: float | None = None

    def tick(self) -> None:
        """The clock was drawn."""
        now = time.perf_counter()
        if self._drawn is not None:
            self.between_s = max(self.between_s, now - self._drawn)
        self._drawn = now

    async def probe(self) -> None:
        """Ask the event loop for its turn, again and again."""
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(PROBE_S)
            self.late_s = max(self.late_s, time.perf_counter() - asked - PROBE_S)
            self.highest = max(self.highest, memory())

    def line(self, what: str, before: int) -> str:
        grown = (self.highest - before) / 1e6
        return f"{what:14} {1000 * self.late_s:12.1f} {1000 * self.between_s:20.0f} {grown:+14.1f}"


async def watched(app: ConsoleApp, work: asyncio.Future[object]) -> Watch:
    """Watch until some work is done."""
    watch = Watch()
    screen = next(screen for screen in app.console_screens() if isinstance(screen, LiveScreen))
    second = screen.second

    def drawn() -> None:
        second()
        watch.tick()

    screen.second = drawn  # type: ignore[method-assign]
    probe = asyncio.ensure_future(watch.probe())
    await work
    probe.cancel()
    screen.second = second  # type: ignore[method-assign]
    return watch


async def taken_in(app: ConsoleApp, defense_id: str, path: Path) -> None:
    """Take an archive in as a mentor does, answering each dialog as soon as it is there."""
    worker = ask_receive(app.console_screens()[-1], defense_id)
    while not worker.is_finished:
        match app.screen:
            case Ask():
                app.screen.answer(str(path))
            case Confirm():
                app.screen.answer(True)
        await asyncio.sleep(PROBE_S)


async def measure(folder: Path, path: Path) -> None:
    """Run a console on the demo cohort's live defense and print what was seen."""
    settings, shipped = Settings(name="Mentor"), load_shipped()
    store = TinyStore.open(folder)
    ExchangeDesk(store, clocks.read, "Mentor", "UTC", shipped).fill_demo(clocks.read().wall)
    live = next(summary.id for summary in store.pending() if summary.session == "live")
    store.close()

    def open_desk(deliver: object) -> Desk:
        def answer(given: Answer) -> None:
            assert callable(deliver)
            deliver(given)

        recorder = Recorder(lambda: TinyStore.open(folder), answer)
        recorder.start()
        store, vault = TinyStore.open(folder), FolderVault(folder)
        return Desk(store, recorder, clocks.read, clocks.process_start, settings, shipped, vault=vault)

    app = ConsoleApp(open_desk, settings, live)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(1)
        before = memory()
        rest = await watched(app, asyncio.ensure_future(asyncio.sleep(REST_S)))
        begun = time.perf_counter()
        busy = await watched(app, asyncio.ensure_future(taken_in(app, live, path)))
        took = time.perf_counter() - begun
        kept = sum(file.stat().st_size for file in (folder / "documents").rglob("*") if file.is_file())
    print(f"archive {path.stat().st_size / 1e6:.0f} MB, {kept / 1e6:.0f} MB kept, taken in after {took:.1f} s")
    print(f"{'':14} {'latest turn':>12} {'between two redraws':>20} {'memory':>14}")
    print(f"{'':14} {'ms':>12} {'ms':>20} {'MB':>14}")
    print(rest.line("at rest", before))
    print(busy.line("taking in", before))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=200, help="megabytes of the archive")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        path = Path(name) / "Projet_exemple_bilal.zip"
        archive(path, arguments.mb, arguments.files)
        asyncio.run(measure(Path(name) / "store", path))


if __name__ == "__main__":
    main()
