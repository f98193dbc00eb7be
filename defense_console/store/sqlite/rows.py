"""TinyDB over rows: the document layer is TinyDB's own, a document is one row of the engine.

Only what would read or write the whole database is overridden. Every public method stays TinyDB's own, and its cost
grows with what it touches, not with the store. Documents come in order of their ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.table import Document, Table

from defense_console.store.sqlite.engine import IDS, RowStorage
from defense_console.store.sqlite.schema import encode


class _Reading(Mapping[str, dict[str, Any]]):
    """A table as TinyDB reads it, ids as text; nothing is read before it is asked for."""

    def __init__(self, storage: RowStorage, name: str) -> None:
        self._storage = storage
        self._name = name

    def __getitem__(self, key: str) -> dict[str, Any]:
        try:
            body = self._storage.body(self._name, int(key))
        except ValueError:
            body = None
        if body is None:
            raise KeyError(key)
        document: dict[str, Any] = json.loads(body)
        return document

    def __iter__(self) -> Iterator[str]:
        return (str(id) for id in self._storage.ids(self._name))

    def __len__(self) -> int:
        return self._storage.count(self._name)

    def items(self) -> Iterable[tuple[str, dict[str, Any]]]:  # type: ignore[override]
        """Read all rows at once instead of one by one."""
        return ((str(id), document) for id, document in self._storage.documents(self._name))


class _Writing(MutableMapping[int, dict[str, Any]]):
    """A table as TinyDB's updaters see it: writes go through, documents changed in place are found by `flush`."""

    def __init__(self, storage: RowStorage, name: str, id_class: Callable[[int], int]) -> None:
        self._storage = storage
        self._name = name
        self._id_class = id_class
        self._seen: dict[int, tuple[dict[str, Any], bytes]] = {}

    def __getitem__(self, key: int) -> dict[str, Any]:
        if key not in self._seen:
            body = self._storage.body(self._name, key)
            if body is None:
                raise KeyError(key)
            self._seen[key] = (json.loads(body), body)
        return self._seen[key][0]

    def __setitem__(self, key: int, document: dict[str, Any]) -> None:
        body = encode(document)
        self._storage.put(self._name, key, body)
        self._seen[key] = (document, body)

    def __delitem__(self, key: int) -> None:
        self._seen.pop(key, None)
        if not self._storage.delete(self._name, key):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and key in IDS and self._storage.has(self._name, key)

    def __iter__(self) -> Iterator[int]:
        return (self._id_class(id) for id in self._storage.ids(self._name))

    def __len__(self) -> int:
        return self._storage.count(self._name)

    def clear(self) -> None:
        self._seen.clear()
        self._storage.clear(self._name)

    def flush(self) -> None:
        """Write the documents that were changed in place."""
        for id, (document, before) in self._seen.items():
            body = encode(document)
            if body != before:
                self._storage.put(self._name, id, body)


class RowTable(Table):
    """A TinyDB table whose documents are rows."""

    _storage: RowStorage
    _next_id: int | None  # type: ignore[assignment]  # TinyDB's own hint says None alone

    def __init__(self, storage: RowStorage, name: str, **options: Any) -> None:
        self._version = (-1, -1)
        super().__init__(storage, name, **options)

    def between(self, low: int, high: int) -> list[Document]:
        """Return the documents with an id from `low` to `high`, in order."""
        return [Document(document, id) for id, document in self._storage.documents(self.name, low, high)]

    def sound(self) -> list[Document]:
        """Return every document whose row is not damaged, in order."""
        return [Document(json.loads(row.body), row.id) for row in self._storage.raw(self.name) if row.sound]

    def last(self) -> Document | None:
        """Return the document with the greatest id."""
        id = self._storage.last_id(self.name)
        return None if id is None else self.get(doc_id=id)

    def put(self, document: Mapping[str, Any], id: int) -> None:
        """Write a document, over the one that may be there."""

        def write(table: MutableMapping[int, Any]) -> None:
            table[id] = dict(document)

        self._update_table(write)

    # --- TinyDB's own methods, where they would touch more than they need ----------------------------------------

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert as TinyDB does, with the next id taken in the transaction: two processes never take the same."""
        with self._storage.transaction():
            return super().insert(document)

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Upsert as TinyDB does, in one transaction."""
        with self._storage.transaction():
            return super().upsert(document, cond)

    def search(self, cond: QueryLike) -> list[Document]:
        """Search as TinyDB does, but forget what it remembers once anybody has written."""
        version = self._storage.version()
        if version != self._version:
            self.clear_cache()
            self._version = version
        return super().search(cond)

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: int | None = None,
        doc_ids: Iterable[int] | None = None,
    ) -> Any:
        """Get as TinyDB does, but look documents up by their ids one by one."""
        if doc_ids is None or doc_id is not None:
            return super().get(cond, doc_id)  # type: ignore[arg-type]  # the overloads know no pass-through
        table = self._read_table()
        ids = sorted({int(id) for id in doc_ids})
        found = ((id, table.get(str(id))) for id in ids)
        return [self.document_class(document, id) for id, document in found if document is not None]

    def _get_next_id(self) -> int:
        last = self._storage.last_id(self.name)
        # What another connection has inserted counts as well as what was given out here.
        id = max(self._next_id or 1, 1 if last is None else last + 1)
        self._next_id = id + 1
        return id

    def _read_table(self) -> Mapping[str, dict[str, Any]]:  # type: ignore[override]
        return _Reading(self._storage, self.name)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._storage.transaction():
            self._storage.register(self.name)
            table = _Writing(self._storage, self.name, self.document_id_class)
            updater(table)
            table.flush()
        self.clear_cache()


class RowDatabase(TinyDB):
    """TinyDB over rows. Takes the arguments of RowStorage."""

    table_class: type[Table] = RowTable
    default_storage_class = RowStorage  # type: ignore[assignment]  # TinyDB's own hint says JSONStorage alone

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        return set(self._rows.names())

    def drop_table(self, name: str) -> None:
        """Drop a table with its documents."""
        self._tables.pop(name, None)
        self._rows.drop(name)

    @property
    def _rows(self) -> RowStorage:
        return cast(RowStorage, self._storage)
