"""The documents that the logs of a store name, and which of them are missing: one rule for every command."""

from __future__ import annotations

from collections.abc import Iterable

from defense_console.model.defense.subject import DEFENSE
from defense_console.store.base import DEMO, Store
from defense_console.store.vault import Vault, named_in


def named_documents(store: Store) -> list[str]:
    """Return the SHA-256 of every document that a log of the store names, sorted."""
    logs = store.logs(DEFENSE.prefix)
    return sorted({sha256 for _stream, lines in logs for line in lines for sha256 in named_in(line.body)})


def missing_documents(store: Store, vault: Vault, named: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the SHA-256 of the documents that a store should have and does not hold, sorted.

    Empty for the demo cohort: its documents are invented, and earlier consoles made it without them.

    Args:
        named: What `named_documents` gave, where it was asked before.
    """
    if store.meta(DEMO) is not None:
        return ()
    return tuple(sha256 for sha256 in named or named_documents(store) if not vault.holds(sha256))
