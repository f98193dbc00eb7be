"""What a doctor finds, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

from defense_console.model.errors import ConsoleError

FindingKind = Literal[
    "file",
    "schema",
    "log",
    "row",
    "behind",
    "document",
    "spool",
    "rights",
    "space",
    "place",
    "left",
    "copies",
]
"""The file itself · how it is laid out · a log · a row next to a log · fewer lines than its last copy · a document
received · work that waits outside the store · who may read and write · space on the disk · where
the store lies · what a kill left · where copies go, and their instants."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        kind: see `Kind`.
        where: log, table, file or folder.
        problem: what is wrong.
        remedy: what can be done.
        repairable: whether `repair` does it.
    """

    kind: FindingKind
    where: str
    problem: ConsoleError
    remedy: ConsoleError
    repairable: bool
