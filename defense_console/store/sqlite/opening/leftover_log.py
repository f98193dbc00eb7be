"""Whether the write-ahead log that a crash left belongs to the file next to it.

SQLite replays such a log into any file with the name, also an older copy or another store put there by hand, and then
calls the mixture a database. Nothing in either file says which other one it belongs to. But a line and the row next to
its log are written in one transaction. So no crash leaves a log that ends elsewhere than its row says, or a chain that
is broken between sound rows.

Looked at only where a log was left and nobody has the store open, and before SQLite moves it into the file. Every page
is read once and two rows of each log; the lines between are checked when a defense is opened, as always.

Source: https://www.sqlite.org/wal.html §4; https://www.sqlite.org/howtocorrupt.html §1.4.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from defense_console.model.errors import N_
from defense_console.store.base import DamagedStore, StoreError
from defense_console.store.sqlite import verifying
from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.holding import alone
from defense_console.store.sqlite.pragmas import WAL, connect_to_read
from defense_console.store.sqlite.tables import log_names


def refuse_mixture(path: Path) -> None:
    """Look whether the log next to a store's file was left by that file.

    Raises:
        DamagedStore: It was not; neither file was changed.
        sqlite3.Error, TornTable: They cannot be read together.
    """
    log = path.with_name(path.name + WAL)
    if not log.exists() or not log.stat().st_size or not _is_left(path.parent):
        return
    try:
        with closing(RowStorage(path, connection=connect_to_read(path))) as rows, rows.reading():
            mixed = next(_mixed(rows), None)
    except sqlite3.OperationalError:
        return  # without the right or the space to read in place: it is refused, or read elsewhere
    if mixed is not None:
        raise DamagedStore(
            N_(
                "{file} and {log} in {place} do not fit together ({where}): "
                "one was replaced or damaged. Run doctor first."
            ),
            file=path.name,
            log=log.name,
            place=path.parent,
            where=mixed,
        )


def _is_left(folder: Path) -> bool:
    """Return whether nobody has the store open, whose log it would be; False where folders cannot be locked."""
    with suppress(StoreError), alone(folder):
        return True
    return False


def _mixed(rows: RowStorage) -> Iterator[str]:
    """Yield what no single file ever held: its pages, or names of logs."""
    if rows.has_torn_pages():
        yield place.FILE
    yield from (name for name in log_names(rows) if not verifying.ends_as_known(rows, name))
