"""What of a refused tail is a mentor's to decide, and how one such decision is named and carried over.

A tail is what was decided on a log after the place where another writer parted from it. Numbers in it that lie before
that place are those of the record. From there on they name others kept aside: such an event can only be recorded after
the one it changes, and then names the new line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from defense_console.model.log.envelope import Event, What, encode_event
from defense_console.model.log.subject import Subject
from defense_console.model.log.undo import Redone, Undone, settle

W = TypeVar("W", bound=What)

ASIDE_PREFIX = "aside/"
"""Where exports list the decisions kept aside: among the drafts, with their key behind this."""


class Aside(msgspec.Struct, frozen=True):
    """One event kept aside.

    Attributes:
        key: its name among those of its log: `<base>/<number>-<digest>`.
        base: first number after the place where the two consoles parted; 1 where that place is not known, so that no
            number is taken for one of the record.
        event: as it was meant.
    """

    key: str
    base: int
    event: Event[Any]


def key_of(base: int, event: Event[Any]) -> str:
    """Return the name of an event kept aside; the same event always has the same one."""
    digest = hashlib.sha256(encode_event(event)).hexdigest()[:12]
    return f"{base}/{event.seq}-{digest}"


def aside_of(subject: Subject[Any, Any], key: str, event: bytes) -> Aside:
    """Read one as the store holds it."""
    return Aside(key, int(key.partition("/")[0]), subject.decode(event))


def decisions(events: Sequence[Event[W]]) -> tuple[Event[W], ...]:
    """Return what of a refused tail is the mentor's to choose: not what was taken back in it or what the system saw."""
    applied = {event.seq for event in settle(events)[0]}
    actions = {event.action for event in events}
    return tuple(
        event for event in events if not event.what.fact and (event.seq in applied or _outside(event.what, actions))
    )


def _outside(what: What, actions: set[int]) -> bool:
    """Return whether it takes back, or brings back, something recorded before the tail."""
    match what:
        case Undone(cancelled=action) | Redone(restored=action):
            return action not in actions
    return False
