"""Decides what an imported file is, by its content and never by its name, and reads it once."""

from __future__ import annotations

import json
import re
from typing import IO, Final, Literal

import msgspec

from defense_console.exchange.bad_file import BOM, BadFile
from defense_console.exchange.lists.table import json_document
from defense_console.exchange.platform.session_list import is_session_list
from defense_console.exchange.whole_store.files import MAGIC

FileKind = Literal["csv", "json", "sessions", "calendar", "export", "zip"]
"""A list as CSV or JSON, the platform's list of sessions, a calendar, a whole store as JSON Lines or with documents."""
_FIRST_LINE: Final = re.compile(rb"[^\r\n]*")


class DataFile(msgspec.Struct, frozen=True):
    """A file and what it is.

    Attributes:
        kind: what it is.
        data: its bytes; b"" for a ZIP, which is read in pieces.
        document: its parsed JSON for "json" and "sessions", else None.
    """

    kind: FileKind
    data: bytes = b""
    document: object = None


def data_file(file: IO[bytes]) -> DataFile:
    """Read a file and decide what it is.

    Args:
        file: At its beginning, where a ZIP is left.

    Raises:
        BadFile: It begins as JSON, and is neither JSON nor an export.
    """
    start = file.read(max(map(len, MAGIC)))
    file.seek(0)
    if start.startswith(MAGIC):
        return DataFile("zip")
    data = file.read()
    begun = data.removeprefix(BOM).lstrip()
    if begun[:15].upper() == b"BEGIN:VCALENDAR":
        return DataFile("calendar", data)
    if begun[:1] not in (b"[", b"{"):
        return DataFile("csv", data)
    try:
        document = json_document(data)
    except BadFile:
        if _is_export(begun):
            return DataFile("export", data)
        raise
    if is_session_list(document):
        return DataFile("sessions", data, document)
    return DataFile("export", data) if _is_export(begun) else DataFile("json", data, document)


def _is_export(begun: bytes) -> bool:
    """Return whether a file begins as an export: with a header, or with an object and more lines after it."""
    match = _FIRST_LINE.match(begun)
    first = match[0] if match else b""
    if begun[:1] != b"{":
        return False
    return b'"format"' in first or (b"\n" in begun and _is_object(first))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
