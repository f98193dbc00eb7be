"""Leases: which console writes on a log, and how long it was gone. Source: docs/reliability.md.

A lease is one row per log, rewritten while it is held. A console takes it with the first thing it writes on a log, or
when the log is live on its screen (only a defense can be live); it frees it when the log is not live and no screen
shows it any more, and when it ends.

Whether its holder lives is what the store says, which holds a name for as long as a console lives. Where the store
cannot say it, a lease is void at once when its boot is another one, or when its process is gone and this one would see
it; otherwise after a quarter of an hour without a sign of life. A process that cannot be seen may run in another
namespace (a container, a sandbox).
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import msgspec

from defense_console.clocks import is_certain, same_namespace, same_process
from defense_console.model.curriculum import Curricula
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.envelope import Stamp
from defense_console.store.base import Job, Lease, Store, WriteLease
from defense_console.words.translation import date_time

RENEW_MS = 15_000
VOID_MS = 15 * 60_000

ProcessStart = Callable[[int], str | None]
"""Tells when a process of this machine started, None when there is no such process, or none that can be seen."""
NameHeld = Callable[[str], bool]
"""Tells whether the store knows that the holder of this name lives."""


class Names(Protocol):
    """Knows which consoles live; see `Store`."""

    def hold_name(self, name: str) -> bool:
        """Hold a name for as long as this process lives; return whether it is held."""
        ...

    def name_held(self, name: str) -> bool:
        """Return whether somebody holds a name."""
        ...


class Holder(msgspec.Struct, frozen=True):
    """This console: a name of its own, its host, its process."""

    name: str
    host: str
    pid: int
    process_start: str
    named: bool = False

    @classmethod
    def of_this_process(cls, process_start: ProcessStart) -> Holder:
        """The holder that stands for the running process."""
        pid = os.getpid()
        return cls(uuid.uuid4().hex, socket.gethostname(), pid, process_start(pid) or "")

    def lease(self, now: Stamp, since: str) -> Lease:
        """The row that says: this console has held it since an instant, and lives at `now`."""
        return Lease(self.name, self.host, self.pid, self.process_start, now.boot_id, now, since, self.named)

    def freed(self, now: Stamp) -> Lease:
        """The row that says: nobody holds it; this console was the last to see it live, at `now`."""
        return Lease("", self.host, self.pid, self.process_start, now.boot_id, now)


def held_by_other(
    lease: Lease | None, me: Holder, now: Stamp, process_start: ProcessStart, name_held: NameHeld = lambda _name: False
) -> bool:
    """Return whether another console that lives holds the log.

    The clocks of two machines differ: a sign of life from the near future is one.

    Args:
        lease: The row of the log.
        me: Who asks.
        now: A reading of the clocks.
        process_start: Tells when a process of this machine started, as far as this one sees it.
        name_held: Tells whether the store knows that a holder lives.
    """
    if lease is None or not lease.holder or lease.holder == me.name:
        return False
    if lease.named and name_held(lease.holder):
        return True
    same_boot = lease.boot_id == now.boot_id
    if lease.host == me.host and not same_boot and is_certain(lease.boot_id):
        return False
    # Containers of one machine have names of their own, and share its boot. A boot that the system does not name seems
    # another one once the clock was set: the process decides.
    if lease.host == me.host or (same_boot and is_certain(lease.boot_id)):
        if lease.named:
            return False
        if same_process(process_start(lease.pid), lease.process_start):
            return True
        if same_namespace(lease.process_start, me.process_start):
            return False
    return abs(clock.wall_ms(lease.last, now)) < VOID_MS


def void_leases(store: Store, me: Holder, now: Stamp, process_start: ProcessStart) -> list[str]:
    """Return the logs, sorted by name, that are not live and that a console which is gone holds.

    The lease of a live defense says until when its console lived, so it stays for the console that opens it next.
    """
    leases = {stream: lease for stream, lease in store.leases().items() if lease.holder}
    live = {DEFENSE.stream(each.id) for each in store.pending() if each.session == "live"} if leases else set()
    return sorted(
        stream
        for stream, lease in leases.items()
        if stream not in live
        and not held_by_other(lease, me, now, process_start, store.name_held)
        and not _is_rehearsed(store, stream)
    )


def _is_rehearsed(store: Store, stream: str) -> bool:
    """Return whether a log is a rehearsal that is live, or cannot be read: only its log tells."""
    if not stream.startswith(REHEARSAL.prefix):
        return False
    try:
        lines = store.read_log(stream)
        log = Log.read(REHEARSAL, REHEARSAL.id_of(stream), lines, Curricula({}, store.curriculum)) if lines else None
    except ConsoleError:
        return True
    return log is not None and log.state.session == "live"


def clear_void(store: Store, now: Stamp, process_start: ProcessStart) -> None:
    """Clear what consoles that are gone still hold, as `void_leases` finds it.

    Raises:
        StoreError: It cannot be written.
    """
    me = Holder.of_this_process(process_start)
    there = store.leases()
    for stream in void_leases(store, me, now, process_start):
        store.write_lease(stream, None, (there[stream].holder,))


def read_only_reason(lease: Lease, zone: str) -> ConsoleError:
    """Return who holds a log, and since when, in the mentor's zone."""
    if not lease.since:
        return ConsoleError(
            "Read only: another console is writing here ({host}, last seen {at}).",
            host=lease.host,
            at=date_time(lease.last.wall, zone),
        )
    return ConsoleError(
        "Read only: another console is writing here ({host}, since {at}).",
        host=lease.host,
        at=date_time(lease.since, zone),
    )


