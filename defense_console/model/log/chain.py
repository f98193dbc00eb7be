"""The hash chain of a log: each line's hash covers its bytes and the hash before, so that no line can change unseen.

Source: docs/json.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec


class StoredLine(msgspec.Struct, frozen=True):
    """One line of a log.

    Attributes:
        seq: its number, from 1.
        body: the exact bytes of the event; empty where they are withheld from this reader.
        hash: of the chain up to it, hex.
        action: of a withheld line, the number of the first line of its action; 0 otherwise.
    """

    seq: int
    body: bytes
    hash: str
    action: int = 0

    @property
    def withheld(self) -> bool:
        """Return whether the reader may not see what it says."""
        return not self.body


def first_hash(stream: str) -> str:
    """Return what the first line of a log follows: SHA-256 of the stream's name, hex."""
    return hashlib.sha256(stream.encode()).hexdigest()


def next_hash(previous: str, body: bytes) -> str:
    """Return the hash of a line: SHA-256 of the previous hash, in 64 hexadecimal digits, and the event's JSON.

    Digits, not bytes, so that an export can be checked with nothing but a shell:
    `printf %s%s "$previous" "$line" | sha256sum`.
    """
    return hashlib.sha256(previous.encode() + body).hexdigest()


def chain(previous: str, lines: Iterable[bytes]) -> str:
    """Return the hash of the last of `lines`, which follow the line with the hash `previous`."""
    for body in lines:
        previous = next_hash(previous, body)
    return previous
