"""Runs a subject under strace, to make system calls fail or to write down what it asked of the disk.

Patching Python's `os.write` would test nothing: SQLite does not call it. Source: strace(1), "Tampering".
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
MISSING = "strace is not here, or may not trace"
_DISK = (
    "openat,pwrite64,write,fsync,fdatasync,ftruncate,link,linkat,rename,renameat,renameat2,unlink,unlinkat,rmdir,"
    "mkdir,mkdirat"
)


class Call(msgspec.Struct, frozen=True):
    """A system call that went well: its name, the text of its arguments, what it gave back."""

    name: str
    arguments: str
    value: int


class Ended(msgspec.Struct, frozen=True):
    """A subject that ended: its exit code and the lines it said."""

    code: int
    lines: tuple[str, ...]
    errors: str

    @property
    def made(self) -> bool:
        """Whether it said that the store is there."""
        return "made" in self.lines

    @property
    def acknowledged(self) -> int:
        """How many steps it said are on the disk."""
        return sum(line.startswith("ack ") for line in self.lines)

    @property
    def promised(self) -> int:
        """How many steps it said are on the disk or in the spool."""
        return max((int(line.split()[1]) for line in self.lines if line.startswith(("ack ", "kept "))), default=0)


def works() -> bool:
    """Whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, check=False)
    return done.returncode == 0


def subject(folder: Path, seed: int, steps: int, *options: str) -> list[str]:
    """Return the command that runs a subject on a store: so many steps of the script with this seed."""
    return [sys.executable, "-m", "torture.subject", str(folder), "--seed", str(seed), "--steps", str(steps), *options]


def finished(command: Sequence[str], timeout_s: float = 120.0) -> Ended:
    """Run a command to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=timeout_s, env=environment, cwd=ROOT
    )
    return Ended(done.returncode, tuple(done.stdout.splitlines()), done.stderr)


def injecting(fault: str, paths: Sequence[Path], log: Path) -> list[str]:
    """How strace is called to make calls on some files fail. Args: fault: as `-e inject=` takes it."""
    only = [part for path in paths for part in ("-P", str(path))]
    name = fault.partition(":")[0]
    return ["strace", "-f", "-qq", "-o", str(log), *only, "-e", f"trace={name}", "-e", f"inject={fault}"]


def recording(log: Path) -> list[str]:
    """How strace is called to write down every change of a file, with its bytes."""
    return ["strace", "-f", "-qq", "-y", "-xx", "-s", "4000000", "-o", str(log), "-e", f"trace={_DISK}"]


def calls(log: Path) -> Iterator[Call]:
    """The calls of a recording that went well, in the order in which they ended."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii") as lines:
        for line in lines:
            pid, _, text = line.rstrip("\n").partition(" ")
            text = text.lstrip()
            if text.endswith("<unfinished ...>"):
                begun[pid] = text.removesuffix("<unfinished ...>").rstrip()
                continue
            if resumed := re.match(r"<\.\.\. \w+ resumed>", text):
                text = begun.pop(pid, "") + text[resumed.end() :]
            if found := re.fullmatch(r"(\w+)\((.*)\)\s*= (\d+)(<.*>)?", text):
                yield Call(found[1], found[2], int(found[3]))
