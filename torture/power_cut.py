"""A power cut: what was not synced is gone, or half there, or there in another order.

A subject writes a script under strace, which writes down every change of the store's files with its bytes, and every
sync. From that recording the disk is rebuilt as it may be after a cut at any call: what was synced is there whole; of
what was not, each block of 4,096 or 512 bytes may be there or not; a name in a folder whose folder was not synced may
be the old one or the new one. The shared memory file is no part of the disk. Acknowledgements stand in the same
recording, so it is known what was promised at the cut. Also after the subject has left and closed everything, when no
call is outstanding.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from defense_console.store.sqlite.opening.reserve import NAME
from torture import strace
from torture.figures import QUICK, Figures, cases, show
from torture.script import Left, losses_in, script, states

STEPS = 40
DISK = "disk"
"""The store and the spool lie on it."""
BLOCKS = (4096, 512)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(r"(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>|AT_FDCWD")


class Write(msgspec.Struct, frozen=True):
    """Bytes on their way to a place in a file; None cuts the file there."""

    offset: int
    data: bytes | None


class Inode(msgspec.Struct):
    """A file (or a folder) without its names: what is surely on the disk, and what is on its way there."""

    synced: bytes = b""
    waiting: list[Write] = msgspec.field(default_factory=list)
    length: int = 0
    """Where an appending write goes."""
    folder: bool = False


class Name(msgspec.Struct, frozen=True):
    """A name was given to a file, or taken away (None)."""

    path: str
    inode: Inode | None


class Disk:
    """The files below one folder, as they are and as they surely are after a cut."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self.names: dict[str, Inode] = {}
        self.synced: dict[str, Inode] = {}
        self.waiting: list[Name] = []

    def mine(self, path: str) -> bool:
        """Whether a path belongs to the disk: neither the shared memory file nor the reserve holds anything."""
        return path.startswith(self.root) and not path.endswith("-shm") and NAME not in path

    def apply(self, call: strace.Call) -> str | None:
        """Take in one call. Returns: a line the subject said, if this is one."""
        texts = [_plain(text) for text in _TEXT.findall(call.arguments)]
        handles = [_plain(text).decode("utf-8", "replace") for text in _HANDLE.findall(call.arguments)]
        path = handles[0] if handles else ""
        numbers = [int(n) for n in re.findall(r"(?:^|, )(\d+)(?=,|$)", _TEXT.sub('""', call.arguments))]
        match call.name:
            case "pwrite64" if self.mine(path):
                self._write(path, numbers[-1], texts[0][: call.value])
            case "write" if self.mine(path):
                inode = self.names.get(path)
                if inode is not None:
                    self._write(path, inode.length, texts[0][: call.value])
            case "write" if call.arguments.startswith("1<"):
                return texts[0].decode()
            case "ftruncate" if self.mine(path):
                inode = self.names[path]
                inode.waiting.append(Write(numbers[-1], None))
                inode.length = numbers[-1]
            case "fsync" | "fdatasync" if path.startswith(self.root) or path == str(Path(self.root).parent):
                self._sync(path)
            case "openat" if "O_CREAT" in call.arguments:
                self._create(texts[0].decode())
            case "link" | "linkat" | "rename" | "renameat" | "renameat2":
                self._rename(texts[0].decode(), texts[1].decode(), moves=call.name.startswith("rename"))
            case "mkdir" | "mkdirat":
                self._name(self._joined(handles, texts[0].decode()), Inode(folder=True))
            case "unlink" | "unlinkat" | "rmdir":
                self._unlink(self._joined(handles, texts[0].decode()))
        return None

    def _joined(self, handles: list[str], name: str) -> str:
        return name if name.startswith("/") or not handles or not handles[0] else f"{handles[0]}/{name}"

    def _create(self, path: str) -> None:
        if self.mine(path) and path not in self.names:
            self._name(path, Inode())

    def _name(self, path: str, inode: Inode | None) -> None:
        if not self.mine(path):
            return
        if inode is None:
            self.names.pop(path, None)
        else:
            self.names[path] = inode
        self.waiting.append(Name(path, inode))

    def _rename(self, old: str, new: str, moves: bool) -> None:
        if self.mine(old) and old in self.names:
            self._name(new, self.names[old])
            if moves:
                self._name(old, None)

    def _unlink(self, path: str) -> None:
        if self.mine(path) and path in self.names:
            self._name(path, None)

    def _write(self, path: str, offset: int, data: bytes) -> None:
        inode = self.names.get(path)
        if inode is not None:
            inode.waiting.append(Write(offset, data))
            inode.length = max(inode.length, offset + len(data))

    def _sync(self, path: str) -> None:
        inode = self.names.get(path)
        if inode is not None and not inode.folder:
            inode.synced = _written(inode.synced, inode.waiting)
            inode.waiting.clear()
            return
        for name in [name for name in self.waiting if str(Path(name.path).parent) == path]:
            _renamed(self.synced, name)
            self.waiting.remove(name)

    def after_cut(self, choice: random.Random, block: int, kept: float) -> dict[str, bytes]:
        """The files as they may be after a cut now. Args: kept: how likely each unsynced block is there."""
        names = dict(self.synced)
        for name in self.waiting:
            if choice.random() < kept:
                _renamed(names, name)
        names = {path: inode for path, inode in names.items() if not inode.folder and self._reached(path, names)}
        found: dict[int, bytes] = {}
        for inode in names.values():
            if id(inode) not in found:
                found[id(inode)] = _torn(inode, choice, block, kept)
        return {path: found[id(inode)] for path, inode in names.items()}

    def _reached(self, path: str, names: dict[str, Inode]) -> bool:
        """Whether every folder on the way to a file is there."""
        return all(str(folder) in names for folder in Path(path).parents if str(folder).startswith(f"{self.root}/"))


