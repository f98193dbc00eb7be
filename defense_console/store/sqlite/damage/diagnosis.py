"""What is wrong with a store, found without changing it, and what can be done about each thing.

Source: docs/reliability.md.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.subjects import LOG_PREFIXES
from defense_console.model.watching import Watch, unwatched
from defense_console.store.base import DamagedStore, NotOurStore, Problem, ReadOnlyStore, StoreError
from defense_console.store.sqlite import schema, verifying
from defense_console.store.sqlite.copies.backups import Backup, Backups
from defense_console.store.sqlite.copies.restoring import RESTORED_AT
from defense_console.store.sqlite.damage.findings import Finding, FindingKind
from defense_console.store.sqlite.damage.folders_beside import of_copies
from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.opening import network, place
from defense_console.store.sqlite.opening.headers import refuse_foreign
from defense_console.store.sqlite.opening.reading import examined_store
from defense_console.store.sqlite.store import TinyStore

REBUILT: Final = frozenset({"file", "log", "row", "behind"})
"""What is mended by building the store again."""
LOW_SPACE_MB: Final = 100
_MB: Final = 1_000_000
_REPAIRS: Final = ConsoleError(N_("doctor --repair mends it, and keeps what is there now."))


class Examined(NamedTuple):
    """What is wrong, the place first, and a copy of the store to look further into: None where it cannot be read."""

    found: tuple[Finding, ...]
    store: TinyStore | None


@contextmanager
def examined(backups: Backups, watch: Watch = unwatched) -> Iterator[Examined]:
    """Yield everything that is wrong with a store's folder and file. Nothing in the folder changes by it.

    Raises:
        StoreError: There is no store, it is a link, another program's or newer than this console.
    """
    folder = backups.store
    store: TinyStore | None = None
    with place.explained(folder):
        place.refuse_other(folder)
        if not any((folder / (place.FILE + end)).exists() for end in ("", *place.COMPANIONS)):
            raise StoreError(N_("There is no store in {place}."), place=folder)
        refuse_foreign(folder / place.FILE)
        found = [*_of_place(folder), *_of_rights(folder), *of_copies(backups)]
    with ExitStack() as opened:
        if not any(each.kind == "place" for each in found):
            try:
                store, version = examined_store(folder)
                opened.callback(store.close)
                found += _of_writing(folder)
                found += _of_schema(version)
                found += map(_finding, store.verify_all(watch))
                found += _behind(store, _last_copy(backups, store))
                found += _of_index(store)
            except (DamagedStore, NotOurStore) as error:
                found.append(Finding("file", place.FILE, error, _remedy_of_file(backups), repairable=True))
                store = None
            except ReadOnlyStore as error:
                found.append(_unwritable(error))
        yield Examined(tuple(found), store)


def examine(backups: Backups) -> tuple[Finding, ...]:
    """Return what `examined` finds, alone."""
    with examined(backups) as (found, _store):
        return found


def _of_place(folder: Path) -> Iterator[Finding]:
    if (kind := network.network_kind(folder)) is not None:
        yield Finding(
            "place", str(folder),
            ConsoleError(N_("The store is on a network file system ({kind})."), kind=kind),
            ConsoleError(N_("Copy the folder to a disk of this machine, and open it there.")),
            repairable=False,
        )  # fmt: skip
    for name in (place.UPLOADS_FOLDER, place.BACKUPS):
        if (folder / name).is_symlink():
            yield Finding(
                "place", name,
                ConsoleError(N_("It is a symbolic link: what it holds may be anywhere.")),
                ConsoleError(N_("Move the folder itself into the store's folder.")),
                repairable=False,
            )  # fmt: skip
    free_mb = shutil.disk_usage(folder).free // _MB
    if free_mb < LOW_SPACE_MB:
        yield Finding(
            "space", str(folder),
            ConsoleError(N_("Only {free} MB are free on the disk of the store."), free=free_mb),
            ConsoleError(N_("Free some space before the next defense.")),
            repairable=False,
        )  # fmt: skip


def _of_rights(folder: Path) -> Iterator[Finding]:
    for path in _private(folder):
        status = path.stat()
        wanted = 0o700 if path.is_dir() else 0o600
        mode = stat.S_IMODE(status.st_mode)
        ours = status.st_uid == os.getuid()
        if mode & ~wanted:
            problem = ConsoleError(N_("Others on this machine may read or write it (rights {mode})."), mode=f"{mode:o}")
        elif mode & wanted != wanted:
            problem = ConsoleError(N_("You may not read and write it (rights {mode})."), mode=f"{mode:o}")
        else:
            continue
        remedy = (
            ConsoleError(N_("doctor --repair sets the rights."))
            if ours
            else ConsoleError(N_("It belongs to another account: have that one change the rights."))
        )
        yield Finding("rights", path.name, problem, remedy, repairable=ours)


def _private(folder: Path) -> Iterator[Path]:
    """Yield what only the mentor may read; a folder that holds other things keeps its rights."""
    if os.name != "posix":
        return
    if place.holds_only_ours(folder):
        yield folder
    files = (folder / (place.FILE + end) for end in ("", *place.COMPANIONS))
    for path in (*files, *place.index_files(folder), folder / place.UPLOADS_FOLDER, folder / place.BACKUPS):
        if path.exists() and not path.is_symlink():
            yield path


def mend_rights(folder: Path) -> None:
    """Give the store back to the mentor alone. What cannot be changed stays."""
    for path in _private(folder):
        with suppress(OSError):
            path.chmod(0o700 if path.is_dir() else 0o600)


# --- the file ----------------------------------------------------------------------------------------------------


def _of_writing(folder: Path) -> Iterator[Finding]:
    try:
        place.check_rights(folder, folder / place.FILE)
        place.try_to_write(folder)
    except ReadOnlyStore as error:
        yield _unwritable(error)


def _unwritable(error: ReadOnlyStore) -> Finding:
    remedy = ConsoleError(N_("Change the rights, or copy the folder to a disk that can be written."))
    return Finding("rights", place.FILE, error, remedy, repairable=False)


def _of_schema(version: int) -> Iterator[Finding]:
    if version < schema.version():
        yield Finding(
            "schema", place.FILE,
            ConsoleError(N_("The store is of an earlier version (schema {found}, now {wanted})."),
                         found=version, wanted=schema.version()),
            ConsoleError(N_("The console brings it up when it is opened, after a copy; so does doctor --repair.")),
            repairable=True,
        )  # fmt: skip


def _of_index(store: TinyStore) -> Iterator[Finding]:
    """Yield that the index for searches is not what the store says; it is a cache, so nothing is lost."""
    if (reason := store.index_problem()) is not None:
        yield Finding(
            "index", place.SEARCH,
            ConsoleError(N_("The index for searches is damaged ({reason})."), reason=reason),
            ConsoleError(N_("doctor --repair makes it again; until then searches may miss something.")),
            repairable=True,
        )  # fmt: skip


def _remedy_of_file(backups: Backups) -> ConsoleError:
    for backup in backups.sound():
        return ConsoleError(
            N_("doctor --repair builds the store again from what can be read and from the copy of {at}."), at=backup.at
        )
    return ConsoleError(N_("doctor --repair builds the store again from what can be read; there is no copy of it."))


def _finding(problem: Problem) -> Finding:
    logs = problem.stream.startswith(LOG_PREFIXES) and problem.kind != "summary"
    kind: FindingKind = "log" if logs else "row"
    found = ConsoleError(problem.text_id, **problem.parameters)
    return Finding(kind, problem.stream, found, _REPAIRS, repairable=True)


def _last_copy(backups: Backups, store: TinyStore) -> Backup | None:
    """Return the last sound copy of the same history: what was restored knows less than the copies made before it."""
    since = store.meta(RESTORED_AT) or ""
    for backup in backups.sound():
        return backup if backup.at > since and not backup.doubtful else None
    return None


def _behind(store: TinyStore, backup: Backup | None) -> Iterator[Finding]:
    """Yield the logs that end before their copy does: what the store once held is gone without a trace in it."""
    if backup is None:
        return
    with closing(RowStorage(backup.path, read_only=True)) as rows:
        pages = (names for prefix in sorted(LOG_PREFIXES) for _low, _high, names in rows.pages_of_names(prefix))
        for stream, copied in (each for names in pages for each in sorted(verifying.known_ends(rows, names).items())):
            last = store.last(stream)
            here = 0 if last is None else last.seq
            if here < copied.seq:
                problem = ConsoleError(
                    N_("{stream} ends at line {seq}; its copy of {at} went to line {last}."),
                    stream=stream, seq=here, at=backup.at, last=copied.seq,
                )  # fmt: skip
                yield Finding("behind", stream, problem, _REPAIRS, repairable=True)
