"""The reserve: space that is taken while there is plenty, and given back when there is none.

A disk that fills up during a defense must not stop it. Source: docs/reliability.md.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from defense_console.store.base import Store
from defense_console.store.durable_files import sync_file, sync_folder, write_all
from defense_console.store.sqlite.opening.place import FILE, new_file
from defense_console.store.sqlite.store import TinyStore

NAME = f"{FILE}.reserve"
SIZE_BYTES = 2**20
_PLENTY = 4
"""The reserve is made when so many times its size are free: it must not be what fills the disk."""
_PAUSE_S = 60.0


class Reserve:
    """The reserve file of a folder.

    Args:
        size: How much it holds, in bytes.
    """

    def __init__(self, folder: Path, size: int = SIZE_BYTES) -> None:
        self.file = folder / NAME
        self._size = size
        self._not_before = 0.0

    @property
    def is_there(self) -> bool:
        """Return whether all of it is there."""
        with suppress(OSError):
            return self.file.stat(follow_symlinks=False).st_size >= self._size
        return False

    def renew(self) -> bool:
        """Return whether it is there; make it when there is space for more than it. A fault is tried again later."""
        if self.is_there:
            return True
        if time.monotonic() < self._not_before:
            return False
        self._not_before = time.monotonic() + _PAUSE_S
        with suppress(OSError):
            if shutil.disk_usage(self.file.parent).free >= _PLENTY * self._size:
                self._make()
        return self.is_there

    def _make(self) -> None:
        with new_file(self.file.parent) as new:
            with new.open("wb", buffering=0) as file:
                write_all(file.fileno(), os.urandom(self._size))  # bytes that no file system can make smaller
                sync_file(file.fileno())
            new.replace(self.file)

    def give(self, store: Store | None) -> bool:
        """Give its space back, with the space in the store's own files; return whether there was any."""
        freed = self.free()
        reused = isinstance(store, TinyStore) and store.reclaim()
        return freed or reused

    def free(self) -> bool:
        """Give its space back; return whether there was any. It is not made again at once."""
        self._not_before = time.monotonic() + _PAUSE_S
        try:
            self.file.unlink()
        except OSError:
            return False
        with suppress(OSError):
            sync_folder(self.file.parent)
        return True