def _renamed(names: dict[str, Inode], name: Name) -> None:
    if name.inode is None:
        names.pop(name.path, None)
    else:
        names[name.path] = name.inode


def _written(data: bytes, writes: Sequence[Write]) -> bytes:
    found = bytearray(data)
    for write in writes:
        if write.data is None:
            found = found[: write.offset].ljust(write.offset, b"\0")
        else:
            found.extend(bytes(max(0, write.offset - len(found))))
            found[write.offset : write.offset + len(write.data)] = write.data
    return bytes(found)


def _torn(inode: Inode, choice: random.Random, block: int, kept: float) -> bytes:
    """A file of which some blocks of what was on its way are there."""
    found = []
    for write in inode.waiting:
        if write.data is None:
            found += [write] if choice.random() < kept else []
            continue
        place = 0
        while place < len(write.data):
            # Blocks of the disk, not of the write.
            end = min(len(write.data), (((write.offset + place) // block) + 1) * block - write.offset)
            if choice.random() < kept:
                found.append(Write(write.offset + place, write.data[place:end]))
            place = end
    return _written(inode.synced, found)


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def recorded(place: Path, seed: int, full_at: int) -> tuple[list[strace.Call], int]:
    """One subject from the making of its store to its end, and its exit code.

    Args:
        place: Holds the disk.
        seed: Of the script.
        full_at: From which write on the store takes none any more, so that the spool does; 0 for never.
    """
    log = place / "strace.log"
    (place / DISK).mkdir()
    options = ["--spool-will-do"] if full_at else []
    fault = ["-e", f"inject=pwrite64:error=ENOSPC:when={full_at}+"] if full_at else []
    ended = strace.finished(
        [*strace.recording(log), *fault, *strace.subject(place / DISK / "store", seed, STEPS, *options)]
    )
    return list(strace.calls(log)), ended.code


class Promised(msgspec.Struct):
    """What the subject has said so far."""

    made: bool = False
    steps: int = 0
    closed: bool = False

    def hear(self, line: str) -> None:
        """Take in a line."""
        self.made |= line.startswith("made")
        self.closed |= line.startswith("closed")
        if line.startswith(("ack ", "kept ")):
            self.steps = max(self.steps, int(line.split()[1]))


class Cuts(msgspec.Struct):
    """What is counted."""

    spooling: bool = False
    cuts: int = 0
    after_exit: int = 0
    promised: int = 0
    losses: list[str] = msgspec.field(default_factory=list)


def cut(disk: Disk, promised: Promised, known: Sequence[Left], choice: random.Random, cuts: Cuts) -> None:
    """One cut now, and a look at what is there."""
    block, kept = choice.choice(BLOCKS), choice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    files = disk.after_cut(choice, block, kept)
    cuts.cuts += 1
    cuts.after_exit += int(promised.closed)
    cuts.promised += promised.steps
    root = Path(disk.root)
    shutil.rmtree(root, ignore_errors=True)
    for path, data in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(data)
    spool = root / "spool" if cuts.spooling else None
    found = losses_in(root / "store", known, promised.steps if promised.made else -1, spool)
    cuts.losses += [f"cut after {promised.steps} steps, blocks of {block}, {kept:.0%} kept: {loss}" for loss in found]


def files_of(disk: Disk) -> dict[str, bytes]:
    """What is really there."""
    paths = (path for path in Path(disk.root).rglob("*") if path.is_file() and disk.mine(str(path)))
    return {str(path): path.read_bytes() for path in paths}


def unlike(disk: Disk, there: dict[str, bytes]) -> list[str]:
    """Where the recording does not end in what is really there, so that no figure stands on a recording misread."""
    files = {path: inode for path, inode in disk.names.items() if not inode.folder}
    told = {path: _written(inode.synced, inode.waiting) for path, inode in files.items()}
    return [f"the recording misses {path}" for path in there.keys() | told.keys() if there.get(path) != told.get(path)]


def main() -> int:
    """Record, cut, open; print the figures."""
    if not strace.works():
        return show(Figures("power cut", skipped=strace.MISSING))
    choice, cuts = random.Random(7), Cuts()
    recordings, each = cases(usual=8, long=20, quick=2), cases(usual=100, long=250, quick=60)
    for seed in range(1, recordings + 1):
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            cuts.spooling = seed % 3 == 0 or (QUICK and seed == 2)
            full_at = 60 + 11 * seed if cuts.spooling else 0
            known, (calls, code) = states(script(seed, STEPS)), recorded(place, seed, full_at)
            if code:
                cuts.losses.append(f"the subject ended with {code}")
            disk, promised = Disk(place / DISK), Promised()
            there = files_of(disk)
            begins = next((i for i, call in enumerate(calls) if str(disk.root) in _all_text(call)), 0)
            moments = sorted(choice.sample(range(begins, len(calls)), min(each, len(calls) - begins)))
            for at, call in enumerate(calls):
                line = disk.apply(call)
                if line:
                    promised.hear(line)
                if at in moments:
                    cut(disk, promised, known, choice, cuts)
            cuts.losses += unlike(disk, there)
            for _again in range(max(5, each // 8)):
                cut(disk, promised, known, choice, cuts)
    phrases = (
        f"{cuts.cuts} cuts in {recordings} recordings, {cuts.after_exit} of them after a clean exit",
        f"{cuts.promised} acknowledged steps looked for",
    )
    return show(Figures("power cut", phrases, tuple(cuts.losses)))


def _all_text(call: strace.Call) -> str:
    return " ".join(
        _plain(text).decode("utf-8", "replace") for text in re.findall(r"(?:\\x[0-9a-f]{2})+", call.arguments)
    )


if __name__ == "__main__":
    sys.exit(main())
