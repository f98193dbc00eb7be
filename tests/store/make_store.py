"""Makes the store of the present schema that later consoles must open: `python -m tests.store.make_store`.

It writes `tests/data/stores/<schema>.db` and, as `<schema>.jsonl`, the export that every later console must give.
Once a schema is released its two files are never made again.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec

from defense_console import clocks
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.demo import cohort
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore

STORES = Path(__file__).parent.parent / "data" / "stores"
NOW = "2026-11-24T10:00:00.000Z"
CURRICULUM = "IRP"
"""One curriculum of the demo cohort, and what is live: every kind of state, and a file that is not large."""


def desk(store: TinyStore) -> ExchangeDesk:
    return ExchangeDesk(store, clocks.read, "Mentor Test", "Europe/Paris", load_shipped())


def make(folder: Path) -> None:
    """Fill a store with a part of the demo cohort."""
    whole = cohort(NOW, load_shipped())
    kept = [
        each for each in whole.defenses if each.log.state.curriculum == CURRICULUM or each.log.state.session == "live"
    ]
    pinned = {played.log.state.curriculum_hash for played in kept}
    curricula = {hash: body for hash, body in whole.curricula.items() if hash in pinned}
    with closing(TinyStore.open(folder)) as store:
        desk(store).write_cohort(msgspec.structs.replace(whole, defenses=tuple(kept), curricula=curricula))


def main() -> None:
    STORES.mkdir(parents=True, exist_ok=True)
    name = STORES / str(schema.version())
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "store"
        make(folder)
        with closing(sqlite3.connect(folder / place.FILE)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            connection.execute("VACUUM")
        shutil.copyfile(folder / place.FILE, name.with_suffix(".db"))
        with closing(TinyStore.open(folder)) as store:
            name.with_suffix(".jsonl").write_bytes(b"".join(desk(store).export()))


if __name__ == "__main__":
    main()
