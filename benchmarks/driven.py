"""A program in a pseudo-terminal, driven and timed from outside, as a terminal and a keyboard do it."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyte

PATIENCE_S = 120.0
KEY_S = 20.0
"""A key that draws nothing for so long is no key to measure."""
RESTLESS_S = 20.0
"""A program that draws for so long without a pause never rests."""
OURS = ("COLUMNS", "LINES", "NO_COLOR", "TEXTUAL", "DEFENSE_CONSOLE_STORE")


PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def end_with_me() -> None:
    """Be killed when the program that started this one ends, whatever ended it. Source: prctl(2)."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    end_with_me()


class Answer(NamedTuple):
    """What followed a key: seconds until something was drawn, bytes drawn."""

    seconds: float
    drawn: int


class Driven:
    """A program that runs in a terminal of its own.

    Args:
        command: The program with its arguments.
        columns, rows: Of the terminal.
        environment: Variables besides those of this process.
    """

    def __init__(
        self, command: Sequence[str], columns: int = 120, rows: int = 40, environment: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = 0
        self.last_at = 0.0
        """When something was drawn last."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        whole = {name: value for name, value in os.environ.items() if name not in OURS}
        whole |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})}
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=whole,
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 — a benchmark has one thread
        )
        os.close(slave)

    def __enter__(self) -> Driven:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    # --- what it shows -----------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def row(self, y: int) -> str:
        """What is in one row of the screen."""
        return "".join(self.screen.buffer[y][x].data for x in range(self.screen.columns))

    def read(self, timeout_s: float) -> int:
        """Take in what is drawn, waiting for it at most so long. Returns: how many bytes."""
        if not select.select([self._master], [], [], timeout_s)[0]:
            return 0
        try:
            data = os.read(self._master, 1 << 20)
        except OSError:
            raise SystemExit(f"the program ended:\n{self.text}") from None
        self.last_at = time.perf_counter()
        self.bytes += len(data)
        self._stream.feed(data)
        return len(data)

    def until(self, shown: str | Callable[[], bool]) -> float:
        """Wait until a text or a condition is on the screen. Returns: seconds since the start of the program."""
        end = time.perf_counter() + PATIENCE_S
        while not (shown in self.text if isinstance(shown, str) else shown()):
            if time.perf_counter() > end:
                raise SystemExit(f"never drawn: {shown}\n{self.text}")
            self.read(0.5)
        return self.last_at - self.started

    def rest(self, quiet_s: float = 0.3) -> None:
        """Wait until nothing is drawn for so long, or for `RESTLESS_S`: some programs let their cursor blink."""
        end = time.perf_counter() + RESTLESS_S
        while self.read(quiet_s) and time.perf_counter() < end:
            pass

    # --- keys --------------------------------------------------------------------------------------------------------

    def send(self, keys: bytes) -> None:
        """Send keys, reading what is drawn meanwhile."""
        while keys:
            readable, writable, _ = select.select([self._master], [self._master], [], PATIENCE_S)
            if readable:
                self.read(0)
            elif writable:
                keys = keys[os.write(self._master, keys) :]

    def key(self, key: bytes, quiet_s: float = 0.13) -> Answer:
        """Send a key and wait until the hand rests. Returns: when something was drawn first, and all that was drawn."""
        before, sent = self.bytes, time.perf_counter()
        self.send(key)
        if not self.read(KEY_S):
            raise SystemExit(f"the key {key!r} drew nothing:\n{self.text}")
        first = self.last_at - sent
        while time.perf_counter() < sent + quiet_s:
            self.read(max(0.0, sent + quiet_s - time.perf_counter()))
        return Answer(first, self.bytes - before)

    def burst(self, keys: bytes, quiet_s: float = 0.4) -> float:
        """Send many keys at once. Returns: seconds until the last of what they draw."""
        sent = time.perf_counter()
        self.send(keys)
        self.read(KEY_S)
        self.rest(quiet_s)
        return self.last_at - sent

    # --- what it uses ------------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def cpu_s(self) -> float:
        """Seconds of the processor that all its threads have used which are still there."""
        used = 0
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                used += int((task / "schedstat").read_text().split()[0])
        return used / 1e9

    @property
    def memory_mb(self) -> float:
        """Megabytes of memory that it takes for itself alone."""
        lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024
