"""Sees that another object has written: who wrote how often, by the server's clock.

A thread asks once a second, so that the event loop never waits for the server to learn that nothing has changed.

A mark is written just before its commit and may be seen later than a younger one. So each look goes back by more than a
mark may wait for its commit, and what was seen before is left out.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

from defense_console.store.base import StoreError
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.server import OVERLAP_S
from defense_console.store.postgres.transactions import Transactions

KEPT: Final = timedelta(days=1)
"""After so long without a look, it is taken for granted that somebody wrote: marks are not kept for ever."""

EVERY_S: Final = 1.0
_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)


class Changes:
    """What a store object has seen of the others' writes.

    Args:
        own: Name of this object, whose own writes are no news.
        overlap: How far each look goes back before the last one.
    """

    def __init__(
        self, transactions: Transactions, school: str, own: str, overlap: timedelta = timedelta(seconds=OVERLAP_S)
    ) -> None:
        self._transactions = transactions
        self._school, self._own = school, own
        self._overlap = overlap
        self._last: datetime | None = None
        self._seen: dict[str, int] = {}
        self.generation = 0
        """Goes up when a look finds that another object has written."""

    def look(self) -> int:
        """Ask who has written since the last look; return the generation."""
        since = None if self._last is None else self._last - self._overlap
        rows = self._transactions.read(lambda: self._ask(since))
        now = rows[0][0]
        found = {writer: writes for _now, writer, writes in rows if writer is not None}
        news = any(self._seen.get(writer) != writes for writer, writes in found.items())
        if self._last is not None and (news or now - self._last > KEPT):
            self.generation += 1
        self._last, self._seen = now, found
        return self.generation

    def _ask(self, since: datetime | None) -> list[tuple[datetime, str | None, int]]:
        parameters = {"school": self._school, "own": self._own, "since": since or _EVER}
        return self._transactions.execute(sql.LOOK, parameters).fetchall()


class Watch:
    """Looks once a second, on a thread of its own; the first look is the caller's.

    Args:
        changes: Used by this thread alone from now on.

    Raises:
        StoreError: The server cannot be read.
    """

    def __init__(self, changes: Changes, every_s: float = EVERY_S) -> None:
        self._changes = changes
        self._every_s = every_s
        self._error: StoreError | None = None
        self._ended = threading.Event()
        changes.look()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            try:
                self._changes.look()
            except StoreError as error:
                self._error = error
            else:
                self._error = None

    def look(self) -> int:
        """Return the generation that was found last, at once.

        Raises:
            StoreError: The last look failed.
        """
        if (error := self._error) is not None:
            raise type(error)(error.id, **error.parameters)
        return self._changes.generation

    def close(self) -> None:
        """End the thread. Closing twice is harmless."""
        self._ended.set()
        self._thread.join(timeout=self._every_s)
