"""The running fold of a log: one event more costs one event, not the whole log again.

What it gives is what `Subject.fold` gives of the same events; a test compares the two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.log.envelope import Event, What
from defense_console.model.log.subject import Subject
from defense_console.model.log.undo import Redone, Settling, Undone

W = TypeVar("W", bound=What)
S = TypeVar("S")

MARK_EVERY = 32
"""After so many events the working value is kept: undo goes back to the last one before the action it takes back."""
MARKS = 16
"""So many are kept. Undo that goes further back folds from the first event, and makes these again on its way."""


class _Mark(NamedTuple):
    """The working value after the first `kept` events that were kept, the last of which has the number `seq`."""

    kept: int
    seq: int
    working: Any


class RunningFold(Generic[W, S]):
    """A fold that goes on.

    Args:
        subject: What the log is about.
        curricula: With the pinned one.
        events: The log so far.
        mark_every: See `MARK_EVERY`.
        marks: See `MARKS`.

    Attributes:
        last: the event it ends with, None before the first.
        pins: hash of the curriculum that the log folds with, None before it pins one.

    Raises:
        ConsoleError: The curriculum that the log pins is missing.
    """

    def __init__(
        self,
        subject: Subject[W, S],
        curricula: Curricula,
        events: Sequence[Event[W]] = (),
        mark_every: int = MARK_EVERY,
        marks: int = MARKS,
    ) -> None:
        self._subject = subject
        self._curricula = curricula
        self._settling: Settling[W] = Settling()
        self._working = subject.blank()
        self._every = mark_every
        self._marks: deque[_Mark] = deque(maxlen=marks)
        self.pins = subject.folds_with(events)
        self._pinned = self._pinned_curriculum()
        self.last = events[-1] if events else None
        self._settling.take(events)
        self._fold_from_before(0)

    def copy(self) -> RunningFold[W, S]:
        """Return one that goes on by itself."""
        twin = RunningFold(self._subject, self._curricula, (), self._every)
        twin._settling, twin._working = self._settling.copy(), self._working.copy()
        twin.pins, twin._pinned = self.pins, self._pinned
        twin._marks, twin.last = self._marks.copy(), self.last
        return twin

    def add(self, event: Event[W]) -> None:
        """Fold one more event; after an exception this fold is of no use.

        Raises:
            ConsoleError: The curriculum that the log pins is missing.
        """
        self.last = event
        if self.pins is None and (name := self._subject.folds_with((event,))) is not None:
            self.pins = name
            self._pinned = self._pinned_curriculum()
        self._settling.take((event,))
        match event.what:
            case Undone(cancelled=action) | Redone(restored=action):
                self._fold_from_before(action)
            case _:
                self._apply(len(self._settling.kept), event)

    def _pinned_curriculum(self) -> Curriculum | None:
        return None if self.pins is None else self._curricula.pinned(self.pins)

    def _apply(self, count: int, event: Event[W]) -> None:
        """Apply the kept event that is the `count`th."""
        if self._settling.applies(event):
            self._subject.apply(self._working, event, self._pinned)
        if count % self._every == 0:
            self._marks.append(_Mark(count, event.seq, self._working.copy()))

    def _fold_from_before(self, action: int) -> None:
        """Fold from before an action, which is named by the number of its first event; 0 is all of them."""
        while self._marks and self._marks[-1].seq >= action:
            self._marks.pop()
        count = self._marks[-1].kept if self._marks else 0
        self._working = self._marks[-1].working.copy() if self._marks else self._subject.blank()
        for place, event in enumerate(self._settling.kept[count:], count + 1):
            self._apply(place, event)

    @property
    def state(self) -> S:
        """What the log folds to so far; at least one event was added."""
        assert self.last is not None
        settling = self._settling
        return self._subject.freeze(self._working, self.last, tuple(settling.undo), tuple(settling.redo))
