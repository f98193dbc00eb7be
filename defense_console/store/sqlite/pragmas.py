"""What SQLite is asked for, and why; and how a file is opened that must not change by it.

Source: docs/reliability.md; sqlite.org/pragma.html, sqlite.org/uri.html.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

WAL: Final = "-wal"
"""What SQLite puts behind a file's name for its write-ahead log."""
DURABLE: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # macOS: its fsync does not reach the disk without this.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA journal_size_limit = 1048576",
)
"""For a connection that writes: what was acknowledged is on the disk."""
CAREFUL: Final = (
    # A damaged page is an error, and is not read.
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)
"""For every connection: the file may be damaged or made by somebody else."""


def connect_to_read(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """Return a connection that only reads: it never moves the write-ahead log into the file, even when it closes.

    Args:
        immutable: Take no lock and look at no log: for a file that nobody writes meanwhile.

    Raises:
        sqlite3.Error: There is no such file.
    """
    name = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"
    return sqlite3.connect(name, uri=True, isolation_level=None)
