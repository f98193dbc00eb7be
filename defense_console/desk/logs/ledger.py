"""The ledger numbers and stamps what is decided, refuses what is illegal, folds at once and submits to the recorder.

No keystroke waits for the disk: the state is the fold of what the store holds and what is still on its way there.
It lives on one thread. Source: engineering.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from defense_console.desk.logs.refused import NOTHING_MOVES, KeptAside, Move
from defense_console.desk.logs.stored import defense_events
from defense_console.model.curriculum import Curriculum, canonical_json, curriculum_hash
from defense_console.model.defense.fold import fold, pinned_by, pinned_hash
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, Planned
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.state import Defense
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.queue.agenda import Summary, summarize
from defense_console.store.base import (
    Ack,
    Append,
    Draft,
    Failed,
    Job,
    Refused,
    SaveDraft,
    Store,
    WriteLease,
    beside,
    lane,
)
from defense_console.store.chain import chain, first_hash
from defense_console.store.recorder import Recorder
from defense_console.store.snapshot import Snapshot
from defense_console.store.sqlite.keys import DEFENSES

Answer = Ack | Failed | Refused


class SaveState(msgspec.Struct, frozen=True):
    """What the saved line says.

    Attributes:
        at: when the last write was acknowledged.
        unsaved: how many actions wait; a text being typed is none.
        error: why the last try failed.
        spool: file elsewhere that holds what waits, None when it is in memory only.
        spool_error: why there is no such file.
    """

    state: Literal["saved", "saving", "failed", "read_only"]
    at: str | None
    unsaved: int
    error: ConsoleError | None
    spool: Path | None = None
    spool_error: ConsoleError | None = None


@dataclass
class OpenLog:
    """A log in memory: every event, acknowledged by the store or not, and what they fold to."""

    events: list[DefenseEvent]
    defense: Defense
    acknowledged: int
    head: str
    """Hash of the last event, as the store will compute it: what an append builds on."""
    unread: ConsoleError | None = None
    """Why what another console wrote since cannot be read here: the state stays the last one known, and no more."""


def stream_of(defense_id: str) -> str:
    """The name of a defense's log in the store."""
    return DEFENSES + defense_id


