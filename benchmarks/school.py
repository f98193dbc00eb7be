"""What the store of a school costs, next to the store in a folder: an append, the queue, a look for changes.

    python -m benchmarks school [--address postgresql://…] [--defenses N] [--rounds N]

An append is one event with its summary, durable when it returns. The queue is what `pending()` reads, one defense in a
hundred; drawing it again from memory asks nothing. The limit of the server is one row inserted and committed on the
same connection. Medians, and the slowest of a hundred; the figures of one round are measured in turn.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.tick import STAMP, defense, fill, line, planned
from defense_console.model.defense.kinds import Noted
from defense_console.model.defense.summary import Summary
from defense_console.model.log.subject import beside
from defense_console.store.base import Append, Store
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.snapshot import Snapshot
from defense_console.store.sqlite.store import TinyStore
from tests.store.postgres.servers import a_server, schema_of_its_own, url

Measures = dict[str, list[float]]


def took_ms(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - start)


def rounds(
    stores: dict[str, Store], limit: psycopg.Connection[tuple[object]], summary: Summary, number: int
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", help="of a server; a local one, or one that is started, by default")
    parser.add_argument("--defenses", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    summary = planned()
    with ExitStack() as stack:
        base = options.address or stack.enter_context(a_server())
        if base is None:
            sys.exit("There is no PostgreSQL server: name one with --address.")
        schema = stack.enter_context(schema_of_its_own(base))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stores: dict[str, Store] = {"folder": stack.enter_context(closing(TinyStore.open(Path(folder) / "store")))}
        for isolation in ("read committed", "serializable"):
            address = Address(url(base, schema, isolation), isolation.replace(" ", "-"))
            stores[isolation] = PostgresStore(stack.enter_context(closing(Server(address))))
        for store in stores.values():
            fill(store, options.defenses, summary)
        limit = stack.enter_context(psycopg.connect(url(base, schema), autocommit=True))
        limit.execute("CREATE TABLE bench (n text PRIMARY KEY, body bytea)")
        print(f"{options.defenses} defenses, {options.rounds} rounds; milliseconds")
        for what, taken in sorted(rounds(stores, limit, summary, options.rounds).items()):
            slowest = statistics.quantiles(taken, n=100)[98]
            print(f"{what:36} median {statistics.median(taken):8.3f}   p99 {slowest:8.3f}")


if __name__ == "__main__":
    main()
