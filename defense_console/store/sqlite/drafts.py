"""Drafts: one row per text being typed, of a log and a field."""

from __future__ import annotations

import msgspec

from defense_console.store.base import Draft
from defense_console.store.sqlite.keys import name_key
from defense_console.store.sqlite.tables import Documents

TABLE = "drafts"


class Drafts:
    """The table `drafts`.

    Args:
        documents: Where it lies.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def all(self) -> dict[str, dict[str, Draft]]:
        """Return every draft by stream and field key, sorted; without damaged ones, which `verify_all` finds."""
        found: dict[str, dict[str, Draft]] = {}
        for document in sorted(self._documents.table(TABLE).sound(), key=lambda d: (d["stream"], d["field"])):
            draft = msgspec.convert(document["draft"], Draft)
            found.setdefault(document["stream"], {})[document["field"]] = draft
        return found

    def put(self, stream: str, field: str, draft: Draft | None) -> None:
        """Overwrite a draft; None drops it."""
        key = name_key(stream, field)
        if draft is None:
            self._documents.remove(TABLE, key)
            return
        document = {"stream": stream, "field": field, "draft": msgspec.to_builtins(draft)}
        self._documents.put(TABLE, key, document, "stream", "field")
