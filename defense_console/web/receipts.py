"""Files that students have sent and that are not taken in yet, each with its receipt."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.uploads.matching import Key
from defense_console.web.kept import Kept


class Receipt(msgspec.Struct, frozen=True):
    """A file that arrived whole.

    Attributes:
        student: Id of who sent it.
        defense, key: What it is for.
        folder: Where it waits until it is taken in.
        at: When it had arrived, ISO 8601 UTC.
        problem: Why it still waits, in words; "" once it was taken in.
    """

    student: str
    defense: str
    key: Key
    folder: str
    name: str
    size: int
    sha256: str
    at: str
    problem: str = ""


class Receipts:
    """The files, each in a folder of its own, and their receipts. A file without one was never said to be safe.

    Args:
        folder: Where `serve` keeps what belongs to it.
    """

    def __init__(self, folder: Path) -> None:
        self._files = folder / "files"
        self._kept = Kept(folder / "waiting", Receipt)

    def all(self) -> tuple[Receipt, ...]:
        """Return what is not taken in yet."""
        return tuple(receipt for _name, receipt in self._kept.all())

    def place(self, token: str) -> Path:
        """Return the folder of a file."""
        return self._files / token

    def put(self, receipt: Receipt) -> None:
        """Keep a receipt."""
        self._kept.put(receipt.folder, receipt)

    def drop(self, receipt: Receipt) -> None:
        """Keep a file and its receipt no more."""
        with suppress(ConsoleError):
            self._kept.drop(receipt.folder)
        shutil.rmtree(self.place(receipt.folder), ignore_errors=True)

    def sweep(self) -> None:
        """Remove files that a kill has left without a receipt."""
        known = {receipt.folder for receipt in self.all()}
        for folder in self._files.glob("*"):
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
