"""Copies of a store's file, made by SQLite's backup interface while consoles write, and checked before they count.

A copy is one file, `defenses-<UTC instant>[-<reason>].db`, that needs no other file. Documents received are not in
it: they lie in the vault under their hashes, where nothing ever changes one, and the logs name those they need. A copy
made for another disk takes them along, each once. Source: sqlite.org/backup.html; docs/reliability.md.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import msgspec

from defense_console.model.defense.timeline import iso
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.watching import Watch, unwatched
from defense_console.settings import path_named
from defense_console.store import durable_files
from defense_console.store.base import DamagedStore, StoreError
from defense_console.store.sqlite import schema, verifying
from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.half_made import HalfMade

BackupReason = Literal["", "upgrade", "restore", "repair"]
"""Why a copy was made: "" for the daily one and the one asked for, else what was about to happen."""
KEPT: Final = 14
MOST_MB: Final = 5_000
LEAST: Final = 3
"""Copies that stay however large they are: of the daily ones and of each reason."""
_MB: Final = 1_000_000

_NAME: Final = re.compile(r"defenses-(\d{8}T\d{9})Z(?:-(upgrade|restore|repair))?\.db")
_INSTANT: Final = "%Y%m%dT%H%M%S%f"
_ROOT_DIGITS: Final = 8
_PAGES_AT_ONCE: Final = 1024
"""Pages copied between two looks at whether somebody interrupts: 4 MB."""
_AHEAD: Final = timedelta(days=1)
"""How far a clock may have been ahead: less than what makes a copy outlive those of many days."""


class Backup(msgspec.Struct, frozen=True):
    """A copy of a store's file.

    Attributes:
        at: the UTC instant it was made by the clock of then, ISO 8601.
        doubtful: whether that clock was wrong: the instant is still to come. Such a copy counts as the oldest, since
            nothing says when it was made.
    """

    path: Path
    at: str
    reason: BackupReason = ""
    doubtful: bool = False


def folder_of(store: Path, setting: str = "") -> Path:
    """Return where the copies of a store lie.

    Args:
        setting: The folder the mentor chose for copies, where each store has one of its own; "" for next to the store.
    """
    if not setting:
        return store / place.BACKUPS
    whole = os.path.realpath(store)
    return path_named(setting) / f"{Path(whole).name}-{sha256(os.fsencode(whole)).hexdigest()[:_ROOT_DIGITS]}"


class Backups:
    """The copies of one store. Belongs to no thread.

    Args:
        folder: Where the copies lie; made when the first one is.
        kept: For how many days the last copy of the day is kept, and how many of the newest day and of each reason;
            0 keeps everything.
        most_mb: What the daily copies may take together, and those of each reason; beyond it the oldest go, but never
            the last `LEAST`.
        now: Gives the instant, ISO 8601 UTC, so that a copy from the future is not taken for the newest; without it
            every instant is believed.
    """

    def __init__(
        self,
        store: Path,
        folder: Path | None = None,
        kept: int = KEPT,
        most_mb: int = MOST_MB,
        *,
        now: Callable[[], str] | None = None,
    ) -> None:
        self.store = store
        self.now = now
        self.folder = folder if folder is not None else folder_of(store)
        self.kept = kept
        self.most_mb = most_mb

    def all(self) -> tuple[Backup, ...]:
        """Return the copies, doubtful ones first, then the oldest first.

        Empty when there is none or their folder cannot be read.
        """
        found = []
        with suppress(OSError):
            found = [backup for path in self.folder.iterdir() if (backup := named(path)) is not None]
        latest = "" if self.now is None else iso(datetime.fromisoformat(self.now()) + _AHEAD)
        if latest:
            found = [msgspec.structs.replace(each, doubtful=each.at > latest) for each in found]
        return tuple(sorted(found, key=lambda backup: (not backup.doubtful, backup.at)))

    def write(self, at: str, reason: BackupReason = "", watch: Watch = unwatched) -> Backup:
        """Copy the store as it is now, check the copy, give it its name, and drop the copies that are too old.

        Args:
            at: The instant, ISO 8601 UTC.
            reason: What is about to happen to the store.

        Raises:
            StoreError: It cannot be copied; `DamagedStore` when what was copied is not sound. The older copies stay.
        """
        source = place.prepare(self.store, create=False)
        target = self.folder / _file_name(at, reason)
        with place.explained(self.folder):
            self._make_folder()
        with place.explained(self.folder), place.new_file(self.folder) as new:
            with place.explained(self.store):
                copy_database(source, new, watch)
            refuse_unsound(new, self.store, watch)
            with place.explained(self.folder):
                sync_path(new)
                new.replace(target)
                durable_files.sync_folder(self.folder)
        self.prune()
        return Backup(target, at, reason)

    def prune(self) -> None:
        """Drop what is too old. What cannot be dropped stays for the next time."""
        if not self.kept:
            return
        copies = self.all()
        gone = superseded(copies, self.kept)
        gone += too_large([each for each in copies if each not in gone], self.most_mb * _MB, _size)
        for backup in gone:
            with suppress(OSError):
                backup.path.unlink()

    def sound(self) -> Iterator[Backup]:
        """Yield the copies that hold what was written, the newest first."""
        for backup in reversed(self.all()):
            with suppress(StoreError):
                if fault_of(backup.path) is None:
                    yield backup

    def _make_folder(self) -> None:
        place.refuse_link(self.folder)
        durable_files.make_folder(self.folder)
        HalfMade(self.store, [self.folder]).sweep()


def superseded(backups: Iterable[Backup], kept: int) -> list[Backup]:
    """Return the copies that need not be kept. Of each day the last one counts, so many of one day push none out.

    Args:
        kept: How many days, how many copies of the newest day, and how many of each reason stay.
    """
    gone: list[Backup] = []
    by_reason: dict[str, list[Backup]] = {}
    for backup in backups:
        by_reason.setdefault(backup.reason, []).append(backup)
    for reason, found in by_reason.items():
        days: dict[str, list[Backup]] = {}
        for backup in found:
            days.setdefault("" if reason else backup.at[:10], []).append(backup)
        *older, newest = days.values()
        gone += newest[:-kept]
        for n, day in enumerate(older):
            gone += day if n < len(older) - (kept - 1) else day[:-1]
    return gone


def too_large(backups: Iterable[Backup], most: int, size: Callable[[Backup], int]) -> list[Backup]:
    """Return the oldest copies, those that do not fit into a size with the newer ones; the last `LEAST` always fit.

    Args:
        backups: The oldest first. The daily ones and those of each reason have the size for themselves.
        most: In bytes.
        size: Gives that of a copy, in bytes.
    """
    gone: list[Backup] = []
    taken: dict[str, list[int]] = {}
    for backup in reversed(list(backups)):
        sizes = taken.setdefault(backup.reason, [])
        sizes.append(size(backup))
        if len(sizes) > LEAST and sum(sizes) > most:
            gone.append(backup)
    return gone


def _size(backup: Backup) -> int:
    try:
        return backup.path.stat().st_size
    except OSError:
        return 0


def named(path: Path) -> Backup | None:
    """Return the copy a file is by its name; None when it is none."""
    match = _NAME.fullmatch(path.name)
    if match is None or path.is_symlink() or not path.is_file():
        return None
    at = datetime.strptime(match[1] + "000", _INSTANT).replace(tzinfo=UTC)
    reason: BackupReason = match[2] or ""  # type: ignore[assignment]  # the pattern knows the words
    return Backup(path, iso(at), reason)


def _file_name(at: str, reason: BackupReason) -> str:
    digits = datetime.fromisoformat(at).astimezone(UTC).strftime(_INSTANT)[:-3]
    return f"defenses-{digits}Z{f'-{reason}' if reason else ''}.db"


def copy_database(source: Path, target: Path, watch: Watch = unwatched) -> None:
    """Copy one view of an SQLite file into one of a work folder; the copy needs no other file.

    Raises:
        FullDisk: There is no space for the copy.
        sqlite3.Error: It cannot be read or written.
    """
    with closing(sqlite3.connect(source, isolation_level=None)) as reading, closing(sqlite3.connect(target)) as writing:
        try:
            # A view that stays open: no writer waits for the copy, and none makes it begin again.
            reading.execute("BEGIN")
            (pages,) = reading.execute("PRAGMA page_count").fetchone()
            (page_bytes,) = reading.execute("PRAGMA page_size").fetchone()
            with watch("bytes", pages * page_bytes) as passed:
                reading.backup(
                    writing, pages=_PAGES_AT_ONCE,
                    progress=lambda _status, left, whole: passed(page_bytes * min(_PAGES_AT_ONCE, whole - left)),
                )  # fmt: skip
            writing.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:  # only the copy grows
                raise place.full_disk(target.parent.parent) from error
            raise


def fault_of(path: Path, watch: Watch = unwatched) -> ConsoleError | None:
    """Return what is wrong with a copy, the first of it: pages, rows, the chain of every log; None when it is sound.

    Raises:
        StoreError: It cannot be read at all, and why.
    """
    with place.explained(path), closing(RowStorage(path, read_only=True)) as rows:
        if rows.schema() < schema.version():  # only those who bring it up know its rows
            return next((ConsoleError(N_("The file is damaged: {reason}."), reason=r) for r in rows.problems()), None)
        with closing(verifying.check_all(rows, watch)) as problems:
            found = next(problems, None)
        return ConsoleError(found.text_id, **found.parameters) if found else None


def refuse_unsound(new: Path, source: Path, watch: Watch = unwatched) -> None:
    """Refuse a file that is not sound."""
    if (fault := fault_of(new, watch)) is not None:
        raise DamagedStore(
            N_("The store is damaged: close the console and run doctor. {problem} ({place})"),
            place=source,
            problem=fault,
        )


def sync_path(path: Path) -> None:
    """Bring a file to the disk itself."""
    handle = os.open(path, os.O_RDWR)
    try:
        durable_files.sync_file(handle)
    finally:
        os.close(handle)
