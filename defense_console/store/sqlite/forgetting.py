"""Takes one student out of a store's file and of its copies, so that no byte of them is left in the files.

Each file is built again without the student and put in the place of the old one: whole, or not at all. What the disk
itself keeps of a file that is gone is beyond any program. Source: docs/reliability.md.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.errors import N_
from defense_console.model.student.subject import STUDENT
from defense_console.store import durable_files
from defense_console.store.base import DamagedStore, FullDisk, Identity
from defense_console.store.sqlite.changes import CHANGED
from defense_console.store.sqlite.copies.backups import Backups, copy_database, fault_of, refuse_unsound, sync_path
from defense_console.store.sqlite.copies.replacing import replace
from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.keys import REHEARSALS, lease_place, places_beside
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.pragmas import WAL
from defense_console.store.sqlite.rows import RowDatabase
from defense_console.store.sqlite.summaries import CLOSED, CLOSED_COUNT, PENDING
from defense_console.store.sqlite.tables import Documents, log_names
from defense_console.store.unsaved import spool_files

_TABLES = (PENDING, CLOSED)
_NEAR = ("drafts", "aside")
_SPOOLED: Final = (spool_files.END, spool_files.ASIDE, spool_files.DAMAGED_SPOOL)
_MB: Final = 1_000_000
_TIMES: Final = 2
"""The new file, and the journal while SQLite packs it."""


class Traces(msgspec.Struct, frozen=True):
    """What one file holds of a student.

    Attributes:
        rows: the drafts of these logs and the decisions kept aside of them: table and id of each.
    """

    streams: tuple[str, ...]
    rows: tuple[tuple[str, int], ...]
    other: tuple[str, ...]


def traces(rows: RowStorage, student: str) -> Traces:
    """Find a student in a file: by the first event of each log and by the rows next to the logs.

    What is being typed about somebody who is not known yet may be about this student, and goes too.

    Raises:
        DamagedRow: A row cannot be read, so nothing is certain.
    """
    found = {STUDENT.stream(student), STUDENT.stream("")}
    for table in _TABLES:
        found |= {
            DEFENSE.stream(str(row["id"])) for _id, row in rows.documents(table) if row.get("student_id") == student
        }
    found |= {
        REHEARSAL.stream(str(row["id"])) for _id, row in rows.documents(REHEARSALS) if row.get("student_id") == student
    }
    for stream in (*rows.names(DEFENSE.prefix), *rows.names(REHEARSAL.prefix)):
        first = next(rows.documents(stream, 1, 1), None)
        if first is not None and _what(first[1]).get("student_id") == student:
            found.add(stream)
    names = log_names(rows)
    near = tuple((table, id) for table in _NEAR for id, row in rows.documents(table) if row.get("stream") in found)
    streams = tuple(name for name in sorted(found) if name in names or rows.count(name))
    return Traces(streams, near, tuple(name for name in names if name not in found))


def _what(document: dict[str, Any]) -> dict[str, Any]:
    event = json.loads(str(document.get("line")))
    what = event.get("what") if isinstance(event, dict) else None
    return what if isinstance(what, dict) else {}


def refuse_low_space(files: Iterable[Path]) -> None:
    """Refuse to begin where there is no space to build each of some files again, one after the other.

    Raises:
        FullDisk: There is not; nothing was changed.
    """
    needed: dict[Path, int] = {}
    for path in files:
        with place.explained(path):
            size = sum(each.stat().st_size for each in (path, path.with_name(path.name + WAL)) if each.exists())
        needed[path.parent] = max(needed.get(path.parent, 0), _TIMES * size + _MB)
    for folder, wanted in needed.items():
        with place.explained(folder):
            free = shutil.disk_usage(folder).free
        if free < wanted:
            raise FullDisk(
                N_("Forgetting needs {needed} MB on the disk of {place}, and {free} MB are free. Nothing was removed."),
                needed=-(-wanted // _MB), place=folder, free=free // _MB,
            )  # fmt: skip


def forget_in_store(folder: Path, student: str, before: Callable[[], None] = lambda: None) -> None:
    """Build the store again without a student. Nobody else may hold it.

    Args:
        before: Called when the new file is whole, right before it takes the place of the old one.

    Raises:
        StoreError: It cannot be done; the store is as it was.
    """
    with _without(folder / place.FILE, folder, student) as (new, _found), place.explained(folder):
        before()
        replace(folder, new)


def forget_in_copy(path: Path, student: str, before: Callable[[], None] = lambda: None) -> bool:
    """Build a copy of the store again without a student.

    Args:
        before: As of `forget_in_store`; not called when there is nothing to take out.

    Returns:
        Whether there was anything to take out.

    Raises:
        StoreError: It cannot be done; the copy is as it was.
    """
    with place.explained(path):
        if fault_of(path) is not None:
            raise DamagedStore(N_("The copy {place} is damaged."), place=path)
    with _without(path, path.parent, student) as (new, found), place.explained(path):
        if found:
            before()
            new.replace(path)
            durable_files.sync_folder(path.parent)
        return found


@contextmanager
def _without(path: Path, folder: Path, student: str) -> Iterator[tuple[Path, bool]]:
    """Yield a new file, checked, without one student of the old one; and whether there was anything of them."""
    with place.explained(folder), place.new_file(folder) as new:
        copy_database(path, new)
        found = _erase(new, student)
        with closing(sqlite3.connect(new)) as connection:
            # What was deleted is gone from the pages, and no page is left that nothing points to.
            for pragma in ("journal_mode = DELETE", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
            connection.execute("VACUUM")
        refuse_unsound(new, path)
        sync_path(new)
        yield new, found


def _erase(path: Path, student: str) -> bool:
    database = RowDatabase(path)
    rows = cast(RowStorage, database.storage)
    try:
        found = traces(rows, student)
        with rows.transaction():
            for stream in found.streams:
                rows.drop(stream)
                for table, key in places_beside(stream):
                    rows.delete(table, key)
                rows.delete(*lease_place(stream))
            for table, id in found.rows:
                rows.delete(table, id)
            rows.clear(CHANGED)  # it names logs; the index is made again
            for table, key in places_beside(STUDENT.stream(student)):
                rows.delete(table, key)
            Documents(database).set_meta(CLOSED_COUNT, str(rows.count(CLOSED)))
        return bool(found.streams)
    finally:
        rows.close()


def holds_bytes(path: Path, texts: Iterable[str]) -> bool:
    """Return whether a file holds one of some texts, as they lie in it; piece by piece, for it may be large."""
    wanted = [text.encode("utf-8", "surrogatepass") for text in texts if text]
    longest = max((len(text) for text in wanted), default=1)
    left = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            left += piece
            if any(text in left for text in wanted):
                return True
            left = left[-longest:]
    return False


def all_copies(places: Iterable[Backups]) -> list[Path]:
    """Return every copy of some places, each once."""
    return sorted({backup.path for backups in places for backup in backups.all()})


# --- the spool ---------------------------------------------------------------------------------------------------


def waiting(folder: Path, identity: Identity) -> list[Path]:
    """Return the spool files of a store that hold what is not written yet."""
    return [path for path in spool_files.spool_files(folder) if _is_ours(path, identity)]


def _is_ours(path: Path, identity: Identity) -> bool:
    with suppress(FileNotFoundError):
        return spool_files.why_not_trusted(path) is None and spool_files.speaks_of(path, identity)
    return False


def of_others(folder: Path, identity: Identity) -> list[Path]:
    """Return the files of the spool's folder that name a store and that somebody else wrote, or could have written."""
    found = []
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.suffix in _SPOOLED and spool_files.why_not_trusted(path) is not None:
                found.append(path)
    return [path for path in found if spool_files.speaks_of(path, identity)]


def forget_in_spool(folder: Path, identity: Identity, streams: Collection[str]) -> None:
    """Take a student's jobs out of what was set aside because it could never be written.

    A file with damaged lines goes as a whole when it names the student: nothing else of it is certain.

    Raises:
        StoreError: A file cannot be changed.
    """
    with spool_files.spool_error(folder), suppress(FileNotFoundError):
        for path in sorted(folder.iterdir()):
            if path.suffix not in (spool_files.ASIDE, spool_files.DAMAGED_SPOOL) or not _is_ours(path, identity):
                continue
            jobs, damaged = spool_files.read_jobs(path)
            kept = [job for job in jobs if job.stream not in streams]
            if len(kept) == len(jobs) and not (damaged and holds_bytes(path, streams)):
                continue
            if kept:
                spool_files.write_file(path, spool_files.file_content(identity, kept))
            else:
                path.unlink()
            durable_files.sync_folder(folder)
