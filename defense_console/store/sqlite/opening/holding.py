"""Who uses a store now: every opening shares it, and what replaces its file must have it alone.

This is a lock on the folder itself, which no crash leaves behind. It is not a POSIX record lock: those are SQLite's,
and closing any handle of the file would drop them. Where folders cannot be locked (Windows), the system refuses to
replace a file that is open. Source: flock(2); https://www.sqlite.org/howtocorrupt.html §2.2.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from defense_console.model.errors import N_
from defense_console.store.base import StoreError
from defense_console.store.work_folder import NO_LOCK, is_locked, make_locked

if os.name == "posix":
    import fcntl

NAME_FILES: Final = ".console-"
"""How the folders begin that say that a console lives."""


class Held:
    """A hold on a store's folder, or on a name in it; ends with `release`, or with the process.

    Args:
        path: A folder that goes when it is released.
    """

    def __init__(self, handle: int, path: Path | None = None) -> None:
        self._handle = handle
        self._path = path

    def release(self) -> None:
        """Let go. Twice is harmless."""
        if self._handle >= 0:
            if self._path is not None:
                with suppress(OSError):
                    self._path.rmdir()
            os.close(self._handle)
            self._handle = -1


def share(folder: Path) -> Held:
    """Use a store together with others.

    Raises:
        StoreError: Its file is being replaced now.
    """
    return _hold(folder, alone=False)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Have the store alone while this lasts.

    Raises:
        StoreError: A console or a command has it open.
    """
    held = _hold(folder, alone=True)
    try:
        yield
    finally:
        held.release()


def hold_name(folder: Path, name: str) -> Held | None:
    """Hold a name in a store, as a locked folder that goes with it; None where folders cannot be locked.

    A lock counts in every process namespace that has the same file system, unlike a process number.
    """
    path = folder / (NAME_FILES + name)
    try:
        lock = make_locked(path)
    except OSError:
        return None
    if lock is None or lock == NO_LOCK:
        with suppress(OSError):
            path.rmdir()
        return None
    return Held(lock, path)


def name_held(folder: Path, name: str) -> bool:
    """Return whether somebody holds a name in a store."""
    return is_locked(folder / (NAME_FILES + name))


def _hold(folder: Path, *, alone: bool) -> Held:
    if os.name != "posix":
        return Held(-1)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        if alone:
            raise StoreError(N_("The store in {place} is open in a console: close it first."), place=folder) from None
        raise StoreError(
            N_("The store in {place} is being restored or repaired: wait until that has ended."), place=folder
        ) from None
    except OSError:
        pass  # a file system without such locks: SQLite's own still protect every write
    return Held(handle)
