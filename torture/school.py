"""A school's server under many at once: fifty who claim defenses, and commits that come seconds late.

Five processes of ten mentors each take what is offered until nothing is left. Of every five defenses one is handed over
at once, and its first holder signs all the same: that must be refused. Then every claim and every signature is counted.
The second part delays commits by up to four seconds while a reader looks for what changed; each commit must be known to
it soon afterwards. Both at both isolation levels. Without a server nothing is done.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import msgspec
import psycopg

from defense_console.store.base import Append, Conflict, StoreError
from defense_console.store.claiming import Claim
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.changes import Changes
from defense_console.store.postgres.server import OVERLAP_S, Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.postgres.transactions import Transactions
from tests.store import logs
from tests.store.postgres.servers import Isolation, a_server, claims_of, schema_of_its_own, url
from torture.figures import Figures, cases, show
from torture.strace import ROOT

PROCESSES, MENTORS = 5, 10
HANDED_OVER = 5
"""One of so many is handed over."""
WRITERS = 20
MOST_TRIES = 50
FILLED_AT_ONCE = 200
"""Defenses that are made in one transaction."""
LATEST_S = 4.0
SOON_S = 3.0
"""A commit that the reader does not know after so long is lost."""
ISOLATIONS: tuple[Isolation, ...] = ("read committed", "serializable")


class Taken(msgspec.Struct):
    """What the mentors of one process did: what they took, how long it took, what was refused, tried again, failed."""

    streams: list[str] = []
    took_ms: list[float] = []
    refused: int = 0
    stale: int = 0
    again: int = 0
    failed: list[str] = []


def signature(claim: Claim, mentor: str) -> Append:
    """Return what a mentor signs under a claim."""
    return msgspec.structs.replace(Append(claim.stream, 1, (logs.note(2, f"signed by {mentor}"),)), fence=claim.fence)


def work(server: Server, mentor: str, done: Taken, chance: random.Random) -> None:
    """Take, sometimes hand over, and sign, until nothing is offered."""
    store = PostgresStore(server)
    claims = claims_of(server, mentor)
    while True:
        began = time.perf_counter()
        try:
            claim = claims.take_next()
        except StoreError as error:
            done.failed.append(f"{mentor} could not take: {error}")
            continue
        if claim is None:
            return
        done.took_ms.append(1000 * (time.perf_counter() - began))
        done.streams.append(claim.stream)
        if chance.randrange(HANDED_OVER) == 0:
            later = claims.hand_over(claim, f"{mentor}, colleague", "")
            try:
                store.append(signature(claim, f"{mentor}, stale"))
                done.stale += 1
            except Conflict:
                done.refused += 1
            claim = later
        sign(store, claim, done)


def sign(store: PostgresStore, claim: Claim, done: Taken) -> None:
    """Sign under a claim, again where others were in the way too often, as the recorder of a console does."""
    for _time in range(MOST_TRIES):
        try:
            store.append(signature(claim, claim.holder))
        except Conflict:
            raise
        except StoreError:
            done.again += 1
        else:
            return
    done.failed.append(f"{claim.stream} could not be signed")


def mentors(address: Address, process: str) -> Taken:
    """The mentors of one process."""
    done = [Taken() for _ in range(MENTORS)]
    with closing(Server(address)) as server, ThreadPoolExecutor(MENTORS) as pool:
        names = [f"mentor {process}.{n}" for n in range(MENTORS)]
        for each in [pool.submit(work, server, name, done[n], random.Random(name)) for n, name in enumerate(names)]:
            each.result()
    return Taken(
        [stream for each in done for stream in each.streams],
        [ms for each in done for ms in each.took_ms],
        sum(each.refused for each in done),
        sum(each.stale for each in done),
        sum(each.again for each in done),
        [text for each in done for text in each.failed],
    )


def claiming(address: Address, defenses: int) -> tuple[str, list[str]]:
    """Let fifty mentors claim; return the figures and the losses."""
    streams = [logs.stream(n) for n in range(defenses)]
    with closing(Server(address)) as server:
        store = PostgresStore(server)
        claims = claims_of(server, "administrator")
        for start in range(0, defenses, FILLED_AT_ONCE):  # a server at SERIALIZABLE remembers what one has read
            with store.transaction():
                for n in range(start, min(start + FILLED_AT_ONCE, defenses)):
                    store.append(logs.first(n))
                    claims.offer(streams[n])
        began = time.monotonic()
        command = [sys.executable, "-m", "torture.school", address.url, address.school]
        running = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, cwd=ROOT) for n in range(PROCESSES)]
        said = [process.communicate()[0] for process in running]
        seconds = time.monotonic() - began
        losses = [f"a process ended with {process.returncode}" for process in running if process.returncode]
        done = [msgspec.json.decode(text, type=Taken) for text in said if text]
        losses += [text for each in done for text in each.failed]
        taken = [stream for each in done for stream in each.streams]
        losses += [f"{stream} was taken {taken.count(stream)} times" for stream in streams if taken.count(stream) != 1]
        for stream in streams:
            claim, lines = claims.of(stream), store.read_log(stream)
            if claim is None or len(lines) != 2 or f'signed by {claim.holder}"'.encode() not in lines[1].body:
                losses.append(f"{stream} is not signed once by its holder")
    stale = sum(each.stale for each in done)
    losses += [f"{stale} signatures under an old claim were written"] if stale else []
    took = [ms for each in done for ms in each.took_ms]
    p99 = statistics.quantiles(took, n=100)[98] if len(took) > 1 else 0.0
    refused, again = sum(each.refused for each in done), sum(each.again for each in done)
    return (
        (f"{len(taken)} claims of {PROCESSES * MENTORS} mentors, 0 double" if not losses else "claims went wrong")
        + f", {refused} stale signatures refused, {again} tried again, "
        + f"{len(taken) / seconds:.0f} claims a second signed, p99 {p99:.0f} ms",
        losses,
    )


class Reader(threading.Thread):
    """Looks again and again, and reads the ends of all logs when there is news."""

    def __init__(self, server: Server, overlap_s: float) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._changes = Changes(Transactions(server, "reader"), server.school, "reader", timedelta(seconds=overlap_s))
        self._ended = threading.Event()
        self.known: dict[str, int] = {}
        self.looks = 0

    def run(self) -> None:
        """Look until the end."""
        seen = self._changes.look()
        while not self._ended.wait(0.02):
            before, seen = seen, self._changes.look()
            self.looks += 1
            if before != seen:
                with self._server.connection() as connection:
                    rows = connection.execute("SELECT stream, seq FROM log WHERE school = %s", (self._server.school,))
                    self.known = dict(rows.fetchall())

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self.join()


def late(n: int) -> str:
    """Return the log of the n-th writer."""
    return f"defense/late-{n}"


def _commit_late(
    connection: psycopg.Connection[tuple[object, ...]], school: str, n: int, seq: int, events: int, late_s: float
) -> None:
    """Write some events and a mark, wait, and commit."""
    connection.execute(sql.BEGIN)
    with connection.cursor() as cursor:
        line = {"school": school, "stream": late(n), "shared": b"{}", "hash": "", "author": "", "action": 1}
        rows = [{**line, "seq": seq + i, "private": False} for i in range(1, events + 1)]
        cursor.executemany(sql.ADD_LINE, rows)
    if seq == 0:
        connection.execute(sql.BEGIN_LOG, (school, late(n), "defense", None, "", events, "", False))
    else:
        going_on = {"seq": seq + events, "hash": "", "waiting": False, "school": school, "stream": late(n),
                    "after": seq, "after_hash": ""}  # fmt: skip
        connection.execute(sql.GO_ON, going_on)
    connection.execute(sql.MARK, (school, f"writer {n}"))
    time.sleep(late_s)
    connection.execute(sql.COMMIT)


def write_late(server: Server, n: int, transactions: int, events: int, reader: Reader) -> int:
    """Commit late, each time; return how many commits the reader did not know soon."""
    chance, stream, seq, lost = random.Random(n), late(n), 0, 0
    with psycopg.connect(server.address.url, autocommit=True) as connection:
        while seq < transactions * events:
            try:
                _commit_late(connection, server.school, n, seq, events, chance.uniform(0, LATEST_S))
            except psycopg.errors.SerializationFailure:
                connection.execute(sql.ROLLBACK)
                continue
            seq += events
            until = time.monotonic() + SOON_S
            while reader.known.get(stream, 0) < seq and time.monotonic() < until:
                time.sleep(0.02)
            lost += reader.known.get(stream, 0) < seq
    return lost


def late_commits(address: Address, events: int) -> tuple[str, list[str]]:
    """Let commits come late; return the figures and the losses."""
    each = 100
    transactions = max(1, events // (each * WRITERS))
    with closing(Server(address)) as server:
        reader = Reader(server, OVERLAP_S)
        reader.start()
        with ThreadPoolExecutor(WRITERS) as pool:
            lost = sum(pool.map(lambda n: write_late(server, n, transactions, each, reader), range(WRITERS)))
        reader.end()
    written = each * transactions * WRITERS
    said = f"{written} events in {transactions * WRITERS} commits up to {LATEST_S:.0f} s late, {reader.looks} looks"
    return said, [f"{lost} commits were not known {SOON_S:.0f} s later"] if lost else []


def main(arguments: Sequence[str]) -> int:
    """Run both parts, or be one of the processes."""
    if arguments:
        address, school, process = arguments
        sys.stdout.buffer.write(msgspec.json.encode(mentors(Address(address, school), process)))
        return 0
    phrases, losses = list[str](), list[str]()
    with a_server() as base:
        if base is None:
            return show(Figures("school", skipped="there is no PostgreSQL server"))
        for isolation in ISOLATIONS:
            with schema_of_its_own(base) as schema:
                place = url(base, schema, isolation)
                said, lost = claiming(Address(place, "claims"), cases(usual=2_000, long=10_000, quick=200))
                late, unknown = late_commits(Address(place, "late"), cases(usual=10_000, long=100_000, quick=2_000))
            phrases += [f"{isolation}: {said}", late]
            losses += [f"{isolation}: {text}" for text in (*lost, *unknown)]
    return show(Figures("school", tuple(phrases), tuple(losses)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
