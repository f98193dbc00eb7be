"""A full disk: opening a store on it, leading a defense on it, and what is there when it has space again.

Each trial has a disk of its own (a tmpfs, so only for root): a subject writes, leaves or is killed, and the rest of
the disk is filled to the last byte or to a few pages before it. Then the store is opened, for writing or, with the
reason, for reading; everything acknowledged is read; another subject goes on, whose actions must be in the store or,
when that takes none, in the spool on another disk; and when the filling is gone all of it must be in the store, in
order, once.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.store.sqlite.opening.reading import open_store
from torture import strace
from torture.figures import Figures, cases, show
from torture.script import left_in, losses_in, script, states

BEFORE, IN_ALL = 20, 34
"""Steps written while there is space, and with those on the full disk."""
FILLING = "filling"
PAGE = 4096


class Counts(msgspec.Struct):
    """What is counted over all trials."""

    opened: int = 0
    read_only: int = 0
    reasons: set[str] = msgspec.field(default_factory=set)
    went_on: int = 0
    promised: int = 0
    losses: list[str] = msgspec.field(default_factory=list)


@contextmanager
def disk(folder: Path, kib: int) -> Iterator[None]:
    """A disk of so many KiB at a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "none", str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def can_mount() -> bool:
    """Whether a disk can be made here."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    with tempfile.TemporaryDirectory() as name:
        try:
            with disk(Path(name) / "disk", 64):
                return True
        except subprocess.CalledProcessError:
            return False


def fill(folder: Path, left: int) -> None:
    """Fill a disk until so many bytes are left."""
    handle = os.open(folder / FILLING, os.O_CREAT | os.O_WRONLY)
    size = 0
    for piece in (1 << 16, PAGE, 1):
        try:
            while True:
                size += os.write(handle, bytes(piece))
        except OSError:
            continue
    os.ftruncate(handle, max(0, size - left))
    os.close(handle)


def trial(seed: int, counts: Counts) -> None:
    """One disk, filled once."""
    choice = random.Random(seed)
    killed = choice.random() < 0.5
    known = states(script(seed, IN_ALL))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        with disk(folder, choice.choice((700, 1_000, 1_900, 2_600, 6_000))):
            first = strace.finished(strace.subject(folder, seed, BEFORE, *(["--leave-open"] if killed else [])))
            if first.acknowledged != BEFORE:
                counts.losses.append(f"trial {seed}: not even begun: {first.lines[-1:]} {first.errors[-200:]}")
                return
            fill(folder, choice.choice((0, 0, PAGE, 3 * PAGE, 9 * PAGE)))
            look(folder, seed, known[BEFORE], counts)
            went_on = strace.finished(strace.subject(folder, seed, IN_ALL, "--after", str(BEFORE), "--spool-will-do"))
            counts.went_on += went_on.made
            if went_on.code not in (0, 4) or "Traceback" in went_on.errors:
                counts.losses.append(f"trial {seed}: exit {went_on.code} {went_on.lines[-2:]} {went_on.errors[-300:]}")
            (folder / FILLING).unlink()
            counts.promised += went_on.promised
            found = losses_in(folder, known, BEFORE + went_on.promised, Path(name) / "spool")
            counts.losses += [f"trial {seed}, space again: {loss}" for loss in found]


def look(folder: Path, seed: int, expected: object, counts: Counts) -> None:
    """Open the store on the full disk and read everything."""
    try:
        store = open_store(folder, create=False)
    except ConsoleError as error:
        counts.losses.append(f"trial {seed}: does not open: {error}")
        return
    try:
        counts.opened += 1
        if store.read_only is not None:
            counts.read_only += 1
            counts.reasons.add(str(store.read_only).replace(str(folder), "…"))
        if left_in(store) != expected:
            counts.losses.append(f"trial {seed}: not everything acknowledged is read on the full disk")
    except ConsoleError as error:
        counts.losses.append(f"trial {seed}: cannot be read: {error}")
    finally:
        store.close()


def main() -> int:
    """Fill disks; print the figures."""
    if not can_mount():
        reason = "no disk can be made here (only root can mount); RLIMIT_FSIZE stands for it in `faults`"
        return show(Figures("full disk", skipped=reason))
    counts, trials = Counts(), cases(usual=100, long=200, quick=12)
    for seed in range(1, trials + 1):
        trial(seed, counts)
    phrases = (
        f"opened {counts.opened} of {trials}, {counts.read_only} of them read-only with the reason",
        f"{counts.went_on} defenses went on with {counts.promised} acknowledged actions",
        *(f"reason: {reason}" for reason in sorted(counts.reasons)),
    )
    return show(Figures("full disk", phrases, tuple(counts.losses)))


if __name__ == "__main__":
    sys.exit(main())
