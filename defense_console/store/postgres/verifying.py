"""Checks that a school's tables hold what was written: the chain of each log, its end, the pinned curricula."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine, first_hash, next_hash
from defense_console.store.base import Problem, ProblemKind
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.transactions import Transactions


class _What(msgspec.Struct, frozen=True):
    curriculum_hash: str | None = None


class _Line(msgspec.Struct, frozen=True):
    seq: int = 0
    what: _What = _What()


def check_log(transactions: Transactions, school: str, stream: str) -> Iterator[Problem]:
    """Yield every changed, missing and cut line of one log, in order."""
    rows = transactions.execute(sql.WHOLE_LOG, (school, stream)).fetchall()
    if not rows:
        yield _problem(
            stream, None, "summary", N_("The row next to {stream} is missing or damaged: nothing proves where it ends.")
        )
        return
    last_seq, last_hash = rows[0][:2]
    seq, head = 0, first_hash(stream)
    for line in (StoredLine(*row[2:]) for row in rows if row[2] is not None):
        if line.seq > seq + 1:
            yield _hole(stream, seq + 1, line.seq - 1)
        elif next_hash(head, line.body) != line.hash or _read(line.body).seq != line.seq:
            yield _problem(
                stream,
                line.seq,
                "changed",
                N_("Line {seq} of {stream} was changed, or does not follow its line before."),
            )
        yield from _check_pinned(transactions, school, stream, line)
        seq, head = line.seq, line.hash
    if last_seq > seq:
        yield _problem(
            stream, seq + 1, "cut", N_("The end of {stream} is cut: {last} lines were written."), last=last_seq
        )
    elif (last_seq, last_hash) != (seq, head):
        yield _problem(
            stream, seq, "changed", N_("Line {seq} of {stream} is not the one that the row next to it names.")
        )


def check_beside(transactions: Transactions, school: str) -> Iterator[Problem]:
    """Yield the logs that have lines and no row, and the pinned curricula that were changed."""
    for (stream,) in sorted(transactions.execute(sql.ORPHANS, (school,))):
        yield from check_log(transactions, school, stream)
    for hash, body in sorted(transactions.execute(sql.CURRICULA, (school,))):
        if hashlib.sha256(body).hexdigest() != hash:
            yield _problem("curriculum", None, "curriculum", N_("The pinned curriculum {hash} was changed."), hash=hash)


def _check_pinned(transactions: Transactions, school: str, stream: str, line: StoredLine) -> Iterator[Problem]:
    hash = _read(line.body).what.curriculum_hash
    if hash is not None and transactions.execute(sql.CURRICULUM, (school, hash)).fetchone() is None:
        yield _problem(
            stream,
            line.seq,
            "curriculum",
            N_("The curriculum pinned by line {seq} of {stream} is missing: {hash}."),
            hash=hash,
        )


def _read(body: bytes) -> _Line:
    try:
        return msgspec.json.decode(body, type=_Line)
    except msgspec.MsgspecError:
        return _Line()


def _hole(stream: str, first: int, last: int) -> Problem:
    if first == last:
        return _problem(stream, first, "missing", N_("Line {seq} of {stream} is missing."))
    return _problem(stream, first, "missing", N_("Lines {seq} to {last} of {stream} are missing."), last=last)


def _problem(stream: str, seq: int | None, kind: ProblemKind, text_id: str, **parameters: Any) -> Problem:
    return Problem(stream, seq, kind, text_id, {"stream": stream, "seq": seq, **parameters})
