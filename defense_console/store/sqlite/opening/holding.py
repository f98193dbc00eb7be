"""Who uses a store now: every opening shares it, and what replaces its file must have it alone.

This is a lock on the folder itself, which no crash leaves behind. It is not a POSIX record lock: those are SQLite's,
and closing any handle of the file would drop them. Where folders cannot be locked (Windows), the system refuses to
replace a file that is open. Source: flock(2); https://www.sqlite.org/howtocorrupt.html §2.2.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defense_console.model.errors import N_
from defense_console.store.base import StoreError

if os.name == "posix":
    import fcntl


class Held:
    """A hold on a store's folder; ends with `release`, or with the process."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def release(self) -> None:
        """Let go. Twice is harmless."""
        if self._handle >= 0:
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
    """Nobody else uses the store while this lasts.

    Raises:
        StoreError: A console or a command has it open.
    """
    held = _hold(folder, alone=True)
    try:
        yield
    finally:
        held.release()


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
