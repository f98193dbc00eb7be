"""A store as the program opens it: with its documents, and with what checks it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from defense_console.model.errors import ConsoleError
from defense_console.model.watching import Watch, unwatched
from defense_console.store.base import Problem, Store
from defense_console.store.vault import Vault


class OpenedStore(Store, Protocol):
    """A store as the program opens it, whatever the engine."""

    @property
    def notice(self) -> ConsoleError | None:
        """Return a notice for the person who opened the store."""

    @property
    def folder(self) -> Path | None:
        """Return the folder that it lies in, None for one on a server."""

    @property
    def vault(self) -> Vault:
        """Return where the documents of the store are kept."""

    @property
    def no_console(self) -> ConsoleError | None:
        """Return why no console is opened by this account, None when one may be."""

    def another(self) -> OpenedStore:
        """Open the same store once more, for another thread.

        Raises:
            StoreError: It cannot be opened.
        """

    def verify(self, stream: str) -> tuple[Problem, ...]:
        """Check the chain of one log. Empty when it is sound."""

    def verify_all(self, watch: Watch = unwatched) -> tuple[Problem, ...]:
        """Check every log and every row next to one. Empty when the store is sound."""

    def begin_access(self, student: str) -> None:
        """Prepare to read everything held about a student; where several people read, that is recorded first.

        Raises:
            StoreError: Who opened the store may not.
        """
