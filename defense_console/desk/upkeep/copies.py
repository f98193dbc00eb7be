"""Copies of a store with what belongs to them: made now, for another disk, and put back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from defense_console.desk.uploads.named import missing_documents, named_documents
from defense_console.model.errors import ConsoleError
from defense_console.model.watching import Watch, unwatched
from defense_console.store.base import DamagedStore, FullDisk
from defense_console.store.sqlite.copies.backups import Backup, Backups
from defense_console.store.sqlite.copies.restoring import Restored, restore
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.half_made import note_copied_to
from defense_console.store.sqlite.store import TinyStore


class CopyMade(msgspec.Struct, frozen=True):
    """A copy that was made: of how many logs, with how many documents that were not there yet; which are missing."""

    backup: Backup
    logs: int
    documents: int = 0
    missing: tuple[str, ...] = ()


class PutBack(msgspec.Struct, frozen=True):
    """A copy that was put back, how many documents came with it, and which ones are missing."""

    restored: Restored
    documents: int
    missing: tuple[str, ...]


def back_up(backups: Backups, at: str, watch: Watch = unwatched) -> CopyMade:
    """Make a copy next to the daily ones."""
    with closing(TinyStore.open(backups.store, create=False, backups=backups)) as store:
        return CopyMade(backups.write(at, watch=watch), store.size().logs)


def back_up_elsewhere(backups: Backups, folder: Path, at: str, watch: Watch = unwatched) -> CopyMade:
    """Make a copy in another folder, with the documents that are not there yet. Nothing there is removed.

    Raises:
        ConsoleError: It lies in the store's own folder, or cannot be written.
    """
    store_folder = backups.store
    with place.explained(folder):
        if folder.exists() and not folder.is_dir():
            raise ConsoleError("{place} is a file: name a folder.", place=folder)
    if folder.resolve().is_relative_to(store_folder.resolve()):
        raise ConsoleError("{place} is in the store's own folder: choose a folder on another disk.", place=folder)
    here, there = FolderVault(store_folder), FolderVault(folder)
    with closing(TinyStore.open(store_folder, create=False, backups=backups)) as store:
        with suppress(FullDisk):
            note_copied_to(store, folder)  # what a kill leaves there is found again by doctor and forget
        backup = Backups(store_folder, folder, kept=0).write(at, watch=watch)
        named = named_documents(store)
        count = _bring(here, there, named)
        return CopyMade(backup, store.size().logs, count, missing_documents(store, there, named))


def put_back(source: Path, backups: Backups, at: str) -> PutBack:
    """Replace the store by a copy, and bring the documents next to the copy."""
    restored = restore(source, backups, at)
    here, there = FolderVault(backups.store), FolderVault(restored.source.parent)
    with closing(TinyStore.open(backups.store, create=False, backups=backups)) as store:
        named = named_documents(store)
        has_documents = (there.folder / place.UPLOADS_FOLDER).is_dir()
        count = _bring(there, here, named) if has_documents else 0
        return PutBack(restored, count, missing_documents(store, here, named))


def _bring(source: FolderVault, target: FolderVault, wanted: Iterable[str]) -> int:
    """Copy what the target does not hold; bytes that are not what was received stay behind."""
    new = [sha256 for sha256 in wanted if source.holds(sha256) and not target.holds(sha256)]
    if not new:
        return 0
    brought = 0
    with target.taking() as taking:
        for sha256 in new:
            with suppress(DamagedStore):
                taking.add(source.chunks(sha256))
                brought += 1
    return brought
