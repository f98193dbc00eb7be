"""The schema of a store's file, and the steps that bring an older file up to it.

Steps are added and never changed: `tests/data/stores` has stores of every schema, made by `tests/store/make_store.py`
and `tests/store/make_every_state.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

APPLICATION_ID: Final = 0x44464353
"""`DFCS`, at offset 68 of the file. Source: sqlite.org/fileformat2.html §1.3."""

TABLES: Final = ("rows", "tables")
"""What every store has had since the first schema."""

Step = Callable[[sqlite3.Connection], None]
"""Changes a file from one schema to the next, inside a transaction that is already open."""

STEPS: tuple[Step, ...] = ()
"""The n-th, from 1, makes schema n + 1 of schema n."""


def version() -> int:
    """The schema that this console writes."""
    return 1 + len(STEPS)


def first_statements() -> str:
    """What makes an empty file a store of the first schema, as one script; `bring_up` does the rest."""
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
    """The schema of a file."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def bring_up(connection: sqlite3.Connection) -> None:
    """Take every step that a file has not taken: each whole, or not at all, whoever else opens it meanwhile.

    Args:
        connection: In autocommit mode, with no transaction open.

    Raises:
        sqlite3.Error: A step could not be taken; the file has the schema it had before that step.
    """
    for number, step in enumerate(STEPS, 2):
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
