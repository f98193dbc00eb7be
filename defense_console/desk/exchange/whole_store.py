"""A whole store in one file, documents included: out of one folder, into another."""

from __future__ import annotations

import functools
import zipfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import msgspec

from defense_console.desk.exchange.files import ExchangeDesk, Taken
from defense_console.desk.uploads.named import missing_documents, named_documents
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.whole_store.files import (
    document_pieces,
    export_lines,
    read_files,
    received_files,
    write_files,
)
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import N_
from defense_console.model.watching import Watch, unwatched
from defense_console.store.vault import Vault


class WholeStoreDesk:
    """Copies of a store with its documents."""

    def __init__(self, exchange: ExchangeDesk, vault: Vault) -> None:
        self.exchange = exchange
        self.vault = vault

    @contextmanager
    def exported(self, watch: Watch = unwatched) -> Iterator[tuple[tuple[str, ...], Iterator[bytes]]]:
        """Yield what `missing` gives and the pieces of the ZIP, from one view of the store; see `export`."""
        with self.exchange.store.reading():
            named = named_documents(self.exchange.store)
            held = filter(self.vault.holds, named)
            pieces = write_files(self.exchange.export(watch), held, self.vault.opened)
            yield missing_documents(self.exchange.store, self.vault, named), pieces

    def export(self) -> Iterator[bytes]:
        """Return the ZIP in pieces; documents that are missing are left out of it.

        Raises:
            ConsoleError: A document cannot be read, or is not the one that was received.
        """
        with self.exported() as (_missing, pieces):
            yield from pieces

    def take(self, file: IO[bytes], *, dry_run: bool = False, watch: Watch = unwatched) -> Taken:
        """Fill an empty store, and its folder of documents.

        The documents come first: what no log names yet is harmless, and a log without its documents is not.

        Args:
            file: The ZIP; it has to be one that can be read anywhere.
            dry_run: Check everything, every hash included, and change nothing.

        Raises:
            BadFile: Everything that does not hold; the store is untouched.
            ConsoleError: The store is not empty, or cannot be written.
        """
        self.exchange.check_empty()
        try:
            with zipfile.ZipFile(file) as whole:
                found = read_files(whole)
                lines = functools.partial(export_lines, whole, found)
                files: list[ReceivedFile] = []
                checked = self.exchange.import_archive(
                    lines, dry_run=True, watch=watch,
                    look=lambda log: files.extend(received_files(log.events)),
                )  # fmt: skip
                pieces = document_pieces(whole, found, files)
                if dry_run:
                    for _sha256, chunks in pieces:
                        deque(chunks, maxlen=0)  # reads all of it
                    return msgspec.structs.replace(checked, documents=len(found.entries))
                with self.vault.taking() as taking:
                    for _sha256, chunks in pieces:
                        taking.add(chunks)
                taken = self.exchange.import_archive(lines, watch=watch)
                return msgspec.structs.replace(taken, documents=len(found.entries))
        except (zipfile.BadZipFile, NotImplementedError, EOFError):
            raise BadFile([BadLine(0, "", None, N_("a ZIP that can be read: this one is cut or damaged"))]) from None
