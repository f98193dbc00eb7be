"""Opening a store whatever the disk: for writing, or else for reading, with the reason. Never a state that never was.

| what is there | how it is read |
|---|---|
| another console has it open, or a crash left its shared memory behind | in place, `mode=ro`: later writes are seen |
| nobody has it open | a copy in memory, taken while the folder is locked |

`immutable=1` is not used on the file itself: it ignores the write-ahead log, and a console that starts later would
change the pages underneath. Source: https://www.sqlite.org/wal.html §7 and §11; docs/decisions.md.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from defense_console.store import place
from defense_console.store.base import FullDisk, ReadOnlyStore, StoreError
from defense_console.store.holding import alone
from defense_console.store.reserve import Reserve
from defense_console.store.rows import RowDatabase
from defense_console.store.tiny import TinyStore

_WAL = "-wal"
JOURNAL_MODE = slice(18, 20)
"""Bytes of the file's header that say how it is written; 1 asks for no write-ahead log beside it, 2 for one."""


def open_store(folder: Path, *, create: bool) -> TinyStore:
    """Open a store for writing; on a full disk with the space of its reserve, else for reading.

    Args:
        folder: Holds `defenses.db`.
        create: Make the folder and an empty store when there is none.

    Returns:
        The store; its `read_only` says why it cannot be written, None when it can.

    Raises:
        StoreError: It cannot be used at all.
    """
    try:
        return TinyStore.open(folder, create=create)
    except (FullDisk, ReadOnlyStore) as error:
        reason: StoreError = error
    if isinstance(reason, FullDisk) and Reserve(folder).free():
        with suppress(FullDisk):
            return TinyStore.open(folder, create=False)
    return read_store(folder, reason)


def read_store(folder: Path, reason: StoreError) -> TinyStore:
    """Open a store that cannot be written for reading.

    Args:
        folder: Holds `defenses.db`.
        reason: Why it cannot be written; raised by every write, and when it cannot be read either.

    Raises:
        StoreError: It cannot be read either.
    """
    path = folder / place.FILE
    if not path.exists():
        raise reason
    with place.explained(folder):
        connection = _in_place(path) or _copy_alone(path, reason)
        return TinyStore(folder, RowDatabase(path, connection=connection, refusal=reason))


def _in_place(path: Path) -> sqlite3.Connection | None:
    """A connection that follows the file, None where that needs space or rights that are not there."""
    name = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(name, uri=True, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM tables").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return connection


def _copy_alone(path: Path, reason: StoreError) -> sqlite3.Connection:
    """A copy that nobody changes meanwhile: the folder's lock says so, which needs no space and no right to write."""
    with ExitStack() as held:
        try:
            held.enter_context(alone(path.parent))
        except StoreError:
            raise reason from None  # somebody writes it, and yet it cannot be read in place
        return _copy(path)


def _copy(path: Path) -> sqlite3.Connection:
    """The store as it is now, in memory: no copy of a student's data is left anywhere."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        log = path.with_name(path.name + _WAL)
        if log.exists() and log.stat().st_size:
            _replay_log(path, log, memory)
        else:
            # Closing the file drops this process's locks on it; there are none, since it could not be opened.
            content = bytearray(path.read_bytes())
            content[JOURNAL_MODE] = b"\1\1"
            memory.deserialize(bytes(content))
        memory.execute("PRAGMA query_only = ON")
    except BaseException:
        memory.close()
        raise
    return memory


def _replay_log(path: Path, log: Path, memory: sqlite3.Connection) -> None:
    """What a crash left in the write-ahead log belongs to the state: SQLite itself puts both together, elsewhere."""
    with tempfile.TemporaryDirectory() as elsewhere:
        copy = Path(elsewhere) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log, copy.with_name(copy.name + _WAL))
        source = sqlite3.connect(copy)
        try:
            source.backup(memory)
        finally:
            source.close()
