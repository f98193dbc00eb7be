"""Work folders: what is half-made lies in a folder of its own, next to where it will get its name.

A lock on the folder says that its writer lives, in whichever process namespace. A folder without its lock was left by a
kill. Where folders cannot be locked (Windows), a day without a change says so. Source: flock(2).
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

if os.name == "posix":
    import fcntl

WORK_PREFIX: Final = ".new-"
FORSAKEN_S: Final = 86_400
"""What says nothing of its writer has none after so long without a change."""
NO_LOCK: Final = -1
"""The lock of a folder where folders cannot be locked."""


@contextmanager
def work_folder(parent: Path, prefix: str = WORK_PREFIX) -> Iterator[Path]:
    """Make an empty folder for what is half-made; it goes at the end with what is still in it."""
    folder, lock = new_folder(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        release(lock)


def is_left(folder: Path) -> bool:
    """Return whether a work folder has no writer any more."""
    if folder.is_symlink():
        return True
    with suppress(OSError), taken_folder(folder):
        return True
    return False


def remove_left(folder: Path) -> None:
    """Remove a work folder unless its writer lives. What cannot be removed stays."""
    with suppress(OSError):
        if folder.is_symlink():
            folder.unlink()
            return
        with taken_folder(folder):
            shutil.rmtree(folder, ignore_errors=True)


def new_folder(parent: Path, prefix: str) -> tuple[Path, int]:
    """Make a folder of a new name and lock it; return its path and the lock, for `release`."""
    while True:
        folder = parent / (prefix + secrets.token_hex(8))
        if (lock := make_locked(folder)) is not None:
            return folder, lock


def make_locked(folder: Path) -> int | None:
    """Make a folder and lock it for this process.

    Returns:
        The lock, for `release`; None when somebody swept it before it was locked.
    """
    folder.mkdir(mode=0o700)
    with suppress(FileNotFoundError):
        lock = _lock(folder, wait=True)
        if folder.exists():
            return lock
        release(lock)
    return None


@contextmanager
def taken_folder(folder: Path) -> Iterator[None]:
    """Hold a folder of ours that nobody writes.

    Raises:
        OSError: Its writer lives, it is not ours, or no folder.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or (os.name == "posix" and status.st_uid != os.getuid()):
        raise NotADirectoryError(folder)
    lock = _lock(folder, wait=False)
    try:
        if lock == NO_LOCK and time.time() - status.st_mtime < FORSAKEN_S:
            raise BlockingIOError(folder)
        yield
    finally:
        release(lock)


def _lock(folder: Path, *, wait: bool) -> int:
    if os.name != "posix":
        return NO_LOCK
    handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:  # a file system without such locks
        os.close(handle)
        return NO_LOCK
    return handle


def is_locked(folder: Path) -> bool:
    """Return whether a process that lives has locked a folder; False where folders cannot be locked."""
    try:
        release(_lock(folder, wait=False))
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def release(lock: int) -> None:
    """Let go of a lock."""
    if lock != NO_LOCK:
        os.close(lock)
