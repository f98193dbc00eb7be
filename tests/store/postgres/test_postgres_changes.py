"""What others wrote is seen, however long a commit takes: nothing is lost, nothing is told twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from typing import Any, cast

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defense_console.model.log.subject import beside
from defense_console.store.base import StoreError, Unreachable
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.changes import KEPT, Changes, Watch
from defense_console.store.postgres.server import IDLE_S, OVERLAP_S, STATEMENT_S, Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.postgres.transactions import Transactions
from tests.store import logs
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("postgres")
WRITERS = 3
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["mark", "commit", "give up"]), st.integers(0, WRITERS - 1)),
        st.just(("look", 0)),
    ),
    max_size=30,
)


def test_of_what_is_pending_only_the_logs_that_have_changed_are_read_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = PostgresStore(server), PostgresStore(server)
    for n in (1, 2, 3):
        other.append(logs.first(n))
    other.append(logs.student())
    assert (len(store.pending()), store.students_by_ids(["s1", "s2"])) == (3, other.students())
    other.append(logs.more(2, 1, "x"))
    other.append(msgspec.structs.replace(logs.more(3, 1, "y"), row=beside(logs.summary(3, pending=False))))
    read, execute = list[object](), Transactions.execute

    def reading(own: Transactions, statement: str, parameters: Any = ()) -> Any:
        read.extend(parameters[1] if statement == sql.SOME_ROWS else ())
        return execute(own, statement, parameters)

    monkeypatch.setattr(Transactions, "execute", reading)
    assert {each.id: each.seq for each in store.pending()} == {logs.defense(1): 1, logs.defense(2): 2}
    assert store.students_by_ids(["s1"]) == other.students()
    assert read == [logs.stream(2)]
    with server.connection() as connection:  # as on a server that had not heard of the last commit of another one
        first = "(SELECT hash FROM event AS e WHERE e.school = log.school AND e.stream = log.stream)"
        gone = [f"DELETE FROM {table} WHERE seq = 2 AND" for table in ("private_line", "event")]
        for statement in (*gone, f"UPDATE log SET seq = 1, hash = {first} WHERE"):
            place = (server.school, logs.stream(2))
            connection.execute(f"{statement} school = %s AND stream = %s".encode(), place)
    another = beside(msgspec.structs.replace(logs.summary(2), notes=7))
    other.append(msgspec.structs.replace(logs.more(2, 1, "z"), row=another))
    assert [each.notes for each in store.pending() if each.id == logs.defense(2)] == [7]


class Writer:
    """Writes a mark, and commits it later."""

    def __init__(self, connection: psycopg.Connection[Any], school: str, name: str) -> None:
        self._connection, self._school, self._name = connection, school, name
        self.open = False

    def mark(self) -> None:
        if not self.open:
            self._connection.execute(sql.BEGIN)
            self._connection.execute(sql.MARK, (self._school, self._name))
            self.open = True

    def end(self, statement: str) -> bool:
        """Commit or give up; return whether there was something to end."""
        ended, self.open = self.open, False
        if ended:
            self._connection.execute(statement.encode())
        return ended


@contextmanager
def writers(server: Server) -> Iterator[list[Writer]]:
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connection()) for _ in range(WRITERS)]
        made = [Writer(connection, server.school, f"w{n}") for n, connection in enumerate(connections)]
        yield made
        for writer in made:
            writer.end(sql.ROLLBACK)


def changes_of(server: Server, overlap: timedelta = timedelta(seconds=OVERLAP_S)) -> Changes:
    return Changes(Transactions(server, "reader"), server.school, "reader", overlap)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_each_look_tells_whether_there_was_a_commit(server: Server, steps: list[tuple[str, int]]) -> None:
    changes = changes_of(server)
    seen, committed = changes.look(), False
    with writers(server) as made:
        for what, n in [*steps, ("look", 0)]:
            match what:
                case "mark":
                    made[n].mark()
                case "commit":
                    committed |= made[n].end(sql.COMMIT)
                case "give up":
                    made[n].end(sql.ROLLBACK)
                case "look":
                    before, seen = seen, changes.look()
                    assert (before != seen) == committed
                    committed = False


@pytest.mark.parametrize(("overlap", "sees"), [(OVERLAP_S, True), (0, False)])
def test_a_commit_that_comes_late_is_seen_behind_a_younger_one(server: Server, overlap: int, sees: bool) -> None:
    """Without the overlap it would be lost: the property above can fail."""
    changes = changes_of(server, timedelta(seconds=overlap))
    changes.look()
    with writers(server) as (late, early, _third):
        late.mark()
        early.mark()
        early.end(sql.COMMIT)
        seen = changes.look()
        late.end(sql.COMMIT)
        assert (changes.look() != seen) == sees


def test_a_mark_is_the_last_thing_before_its_commit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = psycopg.Connection.execute, list[bytes]()

    def recording(connection: psycopg.Connection[Any], statement: Any, *arguments: Any, **options: Any) -> Any:
        if threading.current_thread() is threading.main_thread():  # not the pool's
            seen.append(statement)
        return run(connection, statement, *arguments, **options)

    store = PostgresStore(server)
    monkeypatch.setattr(psycopg.Connection, "execute", recording)
    store.append(logs.first())
    with store.transaction():
        store.append(logs.first(2))
        store.set_meta("demo", "1")
    ends = [n for n, statement in enumerate(seen) if statement == b"COMMIT"]
    assert len(ends) == 2
    assert all(seen[n - 1] == sql.MARK.encode() for n in ends)


def test_no_session_waits_longer_than_a_look_goes_back(server: Server) -> None:
    assert OVERLAP_S > STATEMENT_S + IDLE_S
    with server.connection() as connection:
        limits = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("statement_timeout", "idle_in_transaction_session_timeout")
        ]
    assert limits == [(f"{STATEMENT_S}s",), (f"{IDLE_S}s",)]


def test_after_a_long_absence_everything_is_read_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defense_console.store.postgres.changes.KEPT", timedelta(0))
    changes = changes_of(server)
    seen = changes.look()
    assert changes.look() != seen
    assert timedelta(days=1) == KEPT


def test_marks_are_not_kept_for_ever(server: Server) -> None:
    store = PostgresStore(server)
    store.set_meta("x", "1")
    with server.connection() as connection:
        connection.execute("UPDATE writer SET changed = changed - interval '3 days'")
        other = Server(server.address)
        other.close()
        assert connection.execute("SELECT count(*) FROM writer WHERE school = %s", (server.school,)).fetchone() == (0,)


def test_the_event_loop_asks_a_thread_and_not_the_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    run, asked = psycopg.Connection.execute, set[str]()

    def recording(connection: psycopg.Connection[Any], statement: Any, *arguments: Any, **options: Any) -> Any:
        asked.add(threading.current_thread().name)
        return run(connection, statement, *arguments, **options)

    with closing(PostgresStore(server, watched=True)) as store:
        other, changed = PostgresStore(server), store.subscribe()
        other.append(logs.first())
        with monkeypatch.context() as patch:
            patch.setattr(psycopg.Connection, "execute", recording)
            wait_for(changed, "the other one's write is told")
            assert not changed()
        assert "watch" in asked
        assert threading.current_thread().name not in asked
        store.append(logs.more(1, 1, "own"))
        assert len(store.students()) == 0
        assert not changed()


def test_a_look_that_fails_is_told_until_one_succeeds() -> None:
    class Failing:
        generation = 0
        error: StoreError | None = None

        def look(self) -> int:
            if self.error is not None:
                raise self.error
            return self.generation

    changes = Failing()
    with closing(Watch(cast(Changes, changes), every_s=0.01)) as watch:
        assert watch.look() == 0
        changes.error = Unreachable("The school's server does not answer.")

        def fails() -> bool:
            try:
                watch.look()
            except Unreachable:
                return True
            return False

        wait_for(fails, "it is told")
        changes.error, changes.generation = None, 1
        wait_for(lambda: not fails(), "it is told that it can be read again")
        assert watch.look() == 1
