"""Transactions that are run again when the server asks for it (40001, 40P01) or another writer was first.

An operation of the store is run again as a whole. A block of several cannot be: its code is the caller's. So it is
remembered what each operation of the block answered. When the server gives the block up, the same operations are run
in a new transaction; as long as each answers as before, the block's code has seen the truth and goes on.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import StoreError
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.faults import AGAIN, Raced, told
from defense_console.store.postgres.server import PAUSES_S, Connection, Server, pause

P = ParamSpec("P")
T = TypeVar("T")
Owner = TypeVar("Owner", bound="OnServer")
Cursor = psycopg.Cursor[tuple[Any, ...]]
Operation = Callable[[], Any]
Parameters = Sequence[object] | Mapping[str, object]


class Transactions:
    """What one store object does on a server, on one thread.

    Args:
        writer: Name that its changes are marked with.
    """

    def __init__(self, server: Server, writer: str) -> None:
        self._server = server
        self._writer = writer
        self._connection: Connection | None = None
        self._block: list[tuple[Operation, object]] | None = None
        self._in_operation = False
        self._in_view = False
        self.writes = 0
        """Goes up with each write of this object."""

    # --- statements --------------------------------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Return whether a block is open."""
        return self._block is not None

    def execute(self, statement: str, parameters: Parameters = (), *, binary: bool = False) -> Cursor:
        """Run a statement of an operation. Args: binary: bytes come as they are, not as twice as many digits."""
        return self._borrowed_connection.execute(statement.encode(), parameters, binary=binary)

    def execute_many(self, statement: str, rows: Sequence[Parameters]) -> None:
        """Run a statement for each row, in one exchange with the server."""
        with self._borrowed_connection.cursor() as cursor:
            cursor.executemany(statement.encode(), rows)

    @property
    def _borrowed_connection(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("a statement outside of an operation")
        return self._connection

    # --- operations --------------------------------------------------------------------------------------------------

    def read(self, operation: Callable[[], T]) -> T:
        """Run an operation that only reads."""
        return self._run(operation, writes=False)

    def write(self, operation: Callable[[], T]) -> T:
        """Run an operation that writes, in a transaction."""
        if self._server.refusal is not None:
            raise self._server.refusal
        self.writes += 1
        return self._run(operation, writes=True)

    def _run(self, operation: Callable[[], T], *, writes: bool) -> T:
        if self._in_operation:
            return operation()
        with told():
            if self._in_view:
                return self._one(operation)
            if self._block is not None:
                return self._in_block(self._block, operation)
            return self._alone(operation, writes=writes)

    def _alone(self, operation: Callable[[], T], *, writes: bool) -> T:
        for longest in PAUSES_S:
            pause(longest)
            with suppress(*AGAIN), self._borrowed():
                if not writes:
                    return self._one(operation)
                self._do(sql.BEGIN)
                found = self._one(operation)
                self._commit()
                return found
        raise _busy()

    def _one(self, operation: Callable[[], T]) -> T:
        self._in_operation = True
        try:
            return operation()
        finally:
            self._in_operation = False

    @contextmanager
    def _borrowed(self) -> Iterator[None]:
        """Have a connection; a transaction that is still open at the end is rolled back."""
        with self._server.connection() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._roll_back()
                self._connection = None

    def _do(self, statement: str) -> None:
        self.execute(statement)

    def _commit(self) -> None:
        self.execute(sql.MARK, (self._server.school, self._writer))
        if self.execute(sql.COMMIT).statusmessage != "COMMIT":
            raise StoreError(N_("The school's server gave the transaction up: nothing was written."))

    def _roll_back(self) -> None:
        connection = self._connection
        if connection is not None and connection.info.transaction_status != TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                self._do(sql.ROLLBACK)

    @contextmanager
    def view(self) -> Iterator[None]:
        """Let all operations of a block read what was there when it began. It writes nothing, and may be nested."""
        if self._connection is not None:
            yield
            return
        with told(), self._borrowed():
            self._do(sql.VIEW)
            self._do(sql.LONG_VIEW)
            self._in_view = True
            try:
                yield
            finally:
                self._in_view = False

    # --- blocks ------------------------------------------------------------------------------------------------------

    @contextmanager
    def block(self) -> Iterator[None]:
        """Group several operations: all of them, or none when the block raises. May be nested."""
        if self._block is not None:
            with self._inner(self._block):
                yield
            return
        if self._server.refusal is not None:
            raise self._server.refusal
        with told(), self._borrowed():
            block: list[tuple[Operation, object]] = []
            self._block = block
            self.writes += 1
            try:
                self._do(sql.BEGIN)
                yield
                self._in_block(block, self._commit)
            finally:
                self._block = None

    @contextmanager
    def _inner(self, block: list[tuple[Operation, object]]) -> Iterator[None]:
        self._in_block(block, lambda: self._do(sql.SAVEPOINT))
        try:
            yield
        except BaseException:
            with suppress(psycopg.Error):
                self._in_block(block, lambda: self._do(sql.ROLLBACK_TO))
                self._in_block(block, lambda: self._do(sql.RELEASE))
            raise
        self._in_block(block, lambda: self._do(sql.RELEASE))

    def _in_block(self, block: list[tuple[Operation, object]], operation: Callable[[], T]) -> T:
        """Run the next operation of a block; where the server gives it up, the earlier ones first, once more."""
        for longest in PAUSES_S:
            pause(longest)
            with suppress(*AGAIN):
                if longest and not self._again(block):
                    break
                found = self._answer(operation)
                block.append((operation, found))
                if isinstance(found, _Refused):
                    raise found.error
                return found  # type: ignore[return-value]
        raise _busy()

    def _again(self, block: list[tuple[Operation, object]]) -> bool:
        """Run the operations of a block once more; return whether each answers as before."""
        self._roll_back()
        self._do(sql.BEGIN)
        return all(self._answer(operation) == before for operation, before in block)

    def _answer(self, operation: Operation) -> object:
        try:
            return self._one(operation)
        except AGAIN:
            raise
        except ConsoleError as error:
            return _Refused(error)


class _Refused:
    """What an operation refused, which its block may go on from; two are equal when their sentences are."""

    def __init__(self, error: ConsoleError) -> None:
        self.error = error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Refused) and self.error.args == other.error.args

    def __hash__(self) -> int:
        return hash(self.error.id)


def raced_if(condition: bool) -> None:
    """Give the transaction up, so that it is run again, when another writer changed the row first.

    Raises:
        Raced: It did.
    """
    if condition:
        raise Raced


def _busy() -> StoreError:
    return StoreError(N_("Others write here at the same time, again and again: try once more."))


class OnServer(Protocol):
    """An object whose methods are operations."""

    @property
    def transactions(self) -> Transactions:
        """Return where they are run."""


def reads(method: Callable[Concatenate[Owner, P], T]) -> Callable[Concatenate[Owner, P], T]:
    """Let a method be an operation that only reads."""

    @functools.wraps(method)
    def call(self: Owner, /, *args: P.args, **options: P.kwargs) -> T:
        return self.transactions.read(functools.partial(method, self, *args, **options))

    return call


def writes(method: Callable[Concatenate[Owner, P], T]) -> Callable[Concatenate[Owner, P], T]:
    """Let a method be an operation that writes."""

    @functools.wraps(method)
    def call(self: Owner, /, *args: P.args, **options: P.kwargs) -> T:
        return self.transactions.write(functools.partial(method, self, *args, **options))

    return call
