"""Logs read and written directly, without a recorder: for imports and exports, where no console waits for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.log.action import Log, append_action, read_events
from defense_console.model.log.envelope import Event, Stamp, What
from defense_console.model.log.subject import Subject
from defense_console.store.base import Append, Store

W = TypeVar("W", bound=What)
S = TypeVar("S")


class DirectLogs:
    """The logs of one store. A caller that writes several of them opens the transaction itself.

    Args:
        shipped: Curricula by code, for defenses that have not started.
    """

    def __init__(
        self, store: Store, clocks: Callable[[], Stamp], author: str, shipped: Mapping[str, Curriculum]
    ) -> None:
        self.store = store
        self.now = clocks
        self.author = author
        self.curricula = Curricula(shipped, store.curriculum)

    def ids(self, subject: Subject[Any, Any]) -> Iterator[str]:
        """Return the id of every log of a subject, sorted."""
        return (subject.id_of(stream) for stream in self.store.streams(subject.prefix))

    def log(self, subject: Subject[W, S], id: str) -> Log[W, S]:
        """Return a log and what it folds to; an empty one when there is none."""
        return Log.read(subject, id, self.store.read_log(subject.stream(id)), self.curricula)

    def events(self, subject: Subject[W, S], id: str) -> list[Event[W]]:
        """Return the events of a log, which need not fold; empty when there is none."""
        stream = subject.stream(id)
        return read_events(subject, stream, self.store.read_log(stream))

    def begin(self, subject: Subject[W, S], id: str, whats: Sequence[W], at: Stamp) -> None:
        """Begin a log with one action; the store refuses it where there is one.

        Raises:
            ConsoleError: It may not come first.
        """
        self._append(Log.empty(subject, id), whats, at)

    def decide(self, subject: Subject[W, S], id: str, whats: Sequence[W], at: Stamp) -> None:
        """Append one action, which may begin the log.

        Raises:
            ConsoleError: It may not come next.
        """
        self._append(self.log(subject, id), whats, at)

    def _append(self, log: Log[W, S], whats: Sequence[W], at: Stamp) -> None:
        self.store.append(Append.of(append_action(log, whats, at, self.author, self.curricula)))

    def write(self, log: Log[Any, Any]) -> None:
        """Write a whole log where there is none."""
        self.store.append(Append.whole(log))
