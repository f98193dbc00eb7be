"""Whether the files that are open still lie where they were opened.

A removed or replaced file accepts every commit, and all of it goes with the last handle. So does the write-ahead log
next to it, which SQLite removes only when nobody has it open. SQLite does not look for either case.

Nor does SQLite see that another file was copied into the one that is open: what it has read and its write-ahead log
belong to the old content, and its next checkpoint would mix both. The file of a store never shrinks, and holds the
store's own id; both are looked at when its size or its time has changed. An older copy of the same store that is not
smaller is not noticed.

Source: https://www.sqlite.org/howtocorrupt.html §2.5, https://www.sqlite.org/wal.html §4.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from defense_console.store.sqlite.pragmas import WAL


class MovedFile(Exception):
    """Another file, or none, lies where one was opened; the argument is its name."""


class OverwrittenFile(MovedFile):
    """Another file was copied into the one that is open, or it was emptied; the argument is its name."""


class Unmoved:
    """Remembers which files they were. Make it while they are open, so that no number is given to another file."""

    def __init__(self, path: Path) -> None:
        self.is_another: Callable[[Path], bool] = lambda _path: False
        """Says whether the file itself, without its log, holds another store than the one that was opened."""
        self._file = path.absolute()
        self._log = self._file.with_name(self._file.name + WAL)
        self._was = {each: status for each in (self._file, self._log) if (status := _status(each)) is not None}
        self._looked_at = self._was.get(self._file)

    def check(self) -> None:
        """Look whether they are there; costs two looks into a folder, some microseconds.

        Raises:
            MovedFile: One is not.
            OverwrittenFile: The store's file has the content of another one.
        """
        for path, was in self._was.items():
            there = _status(path)
            if there is None or not os.path.samestat(there, was):
                raise MovedFile(path.name)
        self.check_content()

    def check_content(self) -> None:
        """Look into the file when something was written into it: every checkpoint does, and so does a stranger.

        Raises:
            OverwrittenFile: It has the content of another one.
        """
        there, before = _status(self._file), self._looked_at
        if there is None or before is None or _written(there) == _written(before):
            return
        if there.st_size < before.st_size or self.is_another(self._file):
            raise OverwrittenFile(self._file.name)
        self._looked_at = there

    def check_for_another(self) -> None:
        """Look before a file is opened once more: a log next to another file, or another log, does not belong to it.

        A disk that was taken out and put back comes with its own log; its files may have other numbers then.

        Raises:
            MovedFile: On the same disk lies another file, or another log than this process has open, or none.
        """
        there, was = _status(self._file), self._was.get(self._file)
        if there is None or was is None or there.st_dev != was.st_dev:
            return
        self.check()


def _written(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _status(path: Path) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return path.stat()
    return None
