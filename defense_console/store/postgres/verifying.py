"""Checks that a school's tables hold what was written: the chain of each log, its end, the pinned curricula."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine
from defense_console.store.base import Problem
from defense_console.store.checking import KnownEnd, another_end, changed_curriculum, check_lines
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.transactions import Transactions
from defense_console.store.vault import named_in


class LogRow(NamedTuple):
    """A row of `statements.WHOLE_LOGS`, without its log: the end that the log is known to have, and one line.

    Of the line, all is None where the log has none. It is `own` where its text is private to who asks.
    """

    end_seq: int
    end_hash: str
    seq: int | None
    body: bytes | None
    hash: str | None
    action: int | None = None
    own: bool | None = None

    @property
    def end(self) -> KnownEnd:
        """Return how far the log goes."""
        return KnownEnd(self.end_seq, self.end_hash)

    @property
    def lost(self) -> bool:
        """Return whether the text of an own line is gone."""
        return self.body is None and bool(self.own)


def lines_of(rows: Iterable[LogRow]) -> Iterator[StoredLine]:
    """Yield the lines of a log."""
    for row in rows:
        if row.seq is not None and row.hash is not None and not row.lost:
            yield line_of(row.seq, row.body, row.hash, row.action or 0)


def line_of(seq: int, body: bytes | None, hash: str, action: int) -> StoredLine:
    """Return a line, which says nothing where its text is withheld."""
    return StoredLine(seq, b"", hash, action) if body is None else StoredLine(seq, body, hash)


def check_rows(stream: str, rows: Sequence[LogRow], pinned: Callable[[str], bool]) -> Iterator[Problem]:
    """Yield every changed, missing and cut line of one log, in order.

    Args:
        rows: None where no row names the log.
        pinned: Whether the school has the curriculum of a hash.
    """
    end = rows[0].end if rows else None
    there = {line.seq: line for line in lines_of(rows)}
    lines = [(row.seq, there.get(row.seq)) for row in rows if row.seq is not None]
    yield from check_lines(stream, lines, end, pinned)
    last = lines[-1][0] if lines else 0
    if end is not None and end.seq < max(last, 1):  # line and row are written together, and never none
        yield another_end(stream, last)


def check_documents(stream: str, rows: Sequence[LogRow], noted: Set[str]) -> Iterator[Problem]:
    """Yield where the documents that are noted with a log are not those that it names."""
    named = {sha256 for line in lines_of(rows) for sha256 in named_in(line.body)}
    if named - noted:
        yield Problem(stream, None, "summary", N_("A document that this log names is not noted with it."))
    if noted - named:
        yield Problem(stream, None, "summary", N_("A document is noted with this log, which does not name it."))


def check_beside(transactions: Transactions, school: str) -> Iterator[Problem]:
    """Yield the logs that have lines and no row, and the pinned curricula that were changed."""
    for (stream,) in sorted(transactions.execute(sql.ORPHANS, (school,))):
        yield from check_rows(stream, [], lambda _hash: True)
    for hash, body in sorted(transactions.execute(sql.CURRICULA, (school,))):
        if hashlib.sha256(body).hexdigest() != hash:
            yield changed_curriculum("curriculum", None, hash)
