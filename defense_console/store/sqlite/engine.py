"""One SQLite file of rows (table, id, JSON body, checksum), as a storage of TinyDB.

Nothing here knows what the documents mean.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tinydb.storages import Storage

from defense_console.store.sqlite import pragmas, schema
from defense_console.store.sqlite.opening.unmoved import MovedFile, OverwrittenFile, Unmoved

_BATCH = 256
_PAGES_WHEN_FULL = 16
IDS = range(-(2**63), 2**63)
"""Integers that SQLite can hold."""


class ForeignFile(Exception):
    """The file is an SQLite database of somebody else."""


class NewerFile(Exception):
    """The file has a schema of a later version, which is the argument."""


class DamagedRow(Exception):
    """A row is not what was written."""

    def __init__(self, table: str, id: int) -> None:
        super().__init__(f"damaged row {id} of {table}")
        self.table = table
        self.id = id


class TornTable(sqlite3.DatabaseError):
    """A page of the file holds rows that no table of ours has, or not where they belong."""


class RawRow(NamedTuple):
    """A row as it is in the file; `sound` says whether its checksum holds, `sum` is what it should be."""

    id: int
    body: bytes
    sound: bool
    sum: bytes = b""


class RowStorage(Storage):
    """One SQLite file. Belongs to the thread that made it.

    Args:
        path: The file, made when it is missing; ":memory:" for none.
        busy_timeout_s: How long a write waits for another writer.
        before_upgrade: Called before a file of an earlier schema is changed; what it raises leaves the file as it is.
        read_only: Nothing is written, not even next to the file. Nobody else may be writing the file.
        connection: Open already, for reading only; then the others do not count.
        refusal: Raised by every write.

    Raises:
        ForeignFile: It is somebody else's database.
        NewerFile: It is of a later version.
        sqlite3.Error: It cannot be opened.
    """

    def __init__(
        self,
        path: str | Path,
        busy_timeout_s: float = 5.0,
        *,
        read_only: bool = False,
        connection: sqlite3.Connection | None = None,
        refusal: Exception | None = None,
        before_upgrade: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        self._depth = 0
        self._writes = 0
        self.refusal = refusal
        if connection is None and read_only:
            connection = pragmas.connect_to_read(Path(path), immutable=True)
        self._connection = connection or sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
        try:
            for pragma in pragmas.CAREFUL:
                self._connection.execute(pragma).fetchall()
            if connection is None:
                self._prepare(before_upgrade)
            elif not self._is_ours():
                raise ForeignFile
            writes_a_file = connection is None and str(path) != ":memory:"
            self._unmoved = Unmoved(Path(path)) if writes_a_file else None
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, before_upgrade: Callable[[], object]) -> None:
        if not self._is_ours():
            try:
                self._connection.executescript(schema.first_statements())
            except sqlite3.OperationalError:
                # Another process may have made the schema between the look and the try.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if not self._is_ours():
                    raise
        for pragma in pragmas.DURABLE:
            self._connection.execute(pragma).fetchall()
        if self.schema() < schema.version():
            before_upgrade()
            schema.bring_up(self._connection)

    def schema(self) -> int:
        """Return the version of the file's schema."""
        return schema.version_of(self._connection)

    def _is_ours(self) -> bool:
        """Return whether the schema is there; False for a database without any."""
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        version = self.schema()
        if application == schema.APPLICATION_ID:
            if version > schema.version():
                raise NewerFile(version)
            return True
        (objects,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application or version or objects:
            raise ForeignFile
        return False

    # --- what TinyDB asks of a storage ---------------------------------------------------------------------------

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return everything; None when there is no table."""
        everything = {name: {str(id): doc for id, doc in self.documents(name)} for name in self.names()}
        return everything or None

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """Replace all rows by those of some tables."""
        with self.transaction():
            for name in self.names():
                self.drop(name)
            for name, documents in data.items():
                self.register(name)
                for id, document in documents.items():
                    self.put(name, int(id), schema.encode(document))

    def reclaim(self) -> bool:
        """Let the write-ahead log begin again in the space it has, now and often, since it should not grow.

        What space there is, is the file's: a log that took it all could not be moved into the file any more.

        Returns:
            Whether it begins again.
        """
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_WHEN_FULL}").fetchall()
        busy, frames, moved = self._connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        return not busy and frames == moved > 0

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._connection.close()

    # --- transactions and versions -------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes over several tables: all of them, or none when the block raises. May be nested.

        Raises:
            MovedFile: The file is no longer where it was opened, so what is written into it would be lost.
        """
        if self.refusal is not None:
            raise self.refusal
        point = f"p{self._depth}"
        outermost = self._depth == 0
        if outermost and self._unmoved is not None:
            self._unmoved.check_content()
        self._run("BEGIN IMMEDIATE" if outermost else f"SAVEPOINT {point}")
        self._depth += 1
        try:
            yield
            if outermost:
                self.check_unmoved()
            self._run("COMMIT" if outermost else f"RELEASE {point}")
        except BaseException as error:
            self._writes += 1
            # An engine error may have rolled the whole transaction back already.
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK" if outermost else f"ROLLBACK TO {point}")
                    if not outermost:
                        self._connection.execute(f"RELEASE {point}")
                if isinstance(error, MovedFile) and not isinstance(error, OverwrittenFile):
                    # What a removed log holds is brought into the file while it is open.
                    self._connection.execute("PRAGMA wal_checkpoint").fetchall()
            raise
        finally:
            self._depth -= 1

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write as part of the transaction that is open, in one of its own where there is none.

        Unlike `transaction` it sets no point to go back to: what it raises must end the whole transaction.
        """
        if self._depth:
            yield
        else:
            with self.transaction():
                yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read several times from one view of all tables, while others may write. Nothing is written in it."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def version(self) -> tuple[int, int]:
        """Return another value after every write, of this connection or of another one."""
        return self.data_version(), self._writes

    def tell_from_another(self, is_another: Callable[[Path], bool]) -> None:
        """Look, at every check, whether a file that holds another store was copied into this one."""
        if self._unmoved is not None:
            self._unmoved.is_another = is_another

    def check_unmoved(self) -> None:
        """Look whether the file is still the one that was opened."""
        if self._unmoved is not None:
            self._unmoved.check()

    def data_version(self) -> int:
        """Return another value after every write of another connection."""
        (value,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(value)

    def _run(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run a statement that writes; refuse it when its transaction has been rolled back."""
        if self._depth and not self._connection.in_transaction:
            raise sqlite3.OperationalError("the transaction was rolled back by an earlier error")
        self._writes += 1
        return self._connection.execute(sql, values)

    # --- rows ----------------------------------------------------------------------------------------------------

    def names(self, prefix: str = "", limit: int = -1) -> list[str]:
        """Return the names of the tables that begin with `prefix`, sorted; at most `limit` of them, -1 for all."""
        sql = "SELECT name FROM tables WHERE name >= ? ORDER BY name LIMIT ?"
        found = self._connection.execute(sql, (prefix, limit))
        names: list[str] = []
        for (name,) in found:
            if not isinstance(name, str):
                raise TornTable("rows of something else among the names")
            if not name.startswith(prefix):
                break
            names.append(name)
        return names

    def pages_of_names(self, prefix: str) -> Iterator[tuple[str, str, list[str]]]:
        """Yield the names of the tables that begin with `prefix`, which ends in ASCII, sorted, page by page.

        Yields:
            From where a page goes, where the next one begins, and its names. The pages leave out nothing in between.
        """
        low, end = prefix, after(prefix)
        sql = "SELECT name FROM tables WHERE name >= ? AND name < ? ORDER BY name LIMIT ?"
        while low < end:
            names = [name for (name,) in self._connection.execute(sql, (low, end, _BATCH))]
            if names != sorted(name for name in names if isinstance(name, str) and name >= low):
                raise TornTable("names that are not in their order")
            high = names[-1] + "\0" if len(names) == _BATCH else end
            yield low, high, names
            low = high

    def count_names(self, prefix: str) -> int:
        """Return how many tables have names that begin with `prefix`, which ends in ASCII."""
        sql = "SELECT count(*) FROM tables WHERE name >= ? AND name < ?"
        (number,) = self._connection.execute(sql, (prefix, after(prefix))).fetchone()
        return int(number)

    def sum_of_last_ids(self, prefix: str) -> int:
        """Return the sum of the greatest ids of the tables that begin with `prefix`, which ends in ASCII."""
        sql = (
            "SELECT coalesce(sum((SELECT max(id) FROM rows WHERE tab = name)), 0) FROM tables"
            " WHERE name >= ? AND name < ?"
        )
        (number,) = self._connection.execute(sql, (prefix, after(prefix))).fetchone()
        return int(number)

    def names_of_others(self, prefixes: Sequence[str]) -> list[str]:
        """Return the names of the tables that begin with none of `prefixes`, sorted; by the rows themselves too."""
        found: set[str] = set()
        for column, table in (("tab", "rows"), ("name", "tables")):
            name = ""
            while True:
                (name,) = self._connection.execute(f"SELECT min({column}) FROM {table} WHERE {column} >= ?", (name,)
                ).fetchone()  # fmt: skip
                if name is None:
                    break
                if not isinstance(name, str):
                    raise TornTable("rows of something else")
                prefix = next((each for each in prefixes if name.startswith(each)), None)
                if prefix is None:
                    found.add(name)
                name = name + "\0" if prefix is None else after(prefix)
        return sorted(found)

    def register(self, name: str) -> None:
        """Make a table, which may stay empty."""
        self._run("INSERT OR IGNORE INTO tables VALUES (?)", (name,))

    def drop(self, name: str) -> None:
        """Drop a table with its rows."""
        with self.transaction():
            self.clear(name)
            self._run("DELETE FROM tables WHERE name = ?", (name,))

    def clear(self, name: str) -> None:
        """Drop the rows of a table."""
        self._run("DELETE FROM rows WHERE tab = ?", (name,))

    def delete_up_to(self, name: str, last: int) -> None:
        """Drop the rows of a table up to an id."""
        self._run("DELETE FROM rows WHERE tab = ? AND id <= ?", (name, last))

    def put(self, name: str, id: int, body: bytes) -> None:
        """Write a row, over the one that may be there."""
        self._insert("REPLACE", name, id, body)

    def add(self, name: str, id: int, body: bytes) -> None:
        """Write a row where there is none.

        Raises:
            ValueError: There is one.
        """
        try:
            self._insert("ABORT", name, id, body)
        except sqlite3.IntegrityError as error:
            raise ValueError(f"there is a row {id} in {name}") from error

    def _insert(self, otherwise: str, name: str, id: int, body: bytes) -> None:
        """Write a row; its table is made where it is new or its name was lost."""
        values = (name, id, body.decode(), schema.checksum(name, id, body))
        sql = f"INSERT OR {otherwise} INTO rows SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM tables WHERE name = ?)"
        if self._run(sql, (*values, name)).rowcount == 0:
            self.register(name)
            self._run(sql, (*values, name))

    def delete(self, name: str, id: int) -> bool:
        """Drop a row; return whether it was there."""
        return self._run("DELETE FROM rows WHERE tab = ? AND id = ?", (name, id)).rowcount > 0

    def empty(self, names: Sequence[str]) -> set[str]:
        """Return the names under which there is no table and no row."""
        return {*names} - self.those_named(names) - self.last_ids(names).keys()

    def has(self, name: str, id: int) -> bool:
        """Return whether there is such a row."""
        found = self._connection.execute("SELECT 1 FROM rows WHERE tab = ? AND id = ?", (name, id))
        return found.fetchone() is not None

    def those_there(self, name: str, ids: Sequence[int]) -> set[int]:
        """Return the ids that a table has among these."""
        return {id for (id,) in self._among("SELECT id FROM rows WHERE tab = ? AND id IN ({places})", (name,), ids)}

    def those_named(self, names: Sequence[str]) -> set[str]:
        """Return the names that are names of tables among these."""
        return {name for (name,) in self._among("SELECT name FROM tables WHERE name IN ({places})", (), names)}

    def bodies_of(self, name: str, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the JSON of those of these rows that are there and sound, by id."""
        sql = "SELECT id, CAST(body AS BLOB), sum FROM rows WHERE tab = ? AND id IN ({places})"
        rows = (self._raw(name, row) for row in self._among(sql, (name,), ids))
        return {row.id: row.body for row in rows if row.sound}

    def _among(self, sql: str, before: tuple[Any, ...], values: Sequence[object], place: str = "?") -> Iterator[Any]:
        for start in range(0, len(values), _BATCH):
            batch = values[start : start + _BATCH]
            places = ",".join([place] * len(batch))
            yield from self._connection.execute(sql.format(places=places), (*before, *batch))

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        (number,) = self._connection.execute("SELECT count(*) FROM rows WHERE tab = ?", (name,)).fetchone()
        return int(number)

    def last_id(self, name: str) -> int | None:
        """Return the greatest id of a table."""
        (id,) = self._connection.execute("SELECT max(id) FROM rows WHERE tab = ?", (name,)).fetchone()
        if not isinstance(id, int | None):
            raise TornTable(f"rows of something else in {name}")
        return id

    def last(self, name: str) -> tuple[int, bytes] | None:
        """Return the row with the greatest id, None of an empty table.

        Raises:
            DamagedRow: It is not what was written.
        """
        # Found by its id as well: a page out of its place would give another line as the last.
        sql = (
            "SELECT last.id, row.id, CAST(row.body AS BLOB), row.sum"
            " FROM (SELECT max(id) AS id FROM rows WHERE tab = ?1) AS last"
            " LEFT JOIN rows AS row ON row.tab = ?1 AND row.id = last.id"
        )
        last, *row = self._connection.execute(sql, (name,)).fetchone()
        if last is None:
            return None
        if row[0] is None:
            raise TornTable(f"rows of {name} are not in their order")
        found = sound(name, self._raw(name, (*row,)))
        return found.id, found.body

    def in_either(self, names: tuple[str, str], id: int) -> dict[str, RawRow]:
        """Return the rows of one id in two tables, by table, sound or not."""
        sql = "SELECT tab, id, CAST(body AS BLOB), sum FROM rows WHERE tab IN (?, ?) AND id = ?"
        return {tab: self._raw(tab, (*row,)) for tab, *row in self._connection.execute(sql, (*names, id))}

    def ids(self, name: str) -> list[int]:
        """Return every id of a table, sorted."""
        found = self._connection.execute("SELECT id FROM rows WHERE tab = ? ORDER BY id", (name,))
        ids = [id for (id,) in found]
        if not all(isinstance(id, int) for id in ids):
            raise TornTable(f"rows of something else in {name}")
        return ids

    def body(self, name: str, id: int) -> bytes | None:
        """Return the JSON of a row.

        Raises:
            DamagedRow: It is not what was written.
        """
        if id not in IDS:
            return None
        sql = "SELECT id, CAST(body AS BLOB), sum FROM rows WHERE tab = ? AND id = ?"
        row = self._connection.execute(sql, (name, id)).fetchone()
        return None if row is None else sound(name, self._raw(name, row)).body

    def raw(self, name: str, low: int = IDS.start, high: int = IDS.stop - 1) -> Iterator[RawRow]:
        """Yield the rows with an id from `low` to `high` in order, sound or not.

        In batches: the rows behind may change meanwhile, and no read stays open that would hold a checkpoint back.
        """
        sql = "SELECT id, CAST(body AS BLOB), sum FROM rows WHERE tab = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT ?"
        while low <= high:
            batch = self._connection.execute(sql, (name, low, high, _BATCH)).fetchall()
            for row in batch:
                found = self._raw(name, row)
                if found.id < low:
                    raise TornTable(f"rows of {name} are not in their order")
                low = found.id + 1
                yield found
            if len(batch) < _BATCH:
                return

    def groups(self, low: str, high: str) -> Iterator[tuple[str, list[RawRow]]]:
        """Yield the tables with a name from `low` and before `high`, in order, each with its rows, sound or not.

        One statement for all of them; the rows of one table are held at a time. The caller holds a view: `reading`.
        """
        sql = "SELECT tab, id, CAST(body AS BLOB), sum FROM rows WHERE tab >= ? AND tab < ? ORDER BY tab, id"
        current, rows = "", list[RawRow]()
        for name, *row in self._connection.execute(sql, (low, high)):
            if name != current:
                if not isinstance(name, str) or name < current:
                    raise TornTable("rows that are not in their order")
                if rows:
                    yield current, rows
                current, rows = name, []
            found = self._raw(name, (*row,))
            if rows and found.id <= rows[-1].id:
                raise TornTable(f"rows of {name} are not in their order")
            rows.append(found)
        if rows:
            yield current, rows

    def last_ids(self, names: Sequence[str]) -> dict[str, int]:
        """Return the greatest id of each of these tables, by name; one without rows is left out."""
        sql = (
            "WITH wanted(tab) AS (VALUES {places}) SELECT tab, (SELECT max(id) FROM rows WHERE rows.tab = wanted.tab)"
            " FROM wanted"
        )
        found = self._among(sql, (), names, "(?)")
        return {name: last for name, last in found if isinstance(last, int)}

    def sums(self, name: str) -> dict[int, bytes]:
        """Return the checksum of every row by id, in order: which ones somebody has changed. None is checked here."""
        found = self._connection.execute("SELECT id, sum FROM rows WHERE tab = ? ORDER BY id", (name,)).fetchall()
        return dict(found)

    def bodies(self, name: str) -> list[bytes]:
        """Return the JSON of every row in order of ids, sound or not: for looking through many and showing few."""
        found = self._connection.execute("SELECT CAST(body AS BLOB) FROM rows WHERE tab = ? ORDER BY id", (name,))
        return [body or b"" for (body,) in found]

    def documents(
        self, name: str, low: int = IDS.start, high: int = IDS.stop - 1
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the ids and documents of these rows in order.

        Raises:
            DamagedRow: One is not what was written.
        """
        for row in self.raw(name, low, high):
            yield row.id, json.loads(sound(name, row).body)

    def problems(self) -> list[str]:
        """Return what SQLite's own check of the file finds, in its words; empty when it is sound."""
        found = [str(line) for (line,) in self._connection.execute("PRAGMA integrity_check(100)")]
        return [] if found == ["ok"] else found

    def has_torn_pages(self) -> bool:
        """Return whether pages do not fit together: each is read once, and no row is compared with its index."""
        return [tuple(line) for line in self._connection.execute("PRAGMA quick_check(1)")] != [("ok",)]

    @staticmethod
    def _raw(name: str, row: tuple[object, object, object]) -> RawRow:
        id, body, stored = row
        if not isinstance(id, int) or not isinstance(body, bytes | None):
            raise TornTable(f"rows of something else in {name}")
        sum = schema.checksum(name, id, body or b"")
        return RawRow(id, body or b"", stored == sum, sum)


def sound(name: str, row: RawRow) -> RawRow:
    """Return a row that is what was written.

    Raises:
        DamagedRow: It is not.
    """
    if not row.sound:
        raise DamagedRow(name, row.id)
    return row


def after(prefix: str) -> str:
    """Return the least text after all that begin with `prefix`, which ends in ASCII."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
