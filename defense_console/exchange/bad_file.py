"""The error for a file that is not taken: each wrong line, what was found there and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from defense_console.model.errors import N_, ConsoleError


class BadLine(msgspec.Struct, frozen=True):
    """Something wrong in a file.

    Attributes:
        line: number of the line, or of the entry of a JSON array, from 1; 0 concerns the whole file.
        column: name of the column, "" when the whole line is meant.
        found: what stands there, unchanged; None when nothing can be quoted.
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
        """English text with every line, for logs and tests."""
        listed = (f"{b.line} {b.column}: {b.found!r}, {b.expected.format_map(_Open(b.parameters))}" for b in self.lines)
        return "\n".join((self.id, *listed))


class _Open(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
