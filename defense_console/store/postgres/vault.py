"""The vault of a school: documents in the tables of its database, in parts of one megabyte.

The parts of a document are written while it is read, each in a transaction of its own. It can be found once it has its
hash, which all documents of one taking get in one transaction. A copy that has none after a day has no writer any more.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from defense_console.model.errors import N_
from defense_console.store.base import DamagedStore, Problem, StoreError, Unreachable
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.transactions import Parameters, Transactions
from defense_console.store.private_copies import passing_copy
from defense_console.store.vault import PIECE, Kept, another_in, checked_hash, gone_from

T = TypeVar("T")


class PostgresTaking:
    """Documents on their way into the vault; made by `PostgresVault.taking`."""

    def __init__(self, vault: PostgresVault) -> None:
        self._vault = vault
        self._begun: list[uuid.UUID] = []
        self._new: dict[str, tuple[uuid.UUID, int]] = {}

    def add(self, chunks: Iterable[bytes]) -> Kept:
        """Write a document in pieces; see `Taking.add`."""
        copy = uuid.uuid4()
        self._begun.append(copy)
        self._vault.begin(copy)
        digest, size = hashlib.sha256(), 0
        for part, piece in enumerate(_of_one_size(chunks)):
            digest.update(piece)
            size += len(piece)
            self._vault.write(copy, part, piece)
        kept = Kept(size, digest.hexdigest())
        self._new.setdefault(kept.sha256, (copy, size))
        return kept

    def name(self) -> None:
        """Let every document be found by its hash, all of them in one transaction."""
        known = {sha256: self._vault.sound_copies(sha256) for sha256 in self._new}
        self._vault.name(self._new, known)

    def clear(self) -> None:
        """Remove what has no hash; what cannot be removed now is collected after a day."""
        with suppress(StoreError):
            for copy in self._begun:
                self._vault.drop(copy)


class PostgresVault:
    """The documents of a school; see `Vault` for what each method raises. May be used on any thread."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._school = server.school
        self._name = uuid.uuid4().hex

    def place(self, sha256: str) -> str:
        """Return the school and the hash."""
        return f"{self._server.place}#{checked_hash(sha256)}"

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """Lend a private copy, which goes at the end of the block."""
        return passing_copy(self.chunks(sha256), checked_hash(sha256))

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Return whether the document with this hash is there, and of this size where one is given."""
        return any(size in (None, each) for _copy, each in self._copies(sha256))

    def remove(self, sha256: str) -> None:
        """Remove a document, for good. One that is not there is no error."""
        place = (self._school, checked_hash(sha256))
        self._run(sql.DROP_UPLOAD, place)

    @contextmanager
    def taking(self) -> Iterator[PostgresTaking]:
        """Take documents in: all of them when the block ends, none when it raises."""
        if self._server.refusal is not None:
            raise self._server.refusal
        taking = PostgresTaking(self)
        try:
            self._collect()
            yield taking
            taking.name()
        except Unreachable as error:
            raise Unreachable(
                N_("{problem} None of these documents was taken in: try again when it answers."), problem=error
            ) from error
        finally:
            taking.clear()

    @contextmanager
    def opened(self, sha256: str) -> Iterator[IO[bytes]]:
        """Yield a document, to read from its beginning to its end."""
        copies = self._copies(sha256)
        if not copies:
            raise gone_from(self._server.place)
        with io.BufferedReader(_Parts(self._pieces(sha256, *copies[0]))) as file:
            yield file

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield a document's bytes in pieces, checked when the last one was given."""
        copies = self._copies(sha256)
        if not copies:
            raise gone_from(self._server.place)
        yield from self._checked(sha256, *copies[0])

    def verify(self) -> tuple[Problem, ...]:
        """Read every document and return those that are not what was received; the logs alone know what is missing."""
        rows = self._read(lambda on: on.execute(sql.UPLOADS, (self._school,)).fetchall())
        found: list[Problem] = []
        for copy, sha256, size in sorted(rows, key=lambda row: row[1]):
            try:
                for _chunk in self._checked(sha256, copy, size):
                    pass
            except DamagedStore as error:
                found.append(Problem(f"upload {sha256}", None, "damaged", error.id, dict(error.parameters)))
        return tuple(found)

    # --- for a taking --------------------------------------------------------------------------------------------

    def begin(self, copy: uuid.UUID) -> None:
        """Begin a copy, half-made until it has a hash."""
        self._run(sql.BEGIN_UPLOAD, (self._school, copy))

    def write(self, copy: uuid.UUID, part: int, body: bytes) -> None:
        """Write a part of a copy.

        Raises:
            StoreError: The copy was collected meanwhile.
        """
        values = {"school": self._school, "copy": copy, "part": part, "body": body}
        if self._run(sql.ADD_PART, values) == 0:
            raise _given_up()

    def sound_copies(self, sha256: str) -> dict[uuid.UUID, bool]:
        """Return the copies of a document, and whether each is what was received."""
        return {copy: self._is_sound(sha256, copy, size) for copy, size in self._copies(sha256)}

    def name(self, new: dict[str, tuple[uuid.UUID, int]], known: dict[str, dict[uuid.UUID, bool]]) -> None:
        """Give copies their hashes, in the place of those that are damaged; a sound one stays, and the new one goes."""
        on = self._transactions()

        def name() -> None:
            for sha256, (copy, size) in new.items():
                there = [row[0] for row in on.execute(sql.UPLOAD, (self._school, sha256)).fetchall()]
                if any(known[sha256].get(each, True) for each in there):  # one that came just now was read just now
                    on.execute(sql.DROP_HALF_MADE, (self._school, copy))
                    continue
                for each in there:
                    on.execute(sql.DROP_COPY, (self._school, each))
                if on.execute(sql.NAME_UPLOAD, (sha256, size, self._school, copy)).rowcount == 0:
                    raise _given_up()

        on.write(name)

    def drop(self, copy: uuid.UUID) -> None:
        """Remove a half-made copy with its parts; one that has its hash stays."""
        self._run(sql.DROP_HALF_MADE, (self._school, copy))

    def _collect(self) -> None:
        """Remove what consoles that are gone have left half-made."""
        for (copy,) in self._read(lambda on: on.execute(sql.FORSAKEN, (self._school,)).fetchall()):
            self.drop(copy)

    # --- reading -------------------------------------------------------------------------------------------------

    def _copies(self, sha256: str) -> list[tuple[uuid.UUID, int]]:
        place = (self._school, checked_hash(sha256))
        return self._read(lambda on: [(copy, size) for copy, size in on.execute(sql.UPLOAD, place)])

    def _pieces(self, sha256: str, copy: uuid.UUID, size: int) -> Iterator[bytes]:
        part = 0
        while size > 0:
            place = (self._school, copy, part)
            row = self._read(lambda on: on.execute(sql.PART, place, binary=True).fetchone())  # noqa: B023 — read at once
            if row is None or not row[0]:
                raise another_in(self.place(sha256))
            yield row[0]
            size, part = size - len(row[0]), part + 1

    def _checked(self, sha256: str, copy: uuid.UUID, size: int) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in self._pieces(sha256, copy, size):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != sha256:
            raise another_in(self.place(sha256))

    def _is_sound(self, sha256: str, copy: uuid.UUID, size: int) -> bool:
        try:
            for _piece in self._checked(sha256, copy, size):
                pass
        except DamagedStore:
            return False
        return True

    # --- statements ----------------------------------------------------------------------------------------------

    def _transactions(self) -> Transactions:
        """Return what runs statements on this thread."""
        return Transactions(self._server, self._name)

    def _read(self, operation: Callable[[Transactions], T]) -> T:
        on = self._transactions()
        return on.read(lambda: operation(on))

    def _run(self, statement: str, values: Parameters) -> int:
        """Run one statement, which is a transaction of its own and changes no log; return how many rows it changed."""
        return self._read(lambda on: on.execute(statement, values).rowcount)


class _Parts(io.RawIOBase):
    """The pieces of a document as a file to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give what is left of a piece, or the next one."""
        wanted = memoryview(buffer).cast("B")
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        given, self._left = self._left[: len(wanted)], self._left[len(wanted) :]
        wanted[: len(given)] = given
        return len(given)


def _of_one_size(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one size; the last one may be smaller."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        whole = len(waiting) - len(waiting) % PIECE
        for start in range(0, whole, PIECE):
            yield bytes(waiting[start : start + PIECE])
        del waiting[:whole]
    if waiting:
        yield bytes(waiting)


def _given_up() -> StoreError:
    return StoreError(N_("Taking the documents in took more than a day and was given up: take them in again."))
