"""Checks that a school's tables hold what was written: the chain of each log, its end, the pinned curricula."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from defense_console.store.base import Problem
from defense_console.store.checking import KnownEnd, another_end, changed_curriculum, check_lines
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.transactions import Transactions


def check_log(transactions: Transactions, school: str, stream: str) -> Iterator[Problem]:
    """Yield every changed, missing and cut line of one log, in order."""

    def pinned(hash: str) -> bool:
        return transactions.execute(sql.CURRICULUM, (school, hash)).fetchone() is not None

    rows = transactions.execute(sql.WHOLE_LOG, (school, stream)).fetchall()
    end = KnownEnd(*rows[0][:2]) if rows else None
    lines = [
        (seq, None if body is None and own else (body, hash))
        for *_end, seq, body, hash, _action, own in rows
        if seq is not None
    ]
    yield from check_lines(stream, lines, end, pinned)
    last = lines[-1][0] if lines else 0
    if end is not None and end.seq < max(last, 1):  # line and row are written together, and never none
        yield another_end(stream, last)


def check_beside(transactions: Transactions, school: str) -> Iterator[Problem]:
    """Yield the logs that have lines and no row, and the pinned curricula that were changed."""
    for (stream,) in sorted(transactions.execute(sql.ORPHANS, (school,))):
        yield from check_log(transactions, school, stream)
    for hash, body in sorted(transactions.execute(sql.CURRICULA, (school,))):
        if hashlib.sha256(body).hexdigest() != hash:
            yield changed_curriculum("curriculum", None, hash)
