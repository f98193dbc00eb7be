"""A defense played again: what was known at each moment is the fold of the log up to it. Nothing is stored.

Positions are milliseconds since the defense started. Where the jury's recording was marked, a position also has its
place in the recording: both count pauses.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from itertools import accumulate

import msgspec

from defense_console.desk.defense.base import DefenseDesk
from defense_console.model.defense.state import Defense
from defense_console.model.defense.timeline import between_ms
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.instants import instant, iso

SPEEDS = (1, 2, 5, 10, 20, 60)
"""Seconds of the defense in one second."""


class Moment(msgspec.Struct, frozen=True):
    """What was known at a position.

    Attributes:
        seq: number of the last event until then.
        now: what the clocks showed.
        recording_s: place in the jury's recording, negative before it began; None without one.
    """

    seq: int
    defense: Defense
    now: Stamp
    recording_s: int | None


class Replay:
    """The latest sitting of a defense, from its start to its end.

    Args:
        log: The defense, or a rehearsal.

    Raises:
        ConsoleError: It has not started.
    """

    def __init__(self, log: DefenseDesk) -> None:
        self._log = log
        defense, events = log.defense, log.events
        start = defense.timeline.started_at
        if start is None:
            raise ConsoleError("There is nothing to play: the defense has not started.")
        self._start, self._recording = start, defense.recording
        self._first = next(event.seq for event in events if event.at == start)
        offsets = (between_ms(start, event.at) if event.seq > self._first else 0 for event in events)
        self._offsets = list(accumulate(offsets, max))
        end = defense.timeline.ended_at
        self.length_ms = max(0, between_ms(start, end)) if end is not None else self._offsets[-1]
        self._known: tuple[int, Defense] | None = None

    def at(self, position_ms: int) -> Moment:
        """Return what was known at a position; one outside is the nearest one inside."""
        position = min(max(0, position_ms), self.length_ms)
        seq = max(self._first, bisect_right(self._offsets, position))
        if self._known is None or self._known[0] != seq:
            self._known = seq, self._log.ledger.state_at(self._log.subject, self._log.id, seq)
        start = self._start
        wall = iso(instant(start.wall) + timedelta(milliseconds=position))
        now = Stamp(wall, start.boot_ms + position, start.awake_ms + position, start.boot_id)
        recording = None
        if self._recording is not None:
            recording = (position - between_ms(start, self._recording)) // 1000
        return Moment(seq, self._known[1], now, recording)

    def next_event(self, position_ms: int, by: int = 1) -> int:
        """Return the position of the next event, or with -1 of the one before; else the end or the start."""
        inside = sorted({offset for offset in self._offsets[self._first - 1 :] if offset <= self.length_ms})
        if by > 0:
            return next((offset for offset in inside if offset > position_ms), self.length_ms)
        return next((offset for offset in reversed(inside) if offset < position_ms), 0)
