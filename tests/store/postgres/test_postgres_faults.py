"""A server that is away, refuses, is newer, or holds what nobody wrote: a sentence, and nothing lost."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec
import psycopg
import pytest

from defense_console.desk.logs.leases import Holder, held_by_other
from defense_console.model.errors import ConsoleError
from defense_console.store.base import (
    Ack,
    DamagedStore,
    Failed,
    NewerStore,
    NotOurStore,
    ReadOnlyStore,
    StoreError,
    Unreachable,
)
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.beside import FRESH_S
from defense_console.store.postgres.migrations.upgrading import HEAD
from defense_console.store.postgres.migrations.versions import claims, first_tables
from defense_console.store.postgres.people import People
from defense_console.store.postgres.server import Connection, Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.postgres.transactions import Transactions
from defense_console.store.recorder import Recorder
from defense_console.store.snapshot import Snapshot
from defense_console.store.unsaved.replay import replay
from defense_console.store.unsaved.spool import Spool
from tests.store import logs
from tests.store.memory import MemoryStore
from tests.store.postgres.conftest import Account, NewServer
from tests.store.postgres.servers import Between, OwnServer, as_role, schema_of_its_own, url
from tests.store.test_recorder import Answers
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("postgres")


def why_unread(snapshot: Snapshot) -> StoreError | None:
    return snapshot.unread


# --- away --------------------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Server(Address(f"postgresql:///irp?host={tmp_path}", "school"))


@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_the_console_goes_on_while_the_server_is_away(
    own_server: OwnServer, new_server: NewServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    how: Literal["stopped", "silent"],
) -> None:  # fmt: skip
    monkeypatch.setattr(Connection, "silence_s", 0.5)
    with closing(Between(own_server.base)) as between:
        server = new_server(between.address(Address(own_server.base, f"away-{how}")))
        reader, answers = PostgresStore(server), Answers()
        spool = Spool(tmp_path / "spool", reader.identity)
        recorder = Recorder(lambda: PostgresStore(server), answers, spool=spool, delays_s=(0.05,))
        recorder.start()
        recorder.submit(logs.first())
        answers.wait(lambda all: any(isinstance(each, Ack) for each in all))
        snapshot = Snapshot(reader)
        assert len(snapshot.pending()) == 1
        with own_server.stopped() if how == "stopped" else between.silent():
            recorder.submit(logs.more(1, 1, "while it is away"))
            answers.wait(lambda all: any(isinstance(each, Failed) for each in all))
            failed = answers.of(Failed)[0]
            assert isinstance(failed.error, Unreachable)
            assert "does not answer" in str(failed.error)
            assert failed.spool is not None
            assert failed.spool.exists()
            begun = time.monotonic()
            snapshot.refresh()
            assert not snapshot.refresh()
            assert time.monotonic() - begun < 1, "nobody waits for a server that is known to be away"
            assert isinstance(why_unread(snapshot), Unreachable)
            assert len(snapshot.pending()) == 1, "what was read last stays"
        answers.wait(lambda all: sum(isinstance(each, Ack) for each in all) == 2)
        assert recorder.close(5)
        assert not spool.holds
        wait_for(snapshot.refresh, "it is read again")
        assert why_unread(snapshot) is None
        assert [each.seq for each in snapshot.pending()] == [2]
        assert reader.verify_all() == ()


def test_what_waited_is_written_by_the_next_console_whatever_the_server_is_called(
    own_server: OwnServer, new_server: NewServer, tmp_path: Path
) -> None:
    server = new_server(Address(own_server.base, "spooled"))
    store = PostgresStore(server)
    other_name = msgspec.structs.replace(store.identity, path="postgresql://another-name/irp?school=spooled")
    spool = Spool(tmp_path / "spool", other_name)
    spool.keep(logs.named(logs.first()))
    spool.close()
    foreign = Spool(tmp_path / "spool", msgspec.structs.replace(store.identity, id="another school"))
    foreign.keep([logs.first(2)])
    foreign.close()
    assert replay(tmp_path / "spool", store, store.identity).written == 1
    assert store.streams() == (logs.stream(),)
    assert foreign.file is not None
    assert foreign.file.exists()


def test_a_commit_that_waits_for_its_standby_goes_into_the_spool_and_is_there_once(
    own_server: OwnServer, new_server: NewServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "silence_s", 0.5)
    store, answers = PostgresStore(new_server(Address(own_server.base, "standby"))), Answers()
    spool = Spool(tmp_path / "spool", store.identity)
    recorder = Recorder(store.another, answers, spool=spool, delays_s=(0.05,))

    def wait_for_standbys(names: str) -> None:
        administrator.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'".encode())
        administrator.execute("SELECT pg_reload_conf()")
        wanted = "SHOW synchronous_standby_names"
        wait_for(lambda: administrator.execute(wanted).fetchone() == (names,), "the server does not read its settings")

    with psycopg.connect(own_server.base, autocommit=True) as administrator:
        wait_for_standbys("none")
        try:
            recorder.start()
            recorder.submit(logs.first())
            answers.wait(lambda all: any(isinstance(each, Failed) for each in all))
            assert answers.of(Failed)[0].spool is not None
        finally:
            wait_for_standbys("")
    answers.wait(lambda all: any(isinstance(each, Ack) for each in all))
    assert recorder.close(5)
    assert not spool.holds
    assert len(store.read_log(logs.stream())) == 1
    assert store.verify_all() == ()


def test_a_command_waits_for_what_takes_long_and_a_console_does_not(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "silence_s", 0.2)

    def slow(on: Transactions) -> bool:
        return on.read(lambda: on.execute("SELECT pg_sleep(0.6)").rowcount == 1)

    with closing(Server(server.address, patient=True)) as patient:
        assert slow(PostgresStore(patient).transactions)
    with pytest.raises(Unreachable, match="does not answer"):
        slow(PostgresStore(server).transactions)


def test_a_row_that_another_writer_holds_is_no_server_that_is_away(
    new_server: NewServer, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defense_console.store.postgres.server.LOCK_S", "0.1")
    store = PostgresStore(new_server(address))
    store.append(logs.first())
    with psycopg.connect(address.url) as other:
        other.execute("SELECT 1 FROM log WHERE school = %s FOR UPDATE", (store.school,))
        with pytest.raises(StoreError, match="Others write here at the same time") as refused:
            store.append(logs.more(1, 1, "x"))
        assert not isinstance(refused.value, Unreachable)
    assert store.append(logs.more(1, 1, "x"))[0] == 2


# --- refused -----------------------------------------------------------------------------------------------------


def test_a_school_that_is_not_there_is_not_made_by_reading(address: Address) -> None:
    with pytest.raises(NotOurStore, match="There is no school"):
        Server(address, create=False)


def test_tables_of_a_newer_console_are_not_touched(base: str, new_server: NewServer) -> None:
    with schema_of_its_own(base) as schema:
        newer = Address(url(base, schema), "newer")
        new_server(newer).close()
        with psycopg.connect(newer.url, autocommit=True) as connection:
            connection.execute("UPDATE defense_console_schema SET version_num = '9999'")
        with pytest.raises(NewerStore, match="newer console"):
            Server(newer)


def test_tables_of_an_earlier_console_are_brought_up_with_what_they_hold(
    base: str, new_server: NewServer, account: Account
) -> None:
    with schema_of_its_own(base) as schema:
        school = Address(url(base, schema), "earlier")
        with psycopg.connect(school.url, autocommit=True) as connection:
            for statement in (*first_tables.TABLES, *claims.TABLES):
                connection.execute(statement.encode())
            connection.execute("CREATE TABLE defense_console_schema (version_num varchar(32) PRIMARY KEY)")
            connection.execute("INSERT INTO defense_console_schema VALUES ('0002')")
            connection.execute("INSERT INTO school VALUES ('earlier', 'its id', now())")
            connection.execute("INSERT INTO draft VALUES ('earlier', 'defense/x', 'note', 'a draft')")
            written = MemoryStore()
            written.append(logs.first(2))
            written.append(logs.more(2, 1, "a private note"))
            lines, place = written.read_log(logs.stream(2)), ("earlier", logs.stream(2))
            connection.execute(
                "INSERT INTO log VALUES (%s, %s, 'defense', NULL, 2, %s, true, 0, 0, NULL, now())",
                (*place, lines[1].hash),
            )
            for line in lines:
                connection.execute(
                    "INSERT INTO event VALUES (%s, %s, %s, %s, %s, 'Camille', now())",
                    (*place, line.seq, line.body, line.hash),
                )
            group = account("mentors")
            connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {group}".encode())
            server = new_server(school)
            rights = "SELECT 1 FROM information_schema.role_table_grants WHERE grantee = %s AND table_schema = %s"
            assert connection.execute(rights, (group, schema)).fetchall() == []
            assert connection.execute("SELECT version_num FROM defense_console_schema").fetchall() == [(HEAD,)]
        assert server.school_id == "its id"
        store = PostgresStore(server)
        with psycopg.connect(school.url, autocommit=True) as connection:
            connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {(mentor := account('mentor'))}".encode())
        people = People(store)
        people.add(account("marc"), "mentor", "Marc")
        people.add(mentor, "mentor", "Camille")
        for name in ("marc", "mentor"):
            people.give(account(name), "s1")
        marc, camille = (PostgresStore(new_server(as_role(school, account(name)))) for name in ("marc", "mentor"))
        assert [line.withheld for line in marc.read_log(logs.stream(2))] == [False, True]
        assert camille.read_log(logs.stream(2)) == lines, "what was hers by name is hers"
        store.append(logs.first())
        assert store.verify_all() == ()
        server.close()


def test_a_server_that_only_reads_is_read(server: Server, new_server: NewServer, address: Address) -> None:
    PostgresStore(server).append(logs.first())
    only_read = address.url.replace("options=", "options=-cdefault_transaction_read_only%3Don%20")
    store = PostgresStore(new_server(msgspec.structs.replace(address, url=only_read)))
    assert isinstance(store.read_only, ReadOnlyStore)
    assert len(store.pending()) == 1
    for write in (lambda: store.append(logs.first(2)), lambda: store.transaction().__enter__()):
        with pytest.raises(ReadOnlyStore):
            write()


def test_a_server_that_becomes_a_standby_says_so(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PostgresStore(server)
    monkeypatch.setattr("defense_console.store.postgres.statements.BEGIN", "BEGIN READ ONLY")
    with pytest.raises(ReadOnlyStore):
        store.append(logs.first())


def test_an_account_without_rights_hears_what_is_missing(server: Server, account: Account) -> None:
    with pytest.raises(StoreError, match="does not permit this to your account"):
        Server(as_role(server.address, account("nobody")))


def test_a_mentor_makes_no_school(server: Server, account: Account) -> None:
    People(PostgresStore(server)).add(mentor := account("mentor"), "mentor", "Camille")
    theirs = as_role(server.address, mentor)
    with pytest.raises(NotOurStore, match="There is no school"):
        Server(msgspec.structs.replace(theirs, school="typing-mistake"))


def test_what_a_server_cannot_keep_is_a_sentence(server: Server) -> None:
    store = PostgresStore(server)
    with pytest.raises(StoreError, match="refuses this"):
        store.save_draft(logs.stream(), "a\0b", logs.DRAFT)
    draft = msgspec.structs.replace(logs.DRAFT, text="a\0b \U0001f600")
    store.save_draft(logs.stream(), "note", draft)
    assert store.all_drafts() == {logs.stream(): {"note": draft}}


# --- damaged -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("UPDATE private_line SET body = '{}' WHERE seq = 2", ["changed"]),
        ("DELETE FROM private_line WHERE seq = 2", ["damaged"]),
        ("UPDATE event SET body = '{}' WHERE seq = 1", ["changed"]),
        ("DELETE FROM event WHERE seq = 2", ["missing"]),
        ("DELETE FROM event WHERE seq = 3", ["cut"]),
        ("DELETE FROM event", ["cut"]),
        ("UPDATE log SET hash = 'x'", ["changed"]),
        ("DELETE FROM log", ["summary"]),
        ("UPDATE curriculum SET body = 'x'", ["curriculum"]),
    ],
)
def test_what_nobody_wrote_is_found_and_nothing_is_folded_from_it(
    server: Server, statement: str, kinds: list[str]
) -> None:
    store = PostgresStore(server)
    store.append(msgspec.structs.replace(logs.first(), pin=("h", b"{}")))
    store.append(logs.more(1, 1, "x", "y"))
    store.pin("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9", b"0")
    with server.connection() as connection:
        connection.execute("DELETE FROM curriculum WHERE hash = 'h'")
        assert store.verify_all() == ()
        where = " AND" if "WHERE" in statement else " WHERE"
        connection.execute(f"{statement}{where} school = %s".encode(), (server.school,))
    assert [problem.kind for problem in store.verify_all()] == kinds
    if kinds != ["curriculum"] and "log" not in statement.split():
        with pytest.raises(DamagedStore):
            store.read_log(logs.stream())
        with pytest.raises(ConsoleError):
            store.append(logs.more(1, 2, "z"))


def test_lines_after_the_end_that_is_known_are_damage_and_not_a_race(server: Server) -> None:
    store = PostgresStore(server)
    store.append(logs.first())
    store.append(logs.more(1, 1, "x"))
    with server.connection() as connection:
        back = "UPDATE log SET seq = 1, hash = (SELECT hash FROM event e WHERE e.school = log.school AND e.seq = 1)"
        connection.execute(f"{back} WHERE school = %s".encode(), (server.school,))
    with pytest.raises(DamagedStore):
        store.append(logs.more(1, 1, "y"))
    assert [problem.kind for problem in store.verify(logs.stream())] == ["changed"]


# --- whose clock ---------------------------------------------------------------------------------------------------


def test_a_console_lives_by_the_servers_clock(server: Server) -> None:
    store, other = PostgresStore(server), PostgresStore(server)
    assert store.hold_name("console-1")
    held = msgspec.structs.replace(logs.lease("console-1"), named=True)
    store.write_lease(logs.stream(), held)
    assert other.name_held("console-1")

    def is_silent_for(seconds: int) -> None:
        with server.connection() as connection:
            connection.execute(
                "UPDATE living SET seen = clock_timestamp() - %s * interval '1 second' WHERE school = %s",
                (seconds, server.school),
            )

    me, now = Holder("console-2", "another host", 1, ""), logs.STAMP
    for hour in ("08", "10"):  # the clocks of the machines are an hour apart, either way
        clock = msgspec.structs.replace(now, wall=now.wall.replace("T09", f"T{hour}"), boot_id="boot-2")
        assert held_by_other(held, me, clock, lambda _pid: "", other.name_held)
        assert not held_by_other(held, me, clock, lambda _pid: "", lambda _name: False)
    is_silent_for(FRESH_S - 10)
    assert other.leases() == {logs.stream(): held}
    assert other.name_held("console-1")
    is_silent_for(FRESH_S + 1)
    other.leases()
    assert not other.name_held("console-1"), "killed, or cut off"
    store.write_lease(logs.stream(), held, over=("console-1",))
    assert other.name_held("console-1"), "a lease that is renewed is a sign of life"


def test_the_account_is_not_a_part_of_which_store_it_is(server: Server) -> None:
    assert os.environ.get("USER", "root") not in PostgresStore(server).identity.path
