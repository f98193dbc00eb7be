"""Where a store lies: its folder, its files and their rights, and what is refused before anything is touched.

Source: SQLite, "Database File Format" and "Result and Error Codes".
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.store.base import (
    DamagedStore,
    FullDisk,
    NewerStore,
    NotOurStore,
    ReadOnlyStore,
    StoreError,
)
from defense_console.store.durable_files import make_folder, sync_folder
from defense_console.store.sqlite.engine import DamagedRow, ForeignFile, NewerFile, RowStorage, TornTable
from defense_console.store.sqlite.opening.headers import check_header, not_ours
from defense_console.store.sqlite.opening.holding import NAME_FILES
from defense_console.store.sqlite.opening.network import refuse_network
from defense_console.store.sqlite.opening.unmoved import MovedFile
from defense_console.store.sqlite.pragmas import WAL
from defense_console.store.work_folder import WORK_PREFIX, work_folder

FILE = "defenses.db"
SEARCH = "search.db"
"""The index that searches are answered from: a cache, which is in no copy."""
CLIPBOARD = "clipboard.txt"
"""In the store's folder too: the text that was copied last."""
UPLOADS_FOLDER = "documents"
"""The folder of the documents received; see `vault.py`."""
BACKUPS = "backups"
"""The folder of the copies made of it; see `backups.py`."""
DAMAGED_FOLDER = "damaged-"
"""Of each repair a folder with what was there before; its name goes on with the instant."""
COMPANIONS = (WAL, "-shm")
"""Endings of the files that SQLite keeps next to an open file, and leaves after a crash."""
_TORN_WORDS = ("Could not decode", "no such table", "unsupported file format", "malformed")
"""What SQLite says of damage that has no error code."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_COULD_NOT_GROW = (sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE)
"""The shared memory of the write-ahead log is a file too; and SQLite has no code for a quota."""
_SHARED_MEMORY_BYTES = 32_768
_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn what the engine and the system raise into an error that says what to do."""
    try:
        yield
    except DamagedRow as damaged:
        raise DamagedStore(
            N_("Row {id} of {table} in {place} is damaged: close the console and run doctor."),
            id=damaged.id,
            table=damaged.table,
            place=place,
        ) from damaged
    except NewerFile as newer:
        raise NewerStore(
            N_("The store in {place} was written by a newer console (schema {version}): update this one."),
            place=place,
            version=newer.args[0],
        ) from newer
    except ForeignFile as foreign:
        raise not_ours(place / FILE) from foreign
    except MovedFile as moved:
        raise StoreError(
            N_("{file} in {place} was removed or replaced under the console: put it back, or leave and open it again."),
            file=moved.args[0],
            place=place,
        ) from moved
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a mistake of ours, not of the disk
    except sqlite3.Error as error:
        raise _of_engine(error, place) from error
    except UnicodeDecodeError as error:  # what SQLite says quotes the damaged bytes
        raise _torn(place, error.reason) from error
    except OSError as error:
        raise _of_system(error, place) from error


def _of_engine(error: sqlite3.Error, place: Path) -> StoreError:
    extended = getattr(error, "sqlite_errorcode", 0)
    # Codes say what happened in every language: SQLite's sentences are English.
    code, reason = extended & 0xFF, getattr(error, "sqlite_errorname", "") or type(error).__name__
    if code == sqlite3.SQLITE_FULL or (extended in _COULD_NOT_GROW and _has_no_space(place)):
        return full_disk(place)
    if extended == sqlite3.SQLITE_IOERR_SHMSIZE:
        return ReadOnlyStore(
            N_("The store in {place} cannot be written: its disk answers with an error ({reason})."),
            place=place,
            reason=reason,
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return _read_only(place, reason)
    if code == sqlite3.SQLITE_NOTADB:
        return not_ours(place / FILE)
    torn = code == sqlite3.SQLITE_CORRUPT or isinstance(error, TornTable)
    if torn or any(words in str(error) for words in _TORN_WORDS):
        return _torn(place, reason)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(N_("Another program holds the store in {place}: close it."), place=place)
    return StoreError(N_("The store in {place} does not answer: {reason}."), place=place, reason=reason)


def _has_no_space(place: Path) -> bool:
    """Return whether a file could not grow because there is no space for it: the engine gives one code for every cause.

    By a try, since the space that a file system calls free may be somebody else's (quotas). The file has no name.
    """
    folder = place if place.is_dir() else place.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(_SHARED_MEMORY_BYTES))  # bytes that no file system can make smaller
            file.flush()
    except OSError as error:
        return error.errno in _FULL
    return False


def _torn(place: Path, reason: str) -> DamagedStore:
    return DamagedStore(
        N_("The store in {place} is damaged ({reason}): close the console and run doctor."), place=place, reason=reason
    )


def _of_system(error: OSError, place: Path) -> StoreError:
    reason = system_reason(error)
    if error.errno in _FULL:
        return full_disk(place)
    if error.errno in _NOT_WRITABLE:
        return _read_only(place, reason)
    return StoreError(N_("The store in {place} does not answer: {reason}."), place=place, reason=reason)


def full_disk(place: Path) -> FullDisk:
    """Return what to say where there is no space."""
    return FullDisk(N_("The disk of {place} is full: free some space."), place=place)


def _read_only(place: Path, reason: str | ConsoleError) -> ReadOnlyStore:
    return ReadOnlyStore(
        N_("The store in {place} cannot be written ({reason}): change the rights of the folder, or choose another."),
        place=place,
        reason=reason,
    )


