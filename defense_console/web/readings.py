"""Who read what in the pages, and when: one line for each reading, which the page of the school shows."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from defense_console.model.log.instants import iso
from defense_console.store.durable_files import make_folder, sync_file, write_all


class Reading(msgspec.Struct, frozen=True):
    """One line: who read what, and when.

    Attributes:
        at: ISO 8601 UTC.
        who: Name of a person, or the id of a student who read their own page.
        what: Kind of page: `page`, `report`, `school`, `export`.
        about: Id of the student it is about, "" for all of them.
    """

    at: str
    who: str
    what: str
    about: str = ""


class Readings:
    """The file of the readings; a line goes only when its student is forgotten."""

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now

    def add(self, who: str, what: str, about: str = "") -> None:
        """Write a reading down.

        Raises:
            OSError: It cannot be written; then nothing must be shown.
        """
        make_folder(self._file.parent)
        line = msgspec.json.encode(Reading(iso(self._now()), who, what, about)) + b"\n"
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            write_all(handle, line)
        finally:
            os.close(handle)

    def latest(self, n: int) -> tuple[Reading, ...]:
        """Return the last readings, the latest first; a line that cannot be read is left out."""
        found: deque[Reading] = deque(maxlen=n)
        try:
            with self._file.open("rb") as file:
                for line in file:
                    try:
                        found.append(msgspec.json.decode(line, type=Reading))
                    except msgspec.MsgspecError:
                        continue
        except OSError:
            return ()
        return tuple(reversed(found))

    def forget(self, student: str) -> None:
        """Take out every line about a student.

        Raises:
            OSError: The file cannot be written.
        """
        if not self._file.exists():
            return
        kept = [line for line in self._file.read_bytes().splitlines(keepends=True) if not _is_about(line, student)]
        half = self._file.with_suffix(".new")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(kept)
            file.flush()
            sync_file(file.fileno())
        half.replace(self._file)


def _is_about(line: bytes, student: str) -> bool:
    try:
        return msgspec.json.decode(line, type=Reading).about == student
    except msgspec.MsgspecError:
        return False
