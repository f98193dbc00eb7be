"""Where received documents are kept, by what they hold: the same bytes once, under any number of names.

What no log names is harmless: a kill between the vault and the log leaves bytes that the same reception finds again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

import msgspec

from defense_console.store.base import Problem


class Kept(msgspec.Struct, frozen=True):
    """A document that was written: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class Taking(Protocol):
    """Documents on their way into a vault."""

    def add(self, chunks: Iterable[bytes]) -> Kept:
        """Write a document in pieces.

        Args:
            chunks: Its bytes in order; what they raise leaves nothing behind.

        Raises:
            StoreError: It cannot be written; `FullDisk` when there is no space.
        """


class Vault(Protocol):
    """The documents of a store. May be used on any thread; two consoles may use one vault."""

    def path(self, sha256: str) -> Path:
        """Return where this machine reads the document with this hash, which may not be there.

        Raises:
            StoreError: This is no hash.
        """

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Return whether the document with this hash is there, and of this size where one is given."""

    def taking(self) -> AbstractContextManager[Taking]:
        """Take documents in: all of them when the block ends, none when it raises.

        Raises:
            StoreError: They cannot be written.
        """

    def opened(self, sha256: str) -> AbstractContextManager[IO[bytes]]:
        """Open a document to read.

        Raises:
            DamagedStore: It is not there.
            StoreError: It cannot be read.
        """

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Read a document in pieces, and check its hash after the last one.

        Raises:
            DamagedStore: It is not the one that was received, or it is gone.
            StoreError: It cannot be read.
        """

    def remove(self, sha256: str) -> None:
        """Remove a document for good. One that is not there is no error.

        Raises:
            StoreError: It cannot be removed.
        """

    def verify(self) -> tuple[Problem, ...]:
        """Read every document and return those that are not what was received.

        A missing document is not found here: only the logs name it.

        Raises:
            StoreError: They cannot be read.
        """
