"""What an append may do: every engine asks these rules inside a transaction of its own.

The lines follow the last one the writer knows, or they are there already; the chain goes on; what is next to the
log changes with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine, first_hash, next_hash
from defense_console.store.base import Append, Conflict, DamagedStore, Draft, Lease


class OpenLogs(Protocol):
    """What the rules ask of an engine. A transaction is open, and another writer waits until it ends."""

    def last(self, stream: str) -> StoredLine | None:
        """Return the last line of a log."""

    def lines(self, stream: str, low: int, high: int) -> Sequence[StoredLine]:
        """Return the lines with a number from `low` to `high`, in order."""

    def add(self, stream: str, after: StoredLine | None, lines: Sequence[StoredLine]) -> None:
        """Write lines that follow `after`, the last line of the log.

        Raises:
            DamagedStore: The engine knows that the log went further than that.
        """

    def pin(self, hash: str, body: bytes) -> None:
        """Keep a curriculum; one that is there already stays as it is."""

    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        """Overwrite a draft; None drops it."""

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        """Keep a decision aside; None drops it."""

    def put_row(self, stream: str, row: Mapping[str, Any]) -> None:
        """Write the row next to a log."""


def append(logs: OpenLogs, job: Append) -> tuple[int, str]:
    """Append one action; see `Store.append`."""
    last = logs.last(job.stream)
    seq, head = (last.seq, last.hash) if last else (0, first_hash(job.stream))
    if seq > job.expected:
        return _again(logs, job, seq)
    if seq < job.expected or job.previous not in (None, head):
        raise _conflict(job, seq)
    lines = []
    for body in job.lines:
        seq, head = seq + 1, next_hash(head, body)
        lines.append(StoredLine(seq, body, head))
    logs.add(job.stream, last, lines)
    _next_to_the_log(logs, job, seq, head)
    return seq, head


def _again(logs: OpenLogs, job: Append, seq: int) -> tuple[int, str]:
    """Acknowledge the same lines at the same place: a commit may fail after its bytes arrived."""
    there = logs.lines(job.stream, job.expected, job.expected + len(job.lines))
    before = first_hash(job.stream) if job.expected == 0 else there[0].hash
    lines = tuple(line for line in there if line.seq > job.expected)
    same = job.previous in (None, before) and tuple(line.body for line in lines) == job.lines
    if not lines or not same:
        raise _conflict(job, seq)
    return lines[-1].seq, lines[-1].hash


def _conflict(job: Append, seq: int) -> Conflict:
    return Conflict(
        N_("Another console wrote first: {stream} ends at line {seq}, not at {expected}."),
        stream=job.stream,
        seq=seq,
        expected=job.expected,
    )


def _next_to_the_log(logs: OpenLogs, job: Append, seq: int, head: str) -> None:
    """Write what changes in the same transaction as the lines."""
    if job.pin is not None:
        logs.pin(*job.pin)
    for field in job.drop_drafts:
        logs.save_draft(job.stream, field, None)
    for key in job.drop_aside:
        logs.save_aside(job.stream, key, None)
    for key, event in job.aside:
        logs.save_aside(job.stream, key, event)
    if job.row is not None:
        logs.put_row(job.stream, {**job.row, "seq": seq, "hash": head})


def checked(stream: str, lines: Iterable[StoredLine]) -> tuple[StoredLine, ...]:
    """Return the lines of a whole log once their chain is checked: no state is folded from anything else.

    A line that is withheld cannot be checked; the one after it still follows its hash.

    Raises:
        DamagedStore: A line is missing or is not what was written.
    """
    found = tuple(lines)
    head = first_hash(stream)
    for seq, line in enumerate(found, 1):
        head = line.hash if line.withheld else next_hash(head, line.body)
        if line.seq != seq or line.hash != head:
            raise DamagedStore(
                N_("Line {seq} of {stream} is missing or was changed: close the console and run doctor."),
                seq=seq,
                stream=stream,
            )
    return found


def end_is_gone(stream: str, seq: int) -> DamagedStore:
    """Return that lines are missing after this one."""
    return DamagedStore(
        N_("The end of {stream} is gone after line {seq}: close the console and run doctor."), stream=stream, seq=seq
    )


def checked_curriculum(hash: str, body: bytes) -> bytes:
    """Return a pinned curriculum once it is checked.

    Raises:
        DamagedStore: It is not what was pinned.
    """
    if hashlib.sha256(body).hexdigest() != hash:
        raise DamagedStore(N_("The pinned curriculum {hash} was changed: close the console and run doctor."), hash=hash)
    return body


def may_write_lease(there: Lease | None, over: Collection[str] | None) -> bool:
    """Return whether a lease may replace the row there: any if `over` is None, else a freed one or of these holders."""
    return over is None or there is None or there.holder in ("", *over)
