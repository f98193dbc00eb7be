"""Replaying: what consoles that are gone could not write comes into its store, once and in order.

Replaying is exact, however often it is begun: lines that the store holds already are an acknowledgement, drafts end as
they ended, and a file goes only when everything in it is in the store. What another writer made impossible is set aside
in a file of its own and never dropped. Source: docs/reliability.md.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.store.base import Append, Conflict, DamagedStore, Identity, Store, StoreError, write_job
from defense_console.store.place import sync_folder
from defense_console.store.spool_files import (
    DAMAGED,
    SpooledJob,
    belongs,
    content,
    read_jobs,
    remove,
    spool_files,
    taken,
    told,
    write_aside,
    write_file,
)


class Replayed(msgspec.Struct, frozen=True):
    """What came of the spool files of a store.

    Attributes:
        written: actions (not drafts) that the store holds now.
        refused: actions that another writer had made impossible; they are in a file that ends in `.aside`.
        damaged: lines that could not be read; their file was kept under a name that ends in `.damaged`.
        left: actions and drafts that are still to be written.
        file: the folder of these files.
        error: why something is left; None when nothing is.
    """

    written: int = 0
    refused: int = 0
    damaged: int = 0
    left: int = 0
    file: Path | None = None
    error: ConsoleError | None = None


def replay(folder: Path, store: Store, identity: Identity) -> Replayed:
    """Write what consoles that are gone could not write to this store.

    Args:
        folder: Where spool files lie; need not exist.
        store: Opened for writing.
        identity: Which store this is; files of other stores are not touched.

    Returns:
        What came of it. Nothing is raised for what cannot be written: it stays where it is.
    """
    total = Replayed()
    for path in spool_files(folder):
        with taken(path) as handle:
            if handle is not None and belongs(path, identity):
                total = _sum(total, _Replay(path, store, identity).run(handle))
        if total.error is not None:
            break
    return total


class _Replay:
    """One file on its way into the store."""

    def __init__(self, path: Path, store: Store, owner: Identity) -> None:
        self._path = path
        self._store = store
        self._owner = owner
        self._written = 0
        self._refused: list[SpooledJob] = []
        self._left: list[SpooledJob] = []
        self._error: ConsoleError | None = None

    def run(self, handle: int) -> Replayed:
        damaged = 0
        try:
            with told(self._path.parent):
                jobs, damaged = read_jobs(self._path)
                for job in jobs:
                    self._write(job)
                self._settle(handle, damaged)
        except StoreError as error:
            self._error = error
        return Replayed(self._written, len(self._refused), damaged, len(self._left), self._path.parent, self._error)

    def _write(self, job: SpooledJob) -> None:
        blocked = any(job.stream == other.stream for other in self._left)
        if blocked or (self._error is not None and not isinstance(self._error, DamagedStore)):
            self._left.append(job)
            return
        if isinstance(job, Append) and any(job.stream == other.stream for other in self._refused):
            self._refused.append(job)  # it builds on what will never be
            return
        try:
            write_job(self._store, job)
            if isinstance(job, Append):
                # Lines that were there already say nothing of the drafts beside them.
                for field in job.drop_drafts:
                    self._store.save_draft(job.stream, field, None)
                self._written += 1
        except Conflict:
            self._refused.append(job)
        except StoreError as error:
            self._error = error
            self._left.append(job)

    def _settle(self, handle: int, damaged: int) -> None:
        """What is in the store leaves the file; what is not stays, in an order in which it can be tried again."""
        folder = self._path.parent
        if self._refused:
            write_aside(folder, self._owner, self._refused)
        if damaged:
            write_file(self._path.with_suffix(DAMAGED), self._path.read_bytes())
        if self._left:
            write_file(self._path, content(self._owner, self._left))
        else:
            remove(self._path, handle, close=False)
        sync_folder(folder)


def _sum(one: Replayed, other: Replayed) -> Replayed:
    return Replayed(
        one.written + other.written, one.refused + other.refused, one.damaged + other.damaged, one.left + other.left,
        other.file, other.error or one.error,
    )  # fmt: skip
