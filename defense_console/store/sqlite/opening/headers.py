"""Whose file it is: the first bytes of a store's file, and the tables of a database that is not one.

Source: SQLite, "Database File Format"; https://www.sqlite.org/howtocorrupt.html §2.2.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

from defense_console.model.errors import N_
from defense_console.store.base import DamagedStore, NotOurStore
from defense_console.store.sqlite.pragmas import connect_to_read
from defense_console.store.sqlite.schema import APPLICATION_ID, TABLES

SQLITE_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_checked: set[tuple[int, int]] = set()
_checking = threading.Lock()


def check_header(path: Path) -> None:
    """Look at the first bytes before SQLite does: it would make files next to somebody else's database.

    Once for each file and process: closing a file drops every lock this process holds on it (POSIX), SQLite's too, and
    another console that then leaves would take itself for the last one and delete the write-ahead log under ours.
    Source: https://www.sqlite.org/howtocorrupt.html §2.2.
    """
    with _checking:
        if not path.stat().st_size:  # looked at without opening it, so every time: SQLite would begin a new store in it
            raise DamagedStore(
                N_("{file} in {place} is empty, which a store never is: run doctor, or move the file away."),
                file=path.name,
                place=path.parent,
            )
        if _key(path) in _checked:
            return
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
        if not header.startswith(SQLITE_MAGIC) or header[68:72] != APPLICATION_ID.to_bytes(4, "big"):
            raise not_ours(path)
        _checked.add(_key(path))


def refuse_foreign(path: Path) -> None:
    """Refuse the database of another program. A store with damaged first bytes is not one."""
    with _checking:
        if not path.exists() or _key(path) in _checked:
            return
        names: set[str] = set()
        with suppress(sqlite3.Error), closing(connect_to_read(path, immutable=True)) as connection:
            names = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if names and not names.intersection(TABLES):
            raise NotOurStore(
                N_("{file} in {place} is a database of another program: choose another folder."),
                file=path.name,
                place=path.parent,
            )


def _key(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def not_ours(path: Path) -> NotOurStore:
    """Return what to say of a file whose first bytes are not a store's."""
    return NotOurStore(
        N_(
            "{file} in {place} is not a store of this console, or its first bytes are damaged: "
            "choose another folder, or run doctor."
        ),
        file=path.name,
        place=path.parent,
    )
