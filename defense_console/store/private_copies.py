"""Copies of documents for programs that need a file: nobody else can read them, and nobody can write them.

Each lies in a folder of its own among the temporary files. What a console that was killed has left, the next one sweeps
away: the lock on a folder says that its console lives.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from defense_console.model.errors import ConsoleError, system_reason
from defense_console.store.work_folder import new_folder, release, remove_left

_PREFIX: Final = "defense-console-copy-"
_READ_ONLY: Final = 0o400
_folders: dict[Path, int] = {}
"""Folders of this process's copies, and the locks on them, which say that it lives."""


def lasting_copy(chunks: Iterable[bytes], name: str) -> Path:
    """Return a copy that stays until the console ends.

    Args:
        chunks: Its bytes; what they raise leaves no copy behind.

    Raises:
        ConsoleError: It cannot be written.
    """
    sweep_copies()
    try:
        folder, lock = new_folder(Path(tempfile.gettempdir()), _PREFIX)
        _folders[folder] = lock
        copy = folder / name
        try:
            with os.fdopen(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _READ_ONLY), "wb") as file:
                file.writelines(chunks)
        except BaseException:
            _forget(folder)
            raise
    except OSError as error:
        raise ConsoleError("{file}: {reason}", file=name, reason=system_reason(error)) from error
    return copy


@contextmanager
def passing_copy(chunks: Iterable[bytes], name: str) -> Iterator[Path]:
    """Yield a copy that goes when the block ends; see `lasting_copy`."""
    copy = lasting_copy(chunks, name)
    try:
        yield copy
    finally:
        _forget(copy.parent)


def _forget(folder: Path) -> None:
    lock = _folders.pop(folder, None)
    if lock is not None:  # else all copies were forgotten meanwhile
        shutil.rmtree(folder, ignore_errors=True)
        release(lock)


@atexit.register
def forget_copies() -> None:
    """Remove the copies; called when the console ends."""
    for folder in tuple(_folders):
        _forget(folder)


def sweep_copies() -> None:
    """Remove the copies that consoles which were killed have left: those whose lock is gone."""
    if os.name != "posix":
        return
    for left in sorted(Path(tempfile.gettempdir()).glob(_PREFIX + "*")):
        with suppress(OSError):
            if left not in _folders and _is_of_copies(left):
                remove_left(left)


def _is_of_copies(folder: Path) -> bool:
    """Return whether a folder is one that a console made: our own, and nothing in it but copies that cannot be written.

    A name proves nothing, and what others keep there must not go with it. An empty folder is about to be filled.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) != 0o700:
        return False
    modes = [path.lstat().st_mode for path in folder.iterdir()]
    return bool(modes) and all(stat.S_ISREG(mode) and stat.S_IMODE(mode) == _READ_ONLY for mode in modes)