class Leases:
    """What this console holds, and what it may only read because another one holds it.

    Answers come from the rows as `look` last read them, which is when a screen is opened and once a second.

    Args:
        read: Reads every lease of the store.
        submit: Hands a write to the recorder.
        now: Reads the machine's clocks.
        process_start: Tells when a process of this machine started.
        zone: IANA name of the mentor's zone.
        refusal: Why the store cannot be written at all, None when it can.
        names: Knows which consoles live; None where nothing does.
        not_mine: Tells which other mentor is responsible for a log, None when nobody else is.
    """

    def __init__(
        self,
        read: Callable[[], Mapping[str, Lease]],
        submit: Callable[[Job], None],
        now: Callable[[], Stamp],
        process_start: ProcessStart,
        zone: str,
        refusal: ConsoleError | None = None,
        names: Names | None = None,
        not_mine: Callable[[str], ConsoleError | None] = lambda _stream: None,
    ) -> None:
        self.not_mine = not_mine
        self._names = names
        self._refusal = refusal
        self._read = read
        self._submit = submit
        self._now = now
        self._process_start = process_start
        self.zone = zone
        self.me = Holder.of_this_process(process_start)
        self._rows: Mapping[str, Lease] = {}
        self._held: dict[str, Lease] = {}
        self._others: dict[str, Lease] = {}
        self._turned: set[str] = set()
        self._writing: dict[str, WriteLease] = {}
        """The last write of each row that is still on its way: until it is done, the row in the store is an old one."""

    # --- what is so ----------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read the rows again. What changed is remembered for `turned`, whoever called this."""
        self._rows, now = self._read(), self._now()
        others = {
            stream: lease
            for stream, lease in self._rows.items()
            if stream not in self._writing and held_by_other(lease, self.me, now, self._process_start, self._name_held)
        }
        self._turned |= others.keys() ^ self._others.keys()
        self._others = others
        for stream in others:
            self._held.pop(stream, None)

    def _name_held(self, name: str) -> bool:
        return self._names is not None and self._names.name_held(name)

    def turned(self) -> frozenset[str]:
        """Return the logs that became writable, or read-only, since this was last asked."""
        turned, self._turned = frozenset(self._turned), set()
        return turned

    def holder(self, stream: str) -> Lease | None:
        """Return the lease of another console that lives and holds a log, None when there is none."""
        return self._others.get(stream)

    def read_only(self, stream: str) -> ConsoleError | None:
        """Return why nothing may be written on a log, None when it may."""
        return self._refusal or self.not_mine(stream) or self.elsewhere(stream)

    def elsewhere(self, stream: str) -> ConsoleError | None:
        """Return why nothing may be written on a log, whoever is responsible for it; None when it may."""
        if self._refusal is not None:
            return self._refusal
        other = self._others.get(stream)
        return None if other is None else read_only_reason(other, self.zone)

    def left_by_another(self, stream: str) -> Lease | None:
        """The row that another run of the console left, None when it is ours or there is none."""
        lease = self._rows.get(stream)
        return None if stream in self._held or lease is None or lease.holder == self.me.name else lease

    @property
    def held(self) -> tuple[str, ...]:
        """Names of the logs this console holds."""
        return tuple(self._held)

    def was_here(self, stream: str) -> bool:
        """Return whether the row of a log names this machine."""
        lease = self._rows.get(stream)
        return lease is not None and lease.host == self.me.host

    # --- what is done --------------------------------------------------------------------------------------------

    def hold(self, stream: str) -> None:
        """Take a log that nobody holds, or give a sign of life when the last one is old enough."""
        now, held = self._now(), self._held.get(stream)
        if stream in self._others or self._refusal is not None:
            return
        if held is not None and held.last.boot_id == now.boot_id and now.boot_ms - held.last.boot_ms < RENEW_MS:
            return
        there = self._rows.get(stream)
        self._write(stream, now, held.since if held else now.wall, there.holder if there and not held else "")

    def take_over(self, stream: str) -> None:
        """Take a log from the console that holds it."""
        other = self._others.pop(stream, None)
        now = self._now()
        self._write(stream, now, now.wall, other.holder if other is not None else "")

    def _write(self, stream: str, now: Stamp, since: str, over: str) -> None:
        if self._names is not None and not self.me.named:
            self.me = msgspec.structs.replace(self.me, named=self._names.hold_name(self.me.name))
        lease = self.me.lease(now, since)
        self._held[stream] = lease
        self._send(stream, lease, over)

    def _send(self, stream: str, lease: Lease | None, over: str = "") -> None:
        waiting = self._writing.get(stream)  # it may be left out for this one, which must then do as much
        allowed = {self.me.name, over, *(waiting.over or () if waiting is not None else ())}
        job = WriteLease(stream, lease, tuple(sorted(allowed)))
        self._writing[stream] = job
        self._submit(job)

    def written(self, job: Job) -> None:
        """The recorder has done a job."""
        if isinstance(job, WriteLease) and self._writing.get(job.stream) == job:
            del self._writing[job.stream]

    def free_all_but(self, wanted: Collection[str]) -> None:
        """Free what is held and not wanted any more, so that the time from now on is no absence of the console."""
        for stream in [held for held in self._held if held not in wanted]:
            self._send(stream, None)
            del self._held[stream]

    def free_for_others(self, live: Callable[[str], bool]) -> None:
        """Free what another mentor is responsible for by now, who can write at once."""
        self._free([stream for stream in self._held if self.not_mine(stream) is not None], live)

    def end(self, live: Callable[[str], bool]) -> None:
        """Free everything, since the console ends."""
        self._free(list(self._held), live)

    def _free(self, streams: Iterable[str], live: Callable[[str], bool]) -> None:
        """Free some; what is live keeps its last sign of life."""
        now = self._now()
        for stream in streams:
            self._send(stream, self.me.freed(now) if live(stream) else None)
            del self._held[stream]


def last_sign(lease: Lease, recorded: Stamp, now: Stamp) -> Stamp:
    """The last sign of life of a console that is gone: its lease, or what was recorded after it.

    Args:
        lease: The row it left.
        recorded: Stamp of the last event of the log.
        now: Whose boot comes after every other.
    """
    if lease.last.boot_id != recorded.boot_id:
        return recorded if recorded.boot_id == now.boot_id else lease.last
    return recorded if clock.between_ms(lease.last, recorded) > 0 else lease.last