def defense_of(stream: str) -> str | None:
    """Id of the defense whose log has this name; None for a log of something else."""
    return stream.removeprefix(DEFENSES) if stream.startswith(DEFENSES) else None


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
        self.author = author
        self.shipped = shipped
        self._logs: dict[str, OpenLog] = {}
        self._there: dict[str, bool] = {}
        self._pinned: dict[str, Curriculum] = {}
        self._drafts: dict[str, dict[str, Draft]] = {}
        self.aside = KeptAside(self.snapshot, recorder.submit)
        self._waiting = 0
        self._saved_at: str | None = None
        self._failed: dict[str, Failed] = {}
        """The last failure of each lane that has one: what another lane writes meanwhile makes nothing of it good."""

    # --- reading -------------------------------------------------------------------------------------------------

    def log(self, defense_id: str) -> OpenLog:
        """The log of a defense, read once.

        Raises:
            ConsoleError: There is no such defense, its log cannot be read, or its curriculum is missing.
        """
        if defense_id not in self._logs:
            self._logs[defense_id] = self._read(defense_id)
        return self._logs[defense_id]

    def _read(self, defense_id: str) -> OpenLog:
        stream = stream_of(defense_id)
        lines = self.store.read_log(stream)
        if not lines:
            raise ConsoleError("There is no defense {id}.", id=defense_id)
        events = defense_events(stream, lines)
        return OpenLog(events, self._fold(events), len(events), lines[-1].hash)

    def unread(self, defense_id: str) -> ConsoleError | None:
        """Why the end of an open log cannot be read, so that nothing may be added to it here; None when it can."""
        log = self._logs.get(defense_id)
        return None if log is None else log.unread

    def drafts(self, defense_id: str) -> dict[str, Draft]:
        """Texts being typed, by field key: one value for every screen on this defense, since the disk follows later."""
        if defense_id not in self._drafts:
            self._drafts[defense_id] = dict(self.snapshot.drafts(stream_of(defense_id)))
        return self._drafts[defense_id]

    def reread_drafts(self, *ids: str) -> frozenset[str]:
        """Read the drafts anew: another console may have typed, or finished a text.

        While a write of ours on a log is on its way, the rows in the store are not yet what they will be, so what waits
        is looked at first.

        Returns:
            Those of the defenses where something is new.
        """
        waiting = {job.stream for job in self.recorder.unsaved() if not isinstance(job, WriteLease)}
        changed = set()
        for id in ids:
            drafts, there = self.drafts(id), self.snapshot.drafts(stream_of(id))
            if stream_of(id) not in waiting and drafts != there:
                drafts.clear()
                drafts.update(there)
                changed.add(id)
        return frozenset(changed)

    def defense(self, defense_id: str) -> Defense:
        """What is known of a defense now."""
        return self.log(defense_id).defense

    def knows(self, defense_id: str) -> bool:
        """Whether there is such a defense: the store is asked once, until another console writes there."""
        if defense_id not in self._logs and defense_id not in self._there:
            self._there[defense_id] = self.store.summary(defense_id) is not None
        return defense_id in self._logs or self._there[defense_id]

    def is_open(self, defense_id: str) -> bool:
        """Whether the log of a defense is in memory."""
        return defense_id in self._logs

    def defense_at(self, defense_id: str, seq: int) -> Defense:
        """What was known of a defense after the event with this number."""
        return self._fold(self.log(defense_id).events[:seq])

    def curriculum(self, defense: Defense) -> Curriculum:
        """The pinned curriculum, or the shipped one before the first start.

        Raises:
            ConsoleError: The defense has not started and its curriculum is not among the shipped ones.
        """
        if defense.pinned is not None:
            return defense.pinned
        shipped = self.shipped.get(defense.curriculum)
        if shipped is None:
            raise ConsoleError("There is no curriculum {code} here.", code=defense.curriculum)
        return shipped

    def pinned(self, name: str) -> Curriculum | None:
        """The pinned curriculum of this hash, or None when the store does not hold it."""
        if name not in self._pinned:
            body = self.store.curriculum(name)
            if body is None:
                return None
            self._pinned[name] = msgspec.json.decode(body, type=Curriculum)
        return self._pinned[name]

    def _fold(self, events: Sequence[DefenseEvent]) -> Defense:
        name = pinned_hash(events)
        return fold(events, self.pinned(name) if name else None)

    def unacknowledged(self) -> tuple[Summary, ...]:
        """Summaries of the defenses whose last events are still on their way to the store."""
        return tuple(
            summarize(defense_id, log.defense)
            for defense_id, log in self._logs.items()
            if log.acknowledged < len(log.events)
        )

    def refresh(self) -> frozenset[str]:
        """Read anew what another console has changed meanwhile.

        Returns:
            Ids of the open logs that it wrote on, where it typed, or of which it settled what was kept aside. A log
            with events on their way waits for their answers.
        """
        self.snapshot.refresh()
        before, self._seen = self._seen, self.snapshot.generation
        if before == self._seen:
            return frozenset()
        self._there.clear()
        settled = [id for id, log in self._logs.items() if log.acknowledged == len(log.events)]
        settled = [id for id in settled if self.reread(id)]
        asides = {id for stream in self.aside.refresh() if (id := defense_of(stream)) is not None}
        return frozenset(settled) | asides | self.reread_drafts(*self._drafts)

    def reread(self, defense_id: str) -> bool:
        """Read a log anew when the store holds more of it; tells whether it does."""
        log = self._logs.get(defense_id)
        if log is None or log.acknowledged < len(log.events):
            return False
        last = self.store.last(stream_of(defense_id))
        if last is None or last.seq == len(log.events):
            return False
        self._read_anew(defense_id, log)
        return True

    def _read_anew(self, defense_id: str, log: OpenLog) -> None:
        """A screen may show it: where it cannot be read, what was acknowledged stays, with the reason."""
        try:
            self._logs[defense_id] = self._read(defense_id)
        except ConsoleError as error:
            if log.acknowledged == 0:  # nothing of it is known to be in the store
                del self._logs[defense_id]
                return
            log.unread, log.events = error, log.events[: log.acknowledged]
            log.defense = self._fold(log.events)

    # --- writing -------------------------------------------------------------------------------------------------

    def begin(self, defense_id: str, planned: Planned) -> Defense:
        """Begin the log of a defense that does not exist yet.

        Raises:
            ConsoleError: It cannot be planned so.
        """
        if self.read_only is not None:
            raise self.read_only
        at = self.now()
        check_legal(None, planned, at)
        events = [DefenseEvent(1, 1, at, self.author, planned)]
        defense, lines = self._fold(events), (encode_event(events[0]),)
        stream = stream_of(defense_id)
        before = first_hash(stream)
        self._logs[defense_id] = OpenLog(events, defense, 0, chain(before, lines))
        self.submit(Append(stream, 0, lines, beside(summarize(defense_id, defense)), previous=before))
        return defense

    def act(
        self, defense_id: str, *whats: DefenseWhat, drop_drafts: tuple[str, ...] = (), aside: Move = NOTHING_MOVES
    ) -> Defense:
        """One action of the mentor, or facts the system saw: all of it or nothing.

        Args:
            defense_id: Whose log.
            whats: What was decided by one key press, in order.
            drop_drafts: Field keys whose drafts became events.
            aside: What becomes of the decisions kept aside.

        Returns:
            The defense after it; the disk follows.

        Raises:
            ConsoleError: It is not legal now, or the store is read only; nothing was changed.
        """
        log = self.log(defense_id)
        events, action = self._decided(log, whats), len(log.events) + 1
        pin = next((pin for what in whats if (pin := self._pin_for(what)) is not None), None)
        defense, before = self._fold(events), log.head
        lines = tuple(encode_event(event) for event in events[len(log.events) :])
        log.events, log.defense, log.head = events, defense, chain(before, lines)
        self.submit(
            Append(
                stream=stream_of(defense_id),
                expected=action - 1,
                lines=lines,
                row=beside(summarize(defense_id, defense)),
                pin=pin,
                drop_drafts=drop_drafts,
                previous=before,
                drop_aside=aside.gone,
                aside=aside.there,
            )
        )
        return defense

    def refusal(self, defense_id: str, *whats: DefenseWhat) -> ConsoleError | None:
        """Why `act` would refuse one action now, None when it would not. Nothing is read of a log that is open."""
        try:
            self._decided(self.log(defense_id), whats)
        except ConsoleError as error:
            return error
        return None

    def _decided(self, log: OpenLog, whats: Sequence[DefenseWhat]) -> list[DefenseEvent]:
        """The log with one more action.

        Raises:
            ConsoleError: It is not legal now, or nothing may be added to the log.
        """
        if (reason := self.read_only or log.unread) is not None:
            raise reason
        at, action = self.now(), len(log.events) + 1
        events, defense = list(log.events), log.defense
        for what in whats:
            if len(events) >= action:
                defense = self._fold(events)  # what comes after another event of the action is judged after it
            check_legal(defense, what, at, self.curriculum(defense))
            events.append(DefenseEvent(len(events) + 1, action, at, self.author, what))
        return events

    def _pin_for(self, what: DefenseWhat) -> tuple[str, bytes] | None:
        """The curriculum that a start pins, to be stored under its hash; None for any other event."""
        name = pinned_by(what)
        if name is None:
            return None
        if name not in self._pinned:
            found = next((c for c in self.shipped.values() if curriculum_hash(c) == name), None)
            if found is None:
                return None
            self._pinned[name] = found
        return name, canonical_json(self._pinned[name])

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
        log = self._logs.get(defense_of(job.stream) or "")
        if log is not None:
            log.acknowledged = max(log.acknowledged, job.expected + len(job.lines))

    def _give_way(self, job: Append) -> None:
        """Another writer was first: what follows is kept aside, and the store's state is what counts.

        The rest of a refused tail is refused job by job; by then the log may have gone on, and is left alone.
        """
        if (defense_id := defense_of(job.stream)) is None:
            return
        log = self._logs.get(defense_id)
        ours = log.events[job.expected : job.expected + len(job.lines)] if log is not None else ()
        if log is not None and tuple(encode_event(event) for event in ours) == job.lines:
            self._read_anew(defense_id, log)
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
        return SaveState("saving" if self._waiting else "saved", self._saved_at, self._waiting, None)
