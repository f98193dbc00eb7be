"""Checks that what the store holds is what was written: the chain of each log, and every row next to one."""

from __future__ import annotations

import functools
import hashlib
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine
from defense_console.model.subjects import LOG_PREFIXES, subject_of
from defense_console.model.watching import Passed, Watch, unwatched
from defense_console.store.base import Problem
from defense_console.store.checking import KnownEnd, changed_curriculum, check_lines, problem
from defense_console.store.log_rules import end_is_gone
from defense_console.store.sqlite.engine import RawRow, RowStorage
from defense_console.store.sqlite.keys import ROWS_OF_LOGS, name_key, places_beside
from defense_console.store.sqlite.tables import line_if_sound


class _Beside(msgspec.Struct):
    """What the row next to a log says of the log."""

    id: str
    seq: int
    hash: str


_DECODE_BESIDE: Final = msgspec.json.Decoder(_Beside).decode
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError)
_ASKED_AT_ONCE: Final = 256


def known_end(rows: RowStorage, stream: str) -> KnownEnd | None:
    """Return how far a log goes by its summary or its student's row; None when there is none that can be trusted."""
    return known_ends(rows, [stream]).get(stream)


def known_ends(rows: RowStorage, streams: Sequence[str]) -> dict[str, KnownEnd]:
    """Return how far logs go by the rows next to them, without those that have none that can be trusted."""
    places = {stream: dict(places_beside(stream)) for stream in streams}
    ends: dict[str, KnownEnd] = {}
    for table in ROWS_OF_LOGS:
        keys = {stream: found[table] for stream, found in places.items() if table in found and stream not in ends}
        bodies = rows.bodies_of(table, [*keys.values()]) if keys else {}
        for stream, key in keys.items():
            with suppress(KeyError, *_UNREADABLE):
                said = _DECODE_BESIDE(bodies[key])
                if said.id == subject_of(stream).id_of(stream):
                    ends[stream] = KnownEnd(said.seq, said.hash)
    return ends


def not_begun(rows: RowStorage, streams: Sequence[str]) -> set[str]:
    """Return the logs of which there is nothing: no line, no name, no row next to them."""
    found = rows.empty(streams)
    places = {stream: dict(places_beside(stream)) for stream in found}
    for table in ROWS_OF_LOGS:
        there = rows.those_there(table, [each[table] for each in places.values() if table in each])
        found -= {stream for stream, each in places.items() if each.get(table) in there}
    return found


def ends_as_known(rows: RowStorage, stream: str) -> bool:
    """Return whether a log is as long as the row next to it says, as far as both can be read.

    Of the log only the last line is read.
    """
    end = known_end(rows, stream)
    if end is None:
        return any(rows.has(table, id) for table, id in places_beside(stream))  # there, and damaged: it says nothing
    missing = StoredLine(end.seq, b"", "") if end.seq else None
    line = next((line_if_sound(row) for row in rows.raw(stream, end.seq, end.seq)), missing)
    return end.seq == (rows.last_id(stream) or 0) == rows.count(stream) and (
        line is None or end.hash in ("", line.hash)
    )


def refuse_cut(rows: RowStorage, stream: str, last: StoredLine | None) -> None:
    """Refuse a log whose end is gone: the row next to it knows how far it went, and a begun log is never empty.

    Raises:
        DamagedStore: Lines are missing after `last`.
    """
    refuse_end(stream, last, known_end(rows, stream), begun=last is None and rows.names(stream, 1) == [stream])


def refuse_end(stream: str, last: StoredLine | None, end: KnownEnd | None, *, begun: bool) -> None:
    """Refuse a log that does not go as far as the row next to it says, or is empty though it was begun.

    Raises:
        DamagedStore: Lines are missing after `last`.
    """
    seq, known = (0, "") if last is None else (last.seq, last.hash)
    if (begun and last is None) or (
        end is not None and (end.seq > seq or (end.seq == seq and end.hash not in ("", known)))
    ):
        raise end_is_gone(stream, seq)


def _document(row: RawRow) -> dict[str, Any] | None:
    """Return the document of a row, None when it is damaged."""
    return object_in(row.body) if row.sound else None


