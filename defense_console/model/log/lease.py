"""Who writes on a log: a kind of event that every log knows. Source: product.md §2."""

from __future__ import annotations

from defense_console.model.log.envelope import What


class LeaseTaken(What, frozen=True, tag="lease_taken"):
    """Another console took the log over (system fact)."""

    host: str
    pid: int
    fact = True
