"""The vault in a store's folder.

A file lies at `documents/ab/cdef…`, the SHA-256 of its bytes in hexadecimal. It gets that name when it is whole and
on the disk; until then it lies in a work folder, which the next console sweeps away when its writer is gone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from defense_console.store.base import Problem, StoreError
from defense_console.store.durable_files import NOT_FOLLOWED, sync_folder, write_all
from defense_console.store.sqlite.opening.place import UPLOADS_FOLDER, explained, refuse_link
from defense_console.store.vault import PIECE, Kept, another_in, checked_hash, gone_from
from defense_console.store.work_folder import WORK_PREFIX, remove_left, work_folder


class FolderTaking:
    """Files on their way into the vault; made by `FolderVault.taking`."""

    def __init__(self, vault: FolderVault, folder: Path) -> None:
        self._vault = vault
        self._folder = folder
        self._new: dict[str, Path] = {}

    def add(self, chunks: Iterable[bytes]) -> Kept:
        """Write a file in pieces; see `Taking.add`."""
        path = self._folder / secrets.token_hex(8)
        digest, size = hashlib.sha256(), 0
        with explained(self._vault.folder):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | NOT_FOLLOWED, 0o600)
        with os.fdopen(handle, "wb", buffering=0) as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                with explained(self._vault.folder):
                    write_all(file.fileno(), chunk)
            with explained(self._vault.folder):
                os.fsync(file.fileno())
        kept = Kept(size, digest.hexdigest())
        if kept.sha256 in self._new:
            path.unlink()
        else:
            self._new[kept.sha256] = path
        return kept

    def name(self) -> None:
        """Give every file its name."""
        folders: set[Path] = set()
        for sha256, path in self._new.items():
            target = self._vault.path(sha256)
            if not target.parent.exists():
                target.parent.mkdir(mode=0o700, exist_ok=True)
                folders.add(target.parent.parent)
            refuse_link(target.parent)
            try:
                path.replace(target)  # also over the same bytes: a copy that was damaged is whole again
            except PermissionError:
                if not self._vault.holds(sha256, path.stat().st_size):  # on Windows it may be open, and stays
                    raise
            folders.add(target.parent)
        for folder in sorted(folders):
            sync_folder(folder)


class FolderVault:
    """The documents in a store's folder; see `Vault` for what each method raises."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / UPLOADS_FOLDER

    def path(self, sha256: str) -> Path:
        """Return where the file with this hash lies, or would."""
        checked_hash(sha256)
        return self.root / sha256[:2] / sha256[2:]

    def place(self, sha256: str) -> str:
        """Return where the file with this hash lies, or would."""
        return str(self.path(sha256))

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """Lend the file itself."""
        yield self.path(sha256)

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Return whether the file with this hash is there, and of this size where one is given."""
        with suppress(OSError):
            status = self.path(sha256).lstat()
            return stat.S_ISREG(status.st_mode) and size in (None, status.st_size)
        return False

    def remove(self, sha256: str) -> None:
        """Remove a file, for good. One that is not there is no error."""
        path = self.path(sha256)
        with explained(self.folder):
            refuse_link(self.root)
            if path.exists() or path.is_symlink():
                path.unlink()
                sync_folder(path.parent)

    @contextmanager
    def taking(self) -> Iterator[FolderTaking]:
        """Take files in: all of them when the block ends, none when it raises."""
        with explained(self.folder):
            self._prepare()
        with ExitStack() as working:
            with explained(self.folder):
                new = working.enter_context(work_folder(self.root))
            taking = FolderTaking(self, new)
            yield taking
            with explained(self.folder):
                taking.name()

    @contextmanager
    def opened(self, sha256: str) -> Iterator[IO[bytes]]:
        """Yield a file, to read."""
        path = self.path(sha256)
        with explained(self.folder):
            refuse_link(self.root)
            refuse_link(path.parent)
            refuse_link(path)
            if not path.exists():
                raise gone_from(path.parent)
            handle = os.open(path, os.O_RDONLY | NOT_FOLLOWED)
        with os.fdopen(handle, "rb") as file:
            yield file

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield a file's bytes in pieces, checked when the last one was given."""
        digest = hashlib.sha256()
        with self.opened(sha256) as file:
            while chunk := file.read(PIECE):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != sha256:
            raise another_in(self.path(sha256))

    def verify(self) -> tuple[Problem, ...]:
        """Read every document and return those that are not what was received; the logs alone know what is missing."""
        found: list[Problem] = []
        with explained(self.folder):
            places = sorted(self.root.glob("??/*")) if self.root.is_dir() and not self.root.is_symlink() else []
        for place in places:
            try:
                for _chunk in self.chunks(place.parent.name + place.name):
                    pass
            except StoreError as error:
                stream = place.relative_to(self.folder).as_posix()
                found.append(Problem(stream, None, "damaged", error.id, dict(error.parameters)))
        return tuple(found)

    # --- the folder ----------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        refuse_link(self.root)
        if not self.root.exists():
            self.root.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self.folder)
        for left in sorted(self.root.glob(WORK_PREFIX + "*")):
            remove_left(left)
