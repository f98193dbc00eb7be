"""Keeping aside: what the store refused, since another writer was first, goes into rows of its own there.

Every row that a refusal makes or removes is written in one transaction, and only then the desk hears of it. So there
is no moment at which a killed console loses any of it. Source: docs/reliability.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from defense_console.model.log.chain import chain, first_hash
from defense_console.model.log.envelope import Event, encode_event
from defense_console.model.log.refused import ASIDE_PREFIX, aside_of, decisions, key_of
from defense_console.model.subjects import subject_of
from defense_console.store.base import Append, Draft, Job, SaveAside, Store, write_job

MARKED = "1"


def aside_row(base: int, event: Event[Any]) -> tuple[str, bytes]:
    """Return an event as it is kept aside: its key and its canonical JSON."""
    return key_of(base, event), encode_event(event)


def can_be_kept(store: Store, job: Append) -> bool:
    """Return whether a mentor finds it with its log, and this console can say what it is."""
    if store.last(job.stream) is None:
        return False
    with suppress(msgspec.MsgspecError):
        return all(subject_of(job.stream).decode(line) for line in job.lines)
    return False


class _Tail(msgspec.Struct, frozen=True):
    """What was refused of one log, from the parting on.

    Attributes:
        base: first number after the parting, 1 where that is not known.
        end, head: number and hash of its last line; no hash where its writer named none.
        moved: what rows that were to be written with a refused action are called now, by the name they were to have.
    """

    base: int
    end: int
    head: str | None
    events: tuple[Event[Any], ...] = ()
    moved: dict[str, str] = {}

    def goes_on(self, job: Append) -> bool:
        return job.expected == self.end and (self.head is None or job.previous in (None, self.head))

    def with_job(self, job: Append) -> _Tail:
        return msgspec.structs.replace(
            self,
            end=job.expected + len(job.lines),
            head=None if job.previous is None else chain(job.previous, job.lines),
            events=(*self.events, *(subject_of(job.stream).decode(line) for line in job.lines)),
        )


class RefusedTails:
    """Keeps refused tails aside, and knows what goes on from one: of each log of a store, the latest tail."""

    def __init__(self) -> None:
        self._tails: dict[str, _Tail] = {}

    def goes_on(self, job: Append) -> bool:
        """Return whether a job builds on what was refused, so that it can never be written either."""
        tail = self._tails.get(job.stream)
        return tail is not None and tail.goes_on(job)

    def keep(self, store: Store, jobs: Sequence[Append], *, again: bool = False) -> None:
        """Keep refused jobs aside.

        Args:
            jobs: Of one log, in order, each but the first going on from the one before.
            again: They also lie in a file, and may be found there after they were kept aside and settled: they are
                marked, so that nobody is asked twice.

        Raises:
            StoreError: They are not kept; nothing was changed.
        """
        stream = jobs[0].stream
        with store.transaction():
            before = self._tails.get(stream)
            if before is None or not before.goes_on(jobs[0]):
                before = _Tail(_parting(store, jobs[0]), jobs[0].expected, jobs[0].previous)
            tail = before
            for job in jobs:
                tail = tail.with_job(job)
            rows, moved = _rows(jobs, before, tail)
            marks = {_mark(job.stream, *job.lines) for job in jobs}
            settled = all(store.meta(mark) for mark in marks)
            for key, event in rows.items():
                if event is None or not settled:
                    store.save_aside(stream, key, event)
            for field in _finished(store.all_drafts().get(stream, {}), jobs):
                store.save_draft(stream, field, None)
            for mark in marks if again else ():
                store.set_meta(mark, MARKED)
        self._tails[stream] = msgspec.structs.replace(tail, moved=moved)


def tail_from(job: Append, others: Sequence[Append]) -> list[Append]:
    """Return a refused job and those of `others` that build on it, in order."""
    found, tail = [job], _Tail(0, job.expected, job.previous).with_job(job)
    for other in others:
        if tail.goes_on(other):
            found.append(other)
            tail = tail.with_job(other)
    return found


def write_once(store: Store, job: Job) -> tuple[int, str]:
    """Write a job that is also in a file; see `write_job`. What is kept aside does not come back once settled."""
    if not isinstance(job, SaveAside) or job.event is None:
        return write_job(store, job)
    mark = _mark(job.stream, f"{ASIDE_PREFIX}{job.key}".encode())  # as consoles of schema 1 named it
    with store.transaction():
        if not store.meta(mark):
            store.save_aside(job.stream, job.key, job.event)
            store.set_meta(mark, MARKED)
    return 0, ""


def _mark(stream: str, *texts: bytes) -> str:
    """Return the name of the store's note that something was kept aside: nobody is asked about it twice."""
    name = hashlib.sha256(stream.encode())
    for text in texts:
        name.update(text)
    return f"kept aside {name.hexdigest()}"


def _parting(store: Store, job: Append) -> int:
    """Return the first number after which the record and what a job builds on differ; 1 when it is not known."""
    lines = store.read_log(job.stream)
    if job.expected > len(lines):
        return 1
    there = lines[job.expected - 1].hash if job.expected else first_hash(job.stream)
    return job.expected + 1 if job.previous in (None, there) else 1


def _rows(jobs: Sequence[Append], before: _Tail, tail: _Tail) -> tuple[dict[str, bytes | None], dict[str, str]]:
    """Return what becomes of the rows kept aside, None for those that go, and the new keys of those that move."""
    base, moved = tail.base, dict(tail.moved)
    were = dict(aside_row(base, event) for event in decisions(before.events))
    now = dict(aside_row(base, event) for event in decisions(tail.events))
    rows: dict[str, bytes | None] = dict.fromkeys(were.keys() - now.keys())  # taken back further on in the tail
    rows |= {key: row for key, row in now.items() if key not in were}
    for job in jobs:
        for key in job.drop_aside:  # what was taken up is among the new rows
            rows[moved.get(key, key)] = None
        for key, event in job.aside:
            # It names a line that is not in the record now, but kept aside with it.
            moved[key] = key_of(base, aside_of(subject_of(job.stream), key, event).event)
            rows[moved[key]] = event
    return rows, moved


def _finished(drafts: Mapping[str, Draft], jobs: Iterable[Append]) -> set[str]:
    """Return the fields of the drafts that go with what was refused, since their text is in it."""
    fields = ((job, field) for job in jobs for field in job.drop_drafts)
    return {field for job, field in fields if field in drafts and _holds(job, drafts[field].text)}


def _holds(job: Append, text: str) -> bool:
    """Return whether a text is in what was decided. If not, somebody else is typing it."""
    return any(text.strip() in value for line in job.lines for value in _texts(msgspec.json.decode(line)["what"]))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [value] if isinstance(value, str) else []
