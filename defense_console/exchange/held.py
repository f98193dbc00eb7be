"""What the store holds, as imports and exports see it: this package does not know the store."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from defense_console.exchange.appointments import AttemptKey, Target
from defense_console.model.defense.state import Defense


class HeldDefense(msgspec.Struct, frozen=True):
    """A defense of the store.

    Attributes:
        revision: the SEQUENCE its own event would be exported with now.
        holder: in a school, account of the other mentor who has it, "" while it is only offered; None where this mentor
            may change it.
    """

    defense: Defense
    revision: int
    holder: str | None = None


class HeldDefenses(msgspec.Struct, frozen=True):
    """What the store holds of the defenses that a file may be about; others do no harm.

    Attributes:
        attempts: the attempts of a student at a project, by their number.
        linked: by the name of the event or session they were taken from.
    """

    attempts: Mapping[tuple[str, str], Mapping[int, HeldDefense]]
    linked: Mapping[tuple[str, str], HeldDefense]

    def of(self, target: Target | None) -> Mapping[int, HeldDefense]:
        """Return every attempt of the target's student at its project, by its number."""
        return self.attempts.get((target.student_id, target.project), {}) if target is not None else {}

    def one(self, key: AttemptKey) -> Defense | None:
        """Return one attempt, None when the store does not hold it."""
        held = self._held(key)
        return held.defense if held is not None else None

    def holder(self, key: AttemptKey) -> str | None:
        """Return which other mentor has an attempt, as `HeldDefense` says it."""
        held = self._held(key)
        return held.holder if held is not None else None

    def _held(self, key: AttemptKey) -> HeldDefense | None:
        return self.attempts.get(key[:2], {}).get(key[2])
