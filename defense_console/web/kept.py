"""Small records that `serve` keeps, one file each: who may sign in, which links and sessions are valid.

Each file appears whole or not at all, and disappears once: of two who take the same record, one gets it. So the command
that makes a link and the server that takes it need no lock. A record that is found by a secret is named by the secret's
hash, which is all that is kept of it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from defense_console.model.errors import ConsoleError, system_reason
from defense_console.store.durable_files import make_folder, sync_file, sync_folder, write_all

R = TypeVar("R")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ENDING: Final = ".json"
_LARGEST: Final = 65_536


def secret() -> str:
    """Return a new secret that nobody guesses, as it stands in an address or a cookie."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Return the name under which a record is kept that is found by a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Kept(Generic[R]):
    """Records of one kind, in a folder that only the mentor's account can read.

    Args:
        folder: Made when the first record is kept.
        kind: What a record is; a file that holds something else counts as none.
    """

    def __init__(self, folder: Path, kind: type[R]) -> None:
        self._folder = folder
        self._decode = msgspec.json.Decoder(kind).decode

    def put(self, name: str, record: R) -> None:
        """Keep a record, in the place of the one with this name.

        Raises:
            ConsoleError: It cannot be written.
        """
        file = self._file(name)
        half = file.with_name(f".{name}.{secrets.token_hex(4)}")
        try:
            make_folder(self._folder)
            handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                write_all(handle, msgspec.json.encode(record))
                sync_file(handle)
            finally:
                os.close(handle)
            half.replace(file)
            sync_folder(self._folder)
        except OSError as error:
            with suppress(OSError):
                half.unlink()
            raise ConsoleError("{file}: {reason}", file=str(file), reason=system_reason(error)) from error

    def get(self, name: str) -> R | None:
        """Return a record, None where there is none that can be read."""
        if not _NAME.fullmatch(name):
            return None
        try:
            with self._file(name).open("rb") as file:
                return self._decode(file.read(_LARGEST))
        except (OSError, msgspec.MsgspecError):
            return None

    def take(self, name: str) -> R | None:
        """Return a record and keep it no more; of several who ask at once, one gets it."""
        found = self.get(name)
        return found if found is not None and self.drop(name) else None

    def drop(self, name: str) -> bool:
        """Keep a record no more; return whether it was there."""
        if not _NAME.fullmatch(name):
            return False
        try:
            self._file(name).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise ConsoleError("{file}: {reason}", file=str(self._file(name)), reason=system_reason(error)) from error
        with suppress(OSError):
            sync_folder(self._folder)
        return True

    def all(self) -> Iterator[tuple[str, R]]:
        """Yield every record with its name, by name."""
        for file in sorted(self._folder.glob(f"*{_ENDING}")):
            if (record := self.get(name := file.name.removesuffix(_ENDING))) is not None:
                yield name, record

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ConsoleError("“{name}” is no name here: small letters, digits, “.”, “_” and “-”.", name=name)
        return self._folder / f"{name}{_ENDING}"
