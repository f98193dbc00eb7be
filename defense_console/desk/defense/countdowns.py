"""Countdowns between a signature and its release, which only the console that signed runs."""

from __future__ import annotations

from collections.abc import Callable

from defense_console.model.defense import timeline as clock
from defense_console.model.log.envelope import Stamp


class Countdowns:
    """The releases that this console has announced."""

    def __init__(self, seconds: int, now: Callable[[], Stamp]) -> None:
        self._seconds = seconds
        self._now = now
        self._since: dict[tuple[str, int], Stamp] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the defenses that count down."""
        return tuple(dict.fromkeys(id for id, _version in self._since))

    def begin(self, id: str, version: int) -> None:
        """Begin to count."""
        self._since[id, version] = self._now()

    def end(self, id: str) -> None:
        """Count no more for a defense."""
        self._since = {pair: since for pair, since in self._since.items() if pair[0] != id}

    def left_s(self, id: str, version: int) -> int | None:
        """Return the seconds until a version is released, None when it does not count down here.

        While the machine sleeps nobody can take the signature back, so the countdown begins again after it.
        """
        since, now = self._since.get((id, version)), self._now()
        if since is None:
            return None
        if clock.suspended_ms(since, now) > clock.SUSPENDED_MS:
            since = self._since[id, version] = now
        return max(0, self._seconds - max(0, clock.between_ms(since, now)) // 1000)
