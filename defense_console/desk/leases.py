"""Leases: which console holds a live defense, and how long it was gone. Source: product.md §2, §4.

A lease is one row per defense, rewritten while the defense is live. It is void at once when its boot is another one or
its process is gone, otherwise after a quarter of an hour without a sign of life.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable

import msgspec

from defense_console.i18n import date_time
from defense_console.model import clock
from defense_console.model.errors import ConsoleError
from defense_console.model.events import Stamp
from defense_console.store.base import Lease

RENEW_MS = 15_000
VOID_MS = 15 * 60_000

ProcessStart = Callable[[int], str | None]
"""Tells when a process of this machine started, None when there is no such process."""


class Holder(msgspec.Struct, frozen=True):
    """This console: a name of its own, its host, its process."""

    name: str
    host: str
    pid: int
    process_start: str

    @classmethod
    def of_this_process(cls, process_start: ProcessStart) -> Holder:
        """The holder that stands for the running process."""
        pid = os.getpid()
        return cls(uuid.uuid4().hex, socket.gethostname(), pid, process_start(pid) or "")

    def lease(self, now: Stamp) -> Lease:
        """The row that says: this console holds it, and lives at `now`."""
        return Lease(self.name, self.host, self.pid, self.process_start, now.boot_id, now)


def held_by_other(lease: Lease | None, me: Holder, now: Stamp, process_start: ProcessStart) -> bool:
    """Whether another console that lives holds the defense."""
    if lease is None or not lease.holder or lease.holder == me.name:
        return False
    if lease.host == me.host:
        return lease.boot_id == now.boot_id and process_start(lease.pid) == lease.process_start
    return 0 <= clock.wall_ms(lease.last, now) < VOID_MS


def read_only_reason(lease: Lease, zone: str) -> ConsoleError:
    """Who holds the defense, and when it was last seen there, in the mentor's zone."""
    return ConsoleError(
        "Read only: another console holds this defense ({host}, last seen {at}).",
        host=lease.host,
        at=date_time(lease.last.wall, zone),
    )


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
