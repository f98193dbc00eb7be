"""A copy of the store for every day a console is open: at its first opening, and when it stays open over midnight.

The event loop only asks once a second; a thread waits for the process that copies and checks.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Final

import msgspec

from defense_console.model.defense.timeline import instant, wall_ms
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.store.sqlite.copies.backing_up import Made
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.words.translation import zone_of

AGAIN_MS: Final = 3_600_000
"""After a copy that failed."""
LONGEST_S: Final = 1_800

Copy = Callable[[Backups, str], Made]
"""Makes a copy at an instant; called on a thread of its own."""


def in_own_process(backups: Backups, at: str) -> Made:
    """Copy and check in a process that yields to the console, and survives it."""
    command = [sys.executable, "-P", "-m", "defense_console.store.sqlite.copies.backing_up"]
    arguments = [str(backups.store), str(backups.folder), str(backups.kept), str(backups.most_mb), at]
    done = subprocess.run(
        [*command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        timeout=LONGEST_S, start_new_session=True, check=False,
    )  # fmt: skip
    return msgspec.json.decode(done.stdout, type=Made)


class DailyBackup:
    """The daily copy of one store.

    Args:
        zone: IANA name of the mentor's zone: whose day it is.
    """

    def __init__(self, backups: Backups, zone: str, copy: Copy = in_own_process) -> None:
        self.backups = backups
        self.zone = zone
        self._copy = copy
        self._done = ""
        self._failed: Stamp | None = None
        self._problem: ConsoleError | None = None
        self._thread: threading.Thread | None = None

    def look(self, now: Stamp) -> None:
        """Begin the copy of the day when there is none; returns at once."""
        if self._done == self._day(now.wall) or (self._thread is not None and self._thread.is_alive()):
            return
        if self._failed is not None and 0 <= wall_ms(self._failed, now) < AGAIN_MS:
            return
        self._thread = threading.Thread(target=self._make, args=(now,), name="backup", daemon=True)
        self._thread.start()

    def problem(self) -> ConsoleError | None:
        """Return why there is no copy of the day, once; then None."""
        problem, self._problem = self._problem, None
        return problem

    def wait(self, timeout_s: float) -> None:
        """Wait for a copy that was begun."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _day(self, wall: str) -> str:
        """Return the mentor's day of an instant; days compare as texts."""
        return instant(wall).astimezone(zone_of(self.zone)).date().isoformat()

    def _make(self, now: Stamp) -> None:
        """Make the copy of the day when there is none; on the thread."""
        today = self._day(now.wall)
        refusal = None
        copies = (each for each in self.backups.all() if not each.reason and not each.doubtful)
        if not any(self._day(each.at) >= today for each in copies):
            try:
                refusal = self._copy(self.backups, now.wall).refusal
            except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
                refusal = ConsoleError("The store does not answer: {reason}.", reason=type(error).__name__)
        if refusal is None:
            self._done, self._failed = today, None
            return
        self._failed = now
        self._problem = ConsoleError(N_("Not copied today: {problem}"), problem=refusal)
