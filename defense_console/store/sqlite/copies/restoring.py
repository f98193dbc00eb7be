"""Puts a copy in the place of a store, never without a copy of what it replaces.

Source: docs/reliability.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, cast

import msgspec

from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import DamagedStore, FullDisk, NewerStore, NotOurStore, StoreError
from defense_console.store.sqlite.copies.backups import BackupReason, Backups, copy_database, fault_of
from defense_console.store.sqlite.copies.replacing import replace, set_aside
from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.headers import refuse_foreign
from defense_console.store.sqlite.opening.holding import alone
from defense_console.store.sqlite.rows import RowDatabase
from defense_console.store.sqlite.tables import Documents, log_names

RESTORED_AT: Final = "restored_at"
"""The store's own note of the instant it was taken from a copy: older copies may go further than it does."""


class Restored(msgspec.Struct, frozen=True):
    """What was done: the copy taken, how many logs it holds, and where what it replaced lies (None: nothing)."""

    source: Path
    logs: int
    kept: Path | None


def restore(source: Path, backups: Backups, at: str) -> Restored:
    """Replace a store by a copy of it.

    Args:
        source: A copy, or a folder of copies: then the last sound one is taken, and one of the future last of all.
        at: The instant, ISO 8601 UTC.

    Raises:
        StoreError: The copy is not sound, the store is another program's or held by a console, or there is no space;
            the store is as it was.
    """
    with place.explained(source):
        found = _chosen(source, at)
    place.prepare_folder(backups.store)
    if found.resolve() == (backups.store / place.FILE).resolve():
        raise StoreError(N_("{place} is the store itself: name a copy of it."), place=found)
    refuse_foreign(backups.store / place.FILE)
    with alone(backups.store), taken_over(backups.store, found) as (new, logs):
        kept = keep(backups, at, "restore")
        with place.explained(backups.store):
            _note(new, at)
            replace(backups.store, new)
    return Restored(found, logs, kept)


def _chosen(source: Path, at: str) -> Path:
    """Return the copy that is meant; of a folder the last one that is not of the future."""
    place.refuse_link(source)
    if not source.is_dir():
        if not source.exists():
            raise ConsoleError("{file}: there is no such file or folder.", file=source)
        if not source.is_file():  # a pipe would be waited for
            raise NotOurStore(N_("{place} is not a copy of a store."), place=source)
        return source
    for backup in Backups(source, source, now=lambda: at).sound():
        return backup.path
    if (source / place.FILE).exists():
        return source / place.FILE
    raise ConsoleError("There is no sound copy in {place}.", place=source)


@contextmanager
def taken_over(store: Path, source: Path) -> Iterator[tuple[Path, int]]:
    """Yield a new file in the store's folder that holds what a copy holds, checked; and how many logs.

    Raises:
        StoreError: It is not sound.
    """
    with place.explained(store), place.new_file(store) as new:
        try:
            with place.explained(source):
                copy_database(source, new)
            fault = fault_of(new)
        except NotOurStore:
            raise NotOurStore(N_("{place} is not a copy of a store."), place=source) from None
        except NewerStore as newer:
            raise NewerStore(newer.id, **{**newer.parameters, "place": source}) from None
        if fault is not None:
            raise DamagedStore(N_("The copy {place} is damaged: {problem}"), place=source, problem=fault)
        with place.explained(source), closing(RowStorage(new)) as rows:
            logs = len(log_names(rows))
        yield new, logs


def keep(backups: Backups, at: str, reason: BackupReason) -> Path | None:
    """Copy what is about to be replaced, byte by byte where it is damaged; return the copy, None for an empty store.

    Raises:
        StoreError: It cannot be copied, so nothing may be replaced.
    """
    files = [backups.store / (place.FILE + end) for end in ("", *place.COMPANIONS)]
    if not any(file.exists() for file in files):
        return None
    try:
        return backups.write(at, reason).path
    except FullDisk:
        raise
    except StoreError:
        with place.explained(backups.store):
            return set_aside(backups.store, at)


def _note(new: Path, at: str) -> None:
    database = RowDatabase(new)
    try:
        Documents(database).set_meta(RESTORED_AT, at)
    finally:
        cast(RowStorage, database.storage).close()
