"""What the rules of an append ask of this engine; see `store/log_rules.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from defense_console.model.log.chain import StoredLine
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.store.base import Draft
from defense_console.store.sqlite import verifying
from defense_console.store.sqlite.asides import Asides
from defense_console.store.sqlite.drafts import Drafts
from defense_console.store.sqlite.people import People
from defense_console.store.sqlite.summaries import Summaries
from defense_console.store.sqlite.tables import Documents


class RowLogs:
    """The logs of a store inside a transaction, and the rows that change with them.

    Args:
        documents: For the lines and the curricula.
        summaries, people, drafts, asides: Their tables.
    """

    def __init__(
        self, documents: Documents, summaries: Summaries, people: People, drafts: Drafts, asides: Asides
    ) -> None:
        self._documents = documents
        self._summaries = summaries
        self._people = people
        self._drafts = drafts
        self._asides = asides

    def last(self, stream: str) -> StoredLine | None:
        """Return the last line of a log."""
        return self._documents.last(stream)

    def lines(self, stream: str, low: int, high: int) -> Sequence[StoredLine]:
        """Return the lines with a number from `low` to `high`, in order."""
        return self._documents.lines(stream, low, high)

    def add(self, stream: str, after: StoredLine | None, lines: Sequence[StoredLine]) -> None:
        """Write lines that follow `after`, the last line of the log.

        Raises:
            DamagedStore: The end of the log is gone.
        """
        verifying.refuse_cut(self._documents.rows, stream, after)
        self._documents.add_lines(stream, lines)

    def pin(self, hash: str, body: bytes) -> None:
        """Keep a curriculum; one that is there already stays as it is."""
        self._documents.pin(hash, body)

    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        """Overwrite a draft; None drops it."""
        self._drafts.put(stream, field, draft)

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        """Keep a decision aside; None drops it."""
        self._asides.put(stream, key, event)

    def put_row(self, stream: str, row: Mapping[str, Any]) -> None:
        """Write the row next to a log."""
        (self._people if subject_of(stream) is STUDENT else self._summaries).put(row)
