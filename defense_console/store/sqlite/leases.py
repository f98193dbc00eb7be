"""Leases: one row per log, of a defense under its id, of every other log under its name. See `lease_place`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from defense_console.model.defense.subject import DEFENSE
from defense_console.store.base import Lease
from defense_console.store.sqlite.keys import LEASES, LEASES_OF_OTHERS, lease_place
from defense_console.store.sqlite.tables import Documents

TABLES = (LEASES, LEASES_OF_OTHERS)


def lease_of(document: Mapping[str, Any]) -> tuple[str, Lease]:
    """Return the log of a row and its lease.

    Raises:
        KeyError, msgspec.ValidationError: It is no such row.
    """
    stream = document["stream"] if "stream" in document else DEFENSE.stream(document["id"])
    return stream, msgspec.convert(document["lease"], Lease)


class LeaseRows:
    """The tables of the leases.

    Args:
        documents: Where they lie.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def all(self) -> dict[str, Lease]:
        """Return every lease by log; without damaged ones, which `verify_all` finds."""
        return dict(lease_of(row) for table in TABLES for row in self._documents.table(table).sound())

    def put(self, stream: str, lease: Lease | None) -> None:
        """Overwrite a lease; None drops it."""
        table, key = lease_place(stream)
        if lease is None:
            self._documents.remove(table, key)
            return
        field, name = ("id", DEFENSE.id_of(stream)) if table == LEASES else ("stream", stream)
        self._documents.put(table, key, {field: name, "lease": msgspec.to_builtins(lease)}, field)
