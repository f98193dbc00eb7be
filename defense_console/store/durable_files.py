"""Files and folders that stay after a power cut: what the system must be asked for. Source: docs/reliability.md."""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover — another system
    fcntl = None  # type: ignore[assignment]

NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""For opening a file by its name: never what a link points to."""


def sync_file(handle: int) -> None:
    """Bring an open file to the disk itself; on macOS `fsync` alone stops at the drive's cache."""
    full = getattr(fcntl, "F_FULLFSYNC", None) if fcntl is not None else None
    if full is None:
        os.fsync(handle)
        return
    try:  # pragma: no cover — another system
        fcntl.fcntl(handle, full)
    except OSError:  # pragma: no cover — a file system that does not know it
        os.fsync(handle)


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, for the mentor alone; the names of all of them are durable."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in missing:
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; where a folder cannot be opened there is nothing to do."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write every byte to an open file; a system call may write less."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
