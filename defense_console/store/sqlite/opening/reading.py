"""Opening a store on any disk: for writing, or else for reading, with the reason. Never a state that never was.

Or only to look at it, which changes nothing.

| what is there | how it is read |
|---|---|
| another console has it open, or a crash left its shared memory behind | in place, `mode=ro`: later writes are seen |
| nobody has it open | a copy in memory, taken while the folder is locked |
| it is of an earlier schema | a copy in memory, which is brought up |
| it is only looked at (`doctor`) | always as a copy of its own, which alone is brought up to the present schema |

`immutable=1` is not used on the file itself: it ignores the write-ahead log, and a console that starts later would
change the pages underneath. Source: https://www.sqlite.org/wal.html §7 and §11; docs/decisions.md.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from defense_console.store.base import FullDisk, ReadOnlyStore, StoreError
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.half_made import TEMPORARY
from defense_console.store.sqlite.opening.holding import alone, share
from defense_console.store.sqlite.opening.leftover_log import refuse_mixture
from defense_console.store.sqlite.opening.reserve import Reserve
from defense_console.store.sqlite.pragmas import WAL, connect_to_read
from defense_console.store.sqlite.rows import RowDatabase
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.work_folder import work_folder


def open_store(folder: Path, *, create: bool, backups: Backups | None = None) -> TinyStore:
    """Open a store for writing; on a full disk with the space of its reserve, else for reading.

    Args:
        backups: Where a copy goes before an earlier schema is brought up; next to the store when None.

    Returns:
        The store; its `read_only` says why it cannot be written, None when it can.
    """
    try:
        return TinyStore.open(folder, create=create, backups=backups)
    except (FullDisk, ReadOnlyStore) as error:
        reason: StoreError = error
    if isinstance(reason, FullDisk) and Reserve(folder).free():
        with suppress(FullDisk):
            return TinyStore.open(folder, create=False, backups=backups)
    return read_store(folder, reason)


def read_store(folder: Path, reason: StoreError) -> TinyStore:
    """Open a store that cannot be written for reading.

    Args:
        reason: Why it cannot be written; raised by every write, and when it cannot be read either.

    Raises:
        StoreError: It cannot be read either.
    """
    path = folder / place.FILE
    with place.explained(folder):
        if not path.exists():
            raise reason
        refuse_mixture(path)
        connection = _brought_up(_in_place(path) or _copy_alone(path, reason))
        return TinyStore(folder, RowDatabase(path, connection=connection, refusal=reason))


def examined_store(folder: Path) -> tuple[TinyStore, int]:
    """Open a store only to look at it: no byte of its folder changes. Its schema, rights and disk do not matter.

    Returns:
        A copy of the present schema, as the store is now; and the schema that its file has.

    Raises:
        StoreError: It cannot be read; the subclass and the sentence say why.
    """
    path = place.prepare(folder, create=False, look=True)
    with place.explained(folder):
        try:
            return _examined(path, _UNNAMED)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NO_SPACE:
                raise
            return _examined(path, _MEMORY)


def _examined(path: Path, place_of_copy: str) -> tuple[TinyStore, int]:
    copy = _looked_at(path, place_of_copy)
    try:
        found = schema.version_of(copy)
        schema.bring_up(copy)  # only those who bring it up know its rows
        refusal = RuntimeError("a store that is only looked at")
        return TinyStore(path.parent, RowDatabase(path, connection=copy, refusal=refusal)), found
    except BaseException:
        copy.close()
        raise


def _looked_at(path: Path, place_of_copy: str) -> sqlite3.Connection:
    """Copy the store as it is now, also while others have it open."""
    with ExitStack() as held:
        if _is_free(path.parent, held):
            return _copy(path, place_of_copy)
        held.callback(share(path.parent).release)
        source = held.enter_context(closing(connect_to_read(path)))
        with _new(place_of_copy) as copy:
            source.backup(copy)
        return copy


def _is_free(folder: Path, held: ExitStack) -> bool:
    """Return whether nobody has a store open, nor can until `held` ends; False where folders cannot be locked."""
    if os.name != "posix":
        return False
    try:
        held.enter_context(alone(folder))
    except StoreError:
        return False
    return True


def _in_place(path: Path) -> sqlite3.Connection | None:
    """Return a connection that follows the file, None where that needs space or rights that are not there."""
    with ExitStack() as failed:
        connection = failed.enter_context(closing(connect_to_read(path)))
        with suppress(sqlite3.OperationalError):
            connection.execute("SELECT count(*) FROM tables").fetchone()
            failed.pop_all()
            return connection
    return None


def _copy_alone(path: Path, reason: StoreError) -> sqlite3.Connection:
    """Return a copy that nobody changes meanwhile, by the folder's lock: it needs no space and no right to write."""
    with ExitStack() as held:
        try:
            held.enter_context(alone(path.parent))
        except StoreError:
            raise reason from None  # somebody writes it, and yet it cannot be read in place
        return _copy(path)


def _brought_up(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a connection to rows of the present schema: of an earlier one, to a copy in memory. It takes no write."""
    if 0 < schema.version_of(connection) < schema.version():
        with _new(_MEMORY) as memory, closing(connection):
            connection.backup(memory)
            schema.bring_up(memory)
        connection = memory
    connection.execute("PRAGMA query_only = ON")
    return connection


_MEMORY: Final = ":memory:"
_UNNAMED: Final = ""
"""A database of SQLite's own: in memory while it is small, then in a file that has no name, so that none is left."""
_NO_SPACE: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


@contextmanager
def _new(place_of_copy: str) -> Iterator[sqlite3.Connection]:
    """Yield an empty database; it stays open unless the block raises."""
    with ExitStack() as failed:
        yield failed.enter_context(closing(sqlite3.connect(place_of_copy, isolation_level=None)))
        failed.pop_all()


def _copy(path: Path, place_of_copy: str = _MEMORY) -> sqlite3.Connection:
    """Return the store as it is now: no copy of a student's data is left anywhere. Nobody else has it open."""
    with _new(place_of_copy) as copy:
        log = path.with_name(path.name + WAL)
        if log.exists() and log.stat().st_size:
            _replay_log(path, log, copy)
        else:
            # Closing the file drops this process's locks on it; there are none, since nobody has it open.
            with closing(connect_to_read(path, immutable=True)) as source:
                source.backup(copy)
    return copy


def _replay_log(path: Path, log: Path, memory: sqlite3.Connection) -> None:
    """Let SQLite put the file and the log that a crash left together, elsewhere: both are the state."""
    with work_folder(Path(tempfile.gettempdir()), TEMPORARY) as elsewhere:
        copy = elsewhere / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log, copy.with_name(copy.name + WAL))
        with closing(sqlite3.connect(copy)) as source:
            source.backup(memory)
