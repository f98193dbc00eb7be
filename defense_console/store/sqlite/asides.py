"""Decisions kept aside: one row per event that the store refused because another console wrote first."""

from __future__ import annotations

from defense_console.store.sqlite.keys import name_key
from defense_console.store.sqlite.tables import Documents

TABLE = "aside"


class Asides:
    """The table `aside`.

    Args:
        documents: Where it lies.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def all(self) -> dict[str, dict[str, bytes]]:
        """Return every row by stream and key, sorted; without damaged ones, which `verify_all` finds."""
        found: dict[str, dict[str, bytes]] = {}
        for document in sorted(self._documents.table(TABLE).sound(), key=lambda d: (d["stream"], d["key"])):
            found.setdefault(document["stream"], {})[document["key"]] = document["event"].encode()
        return found

    def put(self, stream: str, key: str, event: bytes | None) -> None:
        """Keep a decision aside; None drops it."""
        place = name_key(stream, key)
        if event is None:
            self._documents.remove(TABLE, place)
            return
        document = {"stream": stream, "key": key, "event": event.decode()}
        self._documents.put(TABLE, place, document, "stream", "key")
