"""The documents that the logs of a store name, and which of them are missing: one rule for every command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from defense_console.exchange.whole_store.files import received_files
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.action import read_events
from defense_console.store.base import DEMO, Store
from defense_console.store.vault import Vault

_NAMES: Final = b'"sha256"'
"""The field without which no line names a document; few lines of a log have it, and only those are decoded."""


def named_documents(store: Store) -> list[str]:
    """Return the SHA-256 of every document that a log of the store names, sorted."""
    naming = ((stream, [line for line in lines if _NAMES in line.body]) for stream, lines in store.logs(DEFENSE.prefix))
    logs = (read_events(DEFENSE, stream, lines) for stream, lines in naming)
    return sorted({file.sha256 for events in logs for file in received_files(events)})


def missing_documents(store: Store, vault: Vault, named: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the SHA-256 of the documents that a store should have and its folder does not hold, sorted.

    Empty for the demo cohort: its documents are invented, and earlier consoles made it without them.

    Args:
        named: What `named_documents` gave, where it was asked before.
    """
    if store.meta(DEMO) is not None:
        return ()
    return tuple(sha256 for sha256 in named or named_documents(store) if not vault.holds(sha256))
