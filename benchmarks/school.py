"""What the store of a school costs, next to the store in a folder: an append, the queue, a look for changes.

    python -m benchmarks school [--address postgresql://…] [--defenses N] [--rounds N] [--document MB]

An append is one event with its summary, durable when it returns; a note is private, so a school keeps its text apart.
The queue is what `pending()` reads, one defense in a hundred; drawing it again from memory asks nothing. `mentor` is
READ COMMITTED with an account that has rights; the others are an account that administers the server. The limit of the
server is one row inserted and committed on the same connection. Medians, and the slowest of a hundred; the figures of
one round are measured in turn.

Then a document of so many megabytes that cannot be compressed is taken in and read back with its hash checked, the
middle of three, and the most memory that Python held for that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.tick import STAMP, defense, fill, line, planned
from defense_console.model.defense.kinds import Noted
from defense_console.model.defense.summary import Summary
from defense_console.model.log.subject import beside
from defense_console.store.base import Append, Store
from defense_console.store.opened import OpenedStore
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.people import People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.snapshot import Snapshot
from defense_console.store.sqlite.store import TinyStore
from tests.store.postgres.servers import a_server, as_role, schema_of_its_own, url

Measures = dict[str, list[float]]


def took_ms(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - start)


def rounds(
    stores: Mapping[str, Store], limit: psycopg.Connection[tuple[object]], summary: Summary, number: int
) -> Measures:
    """Milliseconds by what was measured."""
    found: Measures = {}
    stream = f"defense/{defense(0)}"
    snapshots = {name: Snapshot(store) for name, store in stores.items()}
    looks = {name: store.subscribe() for name, store in stores.items()}
    for n in range(1, number + 1):
        body = line(n + 1, Noted("a note of the usual length, about one line", STAMP))
        insert = (str(n), body)
        taken = took_ms(partial(limit.execute, "INSERT INTO bench VALUES (%s, %s)", insert))
        found.setdefault("server: one row, committed", []).append(taken)
        for name, store in stores.items():
            job = Append(stream, n, (body,), row=beside(summary))
            steps: dict[str, Callable[[], object]] = {
                "append": partial(store.append, job),
                "queue, read": store.pending,
                "queue, drawn again": snapshots[name].pending,
                "look for changes": looks[name],
            }
            for what, step in steps.items():
                found.setdefault(f"{name}: {what}", []).append(took_ms(step))
    return found


def documents(stores: Mapping[str, OpenedStore], mb: int) -> None:
    """Print what a large document costs in each vault."""
    for name, store in stores.items():
        taken, read, peaks = [], [], []
        for _ in range(3):
            tracemalloc.start()
            begun = time.perf_counter()
            with store.vault.taking() as taking:
                kept = taking.add(os.urandom(1_000_000) for _ in range(mb))
            taken.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            for _piece in store.vault.chunks(kept.sha256):
                pass
            read.append(time.perf_counter() - begun)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            store.vault.remove(kept.sha256)
        speeds = (mb / statistics.median(each) for each in (taken, read))
        print(f"{name:16} a document of {mb} MB: {{:.0f}} MB/s in, {{:.0f}} MB/s out, ".format(*speeds), end="")
        print(f"{max(peaks) / 1e6:.1f} MB of memory")


@contextmanager
def mentors_store(base: str, school: Address) -> Iterator[PostgresStore]:
    """A school as a mentor opens it, whose rights are asked at every row."""
    role = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role}".encode())
        try:
            with closing(Server(school)) as owner:
                People(PostgresStore(owner)).add(role, "mentor", "A mentor")
            with closing(Server(as_role(school, role))) as server:
                yield PostgresStore(server)
        finally:
            connection.execute(f"DROP OWNED BY {role}".encode())
            connection.execute(f"DROP ROLE {role}".encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", help="of a server; a local one, or one that is started, by default")
    parser.add_argument("--defenses", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--document", type=int, default=300, metavar="MB")
    options = parser.parse_args()
    summary = planned()
    with ExitStack() as stack:
        base = options.address or stack.enter_context(a_server())
        if base is None:
            sys.exit("There is no PostgreSQL server: name one with --address.")
        schema = stack.enter_context(schema_of_its_own(base))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stores: dict[str, OpenedStore] = {
            "folder": stack.enter_context(closing(TinyStore.open(Path(folder) / "store")))
        }
        for isolation in ("read committed", "serializable"):
            address = Address(url(base, schema, isolation), isolation.replace(" ", "-"))
            stores[isolation] = PostgresStore(stack.enter_context(closing(Server(address))))
        stores["mentor"] = stack.enter_context(mentors_store(base, Address(url(base, schema), "mentors")))
        for store in stores.values():
            fill(store, options.defenses, summary)
        documents(stores, options.document)
        limit = stack.enter_context(psycopg.connect(url(base, schema), autocommit=True))
        limit.execute("CREATE TABLE bench (n text PRIMARY KEY, body bytea)")
        print(f"{options.defenses} defenses, {options.rounds} rounds; milliseconds")
        for what, taken in sorted(rounds(stores, limit, summary, options.rounds).items()):
            slowest = statistics.quantiles(taken, n=100)[98]
            print(f"{what:36} median {statistics.median(taken):8.3f}   p99 {slowest:8.3f}")


if __name__ == "__main__":
    main()