def prepare(folder: Path, *, create: bool, look: bool = False) -> Path:
    """Check a store's folder, make what is missing, and give the path of its file.

    Args:
        create: Make the folder and an empty store when there is none.
        look: It is only looked at: the right to write is not needed, and the rights of others stay as they are.

    Raises:
        StoreError: It cannot be used; nothing of it was touched.
    """
    with explained(folder):
        refuse_other(folder)
        refuse_network(folder)
        path = folder / FILE
        if not path.exists():
            _refuse_orphans(folder)
            if not create:
                raise StoreError(N_("There is no store in {place}."), place=folder)
            _make(folder, path)
        check_header(path)
        if not look:
            check_rights(folder, path)
            _restrict_all(folder, path)
    return path


def prepare_folder(folder: Path) -> None:
    """Check the folder of a store whose file may be missing or damaged, and make it when there is none."""
    with explained(folder):
        refuse_other(folder)
        refuse_network(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def new_file(folder: Path) -> Iterator[Path]:
    """Make an empty file for its owner alone, in a work folder of `folder`; it goes at the end unless it is moved."""
    with work_folder(folder) as work:
        new = work / FILE
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield new


def index_files(folder: Path) -> tuple[Path, ...]:
    """Return where the index for searches lies, with what SQLite keeps next to it."""
    return tuple(folder / (SEARCH + end) for end in ("", *COMPANIONS, "-journal"))


def make_index(folder: Path) -> None:
    """Make the file of the index, empty and for its owner alone, where there is none.

    Raises:
        StoreError: It is a link.
        OSError: It cannot be made.
    """
    path = folder / SEARCH
    refuse_link(path)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def remove_index(folder: Path) -> None:
    """Remove the index: the next search makes it again."""
    for path in index_files(folder):
        path.unlink(missing_ok=True)


def refuse_link(path: Path) -> None:
    """Refuse a symbolic link."""
    if path.is_symlink():
        raise StoreError(
            N_("{place} is a symbolic link, which a store must not be: give the folder it points to."), place=path
        )


def refuse_other(folder: Path) -> None:
    """Refuse a place that is no folder, or whose files are not plain ones: a link, a pipe, a device."""
    files = [folder / (FILE + end) for end in ("", *COMPANIONS)]
    for path in (folder, *files):
        refuse_link(path)
    if folder.exists() and not folder.is_dir():
        raise StoreError(N_("{place} is a file: a store is a folder that holds {file}."), place=folder, file=FILE)
    for path in files:
        if path.exists() and not path.is_file():
            raise NotOurStore(N_("{place} is no plain file: choose another folder, or move it away."), place=path)


def _refuse_orphans(folder: Path) -> None:
    """Refuse what is left of a store whose file is gone: it would be replayed into a new one."""
    for end in COMPANIONS:
        path = folder / (FILE + end)
        if path.exists() and path.stat().st_size:
            raise DamagedStore(
                N_("{file} is missing in {place}, but {rest} is there: put the file back, or run doctor."),
                file=FILE,
                place=folder,
                rest=path.name,
            )
    with suppress(OSError):
        if any(path.suffix == Path(FILE).suffix for path in (folder / BACKUPS).iterdir()):
            raise DamagedStore(
                N_("{file} is missing in {place}, but copies of it are there: restore one, or move them away."),
                file=FILE,
                place=folder,
            )


def _make(folder: Path, path: Path) -> None:
    """Make an empty store that is complete before it gets its name, so that a kill leaves no half of one."""
    make_folder(folder)
    with new_file(folder) as new:
        RowStorage(new).close()
        _name(new, path)
    sync_folder(folder)


def _name(new: Path, path: Path) -> None:
    """Give a file its name unless another process was first."""
    try:
        os.link(new, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links, such as that of a memory stick.
        if not path.exists():
            new.rename(path)


def check_rights(folder: Path, path: Path) -> None:
    """Refuse a store that may not be written."""
    if not (os.access(folder, os.W_OK | os.X_OK) and os.access(path, os.R_OK | os.W_OK)):
        raise _read_only(folder, system_reason(PermissionError(errno.EACCES, "")))


def try_to_write(folder: Path) -> None:
    """Refuse a folder in which nothing can be made although its rights allow it. The file that is tried gets no name.

    Raises:
        ReadOnlyStore: Its disk became read-only, or its system refuses it.
    """
    unnamed = getattr(os, "O_TMPFILE", None)
    if unnamed is None:
        return
    try:
        os.close(os.open(folder, unnamed | os.O_RDWR, 0o600))
    except OSError as error:
        if error.errno in _NOT_WRITABLE:
            raise _read_only(folder, system_reason(error)) from error


def _restrict_all(folder: Path, path: Path) -> None:
    """Let only the mentor read; a folder that holds other things keeps its rights."""
    if os.name != "posix":
        return
    if holds_only_ours(folder) and folder.stat().st_uid == os.getuid():
        _restrict(folder, 0o700)
    for file in (*(path.with_name(FILE + end) for end in ("", *COMPANIONS)), *index_files(folder)):
        with suppress(FileNotFoundError):
            _restrict(file, 0o600)


def holds_only_ours(folder: Path) -> bool:
    """Return whether a folder holds a store and nothing else."""
    return all(
        child.name.startswith((FILE, SEARCH, DAMAGED_FOLDER, WORK_PREFIX, NAME_FILES))
        or child.name in (CLIPBOARD, UPLOADS_FOLDER, BACKUPS)
        for child in folder.iterdir()
    )


def _restrict(path: Path, mode: int) -> None:
    if stat.S_IMODE(path.stat().st_mode) & ~mode:
        path.chmod(mode)
