"""The spool: what could not be written yet lies in a file elsewhere until the store holds it.

One file for each console process: the jobs in order, each on the disk before anything else is said of it. The process
that writes a file locks it. So a console that opens the store later takes over the files of consoles that are gone, and
no others: see `replay.py`. Source: docs/reliability.md.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import Identity, SpooledJob
from defense_console.store.durable_files import NOT_FOLLOWED, make_folder, sync_file, sync_folder, write_all
from defense_console.store.unsaved.spool_files import (
    END,
    SPOOL_VERSION,
    Head,
    SpoolEntry,
    lock,
    remove,
    spool_error,
    spool_line,
)


def outside(folder: Path, store: Path) -> Path:
    """Return the spool's folder, which must not lie in the store's: what stops the one would stop the other."""
    if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(store)):
        raise ConsoleError(
            N_("The spool must not be in the store's own folder ({place}): choose another place for it."), place=folder
        )
    return folder


class Spool:
    """The spool file of this process for one store; made when the first job comes. May be used from any thread.

    Args:
        folder: Where spool files lie; made when it is missing.

    Raises:
        ConsoleError: The folder lies in the store's own.
    """

    def __init__(self, folder: Path, store: Identity) -> None:
        self.folder = outside(folder, Path(store.path))
        self.store = store
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._handle = -1
        self._length = 0
        self._count = 0

    @property
    def file(self) -> Path | None:
        """Return the file, None while nothing is spooled."""
        return self._file

    @property
    def holds(self) -> bool:
        """Return whether something is spooled."""
        return self._count > 0

    def keep(self, jobs: Sequence[SpooledJob]) -> None:
        """Append jobs in order; they are on the disk when this returns, or none of them is.

        Raises:
            StoreError: They could not be written.
        """
        with self._lock, spool_error(self.folder):
            if self._handle < 0:
                self._make()
            data = b"".join(spool_line(SpoolEntry(n, job)) for n, job in enumerate(jobs, self._count + 1))
            try:
                write_all(self._handle, data)
                sync_file(self._handle)
            except OSError:
                # Half a line would make the lines after it suspect.
                with suppress(OSError):
                    os.ftruncate(self._handle, self._length)
                raise
            self._length += len(data)
            self._count += len(jobs)

    def _make(self) -> None:
        make_folder(self.folder)
        while True:
            path = self.folder / f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}{END}"
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | NOT_FOLLOWED, 0o600)
            # Between these two lines another console may have taken the file for one left behind, and removed it.
            if lock(handle) and path.exists():
                break
            os.close(handle)
        try:
            head = spool_line(Head(SPOOL_VERSION, self.store))
            write_all(handle, head)
            sync_file(handle)
            sync_folder(self.folder)
        except OSError:
            remove(path, handle)
            raise
        self._file, self._handle, self._length, self._count = path, handle, len(head), 0

    def empty(self) -> None:
        """Remove the file for good, since all of it is in the store.

        Raises:
            StoreError: It stays.
        """
        with self._lock, spool_error(self.folder):
            if self._file is not None:
                remove(self._file, self._handle)
                self._file, self._handle, self._length, self._count = None, -1, 0, 0

    def close(self) -> None:
        """Let go of the file, which stays when it holds something."""
        with self._lock:
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1
