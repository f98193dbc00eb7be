"""A console in a real pseudo-terminal, for tests and experiments that press keys and read the screen."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.waiting import PATIENCE_S


class Terminal:
    """A console in a pseudo-terminal of 100×30, and what it shows."""

    def __init__(self, store: Path | str, language: str = "fr", environment: Mapping[str, str] | None = None) -> None:
        self.screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = 0
        """How many the console has printed."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        whole = {
            **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")},
            "TERM": "xterm-256color",
            **({"DEFENSE_CONSOLE_SETTINGS": str(store.parent / "settings.toml")} if isinstance(store, Path) else {}),
            **(environment or {}),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "defense_console", "--store", str(store), "--lang", language],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=whole,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.vanish()

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def shows(self, *texts: str) -> None:
        """Wait until all of these are on the screen; a long message goes on in the next row."""
        self.wait(lambda: all(text in " ".join(self.text().split()) for text in texts), f"{texts} never came")

    def wait(self, condition: Callable[[], bool], failure: str) -> None:
        """Wait for a condition, reading what the console draws meanwhile: one that is not read stands still."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"{failure}:\n{self.text()}")
            self.read(0.1)

    def read(self, timeout_s: float) -> None:
        """Take in what the console draws, waiting for it at most so long."""
        ready, _, _ = select.select([self._master], [], [], timeout_s)
        if ready:
            with contextlib.suppress(OSError):
                self.feed(os.read(self._master, 65_536))

    def stands_still(self) -> None:
        """Wait until the console does nothing any more, because nobody reads what it draws."""
        end, known, quiet = time.monotonic() + PATIENCE_S, "", 0
        while quiet < 20:
            assert time.monotonic() < end, "it never stood still"
            time.sleep(0.1)  # longer than a tick of the machine's own accounting, and the console draws every second
            used = " ".join(Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13])
            known, quiet = used, quiet + 1 if used == known else 0

    def wakes(self) -> int:
        """How often the threads beside the event loop's have woken up."""
        tasks = [
            each for each in Path(f"/proc/{self.process.pid}/task").iterdir() if each.name != str(self.process.pid)
        ]
        lines = (line.split() for each in tasks for line in (each / "status").read_text().splitlines())
        return sum(int(words[1]) for words in lines if words[0] == "voluntary_ctxt_switches:")

    def feed(self, data: bytes) -> None:
        """Show what the console printed."""
        self.bytes += len(data)
        self._stream.feed(data)

    def press(self, keys: str) -> None:
        """Press keys, as a keyboard sends them."""
        self.send(keys.encode())

    def send(self, data: bytes) -> None:
        """Send bytes, whatever they are; what the console draws is read first when it stands in the way."""
        while data:
            readable, writable, _ = select.select([self._master], [self._master], [], PATIENCE_S)
            assert readable or writable, "the console reads nothing"
            if readable:
                self.read(0)
            elif writable:
                data = data[os.write(self._master, data) :]

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()

    def vanish(self) -> None:
        """The terminal is gone, and no signal tells: it is not the controlling terminal of the console."""
        with contextlib.suppress(OSError):
            os.close(self._master)

    def hang_up(self) -> None:
        """The terminal window is closed."""
        os.killpg(self.process.pid, signal.SIGHUP)
        self.wait(lambda: self.process.poll() is not None, "the console never ended")


def run(store: Path | str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """A command of the console; its output."""
    command = [sys.executable, "-m", "defense_console", "--store", str(store), *arguments]
    around = {**os.environ, **(environment or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=around)
    assert done.returncode == 0, done.stderr
    return done.stdout


def store_of_one(around: Path) -> Path:
    """A store in this folder with one student and one defense in a quarter of an hour, and its settings beside it."""
    folder = around / "store"
    (around / "settings.toml").write_text('name = "Mentor"\nzone = "Europe/Paris"\n', encoding="utf-8")
    rows = around / "rows.csv"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 900))
    rows.write_text(
        "student_id,student_name,email,timezone,curriculum,project,attempt,planned_at,duration_min,language\n"
        f"s1,Ada [/foo] Démo,,,IRP,IRP-P2,1,{soon},,fr\n",
        encoding="utf-8",
    )
    run(folder, "import", str(rows))
    return folder


def shown(store: Path, id: str) -> dict[str, Any]:
    """`show --json`."""
    document = json.loads(run(store, "show", id, "--json"))
    assert isinstance(document, dict)
    return document


def start_defense(terminal: Terminal) -> None:
    """From the queue to the running clock, on a console in French whose first defense is that of `Ada [/foo] Démo`."""
    terminal.shows("Ada [/foo] Démo")
    terminal.press("\r")
    terminal.shows("Avant l’appel")
    terminal.press("t")
    terminal.shows("ATTENTE")
    terminal.press("t")
    terminal.shows("PRÉSENTATION 1/3", "0/12", "enregistré")
