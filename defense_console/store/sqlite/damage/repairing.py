"""Builds a store again from what its damaged file and its copies prove, and puts it in the damaged one's place.

Every log is the longest beginning that its hash chain proves, in whole actions; what is next to the logs is made
from them. The damaged file is kept as it was. Source: docs/reliability.md.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine, chain, first_hash
from defense_console.model.subjects import LOG_PREFIXES
from defense_console.store.base import Append, DamagedStore, Draft, StoreError
from defense_console.store.caches import row_of_log
from defense_console.store.checking import KnownEnd
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.copies.replacing import replace, set_aside
from defense_console.store.sqlite.copies.restoring import RESTORED_AT
from defense_console.store.sqlite.damage.salvage import LogPieces, Salvage
from defense_console.store.sqlite.keys import ROWS_OF_LOGS
from defense_console.store.sqlite.leases import TABLES, lease_of
from defense_console.store.sqlite.opening import headers, place
from defense_console.store.sqlite.opening.holding import alone
from defense_console.store.sqlite.pragmas import WAL
from defense_console.store.sqlite.rows import RowDatabase
from defense_console.store.sqlite.schema import aside_of_draft
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.sqlite.summaries import CLOSED_COUNT

_JOURNAL_MODE = slice(18, 20)
"""Bytes of the file's header that say how it is written; 1 for no write-ahead log, 2 for one."""


class RepairedLog(msgspec.Struct, frozen=True):
    """A log that is not as the damaged file gave it.

    Attributes:
        lines: how many lines it has now; 0 when the log is gone.
        helped: how many of them came from copies.
        lost: how many lines were there and could not be proven, as far as is known.
    """

    stream: str
    lines: int
    helped: int
    lost: int


class Repaired(msgspec.Struct, frozen=True):
    """What a repair did: where the damaged files are kept, and the logs that changed by it."""

    aside: Path
    logs: tuple[RepairedLog, ...]


def repair(backups: Backups, at: str, shipped: Mapping[str, bytes]) -> Repaired:
    """Build the store again.

    Args:
        shipped: Canonical JSON of the curricula that come with the console, by hash: a pinned one may be among them.

    Raises:
        StoreError: A console holds the store, there is no space, or nothing can be read anywhere; the store is as it
            was.
    """
    folder = backups.store
    with alone(folder), place.explained(folder):
        aside = set_aside(folder, at)
        with place.new_file(folder) as new:
            with _sources(aside, backups, new.parent) as (sources, same):
                logs = _fill(folder, new, sources, same, shipped)
            replace(folder, new)
    return Repaired(aside, tuple(logs))


@contextmanager
def _sources(aside: Path, backups: Backups, here: Path) -> Iterator[tuple[list[Salvage], int]]:
    """Yield the damaged file, then the sound copies from the newest on; and how many of all have the same history."""
    with ExitStack() as opened:
        work = here / "work"  # reading a file with a write-ahead log changes both
        work.mkdir(mode=0o700)
        for path in aside.iterdir():
            if path.is_file():
                shutil.copy(path, work)
        sound = tuple(backups.sound())
        if sound and (work / (place.FILE + WAL)).exists() and not _is_database(work / place.FILE):
            _under_the_log(sound[0].path, work / place.FILE)
        sources = [opened.enter_context(closing(Salvage(work / place.FILE)))]
        since = _facts(sources[0]).get(RESTORED_AT, "")
        same = 1
        for backup in sound:
            same += int(backup.at > since and not backup.doubtful)
            sources.append(opened.enter_context(closing(Salvage(backup.path))))
        yield sources, same


