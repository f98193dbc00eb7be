"""A school with a million defenses: what its queue, a claim, a move of the cursor and an append cost.

    python -m benchmarks large_school [--defenses N] [--mentors N] [--address postgresql://…]

The tables are filled with COPY: canonical bytes, hashes and rows as the console writes them, logs of two events. One
defense in a hundred is pending, each claimed by one of the mentors. Then the queue is opened on a new connection, for a
mentor and for somebody who has no defense and looks after all; each time with the statements that it took. Medians of
the rounds. Last, fifty mentors claim 2,000 defenses more, which are offered: see torture/school.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, product
from typing import TypeVar

import msgspec
import psycopg

from defense_console import clocks
from defense_console.desk.desk import Desk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, Noted, Planned
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary, defense_id, summarize
from defense_console.model.log.chain import first_hash, next_hash
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.log.instants import iso
from defense_console.model.log.subject import beside
from defense_console.model.queue.agenda import Entry
from defense_console.model.student.kinds import StudentEvent, StudentRegistered
from defense_console.model.student.state import STANDING_VERSION, Standing, Student
from defense_console.model.student.subject import STUDENT
from defense_console.settings import Settings
from defense_console.store.base import Append, StoreError
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.postgres.transactions import Transactions
from defense_console.store.recorder import Recorder
from tests.store.postgres.servers import a_server, schema_of_its_own, url
from torture.school import claiming

T = TypeVar("T")
Connection = psycopg.Connection[tuple[object, ...]]
STAMP = Stamp("2026-03-02T09:00:00.000Z", 1_000, 900, "boot")
NOTED = Noted("a note of the usual length, about one line", STAMP)
ATTEMPTS = 2
PENDING = 100
"""One of so many is pending."""
BATCH = 20_000
LOG = "COPY log (school, stream, subject, defense, seq, hash, waiting, row_seq, row_version, body, changed) FROM STDIN"
EVENT = "COPY event (school, stream, seq, body, hash, author, received) FROM STDIN"
CLAIM = "COPY claim (school, stream, state, holder, apart, preferred, fence, note, since) FROM STDIN"
CLAIMED = 2_000
"""Defenses that are offered at the end."""
ON_SCREEN = 40
"""Rows that are drawn at once."""


class Log(msgspec.Struct):
    """A log as it is in the tables."""

    stream: str
    lines: list[bytes]
    hashes: list[str]
    body: bytes
    version: int
    waiting: bool
    id: object = None


def log(stream: str, lines: list[bytes], row: dict[str, object], version: int, waiting: bool, id: object) -> Log:
    """Chain the lines, and put their end into the row."""
    head, hashes = first_hash(stream), []
    for body in lines:
        head = next_hash(head, body)
        hashes.append(head)
    whole = msgspec.json.encode({**row, "seq": len(lines), "hash": head})
    return Log(stream, lines, hashes, whole, version, waiting, id)


def defenses(number: int) -> Iterator[Log]:
    """The logs of defenses: one student after the other, every project of theirs, each attempt."""
    code, curriculum = next(iter(load_shipped().items()))
    note = encode_event(DefenseEvent(2, 2, STAMP, "Camille", NOTED))
    begun = datetime(2026, 3, 2, 9, tzinfo=UTC)
    known = dict[tuple[str, int], Summary]()
    wanted = product(range(number), curriculum.projects, range(1, ATTEMPTS + 1))
    for n, (student, project, attempt) in enumerate(islice(wanted, number)):
        at = iso(begun + timedelta(minutes=n % 500_000))
        what = Planned(f"s{student}", code, project.id, attempt, at)
        if (project.id, attempt) not in known:
            events = [DefenseEvent(1, 1, STAMP, "Camille", what), DefenseEvent(2, 2, STAMP, "Camille", NOTED)]
            known[project.id, attempt] = summarize("", fold(events))
        id, waiting = defense_id(f"s{student}", project.id, attempt), n % PENDING == 0
        summary = msgspec.structs.replace(
            known[project.id, attempt], id=str(id), student_id=f"s{student}", planned_at=at, pending=waiting
        )
        first = encode_event(DefenseEvent(1, 1, STAMP, "Camille", what))
        yield log(DEFENSE.stream(str(id)), [first, note], dict(beside(summary)), summary.version, waiting, id)


def students(number: int) -> Iterator[Log]:
    """The logs of the students of these defenses."""
    projects = len(next(iter(load_shipped().values())).projects)
    for n in range(1 + (number - 1) // (projects * ATTEMPTS)):
        id, name = f"s{n}", f"Student {n}"
        line = encode_event(StudentEvent(1, 1, STAMP, "Camille", StudentRegistered(id, name, "", "Europe/Paris")))
        row = Student(id, name, "", "Europe/Paris", 1, standing=Standing(version=STANDING_VERSION))
        yield log(STUDENT.stream(id), [line], dict(STUDENT.row(id, row)), STANDING_VERSION, False, None)


def copied(connection: Connection, statement: str, rows: Iterator[Sequence[object]]) -> None:
    """Write rows at once."""
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def fill(connection: Connection, school: str, number: int, mentors: Sequence[str]) -> int:
    """Fill the tables; return how many defenses are pending."""
    pending = 0
    for subject, found in (("student", students(number)), ("defense", defenses(number))):
        while batch := list(islice(found, BATCH)):
            now = datetime.now(UTC)
            copied(connection, LOG, (
                (school, each.stream, subject, each.id, len(each.lines), each.hashes[-1], each.waiting,
                 len(each.lines), each.version, each.body, now) for each in batch
            ))  # fmt: skip
            copied(connection, EVENT, (
                (school, each.stream, seq, line, hash, "Camille", now)
                for each in batch for seq, (line, hash) in enumerate(zip(each.lines, each.hashes, strict=True), 1)
            ))  # fmt: skip
            if subject == "defense":  # a closed one keeps its claim: it is history
                copied(connection, CLAIM, (
                    (school, each.stream, "claimed", mentors[n // 10 % len(mentors)], "", "", 1, "", now)
                    for n, each in enumerate(batch[::10])
                ))  # fmt: skip
                pending += sum(each.waiting for each in batch)
    for table in ("log", "event", "claim"):
        connection.execute(f"VACUUM ANALYZE {table}".encode())  # as the server does by itself, some time later
    return pending


class Counted:
    """Counts the statements of every store."""

    def __init__(self) -> None:
        self.statements = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count from now on."""
        execute, counted = Transactions.execute, self

        def count(own: Transactions, statement: str, parameters: Sequence[object] | dict[str, object] = ()) -> object:
            counted.statements += 1
            return execute(own, statement, parameters)

        Transactions.execute = count  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            Transactions.execute = execute  # type: ignore[method-assign]


