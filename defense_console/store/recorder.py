"""The recorder: a thread with a connection of its own that writes what was decided, so that no keystroke waits.

One transaction per job, in order. What cannot be written is tried again until it can, and never dropped; a lane (a
stream, a lease) whose own job is at fault waits alone, while a disk that fails holds everything back. What waits lies
in the spool meanwhile; as long as the spool holds anything, every job goes there before it is tried, so that what is
found there after a crash is everything, in order. What the store refuses because another writer was first is kept aside
in it before the desk hears of the refusal. Source: docs/reliability.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar, cast

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.store.base import (
    Ack,
    Answer,
    Append,
    Conflict,
    DamagedStore,
    Failed,
    FullDisk,
    Job,
    Refused,
    SaveAside,
    SaveDraft,
    SpooledJob,
    Store,
    StoreError,
    WriteLease,
    lane,
    write_job,
)
from defense_console.store.unsaved.keeping_aside import RefusedTails, tail_from, write_once
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import spoolable

R = TypeVar("R")
DELAYS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses before the next try; the last one repeats."""

_REOPEN_AFTER = 3
"""Tries on one connection before another one is made: it may be the connection that is broken."""


class Space(Protocol):
    """Space that an engine keeps back for a full disk."""

    def renew(self) -> bool:
        """Keep it back again when there is plenty; return whether it is there."""

    def give(self, store: Store | None) -> bool:
        """Give it back, with the space in the store's own files; return whether there was any."""


def _supersedes(job: Job, older: Job) -> bool:
    """Return whether `job` overwrites the row that `older` would write."""
    match job, older:
        case SaveDraft(), SaveDraft():
            return (job.stream, job.field) == (older.stream, older.field)
        case SaveAside(), SaveAside():
            return (job.stream, job.key) == (older.stream, older.key)
        case WriteLease(), WriteLease():
            return job.stream == older.stream
    return False


