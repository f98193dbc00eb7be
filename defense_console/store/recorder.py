"""The recorder: a thread with a connection of its own that writes what was decided, so that no keystroke waits.

One transaction per job, in order. What cannot be written is tried again until it can, and never dropped; a lane (a
stream, a lease) whose own job is at fault waits alone, while a disk that fails holds everything back.
Source: engineering.md §2.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import (
    Ack,
    Answer,
    Append,
    Conflict,
    DamagedStore,
    Failed,
    Job,
    Refused,
    SaveDraft,
    Store,
    StoreError,
    WriteLease,
)

DELAYS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses before the next try; the last one repeats."""

_REOPEN_AFTER = 3
"""Tries on one connection before another one is made: it may be the connection that is broken."""


def _lane(job: Job) -> str:
    """Jobs of one lane are written in order, whatever happens to the others."""
    return f"lease/{job.defense_id}" if isinstance(job, WriteLease) else job.stream


def _supersedes(job: Job, older: Job) -> bool:
    """Whether `job` overwrites the row that `older` would write."""
    match job, older:
        case SaveDraft(), SaveDraft():
            return (job.stream, job.field) == (older.stream, older.field)
        case WriteLease(), WriteLease():
            return job.defense_id == older.defense_id
    return False


def _now() -> str:
    return clocks.read().wall


class Recorder:
    """The writer thread.

    Args:
        open_store: Opens the store; called on the thread, again after failures.
        deliver: Takes the answers, on the thread, in the order of the writes. It must hand them to the thread that
            waits for them and return at once; what it raises is ignored, since the write is done.
        now: ISO 8601 UTC instant, for acknowledgements.
        delays_s: Pauses between tries, the last one repeats.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        deliver: Callable[[Answer], None],
        *,
        now: Callable[[], str] = _now,
        delays_s: tuple[float, ...] = DELAYS_S,
    ) -> None:
        self._open_store = open_store
        self._deliver = deliver
        self._now = now
        self._delays_s = delays_s
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
            self._queue = [older for older in self._queue if older is self._writing or not _supersedes(job, older)]
            self._queue.append(job)
            self._changed.notify_all()

    @property
    def pending(self) -> int:
        """How many jobs are not written yet."""
        with self._changed:
            return len(self._queue)

    def unsaved(self) -> tuple[Job, ...]:
        """The jobs that are not written yet, in order."""
        with self._changed:
            return tuple(self._queue)

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything is written, trying at once what is being held back.

        Returns:
            Whether everything was written within the time.
        """
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._queue, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Write what waits, end the thread and close its store. What is left stays in `unsaved`.

        Returns:
            Whether everything was written within the time.
        """
        deadline = time.monotonic() + timeout_s
        written = self.flush(timeout_s) if self._thread.is_alive() else not self._queue
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(max(0.1, deadline - time.monotonic()))
        return written and not self.pending

    # --- on the thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (job := self._take()) is not None:
                error = self._try(job)
                if error is not None:
                    self._hold(job, error)
        finally:
            self._close_store()

    def _take(self) -> Job | None:
        """The next job that is not held back, waited for; None when the thread is to end."""
        with self._changed:
            while not self._ending:
                if self._hurry or time.monotonic() >= self._retry_at:
                    self._hurry = self._all_stuck = False
                    self._stuck.clear()
                if not self._all_stuck:
                    self._writing = next((job for job in self._queue if _lane(job) not in self._stuck), None)
                    if self._writing is not None:
                        return self._writing
                held = self._stuck or self._all_stuck
                self._changed.wait(max(0.0, self._retry_at - time.monotonic()) if held else None)
        return None

    def _hold(self, job: Job, error: ConsoleError) -> None:
        """Put a job off: its lane when it is itself at fault, everything when the disk is."""
        lane = _lane(job)
        with self._changed:
            self._writing = None
            self._failures_in_a_row += 1
            attempt = self._attempts[lane] = self._attempts.get(lane, 0) + 1
            if not self._stuck:
                self._retry_at = time.monotonic() + self._delays_s[min(attempt, len(self._delays_s)) - 1]
            self._stuck.add(lane)
            self._all_stuck |= isinstance(error, StoreError) and not isinstance(error, DamagedStore)
        self._answer(Failed(job, error, attempt))

    def _try(self, job: Job) -> ConsoleError | None:
        """Write one job and answer for it; the error when it must be tried again."""
        try:
            seq, hash = self._write(self._opened(), job)
        except Conflict as conflict:
            self._refuse(job, conflict)
        except ConsoleError as error:
            return error
        except OSError as error:
            return StoreError(N_("The store does not answer: {reason}."), reason=str(error))
        except Exception as error:
            # Whatever it is, the thread goes on and the mentor is told: nothing may end the saving.
            reason = f"{type(error).__name__}: {error}"
            return ConsoleError(N_("This could not be written: {reason}."), reason=reason)
        else:
            self._done(job)
            self._answer(Ack(job, seq, hash, self._now()))
        return None

    @staticmethod
    def _write(store: Store, job: Job) -> tuple[int, str]:
        match job:
            case Append():
                return store.append(job)
            case SaveDraft(stream=stream, field=field, draft=draft):
                store.save_draft(stream, field, draft)
            case WriteLease(defense_id=defense_id, lease=lease, over=over):
                store.write_lease(defense_id, lease, over)
        return 0, ""

    def _refuse(self, job: Job, conflict: Conflict) -> None:
        """Another writer was first: the rest of the stream builds on what will never be, so it is refused as well."""
        with self._changed:
            tail = [job] + [
                other
                for other in self._queue
                if other is not job and isinstance(other, Append) and _lane(other) == _lane(job)
            ]
        for refused in tail:
            self._done(refused)
            self._answer(Refused(refused, conflict))

    def _done(self, job: Job) -> None:
        with self._changed:
            self._queue = [other for other in self._queue if other is not job]
            self._writing = None
            self._attempts.pop(_lane(job), None)
            self._failures_in_a_row = 0
            self._changed.notify_all()

    def _answer(self, answer: Answer) -> None:
        with suppress(Exception):
            self._deliver(answer)

    # --- the connection ------------------------------------------------------------------------------------------

    def _opened(self) -> Store:
        """The store; another connection after every third failure in a row, when one can be had."""
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
