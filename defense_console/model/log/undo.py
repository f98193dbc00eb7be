"""Undo: two kinds of event that every log knows, and which actions of a log they leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Generic, TypeVar

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
    settling: Settling[W] = Settling()
    settling.take(events)
    return settling.applied(), tuple(settling.undo), tuple(settling.redo)


class Settling(Generic[W]):
    """What undo and redo leave of a log that is read event by event.

    Attributes:
        kept: every event but those of undo and redo, in order.
        undo: the actions that can be undone, each once, the next one last; what anyone may decide is none of them,
            or one mentor would undo what another one did.
        redo: those that can be redone.
    """

    def __init__(self) -> None:
        self.kept: list[Event[W]] = []
        # A dictionary keeps its order, and gives up an entry at the same cost wherever it is.
        self.undo: dict[int, None] = {}
        self.redo: dict[int, None] = {}
        self._cancelled: set[int] = set()
        self._passable = 0
        """The action of the latest wall that undo may still pass."""

    def copy(self) -> Settling[W]:
        """Return one that goes on by itself."""
        twin = copy(self)
        twin.kept, twin.undo, twin.redo = self.kept.copy(), self.undo.copy(), self.redo.copy()
        twin._cancelled = self._cancelled.copy()
        return twin

    def applies(self, event: Event[W]) -> bool:
        """Whether an event that was kept counts now."""
        return event.what.fact or event.action not in self._cancelled

    def applied(self) -> list[Event[W]]:
        """Return the events that count now, in order."""
        cancelled = self._cancelled
        return [event for event in self.kept if event.action not in cancelled or event.what.fact]

    def take(self, events: Iterable[Event[W]]) -> None:
        """Read what comes next."""
        keep = self.kept.append
        for event in events:
            what: What = event.what
            # No kind has subclasses, and comparing types costs half of what asking for instances does.
            if type(what) is Undone:
                self._cancelled.add(what.cancelled)
                _move(what.cancelled, self.undo, self.redo)
                continue
            if type(what) is Redone:
                self._cancelled.discard(what.restored)
                _move(what.restored, self.redo, self.undo)
                continue
            keep(event)
            if what.wall:
                if what.passable():
                    if not (what.fact or what.anyone):
                        self._decided(event.action)
                    self._passable = event.action
                else:
                    self.undo, self.redo = {}, {}
            elif not (what.fact or what.anyone):
                self._decided(event.action)

    def _decided(self, action: int) -> None:
        undo = self.undo
        latest = next(reversed(undo), None)
        if latest == action:
            return
        if latest is not None and latest == self._passable:
            undo = self.undo = {}
        elif action in undo:
            del undo[action]
        undo[action] = None
        if self.redo:
            self.redo = {}


def _move(action: int, here: dict[int, None], there: dict[int, None]) -> None:
    here.pop(action, None)
    there.pop(action, None)
    there[action] = None
