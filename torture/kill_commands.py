"""`kill -9` of `forget`, `backup`, `backup -o` and `restore` at random moments, with a student in all they touch.

A command is killed at a random one of the calls that Python makes of the system (audit events), or a little later, so
that it also ends within SQLite. After each kill `doctor` has to name what was left half-made, and forgetting the
student once more must leave no byte of them but in whole copies that were made to another folder.

    python -m torture.kill_commands              the experiment
    python -m torture.kill_commands AT DELAY …   one command, killed at its call AT (0: never) and DELAY ms later
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import msgspec

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.log.subject import beside
from defense_console.store.base import Append
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening.half_made import TEMPORARY
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool_files import write_aside
from defense_console.store.work_folder import WORK_PREFIX
from tests.store import logs
from torture.figures import Figures, cases, show
from torture.strace import ROOT

CALLS = ("open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "sqlite3.connect")
LONGEST_DELAY_MS = 20
MARKS = (b"Ada Exemple", b"a report of s1", b"student/s1")


COMMANDS = ("forget", "backup", "backup -o", "restore")


class Counts(msgspec.Struct):
    """What is counted over all kills: those that came in time, and those that left something of the student."""

    kills: int = 0
    half_made: int = 0


def filled(place: Path) -> None:
    """A store with a student to forget and one to keep, documents, two copies, refused work, what was copied last."""
    folder = place / "store"
    (place / "settings.toml").write_text('name = "Mentor"\nzone = "UTC"\n', encoding="utf-8")
    with closing(TinyStore.open(folder)) as store, FolderVault(folder).taking() as taking:
        for n, (id, name) in enumerate((("s1", "Ada Exemple"), ("s2", "Omar Exemple")), 1):
            kept = taking.add([f"a report of {id}: {name}".encode()])
            received = ev.DeliverableReceived(1, (ReceivedFile("report.txt", kept.size, kept.sha256),))
            planned = msgspec.structs.replace(logs.PLANNED, student_id=id)
            lines = (logs.event(1, planned), logs.event(2, received), logs.note(3, f"{name} hesitated"))
            row = msgspec.structs.replace(logs.summary(n), student_id=id)
            store.append(logs.student(id, name))
            store.append(Append(logs.stream(n), 0, lines, row=beside(row)))
        write_aside_in(place / "spool", store)
    for hour in ("08", "09"):
        Backups(folder).write(f"2026-03-02T{hour}:00:00.000Z")
    (folder / "clipboard.txt").write_text("Ada Exemple hesitated", encoding="utf-8")


def write_aside_in(spool: Path, store: TinyStore) -> None:
    """Work of the student that no store has a defense for."""
    spool.mkdir()
    write_aside(spool, store.identity, [Append("student/s1", 9, (b"Ada Exemple",))])


def argv(command: str, place: Path) -> list[str]:
    """The arguments of a command that is killed."""
    (copy, *_) = sorted((place / "store" / "backups").glob("defenses-*.db"))
    return {
        "forget": ["forget", "s1", "--yes"],
        "backup": ["backup"],
        "backup -o": ["backup", "-o", str(place / "other")],
        "restore": ["restore", str(copy)],
    }[command]


def run(place: Path, arguments: list[str], call: int = 0, delay_ms: float = 0.0) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, killed at a call; 0 lets it end."""
    environment = {
        **os.environ,
        "DEFENSE_CONSOLE_SETTINGS": str(place / "settings.toml"),
        "DEFENSE_CONSOLE_SPOOL": str(place / "spool"),
        "TMPDIR": str(place / "tmp"),
    }
    own = [sys.executable, "-m", "torture.kill_commands", str(call), str(delay_ms), *arguments]
    command = [*own, "--store", str(place / "store"), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)


