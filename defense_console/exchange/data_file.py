"""Decides what an imported file is, by its content and never by its name, and reads it once."""

from __future__ import annotations

import functools
import io
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, Final, Literal

import msgspec

from defense_console.exchange.bad_file import BOM, BadFile, BadLine
from defense_console.exchange.lists.table import json_document
from defense_console.exchange.lists.workbook import is_workbook
from defense_console.exchange.platform.session_list import is_session_list
from defense_console.exchange.whole_store.export import ARCHIVE
from defense_console.exchange.whole_store.files import ZIP_MAGIC
from defense_console.model.errors import N_

FileKind = Literal["csv", "workbook", "json", "sessions", "calendar", "export", "zip"]
"""A list as CSV, as a workbook or as JSON, the platform's list of sessions, a calendar, a whole store as JSON Lines or
with documents."""
_EXPORT: Final = f'{{"format":"{ARCHIVE}",'.encode()
"""How an export begins as the console writes it."""
_UTF_16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ZEROS: Final = {(False, True): "utf-16-le", (True, False): "utf-16-be"}
"""Which of the first two bytes is zero in UTF-16 without a byte order mark: a file begins with a letter or a sign."""
_NO_WINDOWS_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]|\xc3[\x80-\xbf]|\xe2\x80|^\xef\xbb\xbf")
"""Not a text, or damaged UTF-8: an accent (`é` is C3 A9), a sign such as `’` (E2 80 99), a byte order mark."""
_FIRST_LINE: Final = re.compile(rb"[^\r\n]*")


class DataFile(msgspec.Struct, frozen=True):
    """A file and what it is.

    Attributes:
        kind: what it is.
        data: its bytes, text in UTF-8; b"" for a ZIP and an export, which are read in pieces.
        lines: those of an export, from the first one, as often as asked; the file has to stay open.
        assumed: name of the encoding that a list is taken to be in; "" where the file shows it.
        document: its parsed JSON for "json" and "sessions", else None.
    """

    kind: FileKind
    data: bytes = b""
    document: object = None
    assumed: str = ""
    lines: Callable[[], Iterable[bytes]] = tuple


def data_file(file: IO[bytes]) -> DataFile:
    """Read a file and decide what it is.

    Args:
        file: At its beginning, where a ZIP is left.

    Raises:
        BadFile: It begins as JSON, and is neither JSON nor an export; or as UTF-16, and is none.
    """
    if is_workbook(file):
        return DataFile("workbook", file.read())
    start = file.read(max(map(len, ZIP_MAGIC)))
    file.seek(0)
    if start.startswith(ZIP_MAGIC):
        return DataFile("zip")
    if file.read(len(_EXPORT)) == _EXPORT:
        return DataFile("export", lines=functools.partial(_from_the_first, file))
    file.seek(0)
    data = _as_utf8(file.read())
    begun = data.removeprefix(BOM).lstrip()
    if begun[:15].upper() == b"BEGIN:VCALENDAR":
        return DataFile("calendar", data)
    if begun[:1] not in (b"[", b"{"):
        return _csv(data)
    try:
        document = json_document(data)
    except BadFile:
        if _is_export(begun):
            return _export(data)
        raise
    if is_session_list(document):
        return DataFile("sessions", data, document)
    return _export(data) if _is_export(begun) else DataFile("json", data, document)


def _export(data: bytes) -> DataFile:
    return DataFile("export", lines=functools.partial(io.BytesIO, data))


def _from_the_first(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


def _as_utf8(data: bytes) -> bytes:
    """Return text in UTF-16, as Excel writes “Unicode text”, in UTF-8; anything else as it is."""
    encoding = _UTF_16.get(data[:2]) or _ZEROS.get((data[:1] == b"\0", data[1:2] == b"\0"))
    if encoding is None:
        return data
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeError:
        raise BadFile([BadLine(0, "", None, N_("text in UTF-8 or UTF-16"))]) from None


def _csv(data: bytes) -> DataFile:
    """Return a list, from Windows-1252 where it is not UTF-8: Excel's plain “CSV” in Western Europe is written so."""
    try:
        data.decode()
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):  # it has bytes that Windows-1252 leaves undefined
            text = data.decode("cp1252")
            if not _NO_WINDOWS_TEXT.search(data):
                return DataFile("csv", text.encode(), assumed="Windows-1252")
    return DataFile("csv", data)


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
