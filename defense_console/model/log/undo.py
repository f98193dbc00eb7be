"""Undo: two kinds of event that every log knows, and which actions of a log they leave. Source: product.md §2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, What

W = TypeVar("W", bound=What)


class Undone(What, frozen=True, tag="undone"):
    """The action with this number is cancelled."""

    cancelled: int
    refers = "cancelled"


class Redone(What, frozen=True, tag="redone"):
    """The action with this number, cancelled before, applies again."""

    restored: int
    refers = "restored"


UndoWhat = Undone | Redone


def check_undo(what: UndoWhat, undo: Sequence[int], redo: Sequence[int]) -> None:
    """Refuse to undo or redo anything but the action that is next.

    Args:
        what: The event.
        undo: Actions that can be undone, the next one last.
        redo: Actions that can be redone, the next one last.

    Raises:
        ConsoleError: Why not.
    """
    match what:
        case Undone(cancelled=action):
            if not undo:
                raise ConsoleError("There is nothing to undo.")
            if undo[-1] != action:
                raise ConsoleError("Only the latest action can be undone.")
        case Redone(restored=action):
            if not redo:
                raise ConsoleError("There is nothing to redo.")
            if redo[-1] != action:
                raise ConsoleError("Only the latest cancelled action can be redone.")


def settle(events: Iterable[Event[W]]) -> tuple[list[Event[W]], tuple[int, ...], tuple[int, ...]]:
    """Tell which events of a log apply, now that some actions were undone and redone.

    Returns:
        The events of actions that are not cancelled, in order; the actions that can be undone and those that can be
        redone, the next one last.
    """
    kept: list[Event[W]] = []
    undo: list[int] = []
    redo: list[int] = []
    cancelled: set[int] = set()
    passable = 0  # the action of the latest wall that undo may still pass
    for event in events:
        what: What = event.what
        # No kind has subclasses, and comparing types costs half of what asking for instances does.
        if type(what) is Undone:
            cancelled.add(what.cancelled)
            _move(what.cancelled, undo, redo)
            continue
        if type(what) is Redone:
            cancelled.discard(what.restored)
            _move(what.restored, redo, undo)
            continue
        kept.append(event)
        if what.wall and not what.passable():
            undo, redo = [], []
        elif not what.fact and (not undo or undo[-1] != event.action):
            if undo and undo[-1] == passable:
                undo = []
            undo.append(event.action)
            redo = []
        if what.wall and what.passable():
            passable = event.action
    applied = [event for event in kept if event.what.fact or event.action not in cancelled]
    return applied, tuple(undo), tuple(redo)


def _move(action: int, here: list[int], there: list[int]) -> None:
    while action in here:
        here.remove(action)
    there.append(action)
