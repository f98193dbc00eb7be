"""Makes one copy of a store in a process of its own, so that checking it takes nothing from a running clock.

`python -m defense_console.store.sqlite.copies.backing_up STORE FOLDER KEPT MOST_MB INSTANT` prints one JSON object:
`path` of the copy ("" when the store holds nothing yet), or `error` and `parameters` of the reason why there is none.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.store import TinyStore

_NICENESS: Final = 10
"""How much less often this runs than the console. Source: nice(2)."""


class Made(msgspec.Struct, frozen=True):
    """What came of it: the copy, or the reason why there is none."""

    path: str = ""
    error: str = ""
    parameters: dict[str, str | int] = {}

    @property
    def refusal(self) -> ConsoleError | None:
        """Return the reason why there is no copy."""
        return ConsoleError(self.error, **self.parameters) if self.error else None


def main(store: str, folder: str, kept: str, most_mb: str, at: str) -> None:
    """Make the copy and say what came of it."""
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    try:
        backups = Backups(Path(store), Path(folder), int(kept), int(most_mb), now=lambda: at)
        made = Made(path=_copy(backups, at))
    except ConsoleError as error:
        parameters = {name: value if isinstance(value, int) else str(value) for name, value in error.parameters.items()}
        made = Made(error=error.id, parameters=parameters)
    sys.stdout.buffer.write(msgspec.json.encode(made))


def _copy(backups: Backups, at: str) -> str:
    with closing(TinyStore.open(backups.store, create=False, backups=backups)) as store:
        return "" if store.is_empty() else str(backups.write(at).path)


if __name__ == "__main__":
    main(*sys.argv[1:])
