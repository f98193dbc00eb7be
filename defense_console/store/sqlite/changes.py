"""What a search must look at again: every write that changes what it finds leaves a number and the log's name.

The number is written in the transaction of the event, and the index remembers the last one that it has taken in. So
it knows whether it is behind, whoever wrote, and after every crash.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.schema import encode

CHANGED: Final = "changed"
"""Table of the numbers."""
KEPT: Final = 10_000
"""So many numbers are kept: an index that is further behind is made again."""
_SWEEP: Final = 1_000


class Change(NamedTuple):
    """One of them. Attributes: hash: of the log's last line then, so that another history is told apart."""

    number: int
    stream: str
    hash: str


class Changes:
    """The table `changed`."""

    def __init__(self, rows: RowStorage) -> None:
        self._rows = rows
        self._known = 0
        """The latest number that this connection wrote; 0 where that is not certain."""

    def add(self, stream: str, hash: str) -> None:
        """Note that a search must look at a log again, in a transaction of the caller."""
        body = encode({"hash": hash, "stream": stream})
        number = (self._known or self.last()) + 1
        try:
            self._rows.add(CHANGED, number, body)
        except ValueError:  # another console wrote since
            number = self.last() + 1
            self._rows.add(CHANGED, number, body)
        self._known = number
        if number % _SWEEP == 0:
            self._rows.delete_up_to(CHANGED, number - KEPT)

    def forget(self) -> None:
        """Read the next number again, since a transaction may have been undone: none may be left out."""
        self._known = 0

    def last(self) -> int:
        """Return the latest number, 0 before the first."""
        return self._rows.last_id(CHANGED) or 0

    def of(self, number: int) -> Change | None:
        """Return the change of a number; None when it is not kept any more, or not yet there."""
        return next(iter(self._between(number, number)), None)

    def after(self, number: int) -> list[Change]:
        """Return the later ones, in order."""
        return self._between(number + 1, number + KEPT)

    def _between(self, low: int, high: int) -> list[Change]:
        rows = (row for row in self._rows.raw(CHANGED, low, high) if row.sound)
        read = ((row.id, json.loads(row.body)) for row in rows)
        return [Change(id, str(body["stream"]), str(body["hash"])) for id, body in read]
