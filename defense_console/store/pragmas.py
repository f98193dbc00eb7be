"""What SQLite is asked for, and why. Source: docs/reliability.md; sqlite.org/pragma.html."""

from typing import Final

DURABLE: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # macOS: its fsync does not reach the disk without this.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA journal_size_limit = 1048576",
)
"""Of a connection that writes a file: what was acknowledged is on the disk."""
CAREFUL: Final = (
    # Damaged pages are told of, instead of being read.
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)
"""Of every connection: a file is not believed because it is there."""
