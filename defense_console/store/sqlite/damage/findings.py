"""What a doctor finds, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

from defense_console.model.errors import ConsoleError

FindingKind = Literal[
    "file",  # the file itself
    "schema",  # how it is laid out
    "log",
    "row",  # next to a log
    "behind",  # fewer lines than its last copy
    "document",  # received
    "spool",  # work that waits outside the store
    "rights",  # who may read and write
    "space",  # on the disk
    "place",  # where the store is
    "left",  # by a kill
    "copies",  # where they go, and their dates
    "index",  # for searches
]


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, in `where`: a log, table, file or folder; and whether `repair` does the remedy."""

    kind: FindingKind
    where: str
    problem: ConsoleError
    remedy: ConsoleError
    repairable: bool
