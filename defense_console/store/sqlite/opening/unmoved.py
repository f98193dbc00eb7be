"""Whether the files that are open still lie where they were opened.

A removed or replaced file accepts every commit, and all of it goes with the last handle. So does the write-ahead log
next to it, which SQLite removes only when nobody has it open. SQLite does not look for either case.

Source: https://www.sqlite.org/howtocorrupt.html §2.5, https://www.sqlite.org/wal.html §4.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from defense_console.store.sqlite.pragmas import WAL


class MovedFile(Exception):
    """Another file, or none, lies where one was opened; the argument is its name."""


class Unmoved:
    """Remembers which files they were. Make it while they are open, so that no number is given to another file.

    Args:
        path: The store's file; its write-ahead log is next to it.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.absolute()
        self._log = self._file.with_name(self._file.name + WAL)
        self._was = {each: status for each in (self._file, self._log) if (status := _status(each)) is not None}

    def check(self) -> None:
        """Look whether they are there; costs two looks into a folder, some microseconds.

        Raises:
            MovedFile: One is not.
        """
        for path, was in self._was.items():
            there = _status(path)
            if there is None or not os.path.samestat(there, was):
                raise MovedFile(path.name)

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


def _status(path: Path) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return path.stat()
    return None
