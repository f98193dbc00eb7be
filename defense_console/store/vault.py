"""Where received documents are kept, by what they hold: the same bytes once, under any number of names.

What no log names is harmless: a kill between the vault and the log leaves bytes that the same reception finds again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO, Final, Protocol

import msgspec

from defense_console.model.errors import N_
from defense_console.store.base import DamagedStore, Problem, StoreError

PIECE: Final = 1 << 20
"""Bytes of a document that are in memory at once."""
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_NAMES: Final = b'"sha256"'
"""The field without which no line names a document; few lines of a log have it, and only those are decoded."""


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

    def place(self, sha256: str) -> str:
        """Return where the document with this hash is kept, or would be, for a mentor to read.

        Raises:
            StoreError: This is no hash.
        """

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """Lend a document as a file of this machine, for a program that reads files. Nobody may write it.

        Raises:
            DamagedStore: It is not there, or not the one that was received, where that is looked at.
            StoreError: It cannot be read.
        """

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Return whether the document with this hash is there, and of this size where one is given.

        Raises:
            StoreError: This is no hash, or it cannot be known.
        """

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


# --- what every vault says ---------------------------------------------------------------------------------------


def checked_hash(sha256: str) -> str:
    """Return a hash as it was given.

    Raises:
        StoreError: It is none.
    """
    if not _HASH.fullmatch(sha256):
        raise StoreError(N_("“{name}” is not a SHA-256 in hexadecimal."), name=sha256)
    return sha256


def gone_from(place: object) -> DamagedStore:
    """Return what to say of a document that is not there."""
    return DamagedStore(N_("A document received is no longer in {place}: take it from a copy."), place=place)


def another_in(place: object) -> DamagedStore:
    """Return what to say of a document with other bytes than those that were received."""
    return DamagedStore(N_("A document in {place} is not the one that was received: take it from a copy."), place=place)


class _File(msgspec.Struct):
    sha256: str = ""


class _What(msgspec.Struct):
    files: tuple[_File, ...] = ()


class _Line(msgspec.Struct):
    what: _What


_DECODE_LINE = msgspec.json.Decoder(_Line).decode


def named_in(body: bytes) -> tuple[str, ...]:
    """Return the SHA-256 of the documents that a line of a log names, of whichever kind it is."""
    if _NAMES in body:
        with suppress(msgspec.MsgspecError):
            return tuple(file.sha256 for file in _DECODE_LINE(body).what.files if _HASH.fullmatch(file.sha256))
    return ()