def object_in(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that bytes hold, None when they hold none."""
    try:
        found = msgspec.json.decode(body)
    except _UNREADABLE:
        return None
    return found if isinstance(found, dict) else None


# --- one log -----------------------------------------------------------------------------------------------------


def check_log(rows: RowStorage, stream: str) -> list[Problem]:
    """Return every changed, missing, cut and damaged line of one log, in order; empty when it is sound."""
    try:
        with rows.reading():
            pinned = functools.partial(_has_curriculum, rows)
            return list(_check_rows(stream, rows.raw(stream), known_end(rows, stream), pinned))
    except sqlite3.DatabaseError as error:
        return [_unreadable(stream, error)]


def _check_rows(
    stream: str, found: Iterable[RawRow], end: KnownEnd | None, pinned: Callable[[str], bool]
) -> Iterator[Problem]:
    return check_lines(stream, ((row.id, line_if_sound(row)) for row in found), end, pinned)


def _has_curriculum(rows: RowStorage, hash: str) -> bool:
    return rows.has("curricula", name_key(hash))


def _unreadable(stream: str, error: sqlite3.DatabaseError) -> Problem:
    reason = getattr(error, "sqlite_errorname", type(error).__name__)
    return problem(stream, None, "damaged", N_("{stream} cannot be read: {reason}."), reason=reason)


# --- the whole store ---------------------------------------------------------------------------------------------


def check_all(rows: RowStorage, watch: Watch = unwatched) -> Generator[Problem, None, None]:
    """Yield what is wrong anywhere: the file, each other row, each log; nothing when the store is sound."""
    lines = 0
    try:
        for found in rows.problems():
            yield problem(found, None, "damaged", N_("The file is damaged: {reason}."), reason=found)
        others = rows.names_of_others(LOG_PREFIXES)
        lines = sum(map(rows.sum_of_last_ids, LOG_PREFIXES))
    except sqlite3.DatabaseError as error:
        yield _unreadable("defenses.db", error)
        return
    for name in others:
        try:
            yield from _check_table(rows, name)
        except sqlite3.DatabaseError as error:
            yield _unreadable(name, error)
    with watch("rows", lines) as passed:
        for prefix in sorted(LOG_PREFIXES):
            try:
                for page in rows.pages_of_names(prefix):
                    yield from _check_page(rows, *page, passed)
            except sqlite3.DatabaseError as error:
                yield _unreadable("defenses.db", error)


def _check_page(rows: RowStorage, low: str, high: str, names: Sequence[str], passed: Passed) -> list[Problem]:
    """Return what is wrong with the logs from `low` and before `high`; one by one where their pages cannot be read."""
    problems: list[Problem] = []
    try:
        with rows.reading():
            ends, pinned = known_ends(rows, names), functools.cache(functools.partial(_has_curriculum, rows))
            for name, found in in_order(names, rows.groups(low, high)):
                end = ends[name] if name in ends else known_end(rows, name)
                problems += _check_rows(name, found, end, pinned)
                passed(len(found))
    except sqlite3.DatabaseError:
        return [found for name in names for found in check_log(rows, name)]
    return problems


def in_order(names: Sequence[str], groups: Iterable[tuple[str, list[RawRow]]]) -> Iterator[tuple[str, list[RawRow]]]:
    """Yield the tables that are named, that have rows, or both: each once, in order of their names.

    Args:
        names: Sorted.
        groups: Tables with their rows, sorted.
    """
    left = deque(names)
    for name, rows in groups:
        while left and left[0] < name:
            yield left.popleft(), []
        if left and left[0] == name:
            left.popleft()
        yield name, rows
    for name in left:
        yield name, []


def _check_table(rows: RowStorage, table: str) -> Iterator[Problem]:
    """Yield the damaged rows of a table, and the logs that its rows name and that are gone as a whole."""
    subject = ROWS_OF_LOGS.get(table)
    named: list[str] = []
    for row in rows.raw(table):
        document = _document(row)
        if document is None:
            yield problem(table, row.id, "damaged", N_("Row {seq} of {stream} is damaged."))
        elif subject is not None:
            named.append(subject.stream(str(document.get("id"))))
            if table == "closed" and rows.has("pending", row.id):
                yield problem(table, row.id, "summary", N_("Row {seq} of {stream} says closed, another one pending."))
            if len(named) == _ASKED_AT_ONCE:
                yield from _check_gone(rows, named)
                named.clear()
        elif table == "curricula" and hashlib.sha256(str(document.get("body")).encode()).hexdigest() != document.get(
            "hash"
        ):
            yield changed_curriculum(table, row.id, document.get("hash"))
    yield from _check_gone(rows, named)


def _check_gone(rows: RowStorage, streams: Sequence[str]) -> Iterator[Problem]:
    there = rows.those_named(streams)
    for stream in streams:
        if stream not in there and rows.last_id(stream) is None:
            yield from check_log(rows, stream)
