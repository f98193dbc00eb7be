"""The connections to one school's database.

A pool makes connections in threads of its own, also again after the server was away: so nobody waits for that but the
first one to see it. Each transaction borrows one connection.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import NewerStore, NotOurStore, ReadOnlyStore
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.faults import AGAIN, Silent, told
from defense_console.store.postgres.migrations.upgrading import HEAD, KNOWN, bring_up

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # its warnings would be written over the screen
T = TypeVar("T")

STATEMENT_S: Final = 20
"""The longest that one statement may take."""
IDLE_S: Final = 10
"""The longest that a session may wait inside a transaction."""
LOCK_S: Final = 4
"""The longest that a statement may wait for another writer; the server says so before it counts as silent."""
SILENCE_S: Final = 5
"""The longest that nothing may come from the server: it hangs, or what is between drops what is sent."""
OVERLAP_S: Final = 2 * (STATEMENT_S + IDLE_S)
"""How far back a reader looks for changes; longer than a mark may wait for its commit. See `statements.MARK`."""
READERS: Final = ("access",)
"""What an account is in a school that writes nothing there."""
_CONNECT_S: Final = 4
_GLANCE_S: Final = 0.02
"""The longest that anybody waits for a connection while the server is known to be away."""
_CONNECTIONS: Final = 6
_DEFAULTS: Final = {
    "connect_timeout": "4", "tcp_user_timeout": "5000", "keepalives_idle": "10", "keepalives_interval": "3",
    "keepalives_count": "2", "application_name": "defense-console",
}  # fmt: skip
PAUSES_S: Final = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4, 0.4, 0.8, 0.8)
"""Before a transaction is run again; each is drawn between nothing and this."""


def pause(longest_s: float) -> None:
    """Wait a part of a time, so that two that were in each other's way part."""
    if longest_s:
        time.sleep(longest_s * random.random())


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that is given up when nothing comes any more, also from a machine that still answers."""

    silence_s: float = SILENCE_S
    """How long nothing may come."""

    def wait(self, gen: Generator[Any, Any, T], *how: Any, **options: Any) -> T:
        """Wait for what the server says; see `psycopg.Connection.wait`.

        Raises:
            Silent: It says nothing for too long; the connection is no longer there.
        """
        return super().wait(self._listening(gen), *how, **options)

    def _listening(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted  # nothing is ready ten times a second
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.silence_s:
                    self.pgconn.finish()
                    raise Silent
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


class Server:
    """A database and the school in it; may be used by several threads.

    Args:
        address: Where it is.
        create: Make the tables and the school where there are none.
        patient: Wait as long as the server gives a statement. Commands do; a console says soon that nothing comes.

    Raises:
        Unreachable: It does not answer.
        StoreError: It cannot be used; the subclass and the sentence say why.
    """

    def __init__(self, address: Address, *, create: bool = True, patient: bool = False) -> None:
        self.address = address
        self._patient = patient
        self.school = address.school
        with told():
            self._options: dict[str, Any] = {**_DEFAULTS, **conninfo_to_dict(address.url)}
            with self._connect() as first:
                self._configure(first)
                self.refusal = _why_read_only(first)
                self._prepare(first, create and self.refusal is None)
                self.school_id = self._id_of_school(first, create and self.refusal is None)
                self.account, self.kind = self._who(first)
                if self.kind in READERS:
                    self.refusal = ReadOnlyStore(N_("This account only reads the school."))
                info = first.info
                host = info.host or "localhost"
                self.place = f"postgresql://{host}:{info.port}/{info.dbname}?school={self.school}"
        self._away = threading.Event()
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            "", connection_class=Connection, kwargs={**self._options, "autocommit": True}, min_size=1,
            max_size=_CONNECTIONS, num_workers=1,
            timeout=_CONNECT_S, reconnect_timeout=_CONNECT_S, configure=self._configure, open=True,
        )  # fmt: skip

    def _connect(self) -> Connection:
        return Connection.connect(**self._options, autocommit=True)

    def _configure(self, connection: Connection) -> None:
        """Limit how long a statement, a transaction and silence may last: `OVERLAP_S` counts on it."""
        connection.execute(sql.SETTINGS, (f"{STATEMENT_S}s", f"{IDLE_S}s", f"{LOCK_S}s"))
        if self._patient:
            connection.silence_s = STATEMENT_S + SILENCE_S

    def _prepare(self, connection: Connection, create: bool) -> None:
        """Bring the tables up; another console may do so at the same moment."""
        found = _schema(connection)
        if found is not None and found not in KNOWN:
            raise NewerStore(N_("The school in {place} was written by a newer console: update this one."),
                             place=self.address)  # fmt: skip
        if found == HEAD or not create:
            return
        try:
            bring_up(lambda: psycopg.connect(**self._options))
        except psycopg.Error:
            if _schema(connection) != HEAD:
                raise

    def _id_of_school(self, connection: Connection, create: bool) -> str:
        if create:
            for longest in PAUSES_S:
                with suppress(*AGAIN):
                    if connection.execute(sql.SCHOOL_ID, (self.school,)).fetchone() is None:
                        with suppress(errors.InsufficientPrivilege):  # only its owner makes one
                            connection.execute(sql.ADD_SCHOOL, (self.school, uuid.uuid4().hex))
                    with suppress(errors.InsufficientPrivilege):  # one that only reads leaves them
                        connection.execute(sql.FORGET_WRITERS, (self.school,))
                    break
                pause(longest)
        with suppress(errors.UndefinedTable):
            row = connection.execute(sql.SCHOOL_ID, (self.school,)).fetchone()
            if row is not None:
                return str(row[0])
        raise NotOurStore(N_("There is no school “{name}” in {place}."), name=self.school, place=self.address.url)

    def _who(self, connection: Connection) -> tuple[str, str | None]:
        """Return the name of the account, and what it is in the school; None for its owner."""
        row = connection.execute(sql.WHO, (self.school,)).fetchone()
        return (str(row[0]), row[1]) if row is not None else ("", None)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection, with no transaction open.

        Raises:
            PoolTimeout: There is none in time; at once while the server is known to be away.
        """
        try:
            lent = self._pool.getconn(timeout=_GLANCE_S if self._away.is_set() else _CONNECT_S)
        except PoolTimeout:
            self._away.set()
            raise
        try:
            yield lent
        finally:
            if lent.broken:
                self._away.set()
                self._pool.drain()  # the others are not asked one by one
            else:
                self._away.clear()
            self._pool.putconn(lent)

    def close(self) -> None:
        """Close every connection. Closing twice is harmless."""
        self._pool.close(timeout=1)


def _schema(connection: Connection) -> str | None:
    """Return the step that the tables are at, None where there are none of ours."""
    try:
        row = connection.execute(sql.SCHEMA).fetchone()
    except errors.UndefinedTable:
        return None
    return None if row is None else str(row[0])


def _why_read_only(connection: Connection) -> ConsoleError | None:
    row = connection.execute(sql.READ_ONLY).fetchone()
    if row is not None and row[0] == "on":
        return ReadOnlyStore(N_("The school's server can only be read now."))
    return None
