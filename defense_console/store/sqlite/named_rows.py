"""Rows of a log under a name: a text being typed under its field, a decision kept aside under its key."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Generic, TypeVar

from defense_console.store.sqlite.keys import name_key
from defense_console.store.sqlite.tables import Documents

V = TypeVar("V")


class NamedRows(Generic[V]):
    """A table with one row for each log and name.

    Args:
        name, value: What its rows call the name and the value.
        read, written: Turn what a row holds into the value, and back.
    """

    def __init__(
        self,
        documents: Documents,
        table: str,
        name: str,
        value: str,
        read: Callable[[Any], V],
        written: Callable[[V], object],
    ) -> None:
        self._documents = documents
        self._table, self._name, self._value = table, name, value
        self._read, self._written = read, written

    def all(self) -> dict[str, dict[str, V]]:
        """Return every value by stream and name, sorted, without damaged rows; `verify_all` reports those."""
        found: dict[str, dict[str, V]] = {}
        for row in sorted(self._documents.table(self._table).sound(), key=itemgetter("stream", self._name)):
            found.setdefault(row["stream"], {})[row[self._name]] = self._read(row[self._value])
        return found

    def put(self, stream: str, name: str, value: V | None) -> None:
        """Write a row over the one that may be there; None drops it."""
        key = name_key(stream, name)
        if value is None:
            self._documents.remove(self._table, key)
            return
        row = {"stream": stream, self._name: name, self._value: self._written(value)}
        self._documents.put(self._table, key, row, "stream", self._name)
