"""Whether a file that is open still lies where it was opened.

A file that was removed or replaced can be written on and on: every commit succeeds, and all of it goes with the last
handle. SQLite looks for that in the rollback mode only. Source: https://www.sqlite.org/howtocorrupt.html §2.5.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


class MovedFile(Exception):
    """Another file, or none, lies where this one was opened."""


class Unmoved:
    """Remembers which file it was. Make it while the file is open, so that its number is not given to another one.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._was = self._path.stat()

    def check(self) -> None:
        """Look whether it is there; costs one look into a folder, about two microseconds.

        Raises:
            MovedFile: It is not.
        """
        there = self._there()
        if there is None or not os.path.samestat(there, self._was):
            raise MovedFile

    def check_for_another(self) -> None:
        """Look whether another file lies there, before it is opened: the write-ahead log beside it is not its own.

        A disk that was taken out and put back comes with its own log; its files may have other numbers then.

        Raises:
            MovedFile: There is one, on the same disk.
        """
        there = self._there()
        if there is not None and there.st_dev == self._was.st_dev and there.st_ino != self._was.st_ino:
            raise MovedFile

    def _there(self) -> os.stat_result | None:
        with suppress(FileNotFoundError):
            return self._path.stat()
        return None
