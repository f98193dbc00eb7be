"""What of a refused tail is a mentor's to decide, and how one such decision is named and carried over.

A tail is what was decided on a log after the place where another writer parted from it. Numbers in it that lie before
that place are those of the record. From there on they name others kept aside: such an event can only be recorded after
the one it changes, and then names the new line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import msgspec

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, decode_event
from defense_console.model.log.envelope import encode_event
from defense_console.model.log.undo import settle

PREFIX = "aside/"
"""Where exports list the decisions kept aside: among the drafts, with their key behind this."""

_ROW = re.compile(r"r(\d+)")
"""A document the mentor asked for bears the number of the event that did."""


class Aside(msgspec.Struct, frozen=True):
    """One event kept aside.

    Attributes:
        key: its name among those of its defense: `<base>/<number>-<digest>`.
        base: first number after the place where the two consoles parted; 1 where that place is not known, so that no
            number is taken for one of the record.
        event: as it was meant.
    """

    key: str
    base: int
    event: DefenseEvent


def key_of(base: int, event: DefenseEvent) -> str:
    """The name of an event kept aside; the same event always has the same one."""
    digest = hashlib.sha256(encode_event(event)).hexdigest()[:12]
    return f"{base}/{event.seq}-{digest}"


def aside_of(key: str, event: bytes) -> Aside:
    """Read one as the store holds it.

    Args:
        key: Its name.
        event: The event's canonical JSON.
    """
    return Aside(key, int(key.partition("/")[0]), decode_event(event))


def decisions(events: Sequence[DefenseEvent]) -> tuple[DefenseEvent, ...]:
    """What of a refused tail is the mentor's to choose: what was taken back within it and what the system saw is not.

    Args:
        events: The tail, in order.
    """
    applied = {event.seq for event in settle(events)[0]}
    actions = {event.action for event in events}
    return tuple(
        event for event in events if not event.what.fact and (event.seq in applied or _outside(event.what, actions))
    )


def _outside(what: DefenseWhat, actions: set[int]) -> bool:
    """Whether it takes back, or brings back, something recorded before the tail."""
    match what:
        case ev.Undone(cancelled=action) | ev.Redone(restored=action):
            return action not in actions
    return False


def named(what: DefenseWhat) -> int:
    """The number of the line that an event changes, or that a document it is about was asked for by; 0 for none."""
    if what.refers:
        number: int = getattr(what, what.refers)
        return number
    row = what.row.id if isinstance(what, ev.RowSet) else getattr(what, "row", "")
    made = _ROW.fullmatch(row)
    return int(made[1]) if made else 0


def renamed(what: DefenseWhat, number: int) -> DefenseWhat:
    """The same event about another line."""
    if what.refers:
        return msgspec.structs.replace(what, **{what.refers: number})
    if isinstance(what, ev.RowSet):
        return msgspec.structs.replace(what, row=msgspec.structs.replace(what.row, id=f"r{number}"))
    return msgspec.structs.replace(what, row=f"r{number}")
