"""How long the console takes to its first picture, beside an app of the toolkit with one word on it.

Both are started in a pseudo-terminal, by turns, and timed until their text is drawn. Only the ratio says something: the
seconds are this machine's. Usage: python benchmarks/start.py [TURNS]
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

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("drawn")
Bare().run()
"""
PATIENCE_S = 30.0


def seconds_until(command: Sequence[str], drawn: bytes) -> float:
    """Seconds from the start of a program to the moment a text of it reaches its terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(slave)
    seen = b""
    try:
        while drawn not in seen:
            if not select.select([master], [], [], PATIENCE_S)[0]:
                raise SystemExit(f"{command[-1]!r} never drew {drawn!r}")
            with contextlib.suppress(OSError):
                seen += os.read(master, 65_536)
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(master)


def main(turns: int = 7) -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        console = [sys.executable, "-m", "defense_console", "--store", str(Path(folder) / "demo"), "--lang", "en"]
        subprocess.run([*console[:3], "demo", *console[3:], "--fill"], check=True, stdout=subprocess.DEVNULL)
        bare, ours = [], []
        for _turn in range(turns):
            bare.append(seconds_until([sys.executable, "-c", BARE], b"drawn"))
            ours.append(seconds_until(console, b"Today"))
    one, other = statistics.median(bare), statistics.median(ours)
    print(f"bare app {1000 * one:.0f} ms · console {1000 * other:.0f} ms · {other / one:.1f} times")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
