"""TinyDB over rows: the same answers as TinyDB gives, two connections, nothing half written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tinydb import TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from defense_console.store.sqlite import engine, schema
from defense_console.store.sqlite.engine import DamagedRow, ForeignFile, NewerFile, RowStorage
from defense_console.store.sqlite.rows import RowDatabase, RowTable
from tests.examples import examples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.db"


@pytest.fixture
def db(path: Path) -> Iterator[RowDatabase]:
    with RowDatabase(path) as database:
        yield database


def table_of(db: RowDatabase, name: str = "t") -> RowTable:
    table = db.table(name)
    assert isinstance(table, RowTable)
    return table


def storage_of(db: RowDatabase) -> RowStorage:
    assert isinstance(db.storage, RowStorage)
    return db.storage


def test_the_file_is_safe_and_ours(path: Path, connections: list[sqlite3.Connection], db: RowDatabase) -> None:
    db.insert({"a": 1})
    safe = {"journal_mode": "wal", "synchronous": 2, "cell_size_check": 1, "trusted_schema": 0, "mmap_size": 0}
    assert {name: connections[0].execute(f"PRAGMA {name}").fetchone()[0] for name in safe} == safe
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert other.execute("PRAGMA user_version").fetchone() == (schema.version(),)
        (row,) = other.execute("SELECT tab, id, body FROM rows")
    assert row == ("_default", 1, '{"a":1}')


def test_inserting_an_existing_id_raises_and_leaves_the_row(db: RowDatabase) -> None:
    db.insert(Document({"a": 1}, 7))
    with pytest.raises(ValueError, match="already exists"):
        db.insert(Document({"a": 2}, 7))
    with pytest.raises(ValueError, match="already exists"):
        db.insert_multiple([Document({"a": 3}, 8), Document({"a": 3}, 7)])
    assert db.all() == [{"a": 1}]


def test_a_document_that_is_no_json_changes_nothing(db: RowDatabase) -> None:
    db.insert({"a": 1})
    with pytest.raises(TypeError):
        db.update({"a": {1, 2}})
    with pytest.raises(ValueError, match="JSON compliant"):
        db.insert({"a": float("nan")})
    assert db.all() == [{"a": 1}]


def test_an_updater_that_raises_halfway_changes_nothing(db: RowDatabase) -> None:
    db.insert_multiple([{"a": 1}, {"a": "no number"}])
    with pytest.raises(TypeError):
        db.update(increment("a"))
    assert db.all() == [{"a": 1}, {"a": "no number"}]


def test_a_transaction_over_several_tables_is_all_or_nothing(db: RowDatabase) -> None:
    one, two = db.table("one"), db.table("two")
    query = where("a").exists()

    def interrupted() -> None:
        with storage_of(db).transaction():
            one.insert({"a": 1})
            two.insert({"a": 1})
            assert one.search(query) == [{"a": 1}]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert one.search(query) == [] == two.search(query)
    assert db.tables() == set()

    def refused() -> None:
        with storage_of(db).transaction():
            two.insert({"a": 2})
            one.insert(Document({"a": 1}, 1))

    with storage_of(db).transaction():
        one.insert(Document({"a": 1}, 1))
        with pytest.raises(ValueError, match="already exists"):
            refused()
    assert (one.all(), two.all()) == ([{"a": 1}], [])


def test_nothing_is_written_after_the_engine_gave_the_transaction_up(
    connections: list[sqlite3.Connection], db: RowDatabase
) -> None:
    def go_on() -> None:
        with storage_of(db).transaction():
            db.insert({"a": 1})
            connections[0].execute("ROLLBACK")  # as SQLite does by itself after some errors
            db.insert({"a": 2})

    with pytest.raises(sqlite3.OperationalError):
        go_on()
    assert db.all() == []


def test_the_query_cache_is_emptied_when_another_connection_wrote(
    path: Path, connections: list[sqlite3.Connection], db: RowDatabase
) -> None:
    query = where("a") == 1
    assert db.search(query) == []
    with RowDatabase(path) as other:
        other.insert({"a": 1})
    assert db.search(query) == [{"a": 1}]
    seen: list[str] = []
    connections[0].set_trace_callback(seen.append)
    assert db.search(query) == [{"a": 1}]
    assert seen == ["PRAGMA data_version"], "the rows are not read again"


def test_two_connections_never_take_the_same_next_id(path: Path, db: RowDatabase) -> None:
    with RowDatabase(path) as other:
        ids = [database.insert({}) for _ in range(3) for database in (db, other)]
    assert ids == [1, 2, 3, 4, 5, 6]


def test_an_id_is_taken_after_the_lock(connections: list[sqlite3.Connection], db: RowDatabase) -> None:
    seen: list[str] = []
    connections[0].set_trace_callback(seen.append)
    db.insert({})
    db.upsert({"a": 1}, where("a") == 2)
    connections[0].set_trace_callback(None)
    outermost = [sql for sql in seen if sql.startswith(("BEGIN", "COMMIT"))]
    assert outermost == ["BEGIN IMMEDIATE", "COMMIT"] * 2
    assert seen[0] == "BEGIN IMMEDIATE"


def test_a_transaction_that_would_meet_another_does_not_begin(path: Path, db: RowDatabase) -> None:
    impatient = RowStorage(path, busy_timeout_s=0)

    def begin() -> None:
        with impatient.transaction():
            pytest.fail("begun beside another one, it would fail at its first write")

    with storage_of(db).transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
        begin()
    impatient.close()


def test_only_what_is_asked_for_is_read(connections: list[sqlite3.Connection], db: RowDatabase) -> None:
    table = table_of(db)
    table.insert_multiple(Document({"n": n}, n) for n in range(1, 1001))
    seen: list[str] = []
    connections[0].set_trace_callback(seen.append)
    assert table.get(doc_id=500) == {"n": 500}
    assert table.get(doc_ids=[3, 999, 3, 5000]) == [{"n": 3}, {"n": 999}]
    assert len(table) == 1000
    assert table.last() == {"n": 1000}
    assert [d.doc_id for d in table.between(10, 12)] == [10, 11, 12]
    connections[0].set_trace_callback(None)
    assert not [sql for sql in seen if "BETWEEN" in sql and "BETWEEN 10 AND 12" not in sql]


def test_more_rows_than_a_batch_come_once_and_in_order(db: RowDatabase) -> None:
    number = engine._BATCH * 2 + 1
    db.insert_multiple({"n": n} for n in range(number))
    assert [d["n"] for d in db] == list(range(number))
    for document in db:  # the table changes under the reader
        db.remove(doc_ids=[document.doc_id])
    assert len(db) == 0


def test_tables_survive_empty_and_are_dropped_whole(db: RowDatabase) -> None:
    db.table("kept", persist_empty=True)
    db.table("other").insert({"a": 1})
    assert db.tables() == {"kept", "other"}
    db.drop_table("other")
    assert db.tables() == {"kept"}
    assert db.table("other").all() == []


@pytest.mark.parametrize("column", ["body", "id", "tab", "sum"])
def test_a_damaged_row_is_told_whichever_part_of_it_changed(path: Path, db: RowDatabase, column: str) -> None:
    db.insert({"a": 1})
    new = {"body": '{"a":2}', "id": 2, "tab": "elsewhere", "sum": b"12345678"}[column]
    with sqlite3.connect(path) as other:
        other.execute(f"UPDATE rows SET {column} = ?", (new,))
    with pytest.raises(DamagedRow):
        db.table("elsewhere" if column == "tab" else "_default").all()


def test_somebody_elses_database_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name)")
    with pytest.raises(ForeignFile):
        RowStorage(path)


def test_a_later_schema_is_refused(path: Path, db: RowDatabase) -> None:
    db.close()
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {schema.version() + 1}")
    with pytest.raises(NewerFile, match=str(schema.version() + 1)):
        RowStorage(path)


# --- against TinyDB itself ---------------------------------------------------------------------------------------

TABLES = st.sampled_from(["one", "two"])
IDS = st.integers(1, 12)
WORDS = st.sampled_from(["", "a", "é", "[x]", "\u2028", "\x00", "𝔸"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS, lambda inner: st.lists(inner, max_size=2), max_leaves=3
)
DOCUMENTS = st.dictionaries(st.sampled_from(["k", "n", "x"]), VALUES, max_size=3) | st.builds(
    lambda n: {"k": "a", "n": n}, st.integers(0, 5)
)
QUERIES = st.sampled_from([where("k") == "a", where("n") == 1, where("k").exists(), where("n").one_of([0, 2, None])])


class SameAsTinyDB(RuleBasedStateMachine):
    """Random operations on our tables and on TinyDB's own, in memory: the answers and the errors are the same."""

    @initialize()
    def open(self) -> None:
        self.ours = RowDatabase(":memory:")
        self.theirs = TinyDB(storage=MemoryStorage)

    def both(self, name: str, act: Any) -> Any:
        def outcome(db: TinyDB) -> tuple[str, Any]:
            try:
                result = act(db.table(name))
            except (ValueError, KeyError, TypeError) as error:
                return "error", type(error)
            if isinstance(result, list) and result and isinstance(result[0], Document):
                # TinyDB keeps the order of insertion, rows have the order of their ids.
                result = sorted(((d.doc_id, dict(d)) for d in result), key=lambda pair: int(pair[0]))
            elif isinstance(result, list):
                result = sorted(result)
            return "result", json.loads(json.dumps(result))

        ours, theirs = outcome(self.ours), outcome(self.theirs)
        assert ours == theirs
        return ours

    @rule(name=TABLES, document=DOCUMENTS)
    def insert(self, name: str, document: dict[str, Any]) -> None:
        self.both(name, lambda t: t.insert(dict(document)))

    @rule(name=TABLES, document=DOCUMENTS, id=IDS)
    def insert_at(self, name: str, document: dict[str, Any], id: int) -> None:
        self.both(name, lambda t: t.insert(Document(dict(document), id)))

    @rule(name=TABLES, documents=st.lists(DOCUMENTS, max_size=3))
    def insert_multiple(self, name: str, documents: list[dict[str, Any]]) -> None:
        self.both(name, lambda t: t.insert_multiple([dict(d) for d in documents]))

    @rule(name=TABLES, fields=DOCUMENTS, query=QUERIES)
    def update(self, name: str, fields: dict[str, Any], query: Any) -> None:
        self.both(name, lambda t: t.update(dict(fields), query))

    @rule(name=TABLES, fields=DOCUMENTS, ids=st.lists(IDS, max_size=3, unique=True))
    def update_ids(self, name: str, fields: dict[str, Any], ids: list[int]) -> None:
        self.both(name, lambda t: t.update(dict(fields), doc_ids=ids))

    @rule(name=TABLES, query=QUERIES, change=st.sampled_from([delete("k"), lambda d: d.update(k="b")]))
    def change_in_place(self, name: str, query: Any, change: Any) -> None:
        present = where("k").exists() & query
        self.both(name, lambda t: t.update(change, present))

    @rule(name=TABLES, document=DOCUMENTS, query=QUERIES)
    def upsert(self, name: str, document: dict[str, Any], query: Any) -> None:
        self.both(name, lambda t: t.upsert(dict(document), query))

    @rule(name=TABLES, query=QUERIES)
    def remove(self, name: str, query: Any) -> None:
        self.both(name, lambda t: t.remove(query))

    @rule(name=TABLES, ids=st.lists(IDS, max_size=3, unique=True))
    def remove_ids(self, name: str, ids: list[int]) -> None:
        self.both(name, lambda t: t.remove(doc_ids=ids))

    @rule(name=TABLES)
    def truncate(self, name: str) -> None:
        self.both(name, lambda t: t.truncate())

    @rule(name=TABLES)
    def drop(self, name: str) -> None:
        self.ours.drop_table(name)
        self.theirs.drop_table(name)

    @rule(name=TABLES, query=QUERIES)
    def search(self, name: str, query: Any) -> None:
        self.both(name, lambda t: t.search(query))
        self.both(name, lambda t: t.count(query))
        self.both(name, lambda t: t.contains(query))

    @rule(name=TABLES, id=IDS, ids=st.lists(IDS, max_size=3))
    def get(self, name: str, id: int, ids: list[int]) -> None:
        self.both(name, lambda t: t.get(doc_id=id))
        self.both(name, lambda t: t.get(doc_ids=ids))

    @invariant()
    def same_documents(self) -> None:
        if hasattr(self, "ours"):
            for name in ("one", "two"):
                self.both(name, lambda t: t.all())
                self.both(name, len)
            assert self.ours.tables() == self.theirs.tables()

    def teardown(self) -> None:
        if hasattr(self, "ours"):
            self.ours.close()


TestSameAsTinyDB = SameAsTinyDB.TestCase
TestSameAsTinyDB.settings = settings(examples(25), stateful_step_count=25)
