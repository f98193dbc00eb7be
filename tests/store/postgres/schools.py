"""A school whose owner, mentors and accounts no server administers, and what is done on one of its defenses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.curriculum import Curricula
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.log.action import Log, append_action
from defense_console.model.log.envelope import What
from defense_console.store.base import Append, Store
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.migrations.versions import rights, team, uploads
from defense_console.store.postgres.people import KINDS, People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from tests.store import logs
from tests.store.postgres.servers import as_role

PROTECTED = (*rights.PROTECTED, *uploads.PROTECTED, *team.PROTECTED)
CURRICULA = Curricula({}, lambda _hash: None)


def schema_of(address: Address) -> str:
    return address.url.partition("search_path%3D")[2].partition("%20")[0]


class School:
    """A school with two mentors; opens it with any account, for the console or for plain statements.

    Its owner is an account like the others: nobody here administers the server.
    """

    def __init__(self, address: Address, account: Callable[[str], str]) -> None:
        self.address = address
        self.roles = {name: account(name) for name in ("owner", "camille", "marc", *KINDS[1:], "owner_of_nothing")}
        with psycopg.connect(address.url, autocommit=True) as connection:
            connection.execute(f"ALTER SCHEMA {schema_of(address)} OWNER TO {self.roles['owner']}".encode())
        self.servers = dict[str, Server]()
        self.people = People(self.open("owner"))
        for name in ("camille", "marc"):
            self.people.add(self.roles[name], "mentor", name.title())
        for kind in KINDS[1:]:
            self.people.add(self.roles[kind], kind, kind.title())

    def open(self, name: str) -> PostgresStore:
        if name not in self.servers:
            self.servers[name] = Server(as_role(self.address, self.roles[name]))
        return PostgresStore(self.servers[name])

    @contextmanager
    def psql(self, name: str) -> Iterator[Callable[..., list[Any]]]:
        """Plain statements of an account, outside of the console."""
        with psycopg.connect(self.address.url, autocommit=True) as connection:
            connection.execute(f"SET SESSION AUTHORIZATION {self.roles[name]}".encode())

            def run(statement: str, *parameters: object) -> list[Any]:
                found = connection.execute(statement.encode(), parameters or None)
                return found.fetchall() if found.description else []

            yield run

    def sees(self, name: str, text: str) -> list[str]:
        """The tables in which an account finds a text, in any column of any row that it may read."""
        wanted = text.encode().hex()
        found = []
        with self.psql(name) as run:
            for table in (*PROTECTED, "colleague"):
                try:
                    rows = run(f"SELECT * FROM {table}")
                except psycopg.errors.InsufficientPrivilege:
                    continue
                cells = [cell for row in rows for cell in row]
                texts = (bytes(cell).hex() if isinstance(cell, bytes) else str(cell).encode().hex() for cell in cells)
                if any(wanted in each for each in texts):
                    found.append(table)
        return found

    def close(self) -> None:
        for server in self.servers.values():
            server.close()


def cli(*arguments: object, **options: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


def defense(n: int) -> str:
    """The id of the defense of the n-th student."""
    return str(defense_id(f"s{n}", "IRP-P2", 1))


def stream_of(n: int) -> str:
    return DEFENSE.stream(defense(n))


def planned(n: int) -> What:
    return ev.Planned(f"s{n}", "IRP", "IRP-P2", 1, "2026-03-02T10:00:00.000Z")


def decide(store: Store, n: int, *whats: What) -> None:
    """One action on the n-th defense, as a console writes it that sees what this account sees."""
    id = defense(n)
    log = Log.read(DEFENSE, id, store.read_log(DEFENSE.stream(id)), CURRICULA)
    store.append(Append.of(append_action(log, whats, logs.STAMP, "Camille", CURRICULA)))


def notes(store: Store, n: int) -> dict[str, bool]:
    """The notes of the n-th defense as this account sees them, and whether each is private."""
    id = defense(n)
    state = Log.read(DEFENSE, id, store.read_log(DEFENSE.stream(id)), CURRICULA).state
    return {note.text: note.private for note in state.notes}
