"""The schema of a store's file, and the steps that bring an older file up to it.

Steps are added and never changed: `tests/data/stores` has stores of every schema, made by `tests/store/make_store.py`
and `tests/store/make_every_state.py`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

from defense_console.store.sqlite.keys import name_key

APPLICATION_ID: Final = 0x44464353
"""`DFCS`, at offset 68 of the file. Source: sqlite.org/fileformat2.html §1.3."""

TABLES: Final = ("rows", "tables")
"""What every store has had since the first schema."""

Step = Callable[[sqlite3.Connection], None]
"""Changes a file from one schema to the next, inside a transaction that is already open."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ASIDE = "aside/"
"""How the fields of drafts began in schema 1 that were no texts but decisions kept aside."""

# --- rows --------------------------------------------------------------------------------------------------------


def encode(document: Mapping[str, Any]) -> bytes:
    """Return the JSON of a document.

    Raises:
        TypeError, ValueError: It holds something that is not JSON.
    """
    return _ENCODER.encode(document).encode()


def checksum(table: str, id: int, body: bytes) -> bytes:
    """Return eight bytes over the whole row, so that a flipped bit in its key is seen as well."""
    found = _begun_checksum(table).copy()
    found.update(b"%d\0%s" % (id, body))
    return found.digest()


@functools.lru_cache(maxsize=16)
def _begun_checksum(table: str) -> hashlib.blake2b:
    """Return the part over a table's name, which is the same for all of its rows."""
    return hashlib.blake2b(table.encode("utf-8", "surrogatepass") + b"\0", digest_size=8)


# --- steps -------------------------------------------------------------------------------------------------------


def aside_of_draft(draft: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the row of the table `aside` for a draft of schema 1; None if the draft is a text being typed."""
    field, value = draft.get("field"), draft.get("draft")
    if not isinstance(field, str) or not field.startswith(_ASIDE) or not isinstance(value, dict):
        return None
    return {"stream": str(draft.get("stream")), "key": field.removeprefix(_ASIDE), "event": str(value.get("text"))}


def _keep_decisions_in_rows_of_their_own(connection: sqlite3.Connection) -> None:
    """Make schema 2: move what is kept aside from `drafts` to `aside`. Damaged rows stay for `doctor`."""
    drafts = connection.execute("SELECT id, CAST(body AS BLOB), sum FROM rows WHERE tab = 'drafts'").fetchall()
    sound = ((id, body) for id, body, sum in drafts if sum == checksum("drafts", id, body or b""))
    for id, body in sound:
        row = aside_of_draft(json.loads(body))
        if row is None:
            continue
        key, moved = name_key(row["stream"], row["key"]), encode(row)
        connection.execute("INSERT OR IGNORE INTO tables VALUES ('aside')")
        values = (key, moved.decode(), checksum("aside", key, moved))
        connection.execute("INSERT INTO rows VALUES ('aside', ?, ?, ?)", values)
        connection.execute("DELETE FROM rows WHERE tab = 'drafts' AND id = ?", (id,))


_NOT_HELD = ("cancelled", "late_cancelled", "no_show", "aborted")


def _let_what_was_not_held_wait(connection: sqlite3.Connection) -> None:
    """Make schema 3: a defense that was not held is pending until it is closed. Damaged rows stay where they are."""
    closed = connection.execute("SELECT id, CAST(body AS BLOB), sum FROM rows WHERE tab = 'closed'").fetchall()
    moved = 0
    for id, body, sum in closed:
        if sum != checksum("closed", id, body or b"") or json.loads(body).get("session") not in _NOT_HELD:
            continue
        _write(connection, "pending", id, {**json.loads(body), "pending": True})
        connection.execute("DELETE FROM rows WHERE tab = 'closed' AND id = ?", (id,))
        moved += 1
    if moved:
        count = {"key": "closed_count", "value": str(len(closed) - moved)}
        _write(connection, "meta", name_key("closed_count"), count)


def _write(connection: sqlite3.Connection, table: str, id: int, document: Mapping[str, Any]) -> None:
    body = encode(document)
    connection.execute("INSERT OR IGNORE INTO tables VALUES (?)", (table,))
    row = (table, id, body.decode(), checksum(table, id, body))
    connection.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", row)


def _note_what_changes(_connection: sqlite3.Connection) -> None:
    """Make schema 4: from now on each write notes what a search must look at again, which no earlier console does."""


SCHEMA_STEPS: tuple[Step, ...] = (
    _keep_decisions_in_rows_of_their_own, _let_what_was_not_held_wait, _note_what_changes,
)  # fmt: skip
"""The n-th, from 1, makes schema n + 1 of schema n."""


def version() -> int:
    """Return the schema that this console writes."""
    return 1 + len(SCHEMA_STEPS)


def first_statements() -> str:
    """Return what makes an empty file a store of the first schema, as one script; `bring_up` does the rest."""
    return f"""
BEGIN IMMEDIATE;
CREATE TABLE rows (
    tab TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (tab, id)
) WITHOUT ROWID;
CREATE TABLE tables (name TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = 1;
COMMIT;
"""


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema of a file."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def bring_up(connection: sqlite3.Connection) -> None:
    """Take every step that a file has not taken: each whole or not at all, also when others open it meanwhile.

    Args:
        connection: In autocommit mode, with no transaction open.

    Raises:
        sqlite3.Error: A step could not be taken; the file has the schema it had before that step.
    """
    for number, step in enumerate(SCHEMA_STEPS, 2):
        if version_of(connection) >= number:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version_of(connection) < number:  # another console may have been first
                step(connection)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
