"""A live console in a pseudo-terminal that sends it more than keys: nothing is recorded, and it goes on."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.storms import answer, malformed, pieces
from tests.terminal import Terminal, run, start_defense
from tests.test_terminal import only_id, store

__all__ = ["store"]
ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]


def test_only_keys_act_on_a_live_defense(store: Path) -> None:
    id, chance = only_id(store), Random(3)
    with Terminal(store) as terminal:
        start_defense(terminal)
        before = run(store, "log", id)
        reports = [answer(chance) for _ in range(2_000)] + [malformed(chance) for _ in range(2_000)]
        chance.shuffle(reports)
        for report in reports:  # each whole: on a busy machine a pause within one may make keys of its end
            terminal.send(report)
        terminal.press("v")
        terminal.shows("1/12")
        after = run(store, "log", id)
        assert after.startswith(before.rstrip("\n"))
        assert len(after.splitlines()) == len(before.splitlines()) + 1
        terminal.press("n")
        terminal.shows("SAISIE")
        terminal.send(b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\")
        terminal.send(b"caf\xe9")
        terminal.shows("café", "Latin-1")
        terminal.press(" ok\r")
        terminal.shows("café ok")
        assert terminal.process.poll() is None


def test_a_console_that_reads_no_keys_any_more_says_so_and_ends_with_1(store: Path) -> None:
    broken = "import os\nfrom textual.drivers import linux_driver\n"
    broken += "class Broken:\n    def __init__(self, *_): pass\n    def __getattr__(self, _): raise ValueError('x')\n"
    broken += "linux_driver.XTermParser = Broken\n"
    (store.parent / "sitecustomize.py").write_text(broken, encoding="utf-8")
    with Terminal(store, environment={"PYTHONPATH": os.pathsep.join([str(store.parent), str(ROOT)])}) as terminal:
        terminal.wait(lambda: terminal.process.poll() is not None, "it never ended")
        terminal.read(0.5)
        assert terminal.process.returncode == 1
        terminal.shows("à cause d’une anomalie")


def test_any_bytes_end_a_console_only_through_the_question(store: Path) -> None:
    id, chance = only_id(store), Random(4)
    with Terminal(store) as terminal:
        start_defense(terminal)
        for _ in range(40):
            # No y and no o: they answer the question that quits.
            data = bytes(byte for byte in chance.randbytes(250) if byte not in b"yYoO\xb2")
            for piece in pieces(data, chance):
                terminal.send(piece)
        terminal.press("\x0c")
        terminal.read(0.5)
        assert terminal.process.poll() is None
    assert run(store, "verify")
    assert id in run(store, "list", "--json")
