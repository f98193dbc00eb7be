"""How long the console takes to its first picture, beside an app of the toolkit with one word on it.

Both are started in a pseudo-terminal, by turns, and timed until their text is drawn; once before that, so that their
modules are compiled as those of an installed console are. Only the ratio says something: the seconds are this
machine's. The processor's time says more than the clock's where the machine does other work.
Usage: python benchmarks/start.py [TURNS]
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("drawn")
Bare().run()
"""
PATIENCE_S = 30.0


class Took(NamedTuple):
    """Milliseconds by the clock and of the processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} ms ({self.cpu:.0f} of the processor)"


def until(command: Sequence[str], drawn: bytes, compiled: str) -> Took:
    """From the start of a program to the moment a text of it reaches its terminal; compiled modules lie in a folder."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env=os.environ | {"TERM": "xterm-256color", "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""},
    )  # fmt: skip
    os.close(slave)
    seen = b""
    try:
        while drawn not in seen:
            if not select.select([master], [], [], PATIENCE_S)[0]:
                raise SystemExit(f"{command[-1]!r} never drew {drawn!r}")
            with contextlib.suppress(OSError):
                seen += os.read(master, 65_536)
        wall_s = time.perf_counter() - started
    finally:
        process.kill()
        _pid, process.returncode, used = os.wait4(process.pid, 0)
        os.close(master)
    return Took(1000 * wall_s, 1000 * (used.ru_utime + used.ru_stime))


def main(turns: int = 7) -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        console = [sys.executable, "-m", "defense_console", "--store", str(Path(folder) / "demo"), "--lang", "en"]
        subprocess.run([*console[:3], "demo", *console[3:], "--fill"], check=True, stdout=subprocess.DEVNULL)
        compiled = str(Path(folder) / "compiled")
        bare, ours = [], []
        for turn in range(turns + 1):
            one = until([sys.executable, "-c", BARE], b"drawn", compiled)
            other = until(console, b"Today", compiled)
            if turn:
                bare.append(one)
                ours.append(other)
    one, other = (Took(*map(statistics.median, zip(*each, strict=True))) for each in (bare, ours))
    print(f"bare app {one} · console {other} · {other.wall / one.wall:.1f} times ({other.cpu / one.cpu:.1f})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