class Measures:
    """Milliseconds and statements by what was measured, in the order of the first time."""

    def __init__(self) -> None:
        self._counted = Counted()
        self._found: dict[str, list[tuple[float, int]]] = {}

    def take(self, what: str, step: Callable[[], T]) -> T:
        """Measure something once more; return its answer."""
        before, start = self._counted.statements, time.perf_counter()
        with self._counted.counting():
            answer = step()
        taken = 1000 * (time.perf_counter() - start)
        self._found.setdefault(what, []).append((taken, self._counted.statements - before))
        return answer

    def show(self) -> None:
        """Print them."""
        for what, all in self._found.items():
            taken = [ms for ms, _statements in all]
            slowest = statistics.quantiles(taken, n=100, method="inclusive")[98] if len(taken) > 1 else taken[0]
            print(f"{what:46} median {statistics.median(taken):9.3f} ms   p99 {slowest:9.3f} ms   "
                  f"{all[-1][1]} statements", flush=True)  # fmt: skip


def open_desk(stack: ExitStack, server: Server) -> Desk:
    """A console's desk, on a connection of its own."""
    store = stack.enter_context(closing(PostgresStore(server, watched=True)))
    recorder = Recorder(store.another, lambda _answer: None)
    recorder.start()
    stack.callback(recorder.close, 5)
    return Desk(store, recorder, clocks.read, clocks.process_start, Settings(), load_shipped())


