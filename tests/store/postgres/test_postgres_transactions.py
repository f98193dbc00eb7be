"""Transactions at both isolation levels: run again when they must be, all or nothing, and never twice."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from defense_console.store.base import Conflict, StoreError
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from tests.store import logs
from tests.store.postgres.servers import Isolation, schema_of_its_own, url
from tests.waiting import PATIENCE_S

EMPTY = hashlib.sha256(b"{}").hexdigest()
pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(params=["read committed", "serializable"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    found: Isolation = request.param
    return found


def test_the_sessions_are_as_isolated_as_asked(server: Server, isolation: Isolation) -> None:
    with server.connection() as connection:
        assert connection.execute("SHOW transaction_isolation").fetchone() == (isolation,)


def test_of_many_writers_on_one_log_each_line_is_one_writers(server: Server) -> None:
    PostgresStore(server).append(logs.first())

    def write(writer: int) -> int:
        store, won = PostgresStore(server), 0
        for _ in range(10):
            last = store.last(logs.stream())
            assert last is not None
            try:
                store.append(logs.more(1, last.seq, f"{writer}"))
            except Conflict:
                continue
            won += 1
        return won

    with ThreadPoolExecutor(4) as writers:
        won = list(writers.map(write, range(4)))
    store = PostgresStore(server)
    lines = store.read_log(logs.stream())
    assert len(lines) == 1 + sum(won)
    for writer, times in enumerate(won):
        assert sum(f'"text":"{writer}"'.encode() in line.body for line in lines) == times
    assert store.verify_all() == ()


def test_of_many_who_take_a_lease_one_holds_it(server: Server) -> None:
    gate = threading.Barrier(6, timeout=PATIENCE_S)

    def take(n: int) -> None:
        store = PostgresStore(server)
        gate.wait()
        store.write_lease(logs.stream(), logs.lease(f"{n}"), over=(f"{n}",))

    with ThreadPoolExecutor(6) as consoles:
        list(consoles.map(take, range(6)))
    assert len(PostgresStore(server).leases()) == 1


def refused_inside(store: PostgresStore, fact: str) -> None:
    """A block within a block, of which nothing stays."""
    with store.transaction():
        store.set_meta(fact, "not kept")
        store.append(logs.more(2, 5, "x"))


@pytest.mark.parametrize("isolation", ["read committed"])
def test_blocks_that_lock_each_other_out_are_run_again(server: Server) -> None:
    """The server gives one of them up (40P01), after a second; it is run again behind the other one's commit."""
    gate = threading.Barrier(2, timeout=PATIENCE_S)

    def write(names: tuple[str, str]) -> None:
        store = PostgresStore(server)
        with store.transaction():
            store.set_meta(names[0], "x")
            gate.wait()
            store.set_meta(names[1], "y")
            with pytest.raises(Conflict):
                refused_inside(store, "never")
            store.set_meta(f"end of {names[0]}", "z")

    with ThreadPoolExecutor(2) as blocks:
        list(blocks.map(write, [("a", "b"), ("b", "a")]))
    store = PostgresStore(server)
    assert [store.meta(name) for name in ("never", "end of a", "end of b")] == [None, "z", "z"]
    assert {store.meta("a"), store.meta("b")} == {"x", "y"}


@pytest.mark.parametrize("isolation", ["serializable"])
def test_a_block_that_another_writer_was_in_the_way_of_is_run_again(server: Server) -> None:
    """The server gives it up (40001): its earlier operations are run once more, and answer as before."""
    store, other = PostgresStore(server), PostgresStore(server)
    with store.transaction():
        assert store.append(logs.first())[0] == 1
        with store.transaction():
            store.set_meta("inner", "kept")
        with pytest.raises(Conflict):
            refused_inside(store, "inner")
        other.set_meta("fact", "other")
        store.set_meta("fact", "own")
    assert (store.meta("inner"), store.meta("fact")) == ("kept", "own")
    assert len(store.read_log(logs.stream())) == 1


@pytest.mark.parametrize("isolation", ["serializable"])
def test_a_block_that_would_have_seen_something_else_is_not_written(server: Server) -> None:
    store, other = PostgresStore(server), PostgresStore(server)
    store.set_meta("fact", "before")

    def builds_on_it() -> None:
        with store.transaction():
            seen = store.meta("fact")
            store.set_meta("copy", f"{seen}")
            other.set_meta("fact", "after")
            store.set_meta("fact", f"{seen} and more")

    with pytest.raises(StoreError, match="Others write here at the same time"):
        builds_on_it()
    assert (store.meta("fact"), store.meta("copy")) == ("after", None)


def test_a_log_that_another_writer_went_on_with_is_a_conflict_in_a_block_too(server: Server) -> None:
    store, other = PostgresStore(server), PostgresStore(server)
    store.append(logs.first())
    with store.transaction():
        store.set_meta("fact", "own")
        other.append(logs.more(1, 1, "first"))
        with pytest.raises(Conflict):
            store.append(logs.more(1, 1, "second"))
    assert store.meta("fact") == "own"
    assert [line.body for line in store.read_log(logs.stream())][1:] == [logs.note(2, "first")]


MAKES = """
import sys
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Server

print("ready", flush=True)
sys.stdin.readline()
print(Server(Address(sys.argv[1], "new")).school_id)
"""


def test_consoles_make_the_tables_at_once(base: str) -> None:
    with schema_of_its_own(base) as schema:
        consoles = [
            subprocess.Popen(
                [sys.executable, "-c", MAKES, url(base, schema)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for console in consoles:
            assert console.stdout is not None
            assert console.stdout.readline() == "ready\n"
        said = [console.stdin.write("go\n") for console in consoles if console.stdin is not None]
        assert len(said) == 2
        ids = [console.communicate(timeout=PATIENCE_S)[0] for console in consoles]
        assert ids[0] == ids[1] != ""
        assert [console.returncode for console in consoles] == [0, 0]
