"""Reads what can still be read of a store's damaged file. Nothing read here is trusted by itself.

Source: docs/reliability.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from defense_console.model.log.chain import first_hash, next_hash
from defense_console.store.checking import KnownEnd
from defense_console.store.sqlite.engine import IDS, RawRow
from defense_console.store.sqlite.schema import checksum
from defense_console.store.sqlite.verifying import object_in

_COLUMNS = "SELECT id, CAST(body AS BLOB), CAST(sum AS BLOB) FROM rows WHERE tab = ?"
_MOST_LOOKED_UP = 100_000
"""Longest hole of a table in which every id is looked for by itself."""

_Line = tuple[bytes, str, bool]
"""Body and hash of a line, and whether its row is whole."""


class Salvage:
    """One file, damaged or not. It must not be written meanwhile: give a copy of it.

    Args:
        path: The file; what cannot be opened reads as empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        with suppress(sqlite3.Error):
            self._connection = sqlite3.connect(path, isolation_level=None)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()

    @property
    def is_torn(self) -> bool:
        """Return whether pages of the file are damaged, so that rows may be gone without a trace."""
        if self._one("PRAGMA integrity_check(1)") != ("ok",):
            return True
        # SQLite's check lets pages of one table pass that changed their places.
        keys = self._all("SELECT tab, id FROM rows NOT INDEXED")
        try:
            return any(after <= before for before, after in pairwise(keys))
        except TypeError:
            return True

    def names(self) -> set[str]:
        """Return the names of the tables that have rows, as far as they can be reached from either end."""
        found: set[str] = set()
        for sql, end in (
            ("SELECT min(tab) FROM rows WHERE tab > ?", ""),
            ("SELECT max(tab) FROM rows WHERE tab < ?", "\U0010ffff"),
        ):
            name = end
            while (row := self._one(sql, name)) is not None and isinstance(row[0], str) and row[0] not in found:
                name = row[0]
                found.add(name)
        return found | {str(name) for (name,) in self._all("SELECT name FROM tables")}

    def rows(self, table: str) -> dict[int, RawRow]:
        """Return the rows of a table by id: from both ends, and what lies between two damaged places one by one."""
        found = self._read(table, f"{_COLUMNS} ORDER BY id")
        last = max(found, default=0)
        found |= self._read(table, f"{_COLUMNS} ORDER BY id DESC")
        after = min((id for id in found if id > last), default=last)
        for id in range(last + 1, after if after - last <= _MOST_LOOKED_UP else last + 1):
            found |= self._read(table, f"{_COLUMNS} AND id = ?", id)
        return found

    def documents(self, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the ids and documents of the rows of a table whose checksum holds."""
        for id, row in sorted(self.rows(table).items()):
            if row.sound and (document := object_in(row.body)) is not None:
                yield id, document

    def _read(self, table: str, sql: str, *values: object) -> dict[int, RawRow]:
        found: dict[int, RawRow] = {}
        for id, body, stored in self._all(sql, table, *values):
            if isinstance(id, int) and id in IDS and isinstance(body, bytes):
                found[id] = RawRow(id, body, stored == checksum(table, id, body))
        return found

    def _one(self, sql: str, *values: object) -> Any:
        return next(iter(self._all(sql, *values)), None)

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of an answer up to the first that cannot be read."""
        rows: list[tuple[Any, ...]] = []
        with suppress(sqlite3.Error, UnicodeError):
            if self._connection is not None:
                rows.extend(self._connection.execute(sql, values))
        return rows


class LogPieces:
    """What several files hold of one log.

    Args:
        stream: Name of the log.
        sources: The files, the one to believe first first.
        same: How many of them, from the first, have the same history. The others were made before the store was put
            back to an earlier state: a line only they hold counts where the history is seen to have gone over it.
        ends: How far the log went, by the rows next to it in those files.
    """

    def __init__(self, stream: str, sources: Sequence[Salvage], same: int, ends: Iterable[KnownEnd] = ()) -> None:
        self.stream = stream
        rows = [source.rows(stream) for source in sources]
        self._tables = [{id: line for id, row in table.items() if (line := _line(row))} for table in rows]
        ours = self._tables[:same]
        self._torn = sources[0].is_torn
        self._ends = set(ends)
        self._anchors = {(id, line[1]) for table in ours for id, line in table.items()} | self._ends
        # A row that says nothing any more still says that something was there.
        self.furthest = max(
            (*(id for table in rows[:same] for id in table), *(seq for seq, _ in self._ends)), default=0
        )

    def longest(self) -> tuple[list[bytes], int]:
        """Return the longest beginning of the log that its chain proves, in whole actions.

        A line counts when its hash follows from all lines before it; from which file it comes does not matter. Where
        something followed that cannot be read, an action whose end is not proven is left out: half of one was never
        a state.

        Returns:
            The lines, and how many of them the first file alone would not have given.
        """
        lines: list[_Line] = []
        while (line := self._next(len(lines) + 1, lines[-1][1] if lines else first_hash(self.stream))) is not None:
            lines.append(line)
        while lines and (len(lines), lines[-1][1]) not in self._anchors:
            lines.pop()
        if lines and not self._is_whole(KnownEnd(len(lines), lines[-1][1])):
            action = _number(lines[-1][0], "action")
            while lines and _number(lines[-1][0], "action") == action:
                lines.pop()
        helped = sum(self._tables[0].get(seq) != line for seq, line in enumerate(lines, 1))
        return [line[0] for line in lines], helped

    def _next(self, seq: int, head: str) -> _Line | None:
        """Return the line that follows; of two that do, the one that is followed itself."""
        proven = (line for line in self._at(seq) if next_hash(head, line[0]) == line[1])
        found = [line for line in proven if _number(line[0], "seq") == seq]
        followed = (
            line for line in found if any(next_hash(line[1], after[0]) == after[1] for after in self._at(seq + 1))
        )
        return next(followed, found[0] if found else None)

    def _at(self, seq: int) -> list[_Line]:
        return [table[seq] for table in self._tables if seq in table]

    def _is_whole(self, last: KnownEnd) -> bool:
        """Return whether an action ends with this line.

        It does when a row next to a log named it as its end, when nothing is known to follow in a file whose pages are
        sound, or when a later line that is whole belongs to an action that begins right after it.
        """
        if last in self._ends or (last.seq == self.furthest and not self._torn):
            return True
        rows = (row for table in self._tables for row in table.items())
        later = (body for seq, (body, _hash, sound) in rows if sound and seq > last.seq)
        return any(_number(body, "action") == last.seq + 1 for body in later)


def _line(row: RawRow) -> _Line | None:
    document = object_in(row.body) or {}
    body, hash = document.get("line"), document.get("hash")
    if not isinstance(body, str) or not isinstance(hash, str):
        return None
    try:
        return body.encode(), hash, row.sound
    except UnicodeError:
        return None


def _number(body: bytes, field: str) -> object:
    return (object_in(body) or {}).get(field)
