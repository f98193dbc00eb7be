"""The copy that is made before a store's schema is changed. Source: docs/decisions.md."""

from __future__ import annotations

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import DamagedStore, StoreError
from defense_console.store.sqlite.copies.backups import Backups


def copy_before_upgrade(backups: Backups) -> ConsoleError | None:
    """Copy a store before its schema changes: to its folder of copies, or next to it where that cannot be written.

    No earlier copy is removed for it.

    Returns:
        A notice that the copy is next to the store, and why; None when it is where it should be.

    Raises:
        StoreError: It cannot be made anywhere, so nothing may be changed.
        DamagedStore: The store is not sound.
    """
    usual, in_store = Backups(backups.store, backups.folder, kept=0, now=backups.now), Backups(backups.store, kept=0)
    at = clocks.read().wall
    try:
        usual.write(at, "upgrade")
    except DamagedStore:
        raise
    except StoreError as error:
        if usual.folder == in_store.folder:
            raise
        return ConsoleError(
            N_("The copy made before this store was updated is in {path}, not with the others: {problem}"),
            path=in_store.write(at, "upgrade").path,
            problem=error,
        )
    return None
