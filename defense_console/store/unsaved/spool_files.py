"""The format of spool files: JSON Lines, each with the checksum of its body; and how they are written and locked.

The first line says whose jobs they are, every other one is a job with its number. A line is whole or it is not there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.store.base import Identity, Job, SpooledJob, StoreError, WriteLease
from defense_console.store.durable_files import NOT_FOLLOWED, sync_file, sync_folder, write_all
from defense_console.store.sqlite.opening.place import FILE, new_file
from defense_console.store.unsaved.earlier_jobs import brought_up

END = ".spool"
ASIDE = ".aside"
"""What another writer made impossible, where the store has no log to keep it aside with."""
DAMAGED_SPOOL = ".damaged"
"""A copy of a file with lines that could not be read."""
SPOOL_VERSION = 3
FOLLOWS = 3
"""From this version on an append names the hash of the line that it follows."""
_READ = (1, 2, SPOOL_VERSION)
"""Versions that this console reads; see `earlier_jobs.py`."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LOCKED_BYTE = 2**30
"""Windows locks bytes and then refuses to read them: one that no spool ever has."""


@contextmanager
def spool_error(folder: Path) -> Iterator[None]:
    """Turn what the system raises into a sentence about the spool."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            N_("{place} cannot be written either ({reason})."), place=folder, reason=system_reason(error)
        ) from error


def spoolable(job: Job) -> bool:
    """Return whether a job is work of the mentor."""
    return not isinstance(job, WriteLease)


class Head(msgspec.Struct, frozen=True):
    """The first line."""

    spool: int
    store: Identity


class SpoolEntry(msgspec.Struct, frozen=True):
    """Every other line; `n` counts from 1."""

    n: int
    job: SpooledJob


class _Line(msgspec.Struct, frozen=True):
    sum: str
    body: msgspec.Raw


def spool_line(value: Head | SpoolEntry) -> bytes:
    """Return a line as it is in the file."""
    body = msgspec.json.encode(value)
    return msgspec.json.encode(_Line(_checksum(body), msgspec.Raw(body))) + b"\n"


def _checksum(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def spool_files(folder: Path, end: str = END) -> list[Path]:
    """Return every spool file of a folder, or every one with another ending, the oldest first."""
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.name.endswith(end) and not path.is_symlink())
    return []


def read_jobs(path: Path, handle: int | None = None) -> tuple[list[SpooledJob], int]:
    """Return the jobs of a spool file or of one set aside, in order, and how many lines of it cannot be trusted.

    A last line without its end was never said to be kept: it counts as not written.

    Args:
        handle: Where it is open, so that nobody can put another file under its name meanwhile.
    """
    jobs: list[SpooledJob] = []
    damaged = expected = 0
    for body in _bodies(path if handle is None else handle):
        expected += 1
        entry = None
        if body is not None:
            with suppress(msgspec.MsgspecError):
                entry = msgspec.json.decode(body, type=SpoolEntry)
                entry = SpoolEntry(entry.n, brought_up(entry.job, body))
        if entry is None:
            damaged += 1
        else:
            damaged += max(0, entry.n - expected)
            expected = max(expected, entry.n)
            jobs.append(entry.job)
    return jobs, damaged


def _bodies(file: Path | int, *, head: bool = False) -> Iterator[bytes | None]:
    """Yield what each whole line holds, None for one that was changed; the head alone, or all but the head."""
    with open(file, "rb", closefd=isinstance(file, Path)) as stream:
        stream.seek(0)
        lines = stream.read().split(b"\n")[:-1]
    for line in lines[:1] if head else lines[1:]:
        body: bytes | None = None
        with suppress(msgspec.MsgspecError):
            found = msgspec.json.decode(line, type=_Line)
            if found.sum == _checksum(bytes(found.body)):
                body = bytes(found.body)
        yield body


def spool_head_of(path: Path) -> Head | None:
    """Return the first line of a spool file, which says whose jobs it holds; None when it cannot be trusted."""
    with suppress(OSError, msgspec.MsgspecError):
        for body in _bodies(path, head=True):
            head = msgspec.json.decode(body or b"", type=Head)
            return head if head.spool in _READ else None
    return None


def owner(path: Path) -> Identity | None:
    """Return whose jobs a spool file holds; None when its first line cannot be trusted."""
    head = spool_head_of(path)
    return None if head is None else head.store


def why_not_trusted(path: Path) -> ConsoleError | None:
    """Return why a file may hold what the mentor never decided: somebody else wrote it, or could have.

    In a folder that several accounts share, a name proves nothing.

    Raises:
        OSError: It cannot be looked at.
    """
    if os.name != "posix":
        return None
    status = path.lstat()
    if status.st_uid != os.getuid():
        return ConsoleError(N_("It belongs to another account, so nothing of it was saved as yours."))
    if status.st_mode & _OTHERS_WRITE:
        return ConsoleError(N_("Other accounts may write to it, so nothing of it was saved as yours."))
    return None


def belongs(path: Path, store: Identity) -> bool:
    """Return whether the jobs of a spool file are a store's own, or of the folder that it was moved from.

    A copy of a store has the same id; as long as there is a store at the place the file names, they are that one's.
    """
    whose = owner(path)
    if whose is None or whose.id != store.id:
        return False
    return whose.path == store.path or not os.path.lexists(Path(whose.path, FILE))


def speaks_of(path: Path, store: Identity) -> bool:
    """Return whether a spool file holds jobs of a store, wherever that lay when they were written."""
    whose = owner(path)
    return whose is not None and whose.id == store.id


# --- files -------------------------------------------------------------------------------------------------------


def write_aside(folder: Path, store: Identity, jobs: Iterable[SpooledJob]) -> Path:
    """Keep jobs that can never be written, in a file of their own."""
    path = folder / f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}{ASIDE}"
    write_file(path, file_content(store, jobs))
    sync_folder(folder)
    return path


def file_content(store: Identity, jobs: Iterable[SpooledJob], version: int = SPOOL_VERSION) -> bytes:
    """Return a whole file."""
    return b"".join(
        (spool_line(Head(version, store)), *(spool_line(SpoolEntry(n, job)) for n, job in enumerate(jobs, 1)))
    )


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file under its name, or none of it."""
    with new_file(path.parent) as new:
        with new.open("wb", buffering=0) as file:
            write_all(file.fileno(), data)
            sync_file(file.fileno())
        new.replace(path)


