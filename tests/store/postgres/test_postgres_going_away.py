"""A server that goes away at each statement of each operation, or whose disk is full: a sentence, and nothing lost."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import psycopg
import pytest

from defense_console.model.defense.kinds import NotePrivacySet
from defense_console.store.base import Ack, Append, Failed, FullDisk, Unreachable
from defense_console.store.claiming import Claim
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.recorder import Recorder
from defense_console.store.unsaved.spool import Spool
from tests.store import logs
from tests.store.disks import small_disk
from tests.store.postgres.conftest import Account, NewServer
from tests.store.postgres.schools import PROTECTED
from tests.store.postgres.servers import OwnServer, schema_of_its_own, url
from tests.store.test_recorder import Answers
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("postgres")
EMPTY = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
"""The hash of `{}`."""
OFFERED, MINE, OLD, ASKED = 1, 2, 3, 4
"""Defenses by what has become of their claims."""
MOST = 60
"""No operation here has so many statements."""
Operation = Callable[[PostgresStore], object]


def claim(store: PostgresStore, n: int) -> Claim:
    found = store.claims.of(logs.stream(n))
    assert found is not None
    return found


def view(store: PostgresStore) -> object:
    with store.reading():
        return store.size(), list(store.logs("defense/")), store.all_drafts()


JOB = msgspec.structs.replace(logs.more(MINE, 1, "x", "y"), drop_drafts=("note",), pin=(EMPTY, b"{}"), fence=1)
ROWS: tuple[Operation, ...] = (
    lambda store: store.save_draft(logs.stream(), "goal", logs.DRAFT),
    lambda store: store.save_draft(logs.stream(MINE), "note", None),
    lambda store: store.save_aside(logs.stream(), "2/2-a", b"{}"),
    lambda store: store.save_aside(logs.stream(MINE), "2/2-a", None),
    lambda store: store.write_lease(logs.stream(), logs.lease("console"), over=("console",)),
    lambda store: store.write_lease(logs.stream(MINE), None),
    lambda store: store.hold_name("console"),
    lambda store: store.pin(EMPTY, b"{}"),
    lambda store: store.set_meta("fact", "changed"),
)
Change = Callable[[PostgresStore, Claim], object]
HANDS: dict[int, Change] = {
    OFFERED: lambda store, claim: store.claims.take(claim),
    MINE: lambda store, claim: store.claims.give_back(claim, "ill"),
    OLD: lambda store, claim: store.claims.hand_over(claim, "camille", "a note"),
    ASKED: lambda store, claim: store.claims.expire(claim, "2999-01-01T00:00:00Z"),
}
"""How each of the claims changes hands."""


def changed_hands(store: PostgresStore, n: int, known: Claim) -> object:
    return HANDS[n](store, known)


def rows(store: PostgresStore) -> None:
    """Every row of its own, all or none; one of them in a block within."""
    with store.transaction():
        for write in ROWS:
            write(store)
        with store.transaction():
            store.save_draft(logs.stream(), "inner", logs.DRAFT)


def hands(store: PostgresStore) -> None:
    """Whatever happens to claims, all or nothing."""
    with store.transaction():
        store.claims.offer(logs.stream(5), "camille")
        store.claims.ask(claim(store, OLD))
        store.claims.keep(claim(store, MINE))
        for n, change in HANDS.items():
            change(store, claim(store, n))


WRITES: tuple[Operation, ...] = (
    lambda store: store.append(JOB),
    lambda store: store.append(logs.first(5)),
    lambda store: store.claims.take_next(),
    rows,
    hands,
)
READS: dict[str, Operation] = {
    "log": lambda store: store.read_log(logs.stream(MINE)),
    "logs": lambda store: list(store.logs("defense/")),
    "last": lambda store: store.last(logs.stream()),
    "size": PostgresStore.size,
    "streams": PostgresStore.streams,
    "empty": PostgresStore.is_empty,
    "pending": PostgresStore.pending,
    "closed": lambda store: PostgresStore(store.server).closed(),
    "find": lambda store: store.find(logs.defense()[:8]),
    "summary": lambda store: store.summary(logs.defense()),
    "students": lambda store: PostgresStore(store.server).students(),
    "student": lambda store: store.student("s1"),
    "drafts": PostgresStore.all_drafts,
    "asides": PostgresStore.all_asides,
    "leases": PostgresStore.leases,
    "name": lambda store: store.name_held("nobody"),
    "curriculum": lambda store: store.curriculum("h"),
    "curricula": PostgresStore.curricula,
    "fact": lambda store: store.meta("fact"),
    "verify": PostgresStore.verify_all,
    "claims": lambda store: store.claims.all(),
    "claim": lambda store: store.claims.of(logs.stream()),
    "claims of one": lambda store: store.claims.held_by("camille"),
    "changes": lambda store: store.subscribe()(),
    "view": view,
}


@pytest.fixture
def store(server: Server) -> PostgresStore:
    """A store with something of everything."""
    store = PostgresStore(server)
    with store.transaction():
        for n in (OFFERED, MINE, OLD, ASKED):
            store.append(logs.first(n))
            store.claims.offer(logs.stream(n))
        store.append(logs.student())
        store.save_draft(logs.stream(MINE), "note", logs.DRAFT)
        store.save_aside(logs.stream(MINE), "2/2-a", b"{}")
        store.write_lease(logs.stream(MINE), logs.lease())
        store.set_meta("fact", "there")
    for n in (MINE, OLD, ASKED):
        store.claims.take(claim(store, n))
    with server.connection() as connection:
        for n, asked in ((OLD, "NULL"), (ASKED, "now() - interval '2 days'")):
            change = f"UPDATE claim SET since = now() - interval '20 days', asked = {asked}"
            connection.execute(f"{change} WHERE school = %s AND stream = %s".encode(), (server.school, logs.stream(n)))
    return store


class Dying:
    """A server that ends the session at one statement of this thread.

    Args:
        at: Before which one, by number; or after COMMIT, whose answer is lost. Later ones are answered again.
    """

    def __init__(self, patch: pytest.MonkeyPatch, killer: psycopg.Connection[Any], at: int | Literal["COMMIT"]) -> None:
        self.died = False
        self._seen, self._killer, self._at = 0, killer, at
        self._execute, many = psycopg.Connection.execute, psycopg.Cursor.executemany

        def one(connection: psycopg.Connection[Any], statement: bytes, *given: Any, **how: Any) -> Any:
            return self._run(connection, statement, lambda: self._execute(connection, statement, *given, **how))

        def several(cursor: psycopg.Cursor[Any], statement: bytes, *given: Any, **how: Any) -> Any:
            return self._run(cursor.connection, statement, lambda: many(cursor, statement, *given, **how))

        patch.setattr(psycopg.Connection, "execute", one)
        patch.setattr(psycopg.Cursor, "executemany", several)

    def _run(self, connection: psycopg.Connection[Any], statement: bytes, run: Callable[[], Any]) -> Any:
        if connection is self._killer or threading.current_thread() is not threading.main_thread():  # or the pool's
            return run()
        self._seen += 1
        if self.died or self._at not in (self._seen, statement.decode()):
            return run()
        self.died = True
        if self._at == "COMMIT":
            run()
        pid = (connection.info.backend_pid,)
        self._execute(self._killer, "SELECT pg_terminate_backend(%s)", pid)  # with a time, it looks every 0.1 s
        gone = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
        wait_for(lambda: self._execute(self._killer, gone, pid).fetchone() is None, "the session does not end")
        return run()


@pytest.fixture
def killer(base: str, address: Address) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address.url, autocommit=True) as connection:
        yield connection


def everything(connection: psycopg.Connection[Any], school: str) -> dict[str, list[Any]]:
    """Every row of a school."""
    return {
        table: sorted(map(repr, connection.execute(f"SELECT * FROM {table} WHERE school = %s".encode(), (school,))))
        for table in PROTECTED
    }


def is_back(store: PostgresStore) -> bool:
    try:
        store.is_empty()
    except Unreachable:
        return False
    return True


def interrupted(
    store: PostgresStore, killer: psycopg.Connection[Any], operation: Operation, at: int | Literal["COMMIT"]
) -> tuple[bool, object]:
    """Run an operation on a server that dies at a statement; whether it came to that, and the answer or sentence."""
    answer: object
    with pytest.MonkeyPatch.context() as patch:
        dying = Dying(patch, killer, at)
        try:
            answer = operation(store)
        except Unreachable as error:
            answer = str(error)
    if dying.died:
        wait_for(lambda: is_back(store), "the server is not reached again")
    return dying.died, answer


def never_half(store: PostgresStore, killer: psycopg.Connection[Any], write: Operation) -> int:
    """Let the server die at each statement of an operation; return how many there are."""
    before = everything(killer, store.school)
    for nth in range(1, MOST):
        died, said = interrupted(store, killer, write, nth)
        if not died:
            break
        assert "does not answer" in str(said), nth
        assert everything(killer, store.school) == before, nth
    assert everything(killer, store.school) != before, "the next try writes"
    assert store.verify_all() == ()
    return nth - 1


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_whole_or_not_there_whichever_statement_the_server_dies_at(
    store: PostgresStore, killer: psycopg.Connection[Any], write: Operation
) -> None:
    assert never_half(store, killer, write) >= 5


def test_a_shared_note_a_person_and_forgetting_are_whole_or_not_there_too(
    server: Server, killer: psycopg.Connection[Any], account: Account
) -> None:
    store, role = PostgresStore(server), account("mentor")
    store.append(logs.first())
    store.append(logs.more(1, 1, "a private note"))
    shared = Append(logs.stream(), 2, (logs.event(3, NotePrivacySet(2, private=False)),))
    in_order: tuple[Operation, ...] = (
        lambda store: store.append(shared),
        lambda store: store.save_draft("defense/x", "note", logs.DRAFT),
        lambda store: store.people.add(role, "mentor", "Camille"),
        lambda store: store.forget("s1", [logs.stream()]),
    )
    for write in in_order:
        assert never_half(store, killer, write) >= 3
    assert store.streams() == ()


def test_a_write_whose_answer_is_lost_is_there_and_written_again_it_is_there_once(
    store: PostgresStore, killer: psycopg.Connection[Any]
) -> None:
    writes: list[Operation] = [*WRITES[:2], *ROWS]
    writes += [functools.partial(changed_hands, n=n, known=claim(store, n)) for n in HANDS]
    for n, write in enumerate(writes):
        before = everything(killer, store.school)
        died, said = interrupted(store, killer, write, "COMMIT")
        assert died
        assert "does not answer" in str(said)
        there = everything(killer, store.school)
        assert there != before, n
        write(store)
        again = everything(killer, store.school)
        assert {table: len(rows) for table, rows in again.items()} == {t: len(rows) for t, rows in there.items()}, n
        assert [again[table] for table in ("log", "event", "claim")] == [there[t] for t in ("log", "event", "claim")], n
    assert store.verify_all() == ()


def test_a_question_is_answered_by_the_next_try_whichever_statement_the_server_dies_at(
    store: PostgresStore, killer: psycopg.Connection[Any]
) -> None:
    for name, read in READS.items():
        expected = read(store)
        for nth in range(1, MOST):
            died, said = interrupted(store, killer, read, nth)
            assert said == expected or (died and "does not answer" in str(said)), name
            if not died:
                break
        assert nth > 1, name


def test_a_commit_is_durable_however_the_server_is_set(base: str, address: Address, new_server: NewServer) -> None:
    relaxed = address.url.replace("options=", "options=-csynchronous_commit%3Doff%20")
    server = new_server(msgspec.structs.replace(address, url=relaxed))
    with server.connection() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_full_disk_of_the_server_is_a_sentence_and_what_waits_is_written_when_there_is_space(
    own_server: OwnServer, new_server: NewServer, tmp_path: Path
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,  # not below a folder that the server's account may not enter
        small_disk(Path(folder)) as disk,
        schema_of_its_own(own_server.base) as schema,
        psycopg.connect(own_server.base, autocommit=True) as administrator,
    ):
        Path(folder).chmod(0o755)
        tables = disk.folder / "tables"
        tables.mkdir()
        shutil.chown(tables, "postgres")
        administrator.execute(f"CREATE TABLESPACE small LOCATION '{tables}'".encode())
        try:
            place = url(own_server.base, schema).replace("options=", "options=-cdefault_tablespace%3Dsmall%20")
            server = new_server(Address(place, "full"))
            store, answers = PostgresStore(server), Answers()
            store.append(logs.first())
            spool = Spool(tmp_path / "spool", store.identity)
            recorder = Recorder(store.another, answers, spool=spool, delays_s=(0.05,))
            recorder.start()
            disk.fill()
            seq = 1
            while not answers.of(Failed):
                recorder.submit(logs.more(1, seq, os.urandom(10_000).hex()))
                wait_for(lambda: len(answers.all) >= seq, "no answer")  # noqa: B023 — it is waited for at once
                seq += 1
            failed = answers.of(Failed)[0]
            assert isinstance(failed.error, FullDisk)
            assert "disk of the school's server is full" in str(failed.error)
            assert failed.spool is not None
            assert failed.spool.exists()
            assert len(store.read_log(logs.stream())) == 1 + len(answers.of(Ack))
            assert [each.seq for each in store.pending()] == [1 + len(answers.of(Ack))]
            disk.free()
            answers.wait(lambda all: sum(isinstance(each, Ack) for each in all) == seq - 1)
            assert recorder.close(5)
            assert not spool.holds
            assert len(store.read_log(logs.stream())) == seq
            assert store.verify_all() == ()
            store.close()
            server.close()
        finally:
            administrator.execute(f"DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")
            administrator.execute("DROP TABLESPACE small")
