"""The kinds of event that every log knows, listed once: undo, who writes, what is withheld."""

from __future__ import annotations

from defense_console.model.log.envelope import What
from defense_console.model.log.undo import UndoWhat


class LeaseTaken(What, frozen=True, tag="lease_taken"):
    """Another console took the log over (system fact)."""

    host: str
    pid: int
    fact = True


class Withheld(What, frozen=True, tag="withheld"):
    """A line that this reader may not see stands here. No log holds this kind: the law refuses it."""

    recorded = False


EveryLogWhat = UndoWhat | LeaseTaken | Withheld
