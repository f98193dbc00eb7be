"""Where a document lies: TinyDB's document ids are integers, so every name of ours becomes one."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.log.subject import Subject
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of

_BITS = 63
"""What an SQLite integer holds without its sign."""
_DIGIT_BITS = 4
_KEY_DIGITS = _BITS // _DIGIT_BITS
LEASES = "leases"
LEASES_OF_OTHERS = "other_leases"
REHEARSALS = "rehearsals"

ROWS_OF_LOGS: Mapping[str, Subject[Any, Any]] = {
    "pending": DEFENSE, "closed": DEFENSE, "students": STUDENT, REHEARSALS: REHEARSAL,
}  # fmt: skip
"""Tables of the rows next to logs, and what those logs are about."""


def defense_key(id: str) -> int:
    """Return the row id of a defense: the first 63 bits of its UUID, so that a prefix is a range of keys.

    Raises:
        ValueError: It is not a UUID.
    """
    return uuid.UUID(id).int >> (128 - _BITS)


def name_key(*names: str) -> int:
    """Return the row id of anything else: 63 bits of the SHA-256 of its names."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def places_beside(stream: str) -> list[tuple[str, int]]:
    """Return where the row next to a log may be: tables and row ids; empty for a defense whose id is no UUID."""
    subject = subject_of(stream)
    id = subject.id_of(stream)
    try:
        key = defense_key(id) if subject is DEFENSE else name_key(id)
    except ValueError:
        return []
    return [(table, key) for table, each in ROWS_OF_LOGS.items() if each is subject]


def lease_place(stream: str) -> tuple[str, int]:
    """Return where the lease of a log lies: table and row id.

    A defense's lies where every console has looked for it since the first one. Those of the other logs lie in a table
    of their own: an earlier console takes each row of the first table for a defense's, and fails on any other id.

    Raises:
        ValueError: The id of a defense is not a UUID.
    """
    subject = subject_of(stream)
    return (LEASES, defense_key(subject.id_of(stream))) if subject is DEFENSE else (LEASES_OF_OTHERS, name_key(stream))


def key_range(hex_digits: str) -> tuple[int, int]:
    """Return the least and greatest row id of the defenses whose id begins with these digits, at most 15."""
    known = hex_digits[:_KEY_DIGITS]
    free = _BITS - _DIGIT_BITS * len(known)
    low = int(known, 16) << free
    return low, low + (1 << free) - 1


def stream_prefix(key: int) -> str:
    """Return how the names of the logs begin whose defense has this row id, as far as whole digits of it are known."""
    known = f"{key >> (_BITS % _DIGIT_BITS):0{_KEY_DIGITS}x}"
    return f"{DEFENSE.prefix}{known[:8]}-{known[8:12]}-{known[12:]}"
