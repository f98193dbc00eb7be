"""A real server, a schema of our own on it, and a school for each test."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Server
from tests.store.postgres.schools import School
from tests.store.postgres.servers import (
    VARIABLE,
    Isolation,
    OwnServer,
    a_server,
    programs,
    schema_of_its_own,
    started,
    url,
)

NewServer = Callable[..., Server]
Account = Callable[[str], str]


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """The address of a server, without a schema."""
    with a_server() as found:
        if found is None:
            pytest.skip(f"no PostgreSQL server: install one, or name one in {VARIABLE}")
        yield found


@pytest.fixture(scope="session")
def schema(base: str) -> Iterator[str]:
    """A schema of this run."""
    with schema_of_its_own(base) as name:
        yield name


@pytest.fixture
def isolation() -> Isolation:
    return "read committed"


class AtSerializable:
    """For a class of tests whose sessions are at the other isolation level."""

    @pytest.fixture
    def isolation(self) -> Isolation:
        return "serializable"


@pytest.fixture
def address(base: str, schema: str, isolation: Isolation) -> Address:
    """The address of a school that nobody else has."""
    return Address(url(base, schema, isolation), f"test-{uuid.uuid4().hex[:12]}")


@pytest.fixture
def new_server() -> Iterator[NewServer]:
    """Opens a server; all are closed at the end."""
    opened = list[Server]()

    def new(address: Address, *, create: bool = True) -> Server:
        opened.append(Server(address, create=create))
        return opened[-1]

    yield new
    for server in opened:
        server.close()


@pytest.fixture
def server(new_server: NewServer, address: Address) -> Server:
    return new_server(address)


@pytest.fixture(scope="session")
def account(base: str, schema: str) -> Iterator[Account]:
    """Accounts that may look into the schema of this run and have no right on a table, by name."""
    made = dict[str, str]()
    with psycopg.connect(base, autocommit=True) as connection:
        if connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() != (True,):
            pytest.skip("only a superuser may make accounts here")

        def account(name: str) -> str:
            if name not in made:
                made[name] = f"{name}_{uuid.uuid4().hex[:12]}"
                connection.execute(f"CREATE ROLE {made[name]}".encode())
                connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {made[name]}".encode())
            return made[name]

        yield account
        for name in made.values():
            connection.execute(f"DROP OWNED BY {name}".encode())
            connection.execute(f"DROP ROLE {name}".encode())


@pytest.fixture(scope="session")
def school(base: str, account: Account) -> Iterator[School]:
    """One school with people of every kind, for all tests that keep to a student of their own."""
    with schema_of_its_own(base) as own, closing(School(Address(url(base, own), "lyon"), account)) as made:
        yield made


@pytest.fixture
def n() -> int:
    """The number of a defense and of a student that no other test has."""
    return uuid.uuid4().int % 10**9


@pytest.fixture(scope="session")
def own_server() -> Iterator[OwnServer]:
    """A server that a test may stop."""
    if (found := programs()) is None:
        pytest.skip("no programs of PostgreSQL are installed")
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder, started(found, Path(folder)) as server:
        yield server