def main_of_command(call: int, delay_ms: float, arguments: list[str]) -> None:
    """The process that is killed; prints how many calls it made when it lived."""
    from defense_console.cli import main as cli

    made, here = 0, str(Path(os.environ["TMPDIR"]).parent)

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def seen(event: str, values: tuple[object, ...]) -> None:
        nonlocal made
        if event not in CALLS or not any(here in str(value) for value in values):
            return
        made += 1
        if made == call:
            threading.Timer(delay_ms / 1000, kill).start() if delay_ms else kill()

    sys.addaudithook(seen)
    try:
        cli(arguments)
    finally:
        print(f"calls {made}", file=sys.stderr)


def half_made(place: Path) -> list[Path]:
    """What lies in work folders."""
    return [path for path in _files(place) if any(part.startswith((WORK_PREFIX, TEMPORARY)) for part in path.parts)]


def speaks(path: Path) -> bool:
    """Whether a file holds something of the student."""
    data = path.read_bytes()
    return any(mark in data for mark in MARKS)


def _files(place: Path) -> list[Path]:
    return [path for path in sorted(place.rglob("*")) if path.is_file()]


def look_after(place: Path) -> list[str]:
    """Look what a kill left, forget the student again, and look again; what must not be, in sentences."""
    losses = []
    speaking = [path for path in half_made(place) if speaks(path)]
    found = json.loads(run(place, ["doctor", "--json"]).stdout)
    named = {each["where"] for each in found["found"] if each["kind"] == "left"}
    for path in speaking:
        if not any(path.is_relative_to(where) for where in named):
            losses.append(f"doctor does not name {path.relative_to(place)}")
    again = run(place, ["forget", "s1", "--yes"])
    if again.returncode and "There is no student" not in again.stderr:
        losses.append(f"forgetting again: {again.stderr.strip()}")
    for path in _files(place):
        whole_copy = path.is_relative_to(place / "other") and path not in half_made(place)
        if speaks(path) and not whole_copy:
            losses.append(f"{path.relative_to(place)} still speaks of the student")
    with closing(TinyStore.open(place / "store", create=False)) as store:
        losses += [f"verify: {problem.stream} {problem.kind}" for problem in store.verify_all()]
        if len(store.read_log(logs.stream(2))) != 3:
            losses.append("the record of the other student is not whole")
    return losses


def experiment(kills: int, seed: int) -> tuple[Counts, list[str]]:
    """Kill commands at random; what was counted, and what must not be."""
    counts, losses, choice = Counts(), [], random.Random(seed)
    calls: dict[str, int] = {}
    for n in range(kills):
        command = COMMANDS[n % len(COMMANDS)]
        with tempfile.TemporaryDirectory() as temporary:
            place = Path(os.path.realpath(temporary))
            (place / "tmp").mkdir()
            filled(place)
            if command not in calls:
                with tempfile.TemporaryDirectory() as trial:
                    copy = Path(os.path.realpath(trial)) / "place"
                    shutil.copytree(place, copy)
                    whole = run(copy, argv(command, copy))
                calls[command] = int(whole.stderr.rpartition("calls ")[2] or 0)
            delay_ms = choice.choice((0.0, choice.uniform(0.0, LONGEST_DELAY_MS)))
            done = run(place, argv(command, place), choice.randint(1, calls[command]), delay_ms)
            counts.kills += done.returncode == -signal.SIGKILL
            counts.half_made += any(speaks(path) for path in half_made(place))
            losses += [f"{command}: {loss}" for loss in look_after(place)]
    return counts, losses


def main() -> int:
    """Kill, look, forget again; print the figures."""
    if len(sys.argv) > 2:
        main_of_command(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
        return 0
    counts, losses = experiment(cases(usual=80, long=400, quick=12), 20261130)
    phrases = (f"{counts.kills} kill -9 of {', '.join(COMMANDS)}", f"{counts.half_made} left something of the student")
    return show(Figures("kill commands", phrases, tuple(losses)))


if __name__ == "__main__":
    sys.exit(main())
