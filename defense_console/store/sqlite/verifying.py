"""Checks that what the store holds is what was written: the chain of each log, and every row next to one."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine
from defense_console.model.subjects import LOG_PREFIXES, subject_of
from defense_console.store.base import Problem
from defense_console.store.checking import KnownEnd, changed_curriculum, check_lines, problem
from defense_console.store.log_rules import end_is_gone
from defense_console.store.sqlite.engine import RawRow, RowStorage
from defense_console.store.sqlite.keys import ROWS_OF_LOGS, name_key, places_beside


def known_end(rows: RowStorage, stream: str) -> KnownEnd | None:
    """Return how far a log goes by its summary or its student's row; None when there is none that can be trusted."""
    for table, id in places_beside(stream):
        for row in rows.raw(table, id, id):
            document = _document(row)
            if document is not None and _is_of(document, stream):
                return KnownEnd(int(document["seq"]), str(document["hash"]))
    return None


def ends_as_known(rows: RowStorage, stream: str) -> bool:
    """Return whether a log is as long as the row next to it says, as far as both can be read.

    Of the log only the last line is read.
    """
    end = known_end(rows, stream)
    if end is None:
        return any(rows.has(table, id) for table, id in places_beside(stream))  # there, and damaged: it says nothing
    line = next((_line(row) for row in rows.raw(stream, end.seq, end.seq)), ("", "") if end.seq else None)
    return end.seq == (rows.last_id(stream) or 0) == rows.count(stream) and (line is None or end.hash in ("", line[1]))


def refuse_cut(rows: RowStorage, stream: str, last: StoredLine | None) -> None:
    """Refuse a log whose end is gone: the row next to it knows how far it went, and a begun log is never empty.

    Raises:
        DamagedStore: Lines are missing after `last`.
    """
    seq, known = (0, "") if last is None else (last.seq, last.hash)
    end = known_end(rows, stream)
    emptied = last is None and rows.names(stream, 1) == [stream]
    if emptied or (end is not None and (end.seq > seq or (end.seq == seq and end.hash not in ("", known)))):
        raise end_is_gone(stream, seq)


def _is_of(document: dict[str, Any], stream: str) -> bool:
    known = isinstance(document.get("seq"), int) and isinstance(document.get("hash"), str)
    return known and str(document.get("id")) == subject_of(stream).id_of(stream)


def _document(row: RawRow) -> dict[str, Any] | None:
    """Return the document of a row, None when it is damaged."""
    return object_in(row.body) if row.sound else None


def object_in(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that bytes hold, None when they hold none."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


# --- one log -----------------------------------------------------------------------------------------------------


def check_log(rows: RowStorage, stream: str) -> list[Problem]:
    """Return every changed, missing, cut and damaged line of one log, in order; empty when it is sound."""
    try:
        with rows.reading():
            end = known_end(rows, stream)
            lines = ((row.id, _line(row)) for row in rows.raw(stream))
            return list(check_lines(stream, lines, end, lambda hash: rows.has("curricula", name_key(hash))))
    except sqlite3.DatabaseError as error:
        return [_unreadable(stream, error)]


def _unreadable(stream: str, error: sqlite3.DatabaseError) -> Problem:
    reason = getattr(error, "sqlite_errorname", type(error).__name__)
    return problem(stream, None, "damaged", N_("{stream} cannot be read: {reason}."), reason=reason)


def _line(row: RawRow) -> tuple[bytes, str] | None:
    document = _document(row) or {}
    body, hash = document.get("line"), document.get("hash")
    return (body.encode(), hash) if isinstance(body, str) and isinstance(hash, str) else None


# --- the whole store ---------------------------------------------------------------------------------------------


def check_all(rows: RowStorage) -> list[Problem]:
    """Return what is wrong anywhere: the file, each log, each other row; empty when the store is sound."""
    problems: list[Problem] = []
    try:
        problems += (
            problem(found, None, "damaged", N_("The file is damaged: {reason}."), reason=found)
            for found in rows.problems()
        )
        names = set(rows.names()) | set(rows.names_of_rows())
    except sqlite3.DatabaseError as error:
        return [*problems, _unreadable("defenses.db", error)]
    others = sorted(name for name in names if not name.startswith(LOG_PREFIXES))
    logs = names.difference(others)
    for name in others:
        try:
            problems += _check_table(rows, name, logs)
        except sqlite3.DatabaseError as error:
            problems.append(_unreadable(name, error))
    for name in sorted(logs):
        problems += check_log(rows, name)
    return problems


def _check_table(rows: RowStorage, table: str, logs: set[str]) -> Iterator[Problem]:
    """Yield the damaged rows of a table; add the logs that its rows name to `logs`: one may be gone as a whole."""
    subject = ROWS_OF_LOGS.get(table)
    for row in rows.raw(table):
        document = _document(row)
        if document is None:
            yield problem(table, row.id, "damaged", N_("Row {seq} of {stream} is damaged."))
        elif subject is not None:
            logs.add(subject.stream(str(document.get("id"))))
            if table == "closed" and rows.has("pending", row.id):
                yield problem(table, row.id, "summary", N_("Row {seq} of {stream} says closed, another one pending."))
        elif table == "curricula" and hashlib.sha256(str(document.get("body")).encode()).hexdigest() != document.get(
            "hash"
        ):
            yield changed_curriculum(table, row.id, document.get("hash"))
