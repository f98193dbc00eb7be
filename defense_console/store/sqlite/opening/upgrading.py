"""The copy that is made before a store's schema is changed. Source: docs/decisions.md."""

from __future__ import annotations

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import DamagedStore, StoreError
from defense_console.store.sqlite.copies.backups import Backups


class Upgrade:
    """Copies one store before it is brought up: to its folder of copies, or next to it where that cannot be written.

    None of the copies that are there goes for it.
    """

    def __init__(self, backups: Backups) -> None:
        self._usual = Backups(backups.store, backups.folder, kept=0, now=backups.now)
        self._beside = Backups(backups.store, kept=0)
        self.notice: ConsoleError | None = None
        """Says that the copy is next to the store, and why; None when it is where it should be, or there is none."""

    def copy(self) -> None:
        """Make the copy.

        Raises:
            StoreError: It cannot be made anywhere, so nothing may be changed.
            DamagedStore: The store is not sound.
        """
        at = clocks.read().wall
        try:
            self._usual.write(at, "upgrade")
        except DamagedStore:
            raise
        except StoreError as error:
            if self._usual.folder == self._beside.folder:
                raise
            path = self._beside.write(at, "upgrade").path
            self.notice = ConsoleError(
                N_("The copy made before this store was updated is in {path}, not with the others: {problem}"),
                path=path,
                problem=error,
            )
