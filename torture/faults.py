"""Faults below SQLite: system calls that fail, limits that are reached, a folder that may not be written any more.

Each run writes a script while every n-th call on the store's files fails (or all of a stretch of them do), and must
end with everything written, in order, once: the console tries again until the fault is gone. What was acknowledged
before is compared with what is there. `strace -e inject=` makes the calls fail; a shim in C writes only half of what
it is told.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from defense_console.store.sqlite.opening.place import FILE
from defense_console.store.sqlite.store import TinyStore
from torture import strace
from torture.figures import LONG, QUICK, Figures, show
from torture.script import losses_in, script, states
from torture.subject import PATIENCE_S

STEPS = 40
NOBODY = "65534"
_SHORT = Path(__file__).with_name("short_writes.c")


class Run(msgspec.Struct, frozen=True):
    """One way to hurt a subject.

    Attributes:
        name: what is told when something is lost.
        before: the command in front of the subject's.
        options: more options of the subject.
        environment: more of it.
        made: whether the store is there before the fault, or is made under it.
    """

    name: str
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    made: bool = True


def runs(folder: Path, log: Path) -> Iterator[Run]:
    """Every way, one after the other."""
    if strace.works():
        yield from injected(folder, log)
    for pages in (12, 15, 20):
        yield Run(f"max_page_count = {pages}", options=("--pages", str(pages)))
    for kib in (0, 1, 7, 33, 70, 200) if not QUICK else (7, 70):
        yield Run(f"RLIMIT_FSIZE = {kib} KiB", options=("--fsize", str(max(1, kib * 1024))))


def injected(folder: Path, log: Path) -> Iterator[Run]:
    """Calls that fail: every n-th one, and a stretch of them that ends."""
    steps = range(1, 21) if LONG else (2, 5) if QUICK else (2, 3, 5, 8)
    files = [folder / (FILE + end) for end in ("", "-wal", "-shm")]
    faults = [
        ("fdatasync", "error=EIO"),
        ("fsync", "error=EIO"),
        ("pwrite64", "error=ENOSPC"),
        ("pwrite64", "error=EIO"),
        ("pwrite64", "retval=0"),
        ("ftruncate", "error=EIO"),
    ]
    for call, fault in faults:
        for n in steps:
            for when in (f"{n}..{12 * n}+{n}", f"{n}..{n + 25}"):
                command = strace.injecting(f"{call}:{fault}:when={when}", files, log)
                yield Run(f"{call} {fault} at {when}", before=tuple(command))
            command = strace.injecting(f"{call}:{fault}:when={n}", (), log)
            yield Run(f"{call} {fault} at {n}, from the making of the store on", before=tuple(command), made=False)
    for error in ("EROFS", "EDQUOT"):
        yield Run(
            f"pwrite64 {error} for a while",
            before=tuple(strace.injecting(f"pwrite64:error={error}:when=9..40", files, log)),
        )
    for call, error in (("write", "ENOSPC"), ("fsync", "EIO"), ("rename", "EIO"), ("openat", "EMFILE")):
        documents = [folder / "documents"]
        command = strace.injecting(f"{call}:error={error}:when=2..40+3", [*files, *documents], log)
        yield Run(f"{call} {error} at the documents", before=tuple(command))


def shim(place: Path) -> Path | None:
    """The shim that writes half, compiled; None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    library = place / "short_writes.so"
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SHORT), "-ldl"], capture_output=True, check=False
    )
    return library if done.returncode == 0 else None


def hurt(run: Run, folder: Path, seed: int) -> tuple[list[str], int]:
    """One run; what was lost, and how many steps were acknowledged."""
    if run.made:
        TinyStore.open(folder).close()
    command = [*run.before, *strace.subject(folder, seed, STEPS, *run.options)]
    if run.environment:
        command = ["env", *(f"{name}={value}" for name, value in run.environment), *command]
    try:
        ended = strace.finished(command, PATIENCE_S * 2)
    except subprocess.TimeoutExpired:
        return [f"{run.name}: never ended"], 0
    if ended.code in (2, 4) and ended.lines[-1].startswith(("refused ", "read-only ")):
        # Not opened for writing, and it said why; the same store opens when the fault is gone.
        ended = strace.finished(strace.subject(folder, seed, STEPS))
    losses = [f"{run.name}: {loss}" for loss in losses_in(folder, states(script(seed, STEPS)), ended.acknowledged)]
    if ended.code or ended.acknowledged != STEPS:
        last = ended.lines[-1] if ended.lines else ""
        losses.append(f"{run.name}: exit {ended.code}, {ended.acknowledged} of {STEPS}: {last} {ended.errors[-300:]}")
    return losses, ended.acknowledged


def read_only_meanwhile(place: Path, seed: int) -> list[str]:
    """The rights of the folder are taken away from a user who is not root, between two consoles and given back."""
    folder = place / "store"
    place.chmod(0o777)
    as_nobody = ["setpriv", f"--reuid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    first = strace.finished([*as_nobody, *strace.subject(folder, seed, 20)])
    losses = [] if first.acknowledged == 20 else [f"read-only folder: not even begun: {first.lines} {first.errors}"]
    if losses:
        return losses
    folder.chmod(0o555)
    for path in folder.glob(FILE + "*"):
        path.chmod(0o444)
    refused = strace.finished([*as_nobody, *strace.subject(folder, seed, STEPS)], 200)
    if "Traceback" in refused.errors or refused.acknowledged:
        losses.append(f"read-only folder: {refused.lines[-2:]} {refused.errors[-200:]}")
    if not any("cannot be written" in line or "ReadOnlyStore" in line for line in refused.lines):
        losses.append(f"read-only folder: no reason was told: {refused.lines[-2:]}")
    folder.chmod(0o755)
    for path in folder.glob(FILE + "*"):
        path.chmod(0o644)
    again = strace.finished([*as_nobody, *strace.subject(folder, seed, STEPS, "--after", "20")])
    losses += [f"after a read-only folder: {loss}" for loss in losses_in(folder, states(script(seed, STEPS)), STEPS)]
    return (
        losses if again.code == 0 else [*losses, f"after a read-only folder: {again.lines[-1:]} {again.errors[-200:]}"]
    )


def main() -> int:
    """Hurt the subject in every way; print the figures."""
    losses: list[str] = []
    done = acknowledged = 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        folder = place / "store"
        ways = list(runs(folder, place / "strace.log"))
        library = shim(place)
        if library is not None:
            halves = range(1, 13) if not QUICK else (2, 5)
            ways += [
                Run(f"half a write at every {n}th", environment=(("LD_PRELOAD", str(library)), ("SHORT_EVERY", str(n))))
                for n in halves
            ]
        for seed, run in enumerate(ways, 1):
            shutil.rmtree(folder, ignore_errors=True)
            found, steps = hurt(run, folder, seed)
            losses += found
            done += 1
            acknowledged += steps
        if os.name == "posix" and (os.geteuid() != 0 or shutil.which("setpriv")):
            with tempfile.TemporaryDirectory() as other:
                losses += read_only_meanwhile(Path(other), 1)
                done += 1
    phrases = [f"{done} runs with faults", f"{acknowledged} acknowledged actions"]
    if not strace.works():
        phrases.append(f"NOTICE: {strace.MISSING}, no system call failed")
    if library is None:
        phrases.append("NOTICE: no C compiler, no write was cut short")
    return show(Figures("faults below SQLite", tuple(phrases), tuple(losses)))


if __name__ == "__main__":
    sys.exit(main())
