"""What a store takes, gives and refuses, as frozen values, and what every engine can do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import msgspec

from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Action, Log
from defense_console.model.log.chain import StoredLine, first_hash
from defense_console.model.log.envelope import Stamp
from defense_console.model.queue.searching import Closed, Found, Wanted
from defense_console.model.student.state import Student
from defense_console.store.claiming import Claims
from defense_console.store.people import People

DEMO: Final = "demo"
"""Key of the store's own note that it holds the demo cohort and nothing of a mentor's."""

# --- errors ------------------------------------------------------------------------------------------------------


class StoreError(ConsoleError):
    """The store cannot do what was asked: the sentence says why and what to do."""


class Conflict(StoreError):
    """Another writer was first: the log does not end where the append expected it to."""


class NotOurStore(StoreError):
    """What lies at the place given is not a store of this console. It was not touched."""


class NewerStore(StoreError):
    """The store was written by a newer console. It was not touched."""


class ReadOnlyStore(StoreError):
    """The folder or the file cannot be written."""


class NetworkStore(StoreError):
    """The folder lies on a network file system, where the engine cannot keep its promises."""


class DamagedStore(StoreError):
    """A row, a page or the file itself is not what was written."""


class FullDisk(StoreError):
    """There is no space left for the write."""


class Unreachable(StoreError):
    """The server does not answer. What was decided waits in the spool, and the console goes on."""


# --- values ------------------------------------------------------------------------------------------------------


class Identity(msgspec.Struct, frozen=True):
    """Which store: the real path of its folder and the id it was given when it was made."""

    path: str
    id: str


class Draft(msgspec.Struct, frozen=True):
    """A text being typed: the stamp of its first keystroke, the place of the cursor in characters."""

    text: str
    first: Stamp
    cursor: int


class Lease(msgspec.Struct, frozen=True):
    """Which console writes on a log.

    Attributes:
        holder: name of the console, "" once it was freed.
        host, pid, process_start: where it runs; two processes of one number differ in their start.
        since: ISO 8601 UTC instant from which it has held it, "" where an earlier console wrote the row.
        named: whether the store itself knows if the holder lives; see `Store.hold_name`.
    """

    holder: str
    host: str
    pid: int
    process_start: str
    boot_id: str
    last: Stamp
    since: str = ""
    named: bool = False


ProblemKind = Literal["changed", "missing", "cut", "damaged", "summary", "curriculum"]


class Problem(msgspec.Struct, frozen=True):
    """Something `verify` found.

    Attributes:
        stream: name of the log, or of the table, it was found in.
        seq: number of the line (or id of the row), None when it concerns the whole.
        kind: `changed` the text or its place · `missing` a hole · `cut` the end is gone · `damaged` the row cannot be
            trusted · `summary` the row next to the log is missing or says something else · `curriculum` the pinned
            one is missing or changed.
        text_id, parameters: English message id and the values of its places.
    """

    stream: str
    seq: int | None
    kind: ProblemKind
    text_id: str
    parameters: dict[str, object] = {}


class Size(msgspec.Struct, frozen=True):
    """How many logs a store has, and how many lines they have together."""

    logs: int
    lines: int


# --- what is written ---------------------------------------------------------------------------------------------


class Append(msgspec.Struct, frozen=True, tag="append"):
    """One action: all of it in one transaction, or nothing.

    Attributes:
        stream: `defense/<uuid>` or `student/<student id>`.
        expected: number of the last line the writer knows; the new lines follow it.
        lines: canonical JSON of the events, in order.
        row: the row next to the log after the action, as its subject gives it; the store fills in `seq` and `hash`.
        pin: hash and canonical JSON of a curriculum to keep for ever.
        drop_drafts: field keys of drafts that became events.
        previous: hash of the line `expected` as the writer knows it; None compares the number only.
        drop_aside: keys of decisions kept aside that are settled by it.
        aside: decisions kept aside that change with it: key and canonical JSON of the event.
        fence: number of the claim that it is written under, for an engine that has claims: `UNCLAIMED` where the writer
            knows of none; None for what anybody may write.
    """

    stream: str
    expected: int
    lines: tuple[bytes, ...]
    row: dict[str, Any] | None = None
    pin: tuple[str, bytes] | None = None
    drop_drafts: tuple[str, ...] = ()
    previous: str | None = None
    drop_aside: tuple[str, ...] = ()
    aside: tuple[tuple[str, bytes], ...] = ()
    fence: int | None = None

    @classmethod
    def of(
        cls,
        action: Action[Any, Any],
        drop_drafts: tuple[str, ...] = (),
        drop_aside: tuple[str, ...] = (),
        aside: tuple[tuple[str, bytes], ...] = (),
        fence: int | None = None,
    ) -> Append:
        """Return what writes an action, with what else it settles."""
        before, after = action.before, action.after
        return cls(
            stream=after.stream,
            expected=len(before.events),
            lines=action.lines,
            row=after.row,
            pin=action.pin,
            drop_drafts=drop_drafts,
            previous=before.head,
            drop_aside=drop_aside,
            aside=aside,
            fence=fence,
        )

    @classmethod
    def whole(cls, log: Log[Any, Any]) -> Append:
        """Return what writes a whole log where there is none."""
        return cls(log.stream, 0, log.lines, log.row, previous=first_hash(log.stream))


class SaveDraft(msgspec.Struct, frozen=True, tag="draft"):
    """A draft is overwritten, or dropped when None."""

    stream: str
    field: str
    draft: Draft | None


class SaveAside(msgspec.Struct, frozen=True, tag="aside"):
    """A decision is kept aside, as the canonical JSON of its event, or dropped when None."""

    stream: str
    key: str
    event: bytes | None


class WriteLease(msgspec.Struct, frozen=True):
    """A lease is overwritten, or dropped when None.

    `over` names the holders whose row it may replace; a row that is missing or freed it always may. None replaces
    any row. A row of somebody else stays: a late heartbeat takes nothing back.
    """

    stream: str
    lease: Lease | None
    over: tuple[str, ...] | None = None


SpooledJob = Append | SaveDraft | SaveAside
"""A lease is no work of the mentor, and an old one must never come back over a newer one: it is not spooled."""
Job = SpooledJob | WriteLease


def lane(job: Job) -> str:
    """Return the lane of a job: jobs of one lane are written in order, also while others fail."""
    return f"lease/{job.stream}" if isinstance(job, WriteLease) else job.stream


class Ack(msgspec.Struct, frozen=True):
    """The job is on the disk.

    Attributes:
        seq, hash: last line of the log after an append; 0 and "" for the other jobs.
        at: ISO 8601 UTC instant of the acknowledgement.
    """

    job: Job
    seq: int
    hash: str
    at: str


class Failed(msgspec.Struct, frozen=True):
    """The job is not written yet and will be tried again.

    Attributes:
        attempt: counts from 1.
        spool: file elsewhere that holds everything unsaved meanwhile, None when it is in memory only.
    """

    job: Job
    error: ConsoleError
    attempt: int
    spool: Path | None = None
    spool_error: ConsoleError | None = None


class Refused(msgspec.Struct, frozen=True):
    """The job will never be written, because another writer was first."""

    job: Job
    error: ConsoleError


class NotFound(msgspec.Struct, frozen=True):
    """A search could not be answered, and why."""

    wanted: Wanted
    error: ConsoleError


Answer = Ack | Failed | Refused
"""What comes of a job."""
Searched = Found | NotFound
"""What comes of a search."""

# --- the protocol ------------------------------------------------------------------------------------------------


class Store(Protocol):
    """Where logs are kept. One object belongs to one thread; several of them may be open on the same store.

    Every method raises StoreError, or the subclass that says what is wrong. What an append may do is in
    `log_rules.py`; how a store is opened, copied, checked and mended is the business of each engine.
    """

    @property
    def identity(self) -> Identity:
        """Return which store this is."""

    @property
    def read_only(self) -> ConsoleError | None:
        """Return why nothing can be written, None when it can."""

    @property
    def claims(self) -> Claims | None:
        """Return the claims of a store that mentors share, None for a mentor's own."""

    @property
    def people(self) -> People | None:
        """Return the people of a store that mentors share, None for a mentor alone."""

    def subscribe(self) -> Callable[[], bool]:
        """Watch what is written from now on.

        Returns:
            A question: has another object written to the store since it was last asked? It costs next to nothing.
        """

    def transaction(self, begins: Sequence[str] = ()) -> AbstractContextManager[None]:
        """Group several writes: all of them, or none when the block raises.

        Args:
            begins: Logs that the block begins. An engine may look at once whether they are there; then an error in one
                of these appends ends the whole transaction.
        """

    def reading(self) -> AbstractContextManager[None]:
        """Read several times from one view of the store, that of the first look; others may write meanwhile.

        Nothing is written in it.
        """

    def close(self) -> None:
        """Let go of the store. Closing twice is harmless."""

    # --- logs ---

    def append(self, job: Append) -> tuple[int, str]:
        """Append one action.

        Returns:
            Number and hash of the job's last line (of the log's last line when the job has none). Lines that are
            there already with the same bytes are acknowledged again.

        Raises:
            Conflict: The log does not end at `job.expected`.
        """

    def read_log(self, stream: str) -> tuple[StoredLine, ...]:
        """Return every line of a log in order; empty when there is no such log.

        Raises:
            DamagedStore: A line is missing or is not what was written.
        """

    def last(self, stream: str) -> StoredLine | None:
        """Return the last line of a log."""

    def logs(self, prefix: str) -> Iterator[tuple[str, tuple[StoredLine, ...]]]:
        """Yield the logs of one subject, by name, each as `read_log` gives it. One of them is held at a time.

        Others may write meanwhile: within `reading` all are from one view.

        Args:
            prefix: That of the subject.

        Raises:
            DamagedStore: A line is missing or is not what was written.
        """

    def size(self, prefix: str = "") -> Size:
        """Return how many logs and lines there are, of one subject or of all, without reading the lines."""

    def streams(self, prefix: str = "") -> tuple[str, ...]:
        """Return the names of the logs that begin with `prefix`, sorted."""

    def withheld(self, prefix: str = "") -> int:
        """Return how many lines say what this reader may not see, in the logs whose names begin with `prefix`."""

    def is_empty(self) -> bool:
        """Return whether there is no log at all."""

    # --- defenses and students ---

    def pending(self) -> tuple[Summary, ...]:
        """Return the summaries of the defenses that are not closed, in order of their ids."""

    def closed(self) -> tuple[Closed, ...]:
        """Return what the lists of students look at of each closed defense, the latest first."""

    def search(self, wanted: Wanted) -> Found:
        """Return which defenses a search finds, everything that was written before included.

        It may take long where it needs an index that is not made yet: the event loop lets a thread ask.
        """

    def find(self, prefix: str) -> tuple[Summary, ...]:
        """Return the defenses, pending and closed, whose id begins with these digits, in order of their ids.

        Args:
            prefix: Four digits at least; fewer find nothing.
        """

    def summary(self, id: str) -> Summary | None:
        """Return the summary of one defense."""

    def summaries_by_ids(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        """Return summaries in the order of `ids`, without those that do not exist."""

    def students(self) -> tuple[Student, ...]:
        """Return every student, sorted by id."""

    def of_the_day(self) -> tuple[str, ...]:
        """Return the ids of the students who may have something in a day, sorted; see `has_day`.

        A damaged row is left out.
        """

    def students_by_ids(self, ids: Sequence[str]) -> tuple[Student, ...]:
        """Return students in the order of `ids`, without those that do not exist."""

    def student(self, id: str) -> Student | None:
        """Return one student."""

    # --- texts being typed, decisions kept aside, leases, curricula, facts ---

    def all_drafts(self) -> dict[str, dict[str, Draft]]:
        """Return every draft by stream and field key, sorted."""

    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        """Overwrite a draft; None drops it."""

    def all_asides(self) -> dict[str, dict[str, bytes]]:
        """Return every decision that is kept aside, by stream and key, sorted."""

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        """Keep a decision aside; None drops it."""

    def leases(self) -> dict[str, Lease]:
        """Return the leases by stream."""

    def write_lease(self, stream: str, lease: Lease | None, over: Collection[str] | None = None) -> None:
        """Overwrite a lease, None drops it; the row of a holder that is not named in `over` stays as it is."""

    def hold_name(self, name: str) -> bool:
        """Hold a name of one's own until the store is closed or the process is gone, however it ends.

        Returns:
            Whether it is held; False where the engine cannot know it.
        """

    def name_held(self, name: str) -> bool:
        """Return whether somebody holds a name, in whichever process namespace; this object's own counts too."""

    def curriculum(self, hash: str) -> bytes | None:
        """Return the canonical JSON of a pinned curriculum."""

    def curricula(self) -> dict[str, bytes]:
        """Return every pinned curriculum by hash, sorted."""

    def pin(self, hash: str, body: bytes) -> None:
        """Keep a curriculum; one that is there already stays as it is."""

    def meta(self, key: str) -> str | None:
        """Return a fact about the store itself, such as what it was made for."""

    def set_meta(self, key: str, value: str) -> None:
        """Write such a fact."""


def write_job(store: Store, job: Job) -> tuple[int, str]:
    """Write a job to a store.

    Returns:
        What `Store.append` gives; 0 and "" for the other jobs.

    Raises:
        StoreError: It was not written; `Conflict` when it never will be.
    """
    match job:
        case Append():
            return store.append(job)
        case SaveDraft(stream=stream, field=field, draft=draft):
            store.save_draft(stream, field, draft)
        case SaveAside(stream=stream, key=key, event=event):
            store.save_aside(stream, key, event)
        case WriteLease(stream=stream, lease=lease, over=over):
            store.write_lease(stream, lease, over)
    return 0, ""
