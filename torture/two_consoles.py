"""Two processes on one store: thousands of interleaved appends, on the same and on different defenses.

Each process is a desk of its own. Neither asks who holds a defense: the store alone decides who was first, and what it
refuses is kept aside and taken up again until everything is in the record. Then every decision is counted in the logs:
each once, under numbers without a hole, in a chain that holds.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from itertools import pairwise
from pathlib import Path

import msgspec

from defense_console import clocks
from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.store.base import Answer, Refused
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.store import TinyStore
from torture.figures import Figures, cases, show
from torture.strace import ROOT

DEFENSES = 20
"""Defenses that both write, and as many for each alone: a log of one defense stays as long as real ones are."""
AT_ONCE = 6
"""So many decisions may be on their way at once, as under the fingers of a fast mentor on a slow disk."""
NAMES = ("one", "two")


class Done(msgspec.Struct):
    """What a process says at its end: appends that were refused, and decisions in the record at last."""

    refused: int = 0
    recorded: int = 0


def ids(owner: str) -> list[str]:
    """The defenses of one process, or those of both."""
    return [str(defense_id(f"{owner}-{n}", "IRP-P2", 1)) for n in range(DEFENSES)]


class Writer:
    """One of the two processes."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.answers: deque[Answer] = deque()
        self.recorder = Recorder(lambda: TinyStore.open(folder), self.answers.append, keeps_aside=True)
        self.store = TinyStore.open(folder)
        self.ledger = Ledger(self.store, self.recorder, clocks.read, name, load_shipped())
        # As if no console saw the other's leases: the store alone decides who was first.
        leases = Leases(dict, lambda _job: None, clocks.read, clocks.process_start, "UTC")
        self.desks = {id: DefenseDesk(self.ledger, id, leases) for id in (*ids("both"), *ids(name))}
        self.done = Done()
        self.recorder.start()

    def take_answers(self) -> None:
        """What the recorder said meanwhile."""
        while self.answers:
            answer = self.answers.popleft()
            self.done.refused += isinstance(answer, Refused)
            self.ledger.acknowledge(answer)

    def settle(self) -> None:
        """Wait until everything is answered, and take up what was refused; again until nothing is left."""
        while True:
            self.recorder.flush(30)
            self.take_answers()
            self.ledger.refresh()
            mine = [
                (desk, aside.key)
                for desk in self.desks.values()
                for aside in desk.aside
                if aside.event.author == self.name
            ]
            if not mine and not self.recorder.pending and not self.answers:
                return
            for desk, key in mine:
                desk.take_up(key)

    def run(self, decisions: int, seed: int) -> Done:
        """Write, on one defense after another, then settle what is left."""
        chance = random.Random(seed)
        for n in range(decisions):
            ours = chance.random() < 0.5
            id = chance.choice(ids("both") if ours else ids(self.name))
            self.desks[id].act(ev.Noted(f"{self.name} {n}", clocks.read()))
            if chance.random() < 1 / AT_ONCE:
                self.recorder.flush(30)
            self.take_answers()
            self.ledger.refresh()
        self.settle()
        self.done.recorded = decisions
        self.recorder.close(30)
        self.store.close()
        return self.done


def prepare(folder: Path) -> None:
    """Plan every defense."""
    store = TinyStore.open(folder)
    recorder = Recorder(lambda: TinyStore.open(folder), lambda _answer: None)
    recorder.start()
    ledger = Ledger(store, recorder, clocks.read, "setup", load_shipped())
    for owner in ("both", *NAMES):
        for n, id in enumerate(ids(owner)):
            planned = ev.Planned(f"{owner}-{n}", "IRP", "IRP-P2", 1, clocks.read().wall)
            ledger.begin(DEFENSE, id, planned)
    recorder.close(30)
    store.close()


def losses(folder: Path, decisions: int) -> tuple[list[str], int, int]:
    """What is wrong in the store.

    Returns:
        A sentence for each loss, the number of notes, and how often the writer changed within a log.
    """
    found, notes, turns = [], Counter[str](), 0
    store = TinyStore.open(folder)
    for id in [id for owner in ("both", *NAMES) for id in ids(owner)]:
        events = [DEFENSE.decode(line.body) for line in store.read_log(f"defense/{id}")]
        if [event.seq for event in events] != list(range(1, len(events) + 1)):
            found.append(f"the numbers of {id} have a hole or a double")
        if problems := store.verify(f"defense/{id}"):
            found.append(f"{id}: {problems[0].text_id}")
        notes.update(event.what.text for event in events if isinstance(event.what, ev.Noted))
        turns += sum(a.author != b.author for a, b in pairwise(events))
        if store.all_asides().get(f"defense/{id}", {}):
            found.append(f"something of {id} is still aside")
    store.close()
    for name in NAMES:
        for n in range(decisions):
            if notes[f"{name} {n}"] != 1:
                found.append(f"{name} {n} is there {notes[f'{name} {n}']} times")
    return found, notes.total(), turns


def experiment(decisions: int) -> Figures:
    """Both processes at once. Args: decisions: of each."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        prepare(folder)
        began = time.monotonic()
        command = [sys.executable, "-m", "torture.two_consoles", str(folder)]
        running = [
            subprocess.Popen([*command, name, str(decisions), str(seed)], stdout=subprocess.PIPE, cwd=ROOT)
            for seed, name in enumerate(NAMES)
        ]
        said = [process.communicate()[0] for process in running]
        seconds = time.monotonic() - began
        crashed = [f"{name} ended with {p.returncode}" for name, p in zip(NAMES, running, strict=True) if p.returncode]
        done = [msgspec.json.decode(text, type=Done) for text in said if text]
        found, notes, turns = losses(folder, decisions)
    refused = sum(each.refused for each in done)
    return Figures(
        "two consoles",
        (
            f"{notes} decisions of 2 processes on {DEFENSES} common and {2 * DEFENSES} own defenses",
            f"the writer changed {turns} times within a log",
            f"{refused} appends refused, kept aside and taken up again",
            f"{notes / seconds:.0f} a second",
        ),
        tuple(crashed + found),
    )


def main() -> int:
    """10,000 decisions; five times as many in the long run."""
    return show(experiment(cases(usual=5_000, long=25_000, quick=200)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        folder, name, count, seed = sys.argv[1:]
        sys.stdout.buffer.write(msgspec.json.encode(Writer(Path(folder), name).run(int(count), int(seed))))
        sys.exit(0)
    sys.exit(main())