def drawn(desk: Desk) -> list[Entry]:
    """Read and order what the queue draws first: the lines that are mine, all where none is, and the first card."""
    entries = desk.agenda.entries()
    mine = [each for each in entries if each.mine]
    found = mine or list(entries)
    desk.agenda.card(found[0])
    desk.agenda.prepare_cards()
    return found


def queues(address: Address, who: str, account: str, rounds: int, measures: Measures) -> None:
    """Open the queue of somebody, move the cursor, hear of a write of another one, append."""
    with closing(Server(address)) as server:
        server.account = account
        for n in range(rounds):
            with ExitStack() as stack:
                desk = open_desk(stack, server)
                other = PostgresStore(server)
                lines = measures.take(f"{who}: the queue, first drawn", partial(drawn, desk))
                for each in lines[:ON_SCREEN]:
                    measures.take(f"{who}: the cursor on a line, first time", partial(desk.agenda.card, each))
                for each in lines[:ON_SCREEN]:
                    measures.take(f"{who}: the cursor moved", partial(desk.agenda.card, each))
                measures.take(f"{who}: the queue drawn again", partial(drawn, desk))
                stream = DEFENSE.stream(lines[0].summary.id)
                last = other.last(stream)
                assert last is not None
                line = encode_event(DefenseEvent(last.seq + 1, last.seq + 1, STAMP, "Camille", NOTED))
                job = Append(stream, last.seq, (line,), row=beside(lines[0].summary))
                measures.take(f"{who}: an append", partial(other.append, job))
                before = desk.ledger.snapshot.generation
                while desk.ledger.snapshot.generation == before:
                    time.sleep(0.05)
                    desk.ledger.refresh()
                measures.take(f"{who}: the queue, after another one's write", partial(drawn, desk))
                if n == 0:
                    print(f"{who}: {len(lines)} lines of {len(desk.agenda.entries())} pending", flush=True)


def others(address: Address, rounds: int, measures: Measures) -> None:
    """What is asked for less often."""
    with closing(Server(address)) as server:
        for _ in range(rounds):
            store = PostgresStore(server)
            measures.take(
                "defenses, by the first digits of an id", partial(store.find, str(defense_id("s1", "x", 1))[:8])
            )
            measures.take("all students", store.students)
            measures.take("the closed ones, for the first search", store.closed)
            store.set_meta("somebody", "wrote")
            measures.take("the closed ones, after a write", store.closed)


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", help="of a server; a local one, or one that is started, by default")
    parser.add_argument("--defenses", type=int, default=1_000_000)
    parser.add_argument("--mentors", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    mentors = [f"mentor {n}" for n in range(options.mentors)]
    with ExitStack() as stack:
        base = options.address or stack.enter_context(a_server())
        if base is None:
            sys.exit("There is no PostgreSQL server: name one with --address.")
        address = Address(url(base, stack.enter_context(schema_of_its_own(base))), "large")
        began = time.monotonic()
        with closing(Server(address)), psycopg.connect(address.url, autocommit=True) as connection:
            pending = fill(connection, address.school, options.defenses, mentors)
        print(f"{options.defenses} defenses, {pending} pending, filled in {time.monotonic() - began:.0f} s", flush=True)
        measures = Measures()
        queues(address, "a mentor", mentors[1], options.rounds, measures)
        queues(address, "who looks after all", "administrator", options.rounds, measures)
        measures.show()
        said, losses = claiming(address, CLAIMED)
        print(said, *losses, sep="\n", flush=True)
        measures = Measures()
        try:
            others(address, 2, measures)
        except StoreError as error:  # a statement takes longer than the console lets it
            print(error)
        measures.show()


if __name__ == "__main__":
    main()