class Recorder:
    """The writer thread.

    Args:
        open_store: Opens the store; called on the thread, again after failures.
        deliver: Takes the answers, on the thread, in the order of the writes. It must hand them to the thread that
            waits for them and return at once; what it raises is ignored, since the write is done.
        now: ISO 8601 UTC instant, for acknowledgements.
        delays_s: Pauses between tries, the last one repeats.
        spool: Where what waits lies meanwhile; None keeps it in memory only.
        space: What is given back when the disk is full.
        keeps_aside: What is refused is kept aside for the mentor to choose; a command says that it failed instead.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        deliver: Callable[[Answer], None],
        *,
        now: Callable[[], str] = lambda: clocks.read().wall,
        delays_s: tuple[float, ...] = DELAYS_S,
        spool: Spool | None = None,
        space: Space | None = None,
        keeps_aside: bool = False,
    ) -> None:
        self._open_store = open_store
        self._deliver = deliver
        self._now = now
        self._delays_s = delays_s
        self._spool = spool
        self._space = space
        self._kept: dict[int, Job] = {}
        """What is in the spool, by identity; the jobs are held, so that no other one gets their number."""
        self._spool_error: ConsoleError | None = None
        self._tails = RefusedTails() if keeps_aside else None
        self._store: Store | None = None
        self._queue: list[Job] = []
        self._writing: Job | None = None
        self._attempts: dict[str, int] = {}
        self._stuck: set[str] = set()
        self._all_stuck = False
        self._retry_at = 0.0
        self._failures_in_a_row = 0
        self._hurry = False
        self._ending = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    # --- for the other threads -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Hand over a job; returns at once.

        A draft or a lease that waits and would be overwritten by this job is left out, and gets no answer.
        """
        with self._changed:
            if not isinstance(job, Append):  # an action overwrites nothing, however many wait
                self._queue = [older for older in self._queue if older is self._writing or not _supersedes(job, older)]
            self._queue.append(job)
            self._changed.notify_all()

    @property
    def pending(self) -> int:
        """Return how many jobs are not written yet."""
        with self._changed:
            return len(self._queue)

    def unsaved(self) -> tuple[Job, ...]:
        """Return the jobs that are not written yet, in order."""
        with self._changed:
            return tuple(self._queue)

    @property
    def spool_file(self) -> Path | None:
        """Return the file that holds everything unsaved; None when nothing is, or when it is in memory only."""
        return self._spool.file if self._spool is not None and self._spool_error is None else None

    @property
    def spool_folder(self) -> Path | None:
        """Return where the spool lies, and what is copied when the store's folder is not to be trusted."""
        return self._spool.folder if self._spool is not None else None

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything is written, trying what is held back at once; return whether it was in time."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._queue, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Write what waits, end the thread, close its store; return whether all was written in time."""
        deadline = time.monotonic() + timeout_s
        written = self.flush(timeout_s) if self._thread.is_alive() else not self._queue
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(max(0.1, deadline - time.monotonic()))
            if self._thread.is_alive():
                self._keep_all()  # the disk does not even answer
        return written and not self.pending

    # --- on the thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            if self._space is not None:
                self._space.renew()
            while self._wait():
                self._keep()
                job = self._next()
                if job is not None and (error := self._try(job)) is not None:
                    self._hold(job, error)
        finally:
            self._keep_all()
            self._settle()
            if self._spool is not None:
                self._spool.close()
            self._close_store()

    def _wait(self) -> bool:
        """Wait until something can be written, or must be spooled; False when the thread is to end."""
        with self._changed:
            while not self._ending:
                if self._hurry or time.monotonic() >= self._retry_at:
                    self._hurry = self._all_stuck = False
                    self._spool_error = None
                    self._stuck.clear()
                if self._can_be_tried() or self._to_spool():
                    return True
                held = self._stuck or self._all_stuck
                self._changed.wait(max(0.0, self._retry_at - time.monotonic()) if held else None)
        return False

    def _can_be_tried(self) -> Job | None:
        if self._all_stuck:
            return None
        return next((job for job in self._queue if lane(job) not in self._stuck), None)

    def _next(self) -> Job | None:
        """Return the next job that is not held back."""
        with self._changed:
            self._writing = self._can_be_tried()
            return self._writing

    # --- the spool -----------------------------------------------------------------------------------------------

    def _to_spool(self) -> tuple[Job, ...]:
        """Return what must go into the spool now, in order."""
        if self._spool is None or self._spool_error is not None:
            return ()
        if not (self._stuck or self._all_stuck or self._spool.holds):
            return ()
        return tuple(job for job in self._queue if spoolable(job) and id(job) not in self._kept)

    def _keep(self) -> None:
        with self._changed:
            jobs = self._to_spool()
        if jobs and self._spool is not None:
            try:
                self._spool.keep(cast(tuple[SpooledJob, ...], jobs))
            except ConsoleError as error:
                self._spool_error = error
            else:
                with self._changed:
                    self._kept.update((id(job), job) for job in jobs)

    def _keep_all(self) -> None:
        """End: what is not written goes into the spool, also where that failed before."""
        with self._changed:
            self._all_stuck = self._all_stuck or bool(self._queue)
            self._spool_error = None
        self._keep()

    def _settle(self) -> None:
        """Empty the spool when nothing of the mentor's waits any more; keep space back again when there is any."""
        with self._changed:
            if any(spoolable(job) for job in self._queue):
                return
        if self._spool is not None and self._spool.holds:
            with suppress(ConsoleError):
                self._spool.empty()
                self._kept.clear()
        if self._space is not None:
            self._space.renew()

    def _hold(self, job: Job, error: ConsoleError) -> None:
        """Put a job off: its lane when it is itself at fault, everything when the disk is."""
        at_fault = lane(job)
        with self._changed:
            self._writing = None
            self._failures_in_a_row += 1
            attempt = self._attempts[at_fault] = self._attempts.get(at_fault, 0) + 1
            if not self._stuck:
                self._retry_at = time.monotonic() + self._delays_s[min(attempt, len(self._delays_s)) - 1]
            self._stuck.add(at_fault)
            self._all_stuck |= isinstance(error, StoreError) and not isinstance(error, DamagedStore)
        self._keep()
        self._answer(Failed(job, error, attempt, self.spool_file, self._spool_error))

    def _try(self, job: Job) -> ConsoleError | None:
        """Write one job and answer for it; the error when it must be tried again."""
        try:
            try:
                seq, hash = self._write(job)
            except Conflict as conflict:
                self._refuse(job, conflict)
                return None
        except ConsoleError as error:
            return error
        except OSError as error:
            return StoreError(N_("The store does not answer: {reason}."), reason=system_reason(error))
        except Exception as error:
            # After any fault the thread goes on and the mentor hears of it: nothing may end the saving.
            reason = f"{type(error).__name__}: {error}"
            return ConsoleError(N_("This could not be written: {reason}."), reason=reason)
        else:
            self._done(job)
            self._answer(Ack(job, seq, hash, self._now()))
            self._settle()
        return None

    def _write(self, job: Job) -> tuple[int, str]:
        write = write_once if id(job) in self._kept else write_job
        return self._in_space(lambda store: write(store, job))

    def _in_space(self, write: Callable[[Store], R]) -> R:
        """Write; on a full disk once more, in the space that was kept back for it."""
        try:
            return write(self._opened())
        except FullDisk:
            if self._space is None or not self._space.give(self._store):
                raise
            return write(self._opened())

    def _refuse(self, job: Job, conflict: Conflict) -> None:
        """Refuse a job, since another writer was first, and with it what builds on it.

        Raises:
            StoreError: It cannot be kept aside; nothing was refused, and all of it is tried again.
        """
        refused: Sequence[Job] = [job]
        if isinstance(job, Append):
            with self._changed:
                others = [other for other in self._queue if other is not job and isinstance(other, Append)]
            tail = tail_from(job, [other for other in others if other.stream == job.stream])
            if (tails := self._tails) is not None:
                spooled = any(id(each) in self._kept for each in tail)
                self._in_space(lambda store: tails.keep(store, tail, again=spooled))
            refused = tail
        for each in refused:
            self._done(each)
            self._answer(Refused(each, conflict))
        self._settle()

    def _done(self, job: Job) -> None:
        with self._changed:
            self._queue = [other for other in self._queue if other is not job]
            self._writing = None
            self._attempts.pop(lane(job), None)
            self._failures_in_a_row = 0
            self._changed.notify_all()

    def _answer(self, answer: Answer) -> None:
        with suppress(Exception):
            self._deliver(answer)

    # --- the connection ------------------------------------------------------------------------------------------

    def _opened(self) -> Store:
        """Return the store; another connection after every third failure in a row, when one can be had."""
        if self._store is None:
            self._store = self._open_store()
        elif self._failures_in_a_row and self._failures_in_a_row % _REOPEN_AFTER == 0:
            with suppress(Exception):
                fresh = self._open_store()
                self._close_store()
                self._store = fresh
        return self._store

    def _close_store(self) -> None:
        if self._store is not None:
            with suppress(Exception):
                self._store.close()
            self._store = None
