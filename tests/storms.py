"""Bytes that a terminal may send besides keys: answers to questions, reports cut or spoiled, anything at all."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_NUMBER = (0, 1, 2, 24, 80, 200, 255, 256, 999, 65_535, 1_114_112, 99_999_999)


def answer(chance: Random) -> bytes:
    """A whole answer of a terminal to a question that somebody asked."""
    colour = b"rgb:" + b"/".join(b"%04x" % chance.randrange(65_536) for _ in range(3))
    number = b"%d" % chance.randint(1, 250)
    return chance.choice(
        (
            b"\x1b]11;" + colour + b"\x1b\\",
            b"\x1b]4;" + number + b";" + colour + b"\x07",
            b"\x1bP>|XTerm(" + number + b")\x1b\\",
            b"\x1bP1+r544e=" + number + b"\x1b\\",
            b"\x1b_Gi=" + number + b";OK\x1b\\",
            b"\x1b^" + number + b"\x1b\\",
            b"\x1bX" + number + b"\x1b\\",
            b"\x1b[?62;" + number + b"c",
            b"\x1b[>41;" + number + b";0c",
            b"\x1b[" + number + b";80R",
            b"\x1b[?997;1n",
            b"\x1b[4;600;" + number + b"t",
        )
    )


def malformed(chance: Random) -> bytes:
    """A report with numbers that mean nothing, too many of them, other bytes within, or an end that is another's."""
    fields = b";".join(
        b":".join(b"%d" % chance.choice(_NUMBER) for _ in range(chance.randint(1, 3)))
        for _ in range(chance.randint(1, 5))
    )
    kind = chance.randrange(4)
    if kind == 0:
        return b"\x1b[1114112;" + fields + chance.choice((b"u", b"~", b"A", b"t", b"R"))
    if kind == 1:
        return b"\x1b[<999;" + fields + chance.choice((b"M", b"m"))
    if kind == 2:
        return b"\x1b[?" + fields + bytes([chance.randrange(0x80, 0x100)]) + chance.choice((b"c", b"$y", b"u"))
    return b"\x1b]" + fields + bytes([chance.randrange(0x80, 0x100)]) + chance.choice((b"\x07", b"\x1b\\", b"\x18"))


def pieces(data: bytes, chance: Random) -> Iterator[bytes]:
    """The same bytes in pieces of one to seven."""
    at = 0
    while at < len(data):
        size = chance.randint(1, 7)
        yield data[at : at + size]
        at += size
