"""Puts a whole file in the place of a store's, and keeps the one that was there byte by byte.

Nobody else may hold the store meanwhile; see `holding.py`.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from defense_console.store.durable_files import sync_folder
from defense_console.store.sqlite.opening.place import COMPANIONS, DAMAGED_FOLDER, FILE, remove_index


def replace(folder: Path, new: Path) -> None:
    """Make a whole file the store's. Nobody else may hold the store.

    The write-ahead log of the old file goes first: it would be replayed into the new one.

    Args:
        new: A file in it, on the disk, that needs no other file.
    """
    remove_index(folder)  # it is of the old one, and holds what may have to be forgotten
    for end in COMPANIONS:
        (folder / (FILE + end)).unlink(missing_ok=True)
    sync_folder(folder)
    new.replace(folder / FILE)
    sync_folder(folder)


def set_aside(folder: Path, at: str) -> Path:
    """Copy the store's files as they are into a new folder that nothing here ever changes; return the folder."""
    aside = folder / (DAMAGED_FOLDER + re.sub(r"[-:.]", "", at))
    aside.mkdir(mode=0o700)
    for end in ("", *COMPANIONS):
        path = folder / (FILE + end)
        if path.exists():
            copy = aside / path.name
            handle = os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as target, path.open("rb") as source:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
    sync_folder(aside)
    sync_folder(folder)
    return aside