def remove(path: Path, handle: int, *, close: bool = True) -> None:
    """Remove a file so that it stays removed: emptied first, for a name may come back after a power cut."""
    os.ftruncate(handle, 0)
    sync_file(handle)
    if close or os.name != "posix":
        os.close(handle)
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def lock(handle: int) -> bool:
    """Take a file for this process, until it ends; False when another one has it."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:  # pragma: no cover — another system
            _lock_byte(handle)
    except OSError:
        return False
    return True


def _lock_byte(handle: int) -> None:  # pragma: no cover — another system
    import importlib

    msvcrt = importlib.import_module("msvcrt")
    here = os.lseek(handle, 0, os.SEEK_CUR)
    os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
    msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    os.lseek(handle, here, os.SEEK_SET)


def _is_ours(path: Path, handle: int) -> bool:
    """Return whether the file that is open is still the one under its name, and a trusted one."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle)) and why_not_trusted(path) is None
    except OSError:
        return False


@contextmanager
def taken(path: Path) -> Iterator[int | None]:
    """Yield a locked file that nobody writes any more; None when its console lives, or it is gone or not trusted."""
    try:
        handle = os.open(path, os.O_RDWR | NOT_FOLLOWED)
    except OSError:
        yield None
        return
    try:
        yield handle if lock(handle) and _is_ours(path, handle) else None
    finally:
        os.close(handle)
