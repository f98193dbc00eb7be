"""Eight hours at the console, simulated: does it grow, does it leave files open?

A headless console on a machine whose clock moves when it is told: every second of eight hours is passed to it as the
application passes its own, and a script of keys leads one defense after another (ratings, notes and other texts,
pauses, undo, phases, the timeline, the audience view, the verdict, signature and release). What is not simulated: a
terminal that draws, and eight hours of real time. Memory is what the kernel says this process holds, after the
collector ran; handles are the entries of /proc/self/fd.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from tests.ui.conftest import Room
from torture.figures import Figures, cases, show
from torture.strace import ROOT

SIZE = (100, 30)
DEFENSE_S = 25 * 60
"""From one defense to the next."""
WARM_AFTER = 5 / 8
"""How much of the time is warming up: the toolkit remembers how it drew its last 1,024 widgets, which are about ten
defenses; until then the console grows, and then no more."""
GROWTH_MB = 4.0
"""More than this from there to the end is growth."""
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024 if hasattr(os, "sysconf") else 4


class SoakedApp(ConsoleApp, inherit_bindings=False):
    """The console, whose seconds pass when the script says so."""

    CSS_PATH = str(ROOT / "defense_console" / "app.tcss")

    def _wait_for_second(self) -> None:
        """No timer: `pass_second` is called by the script."""

    def pass_second(self) -> None:
        """Let a second pass, as the application's own timer does."""
        self._pass_second()


class Measured(msgspec.Struct, frozen=True):
    """This process at one moment."""

    memory_mb: float
    handles: int
    threads: int


def measured() -> Measured:
    """How much this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    status = Path("/proc/self/status").read_text("ascii")
    threads = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads"))
    return Measured(pages * PAGE_KIB / 1024, len(list(Path("/proc/self/fd").iterdir())), threads)


class Mentor:
    """Somebody who works for eight hours."""

    def __init__(self, room: Room, app: SoakedApp, pilot: Pilot[None]) -> None:
        self.room = room
        self.app = app
        self.pilot = pilot
        self.seconds = 0
        self.keys = 0

    async def wait(self, seconds: int) -> None:
        """Let time pass, second by second."""
        for second in range(seconds):
            self.room.machine.pass_time(1)
            self.seconds += 1
            self.app.pass_second()
            if second % 60 == 0:
                await self.pilot.pause()
            else:
                await asyncio.sleep(0)

    async def press(self, *keys: str, seconds: int = 2) -> None:
        """Press keys, one after the other, and look at the screen meanwhile."""
        for key in keys:
            await self.pilot.press(key)
            self.keys += 1
            await self.wait(seconds)

    async def write(self, key: str, text: str) -> None:
        """Write a text and finish it."""
        await self.press(key)
        await self.press(*("space" if letter == " " else letter for letter in text), seconds=0)
        await self.press("enter")

    async def lead(self, number: int) -> None:
        """One defense, from the queue to the release."""
        began = self.seconds
        student = self.room.student(f"s{number}", f"Student {number} Demo")
        id = self.room.plan(student, in_min=3)
        self.app.go("brief", id)
        await self.press("t", seconds=60)
        await self.press("t")
        for rating in "vrvxvv":
            await self.press(rating, seconds=20)
        await self.write("n", f"note {number} while it runs")
        await self.write("q", "what about the costs")
        await self.write("s", "clear from the first slide")
        await self.press("u", "y", "t", "t", "plus", "minus", "l", "escape", "a", "a", "tab", "tab", "w")
        await self.wait(max(0, 15 * 60 - (self.seconds - began)))
        await self.press("g")
        for rating in "vvvvv":
            await self.press(rating, seconds=20)
        await self.write("n", "answers every question")
        await self.wait(60)
        await self.press("g", seconds=120)
        await self.press("f", seconds=5)
        await self.write("m", "the grid says otherwise and I explain why")
        await self.press("v", "p", "escape", "f9", "y", seconds=3)
        await self.wait(90)
        await self.press("escape", "escape", "escape")
        await self.wait(max(0, DEFENSE_S - (self.seconds - began)))


async def soak(folder: Path, hours: float) -> tuple[list[Measured], Mentor]:
    """Work; what was measured at the end of each hour, the start first."""
    room = Room(folder)
    room.student("s0", "Nobody Demo")
    room.plan("s0", in_min=6_000)
    app = SoakedApp(room.open_desk, room.settings)
    found: list[Measured] = []
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        mentor, number = Mentor(room, app, pilot), 0
        found.append(measured())
        while mentor.seconds < hours * 3600:
            number += 1
            await mentor.lead(number)
            while mentor.seconds >= len(found) * 3600:
                found.append(measured())
        if app.fault is not None:
            raise RuntimeError(app.fault)
    return found, mentor


def main() -> int:
    """Soak; print the figures."""
    if not Path("/proc/self/statm").exists():
        return show(Figures("soak", skipped="no /proc here, which tells how much a process holds"))
    hours = cases(usual=8, long=16, quick=6)
    with tempfile.TemporaryDirectory() as name:
        found, mentor = asyncio.run(soak(Path(name) / "store", hours))
    warm, end = found[round(hours * WARM_AFTER)], found[-1]
    losses = []
    if end.memory_mb - warm.memory_mb > GROWTH_MB:
        losses.append(f"memory grew by {end.memory_mb - warm.memory_mb:.1f} MB after it was warm")
    if end.handles > warm.handles or end.threads > warm.threads:
        losses.append(f"{end.handles - warm.handles} files and {end.threads - warm.threads} threads stayed open")
    each = ", ".join(f"{m.memory_mb:.1f} MB and {m.handles} handles" for m in (found[0], warm, end))
    phrases = (
        f"{mentor.seconds / 3600:.1f} simulated hours, {mentor.keys} keys",
        f"start, warm, end: {each}",
        "each hour " + " ".join(f"{m.memory_mb:.1f}" for m in found),
    )
    return show(Figures("soak", phrases, tuple(losses)))


if __name__ == "__main__":
    sys.exit(main())
