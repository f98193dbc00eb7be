"""Makes the index of a store in a process of its own, so that it takes nothing from a running clock.

`python -m defense_console.store.sqlite.search.making FOLDER`. The searches of every console use it once it is whole.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from defense_console.store.sqlite.store import TinyStore

_NICENESS: Final = 10
"""How much less often this runs than the console. Source: nice(2)."""


def main(folder: str) -> None:
    """Make the index."""
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    with closing(TinyStore.open(Path(folder), create=False)) as store:
        store.make_index()


if __name__ == "__main__":
    main(*sys.argv[1:])
