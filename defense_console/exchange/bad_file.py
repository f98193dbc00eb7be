"""The error for a file that is refused: each wrong line, what was found there and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from defense_console.model.errors import N_, ConsoleError

BOM: Final = b"\xef\xbb\xbf"


class BadLine(msgspec.Struct, frozen=True):
    """Something wrong in a file.

    Attributes:
        line: number of the line, or of the entry of a JSON array, from 1; 0 for the whole file.
        column: name of the column, "" for the whole line.
        found: the text at that place, unchanged; None when nothing can be quoted.
        expected: English message id of what is expected.
        parameters: values of its places.
    """

    line: int
    column: str
    found: str | None
    expected: str
    parameters: Mapping[str, object] = {}


class BadFile(ConsoleError):
    """A file is refused as a whole; `lines` says why, in the order of the file.

    Args:
        lines: At least one.
        entries: The numbers count entries of a JSON array, not lines of text.
    """

    def __init__(self, lines: Sequence[BadLine], entries: bool = False) -> None:
        super().__init__(N_("Nothing was imported: the file has errors."))
        self.lines = tuple(sorted(lines, key=lambda bad: bad.line))
        self.entries = entries

    def __str__(self) -> str:
        """Return English text with every line, for logs and tests."""
        listed = (f"{b.line} {b.column}: {b.found!r}, {b.expected.format_map(_Open(b.parameters))}" for b in self.lines)
        return "\n".join((self.id, *listed))


class _Open(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def utf8(data: bytes, expected: str) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises:
        BadFile: The line of the first byte that is not UTF-8.
    """
    data = data.removeprefix(BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wrong = data[error.start : error.start + 1].hex()
        raise BadFile([BadLine(line, "", f"0x{wrong}", expected)]) from None
