"""The ledger numbers and stamps what is decided, refuses what is illegal, folds at once and submits to the recorder.

No keystroke waits for the disk: the state is the fold of what the store holds and what is still on its way there.
It lives on one thread. `docs/architecture.md` follows a key press through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast

import msgspec

from defense_console.desk.logs.refused import NOTHING_MOVES, KeptAside, Move
from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log, append_action, check_action
from defense_console.model.log.envelope import Event, Stamp, What, encode_event
from defense_console.model.log.subject import Subject
from defense_console.store.base import (
    Ack,
    Answer,
    Append,
    DamagedStore,
    Draft,
    Failed,
    Job,
    Refused,
    SaveDraft,
    Store,
    StoreError,
    WriteLease,
    lane,
)
from defense_console.store.recorder import Recorder
from defense_console.store.snapshot import Snapshot

W = TypeVar("W", bound=What)
S = TypeVar("S")


class SaveState(msgspec.Struct, frozen=True):
    """What the saved line says.

    Attributes:
        at: when the last write was acknowledged.
        unsaved: how many actions wait; a text being typed is none.
        error: why the last try failed, or why the store cannot be read.
        spool: file elsewhere that holds what waits, None when it is in memory only.
        spool_error: why there is no such file.
    """

    state: Literal["saved", "saving", "failed", "read_only", "unread"]
    at: str | None
    unsaved: int
    error: ConsoleError | None
    spool: Path | None = None
    spool_error: ConsoleError | None = None


class OpenLog(msgspec.Struct, Generic[W, S]):
    """A log in memory with every event, acknowledged by the store or not."""

    log: Log[W, S]
    acknowledged: int
    unread: ConsoleError | None = None
    """Why what another console wrote since cannot be read here: the state stays the last one known, and no more."""

    @property
    def events(self) -> tuple[Event[W], ...]:
        """Every event, in order."""
        return self.log.events

    @property
    def settled(self) -> bool:
        """Whether the store holds all of it."""
        return self.acknowledged == len(self.log.events)


class Ledger:
    """The logs of one store, as one console sees them.

    Args:
        store: Read connection, used on this thread only.
        recorder: Takes the writes and answers through `acknowledge`.
        clocks: Reads the machine's clocks.
        author: Name of the mentor.
        shipped: Curricula by code, for defenses that have not started.
    """

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        clocks: Callable[[], Stamp],
        author: str,
        shipped: Mapping[str, Curriculum],
    ) -> None:
        self.store = store
        self.snapshot = Snapshot(store)
        self._seen = self.snapshot.generation
        self.read_only = store.read_only
        """Why the store cannot be written at all; None when it can."""
        self.recorder = recorder
        self.now = clocks
        self.author = self.signature = author
        """Who records, and whom reports and messages name, "" where only the name of an account is known."""
        self.curricula = Curricula(shipped, store.curriculum)
        self._logs: dict[str, OpenLog[Any, Any]] = {}
        self._drafts: dict[str, dict[str, Draft]] = {}
        self.aside = KeptAside(self.snapshot, recorder.submit)
        self._waiting = 0
        self._saved_at: str | None = None
        self._failed: dict[str, Failed] = {}
        """The last failure of each lane that has one: what another lane writes meanwhile makes nothing of it good."""

    # --- reading -------------------------------------------------------------------------------------------------

    def log(self, subject: Subject[W, S], id: str) -> OpenLog[W, S]:
        """The log of a defense or a student, read once.

        Raises:
            ConsoleError: There is no such log, it cannot be read, or the curriculum it pins is missing.
        """
        stream = subject.stream(id)
        if stream not in self._logs:
            self._logs[stream] = self._read(subject, id)
        return cast(OpenLog[W, S], self._logs[stream])

    def _read(self, subject: Subject[W, S], id: str) -> OpenLog[W, S]:
        lines = self.store.read_log(subject.stream(id))
        if not lines:
            raise self._not_there(subject, id)
        return OpenLog(Log.read(subject, id, lines, self.curricula), len(lines))

    def _not_there(self, subject: Subject[W, S], id: str) -> ConsoleError:
        """Return why no line of a log is read: in a school whoever else took it may be the only one who reads it."""
        claims = self.store.claims
        claim = claims.of(subject.stream(id)) if claims is not None else None
        if claims is None or claim is None or claim.holder in ("", claims.me):
            return subject.missing(id)
        holder = self.snapshot.known().name_of(claim.holder)
        return ConsoleError("{holder} has taken this defense: you cannot read it.", holder=holder)

    def state(self, subject: Subject[W, S], id: str) -> S:
        """What a log folds to now."""
        return self.log(subject, id).log.state

    def glance(self, subject: Subject[W, S], id: str) -> S:
        """What a log folds to now, for who looks at many logs: one that is not open is not kept in memory."""
        stream = subject.stream(id)
        return (self.log(subject, id) if stream in self._logs else self._read(subject, id)).log.state

    def state_at(self, subject: Subject[W, S], id: str, seq: int) -> S:
        """What a log folded to after the event with this number."""
        return self.log(subject, id).log.upto(seq, self.curricula).state

    def unread(self, stream: str) -> ConsoleError | None:
        """Why the end of an open log cannot be read, so that nothing may be added to it here; None when it can."""
        log = self._logs.get(stream)
        return None if log is None else log.unread

    def drafts(self, stream: str) -> dict[str, Draft]:
        """Texts being typed, by field key: one value for every screen on this log, since the disk follows later."""
        if stream not in self._drafts:
            self._drafts[stream] = dict(self.snapshot.drafts(stream))
        return self._drafts[stream]

    def reread_drafts(self, *streams: str) -> frozenset[str]:
        """Read the drafts again: another console may have typed, or finished a text.

        While a write of ours on a log is on its way, the rows in the store are not yet what they will be, so what waits
        is looked at first.

        Returns:
            Those of the logs where something is new.
        """
        waiting = {job.stream for job in self.recorder.unsaved() if not isinstance(job, WriteLease)}
        changed = set()
        for stream in streams:
            drafts, there = self.drafts(stream), self.snapshot.drafts(stream)
            if stream not in waiting and drafts != there:
                drafts.clear()
                drafts.update(there)
                changed.add(stream)
        return frozenset(changed)

    def unacknowledged(self, subject: Subject[W, S]) -> dict[str, S]:
        """What the logs fold to whose last events are still on their way to the store, by id."""
        return {
            log.log.id: log.log.state for log in self._logs.values() if log.log.subject is subject and not log.settled
        }

    def is_open(self, stream: str) -> bool:
        """Whether a log is in memory."""
        return stream in self._logs

    def refresh(self) -> frozenset[str]:
        """Read again what another console has changed meanwhile.

        Returns:
            Names of the open logs that it wrote on, where it typed, or of which it settled what was kept aside. A log
            with events on their way waits for their answers.
        """
        self.snapshot.refresh()
        before, self._seen = self._seen, self.snapshot.generation
        if before == self._seen:
            return frozenset()
        try:
            return self._reread_all()
        except StoreError as error:
            self._cannot_read(error)
            self._seen = before  # the next look tries again
            return frozenset()

    def _cannot_read(self, error: ConsoleError) -> None:
        """Take note that the store as a whole cannot be read; one log that is damaged says so itself."""
        if isinstance(error, StoreError) and not isinstance(error, DamagedStore):
            self.snapshot.cannot_read(error)

    def _reread_all(self) -> frozenset[str]:
        written = {stream for stream, log in tuple(self._logs.items()) if log.settled and self.reread(stream)}
        return frozenset(written) | self.aside.refresh() | self.reread_drafts(*self._drafts)

    def reread(self, stream: str) -> bool:
        """Read a log again when the store holds more of it; tells whether it does."""
        log = self._logs.get(stream)
        if log is None or not log.settled:
            return False
        last = self.store.last(stream)
        if last is None or last.seq == len(log.events):
            return False
        self._read_again(stream, log)
        return True

    def _read_again(self, stream: str, open: OpenLog[Any, Any]) -> None:
        """A screen may show it: where it cannot be read, what was acknowledged stays, with the reason."""
        subject, id = open.log.subject, open.log.id
        try:
            self._logs[stream] = self._read(subject, id)
        except ConsoleError as error:
            self._cannot_read(error)
            if open.acknowledged == 0:  # nothing of it is known to be in the store
                del self._logs[stream]
                return
            open.unread, open.log = error, open.log.upto(open.acknowledged, self.curricula)

    # --- writing -------------------------------------------------------------------------------------------------

    def begin(self, subject: Subject[W, S], id: str, first: W) -> S:
        """Begin a log that does not exist yet.

        Raises:
            ConsoleError: It may not begin so.
        """
        if self.read_only is not None:
            raise self.read_only
        return self._write(OpenLog(Log.empty(subject, id), 0), (first,))

    def act(
        self,
        subject: Subject[W, S],
        id: str,
        *whats: W,
        drop_drafts: tuple[str, ...] = (),
        aside: Move = NOTHING_MOVES,
    ) -> S:
        """One action of the mentor, or facts the system saw: all of it or nothing.

        Args:
            subject: What the log is about.
            id: Which log.
            whats: What was decided by one key press, in order.
            drop_drafts: Field keys whose drafts became events.
            aside: What becomes of the decisions kept aside.

        Returns:
            What the log folds to after it; the disk follows.

        Raises:
            ConsoleError: It is not legal now, or the store is read only; nothing was changed.
        """
        log = self.log(subject, id)
        if (reason := self.read_only or log.unread) is not None:
            raise reason
        return self._write(log, whats, drop_drafts, aside)

    def _write(
        self,
        open: OpenLog[W, S],
        whats: tuple[W, ...],
        drop_drafts: tuple[str, ...] = (),
        aside: Move = NOTHING_MOVES,
    ) -> S:
        action = append_action(open.log, whats, self.now(), self.author, self.curricula)
        open.log = action.after
        self._logs[action.after.stream] = open
        fence = (
            None if all(what.anyone or what.of_student for what in whats) else self.snapshot.fence(action.after.stream)
        )
        self.submit(Append.of(action, drop_drafts, aside.gone, aside.there, fence))
        return action.after.state

    def act_together(self, subject: Subject[W, S], id: str, what: W, other: Callable[[], None]) -> S:
        """Write one action now, on this thread, in one transaction with something else: both or neither.

        Args:
            other: Writes to the same store what belongs to it.

        Raises:
            ConsoleError: It is not legal now, something of the log still waits to be saved, or it was not written.
        """
        log = self.log(subject, id)
        if (reason := self.read_only or log.unread) is not None:
            raise reason
        if not log.settled:
            raise ConsoleError("Something here is not saved yet: try again once it is.")
        action = append_action(log.log, (what,), self.now(), self.author, self.curricula)
        with self.store.transaction():
            self.store.append(Append.of(action))
            other()
        log.log, log.acknowledged = action.after, len(action.after.events)
        return action.after.state

    def refusal(self, subject: Subject[W, S], id: str, *whats: W) -> ConsoleError | None:
        """Why `act` would refuse one action now, None when it would not. Nothing is read of a log that is open."""
        try:
            log = self.log(subject, id)
            if (reason := self.read_only or log.unread) is not None:
                return reason
            check_action(log.log, whats, self.now(), self.curricula)
        except ConsoleError as error:
            return error
        return None

    def submit(self, job: Job) -> None:
        """Hand a write to the recorder."""
        if isinstance(job, Append):
            self._waiting += 1
        self.recorder.submit(job)

    def save_draft(self, stream: str, field_key: str, draft: Draft | None) -> None:
        """Save a draft, or drop it when None."""
        self.submit(SaveDraft(stream, field_key, draft))

    # --- what the recorder answers -------------------------------------------------------------------------------

    def acknowledge(self, answer: Answer) -> None:
        """Take an answer of the recorder, on the ledger's thread."""
        match answer:
            case Ack(job=job, at=at):
                self.snapshot.written(answer)
                self._saved_at = at
                self._failed.pop(lane(job), None)
                self.aside.written(job)
                if isinstance(job, Append):
                    self._waiting = max(0, self._waiting - 1)
                    self._mark(job)
            case Failed(job=job):
                self._failed.pop(lane(job), None)
                self._failed[lane(job)] = answer
            case Refused(job=job):
                self._failed.pop(lane(job), None)
                if isinstance(job, Append):
                    self._waiting = max(0, self._waiting - 1)
                    self._give_way(job)

    def _mark(self, job: Append) -> None:
        log = self._logs.get(job.stream)
        if log is not None:
            log.acknowledged = max(log.acknowledged, job.expected + len(job.lines))

    def _give_way(self, job: Append) -> None:
        """Another writer was first: what follows is kept aside, and the store's state is what counts.

        The rest of a refused tail is refused job by job; by then the log may have gone on, and is left alone.
        """
        log = self._logs.get(job.stream)
        ours = log.events[job.expected : job.expected + len(job.lines)] if log is not None else ()
        if log is not None and tuple(encode_event(event) for event in ours) == job.lines:
            self._read_again(job.stream, log)
        self.aside.refused(job)

    @property
    def saved(self) -> SaveState:
        """What the saved line says."""
        if self.read_only is not None:
            return SaveState("read_only", None, 0, self.read_only)
        if self._failed:
            last = next(reversed(self._failed.values()))
            unsaved = self._waiting + self.aside.unwritten()
            return SaveState("failed", self._saved_at, unsaved, last.error, last.spool, last.spool_error)
        if self.snapshot.unread is not None:
            return SaveState("unread", self._saved_at, self._waiting, self.snapshot.unread)
        return SaveState("saving" if self._waiting else "saved", self._saved_at, self._waiting, None)
