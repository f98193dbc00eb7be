"""Replaying: what consoles that are gone could not write comes into its store, once and in order.

Replaying is exact, however often it is begun: lines that the store holds already are an acknowledgement, drafts end as
they ended, and a file goes only when everything in it is in the store. What another writer made impossible is kept
aside in the store, where the mentor finds it with its log; what has no log there stays in a file of its own.
Source: docs/reliability.md.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.store.base import Append, Conflict, DamagedStore, Identity, SpooledJob, Store, StoreError
from defense_console.store.durable_files import sync_folder
from defense_console.store.unsaved.keeping_aside import RefusedTails, can_be_kept, write_once
from defense_console.store.unsaved.spool_files import (
    ASIDE,
    DAMAGED_SPOOL,
    FOLLOWS,
    SPOOL_VERSION,
    belongs,
    file_content,
    read_jobs,
    remove,
    spool_error,
    spool_files,
    spool_head_of,
    taken,
    why_not_trusted,
    write_aside,
    write_file,
)


class Replayed(msgspec.Struct, frozen=True):
    """What came of the spool files of a store.

    Attributes:
        written: actions (not drafts) that the store holds now.
        kept: actions that another writer had made impossible, kept aside in the store.
        filed: such actions whose log is not in the store; they are in a file that ends in `.aside`.
        damaged: lines that could not be read; their file was kept under a name that ends in `.damaged`.
        left: actions and drafts that are still to be written.
        foreign: files that somebody else wrote, or could have written, and why they were left.
        file: the folder of these files.
        error: why something is left; None when nothing is.
    """

    written: int = 0
    kept: int = 0
    filed: int = 0
    damaged: int = 0
    left: int = 0
    foreign: tuple[tuple[Path, ConsoleError], ...] = ()
    file: Path | None = None
    error: ConsoleError | None = None


def replay(folder: Path, store: Store, identity: Identity) -> Replayed:
    """Write what consoles that are gone could not write to this store.

    Args:
        folder: Where spool files lie; need not exist.
        identity: Which store this is; files of other stores are not touched.

    Returns:
        What came of it. Nothing is raised for what cannot be written: it stays where it is.
    """
    total = Replayed()
    # What an earlier console put into a file of its own is older than anything that waits.
    for path in (*spool_files(folder, ASIDE), *spool_files(folder)):
        with suppress(OSError):
            if belongs(path, identity) and (why := why_not_trusted(path)) is not None:
                total = _sum(total, Replayed(foreign=((path, why),)))
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
        self._refused_before = path.suffix == ASIDE
        head = spool_head_of(path)
        self._version = SPOOL_VERSION if head is None else head.spool
        self._tails = RefusedTails()
        self._written = 0
        self._kept: list[SpooledJob] = []
        self._filed: list[SpooledJob] = []
        self._left: list[SpooledJob] = []
        self._error: ConsoleError | None = None

    def run(self, handle: int) -> Replayed:
        damaged = 0
        try:
            with spool_error(self._path.parent):
                jobs, damaged = read_jobs(self._path, handle)
                for job in jobs:
                    self._take(job)
                self._settle(handle, jobs, damaged)
        except StoreError as error:
            self._error = error
        filed = 0 if self._refused_before else len(self._filed)  # reported when they were filed
        left, folder = len(self._left), self._path.parent
        return Replayed(self._written, len(self._kept), filed, damaged, left, (), folder, self._error)

    def _take(self, job: SpooledJob) -> None:
        blocked = any(job.stream == other.stream for other in self._left)
        if blocked or (self._error is not None and not isinstance(self._error, DamagedStore)):
            self._left.append(job)
            return
        try:
            self._write(job)
        except StoreError as error:
            self._error = error
            self._left.append(job)

    def _write(self, job: SpooledJob) -> None:
        if isinstance(job, Append) and (
            self._refused_before or self._builds_on_refused(job) or not self._names_what_it_follows(job)
        ):
            self._keep_aside(job)
            return
        try:
            write_once(self._store, job)
        except Conflict:
            if isinstance(job, Append):
                self._keep_aside(job)
        else:
            if isinstance(job, Append):
                # Lines that were there already say nothing of the other rows.
                for field in job.drop_drafts:
                    self._store.save_draft(job.stream, field, None)
                for key in job.drop_aside:
                    self._store.save_aside(job.stream, key, None)
                self._written += 1

    def _names_what_it_follows(self, job: Append) -> bool:
        """Return whether a job names its predecessor: a number alone could continue another record."""
        return job.previous is not None or self._version < FOLLOWS

    def _builds_on_refused(self, job: Append) -> bool:
        return self._tails.goes_on(job) or any(job.stream == other.stream for other in self._filed)

    def _keep_aside(self, job: Append) -> None:
        if can_be_kept(self._store, job):
            self._tails.keep(self._store, [job], again=True)
            self._kept.append(job)
        else:
            self._filed.append(job)

    def _settle(self, handle: int, jobs: list[SpooledJob], damaged: int) -> None:
        """Take what is in the store out of the file; what is not stays, in an order in which it can be tried again."""
        folder = self._path.parent
        stays = self._stays(jobs)
        if self._filed and not self._refused_before:
            write_aside(folder, self._owner, self._filed)
        if damaged:
            write_file(self._path.with_suffix(DAMAGED_SPOOL), self._path.read_bytes())
        if not stays:
            remove(self._path, handle, close=False)
        elif damaged or stays != jobs:
            write_file(self._path, file_content(self._owner, stays, self._version))
        sync_folder(folder)

    def _stays(self, jobs: list[SpooledJob]) -> list[SpooledJob]:
        """Return what stays. A refused tail stays whole unless all of it is kept aside: its end needs its beginning."""
        streams = {job.stream for job in self._left}
        stays = {id(job) for job in self._left} | {id(job) for job in self._kept if job.stream in streams}
        if self._refused_before:
            stays |= {id(job) for job in self._filed}
        return [job for job in jobs if id(job) in stays]


def _sum(one: Replayed, other: Replayed) -> Replayed:
    return Replayed(
        one.written + other.written, one.kept + other.kept, one.filed + other.filed, one.damaged + other.damaged,
        one.left + other.left, one.foreign + other.foreign, other.file or one.file, other.error or one.error,
    )  # fmt: skip
