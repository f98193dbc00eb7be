"""The documents of a store under our own names, pinned curricula, and the lines of its logs."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

import msgspec
from tinydb.table import Document

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine
from defense_console.model.subjects import LOG_PREFIXES
from defense_console.store.base import StoreError
from defense_console.store.log_rules import checked_curriculum
from defense_console.store.sqlite.engine import DamagedRow, RawRow, RowStorage, sound
from defense_console.store.sqlite.keys import name_key
from defense_console.store.sqlite.pragmas import connect_to_read
from defense_console.store.sqlite.rows import RowDatabase, RowTable
from defense_console.store.sqlite.schema import encode

_NO_END = 2**62
_ID = "store_id"


class _LineRow(msgspec.Struct):
    """The document of one line of a log."""

    hash: str
    line: str


_DECODE_LINE = msgspec.json.Decoder(_LineRow).decode


def stored_line(stream: str, row: RawRow) -> StoredLine:
    """Return the line of a log that a row holds.

    Raises:
        DamagedRow: It is not what was written.
    """
    return _line(sound(stream, row).id, row.body)


def line_if_sound(row: RawRow) -> StoredLine | None:
    """Return the line of a log that a row holds, None when it is damaged."""
    if row.sound:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            return _line(row.id, row.body)
    return None


def _line(id: int, body: bytes) -> StoredLine:
    found = _DECODE_LINE(body)
    return StoredLine(id, found.line.encode(), found.hash)


def holds_another(path: Path, id: str) -> bool:
    """Return whether a file, without its write-ahead log, is no store, or one of another id.

    Args:
        path: The file, which may be written meanwhile: what is not certain counts as the same.
        id: As `own_id` gave it.
    """
    try:
        with closing(connect_to_read(path, immutable=True)) as connection:
            row = connection.execute("SELECT body FROM rows WHERE tab = 'meta' AND id = ?", (name_key(_ID),)).fetchone()
        found = json.loads(row[0])["value"] if row is not None else id  # it may still be in the log alone
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
    except (ValueError, KeyError, TypeError):
        return False
    return bool(id) and found != id


def log_names(rows: RowStorage, limit: int = -1) -> list[str]:
    """Return the names of the logs of every subject, sorted; at most `limit` of each, -1 for all."""
    return sorted(name for prefix in LOG_PREFIXES for name in rows.names(prefix, limit))


class Documents:
    """Tables and rows of one open database."""

    def __init__(self, database: RowDatabase) -> None:
        self._database = database
        self.rows = cast(RowStorage, database.storage)

    def table(self, name: str) -> RowTable:
        """Return a table; not for logs, since TinyDB remembers every one it was asked for."""
        return cast(RowTable, self._database.table(name))

    def get(self, table: str, field: str, name: str) -> Document | None:
        """Return the document of a name, which is in `field`."""
        found: Document | None = self.table(table).get(doc_id=name_key(name))
        return found if found is not None and found[field] == name else None

    def put(self, table: str, key: int, document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
        """Write a document, but never over one that differs in the fields `names`. A damaged one is written over.

        Returns:
            The document that was there; empty where there was none, or a damaged one.
        """
        with self.rows.together():
            return self.replace(table, key, document, next(self.rows.raw(table, key, key), None), *names)

    def replace(
        self, table: str, key: int, document: Mapping[str, Any], found: RawRow | None, *names: str
    ) -> Mapping[str, Any]:
        """Write a document over the row found at its place, in a transaction of the caller; see `put`."""
        before: dict[str, Any] = {}
        if found is not None and found.sound:
            before = json.loads(found.body)
            if any(before[name] != document[name] for name in names):
                raise StoreError(N_("Two records of {table} share the place {key}."), table=table, key=key)
        self.rows.put(table, key, encode(document))
        return before

    def remove(self, table: str, *keys: int) -> None:
        """Drop documents; those that are not there are no error."""
        self.table(table).remove(doc_ids=keys)

    def meta(self, key: str) -> str | None:
        """Return a fact about the store itself."""
        document = self.get("meta", "key", key)
        return None if document is None else str(document["value"])

    def set_meta(self, key: str, value: str) -> None:
        """Write such a fact."""
        self.put("meta", name_key(key), {"key": key, "value": value}, "key")

    def own_id(self) -> str:
        """Return the id of this store, which another store at its place does not have; "" when it cannot be given one.

        A damaged id is left as it is: the store opens, `verify` reports the row, and no spool is taken for its own.
        """
        try:
            found = self.meta(_ID)
        except DamagedRow:
            return ""
        if found is None and self.rows.refusal is None:
            with suppress(sqlite3.Error), self.rows.transaction():
                # Another console may have been first.
                found = self.meta(_ID) or uuid.uuid4().hex
                self.set_meta(_ID, found)
        return self.meta(_ID) or ""

    # --- curricula ------------------------------------------------------------------------------------------------

    def curriculum(self, hash: str) -> bytes | None:
        """Return the canonical JSON of a pinned curriculum.

        Raises:
            DamagedStore: It is not what was pinned.
        """
        document = self.get("curricula", "hash", hash)
        return None if document is None else checked_curriculum(hash, document["body"].encode())

    def pin(self, hash: str, body: bytes) -> None:
        """Keep a curriculum; one that is there already stays as it is."""
        with self.rows.transaction():
            if not self.rows.has("curricula", name_key(hash)):
                self.table("curricula").put({"hash": hash, "body": body.decode()}, name_key(hash))

    # --- logs ----------------------------------------------------------------------------------------------------

    def lines(self, stream: str, low: int = 0, high: int = _NO_END) -> list[StoredLine]:
        """Return the lines of a log with a number from `low` to `high`, in order.

        Raises:
            DamagedRow: One is not what was written.
        """
        return [stored_line(stream, row) for row in self.rows.raw(stream, low, high)]

    def last(self, stream: str) -> StoredLine | None:
        """Return the last line of a log."""
        found = self.rows.last(stream)
        if found is None:
            return None
        return _line(*found)

    def add_lines(self, stream: str, lines: Sequence[StoredLine]) -> None:
        """Insert lines under their numbers.

        Raises:
            ValueError: There is a line of that number.
        """
        with self.rows.together():
            for line in lines:
                self.rows.add(stream, line.seq, encode({"hash": line.hash, "line": line.body.decode()}))