def _is_database(path: Path) -> bool:
    """Return whether SQLite will open a file at all: it is there, and its first bytes are."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return file.read(len(headers.SQLITE_MAGIC)) == headers.SQLITE_MAGIC
    return False


def _under_the_log(copy: Path, path: Path) -> None:
    """Put a write-ahead log whose file is gone over the pages of a copy: it still holds what came last.

    So it is with a file that was emptied or is garbage. A copy has the pages in their places. Where they do not fit
    together, the chains show it, and the copies still are sources of their own.
    """
    content = bytearray(copy.read_bytes())
    content[_JOURNAL_MODE] = b"\2\2"
    path.write_bytes(content)


def _facts(source: Salvage) -> dict[str, str]:
    return {str(fact.get("key")): str(fact.get("value")) for _id, fact in source.documents("meta")}


def _fill(
    folder: Path, new: Path, sources: Sequence[Salvage], same: int, shipped: Mapping[str, bytes]
) -> list[RepairedLog]:
    """Fill an empty file; return which logs changed."""
    ends = _ends(sources[:same])
    names = {name for source in sources[:same] for name in source.names()} | set(ends)
    streams = sorted(name for name in names if name.startswith(LOG_PREFIXES))
    if not streams:
        raise DamagedStore(
            N_("Nothing in {place} can be read, and there is no copy of it: it was left as it is."), place=folder
        )
    pinned = _curricula(sources)
    curricula = dict(shipped) | pinned
    changed: list[RepairedLog] = []
    with closing(TinyStore(folder, RowDatabase(new))) as store, store.transaction():
        for hash, body in pinned.items():
            store.pin(hash, body)
        for stream in streams:
            piece = LogPieces(stream, sources, same, ends.get(stream, ()))
            lines, helped = piece.longest()
            if lines:
                _append(store, stream, lines, curricula)
            if helped or piece.furthest > len(lines):
                changed.append(RepairedLog(stream, len(lines), helped, piece.furthest - len(lines)))
        # The last copy takes the place of a file in which nothing can be read.
        _fill_beside(store, next((source for source in sources if source.names()), sources[0]))
    return changed


def _ends(sources: Sequence[Salvage]) -> dict[str, list[KnownEnd]]:
    """Return how far each log went, by the rows next to the logs."""
    ends: dict[str, list[KnownEnd]] = {}
    for source in sources:
        for table, subject in ROWS_OF_LOGS.items():
            for _id, document in source.documents(table):
                id, seq, hash = document.get("id"), document.get("seq"), document.get("hash")
                if isinstance(id, str) and isinstance(seq, int) and isinstance(hash, str):
                    ends.setdefault(subject.stream(id), []).append(KnownEnd(seq, hash))
    return ends


def _curricula(sources: Sequence[Salvage]) -> dict[str, bytes]:
    """Return the pinned curricula: each is proven by its own hash, in any source."""
    found: dict[str, bytes] = {}
    for source in sources:
        for row in source.rows("curricula").values():
            with suppress(ValueError, AttributeError, KeyError, TypeError):
                body = msgspec.json.decode(row.body)["body"].encode()
                found[hashlib.sha256(body).hexdigest()] = body
    return found


def _append(store: TinyStore, stream: str, bodies: Sequence[bytes], curricula: Mapping[str, bytes]) -> None:
    """Write a log with the row next to it, and the curriculum it pins when that was not kept."""
    head = chain(first_hash(stream), bodies)
    lines = [StoredLine(seq, body, head) for seq, body in enumerate(bodies, 1)]
    asked: list[str] = []

    def curriculum(hash: str) -> bytes | None:
        asked.append(hash)
        return curricula.get(hash)

    row = row_of_log(stream, lines, curriculum)
    for hash in asked:
        if hash in curricula:
            store.pin(hash, curricula[hash])
    store.append(Append(stream, 0, tuple(bodies), row=row))


def _fill_beside(store: TinyStore, source: Salvage) -> None:
    """Copy the rows next to the logs that are sound; the others stay in the file that is kept.

    The file may be of schema 1, where the decisions kept aside lie among the drafts.
    """
    asides = list(_values(source, "aside"))
    for draft in _values(source, "drafts"):
        with suppress(msgspec.ValidationError, KeyError, StoreError):
            if (aside := aside_of_draft(draft)) is not None:
                asides.append(aside)
            else:
                store.save_draft(draft["stream"], draft["field"], msgspec.convert(draft["draft"], Draft))
    for aside in asides:
        with suppress(AttributeError, KeyError, StoreError):
            store.save_aside(aside["stream"], aside["key"], aside["event"].encode())
    for table in TABLES:
        for row in _values(source, table):
            with suppress(msgspec.ValidationError, KeyError, StoreError, ValueError):
                store.write_lease(*lease_of(row))
    for key, value in _facts(source).items():
        if key != CLOSED_COUNT:  # it is counted again
            store.set_meta(key, value)


def _values(source: Salvage, table: str) -> Iterable[dict[str, Any]]:
    return (document for _id, document in source.documents(table))
