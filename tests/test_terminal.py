"""The console in a real pseudo-terminal: a whole defense with the AZERTY keys, closed without leaving, killed."""

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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest

from defense_console.store.tiny import TinyStore

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]
PATIENCE_S = 30.0


class Terminal:
    """A console in a pseudo-terminal of 100×30, and what it shows."""

    def __init__(self, store: Path, language: str = "fr") -> None:
        self.screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")},
            "TERM": "xterm-256color",
            "DEFENSE_CONSOLE_SETTINGS": str(store.parent / "settings.toml"),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "defense_console", "--store", str(store), "--lang", language],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        with contextlib.suppress(OSError):
            os.close(self._master)

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def shows(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        self.wait(lambda: all(text in self.text() for text in texts), f"{texts} never came")

    def wait(self, condition: Callable[[], bool], failure: str) -> None:
        """Wait for a condition, reading what the console draws meanwhile: one that is not read stands still."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"{failure}:\n{self.text()}")
            ready, _, _ = select.select([self._master], [], [], 0.1)
            if ready:
                with contextlib.suppress(OSError):
                    self._stream.feed(os.read(self._master, 65_536))

    def press(self, keys: str) -> None:
        """Press keys, as a keyboard sends them."""
        os.write(self._master, keys.encode())

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()

    def hang_up(self) -> None:
        """The terminal window is closed."""
        os.killpg(self.process.pid, signal.SIGHUP)
        self.process.wait(PATIENCE_S)


def run(store: Path, *arguments: str) -> str:
    """A command of the console; its output."""
    command = [sys.executable, "-m", "defense_console", "--store", str(store), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def shown(store: Path, id: str) -> dict[str, Any]:
    """`show --json`."""
    document = json.loads(run(store, "show", id, "--json"))
    assert isinstance(document, dict)
    return document


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """One student, one defense in a quarter of an hour."""
    folder = tmp_path / "store"
    (tmp_path / "settings.toml").write_text('name = "Mentor"\nzone = "Europe/Paris"\n', encoding="utf-8")
    rows = tmp_path / "rows.csv"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 900))
    rows.write_text(
        "student_id,student_name,email,timezone,curriculum,project,attempt,planned_at,duration_min,language\n"
        f"s1,Ada [/foo] Démo,,,IRP,IRP-P2,1,{soon},,fr\n",
        encoding="utf-8",
    )
    run(folder, "import", str(rows))
    return folder


def drafts(store: Path, id: str) -> dict[str, str]:
    """Half-typed texts, by field key, as another reader of the store finds them."""
    reader = TinyStore.open(store)
    try:
        return {field: draft.text for field, draft in reader.drafts(f"defense/{id}").items()}
    finally:
        reader.close()


def only_id(store: Path) -> str:
    """The id of the only pending defense."""
    (entry,) = json.loads(run(store, "list", "--json"))
    return str(entry["id"])


def test_a_conditional_defense_with_the_azerty_keys_survives_a_closed_terminal(store: Path) -> None:
    id = only_id(store)
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo")
        terminal.press("\r")
        terminal.shows("Avant l’appel")
        terminal.press("t")
        terminal.shows("On attend Ada")
        terminal.press("t")
        terminal.shows("PRÉSENTATION 1/3", "0/12")
        terminal.press('"&&&&&')  # one criterion not met, which two documents prove
        terminal.shows("6/12")
        terminal.press("&&&&&")
        terminal.shows("11/12")
        terminal.press("g")
        terminal.shows("DISCUSSION 2/3")
        terminal.press("g")
        terminal.shows("DÉBRIEFING 3/3")
        terminal.press("f")
        terminal.shows("Décision", "1. Guide", "Proposition")
        terminal.press("é")
        terminal.shows("(●) r")
        document = shown(store, id)
        assert [row["id"] for row in document["documents_to_revise"]] == ["d1", "d2"]
        assert document["verdict"]["suggested"] == "conditional"
        terminal.press("\x1b[20~")  # F9
        terminal.shows("signer le verdict")
        terminal.press("o")
        terminal.shows("u reprend")
        terminal.hang_up()
    after = shown(store, id)
    assert (after["verdict"]["outcome"], after["verdict"]["state"]) == ("conditional", "signed")
    assert [row["deliverable"] for row in after["documents_to_revise"]] == [1, 2]
    report = run(store, "report", id, "--lang", "fr")
    assert "Guide d'entretien et questionnaire" in report.replace("\\", "")
    assert "Rapport d'analyse des besoins" in report.replace("\\", "")
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo", "communiquer")
    run(store, "verify", id)  # exits with 2 when a hash does not hold


def test_a_killed_console_comes_back_on_the_same_second_with_the_half_typed_note(store: Path) -> None:
    id = only_id(store)
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo")
        terminal.press("\r")
        terminal.shows("Avant l’appel")
        terminal.press("t")
        terminal.shows("On attend Ada")
        terminal.press("t")
        terminal.shows("PRÉSENTATION 1/3")
        terminal.press("vr")
        terminal.shows("2/12")
        terminal.press("n")
        terminal.shows("SAISIE")
        terminal.press("half a no")
        terminal.shows("half a no")
        terminal.wait(lambda: "note" in drafts(store, id), "the draft was never saved")
        terminal.kill()
    document = shown(store, id)
    started = document["timer"]["elapsed_s"]
    assert document["timer"]["state"] == "running", "the clock kept counting"
    with Terminal(store) as terminal:
        terminal.shows("PRÉSENTATION 1/3", "2/12", "half a no")
        terminal.press("\x1b")
        terminal.shows("Notes 1")
        terminal.press("wv")
        terminal.shows("3/12")
    again = shown(store, id)
    assert again["timer"]["elapsed_s"] >= started
    assert [note["text"] for note in again["notes"]] == ["half a no"]
    assert len(again["ratings"]) == 3, "not read-only"

