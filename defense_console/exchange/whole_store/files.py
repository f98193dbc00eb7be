"""Everything in one file: the export as JSON Lines and every document received, in a reproducible ZIP.

Nothing is compressed, since most documents are already, and every date is the first one a ZIP can hold: so the same
store gives the same bytes everywhere. It is written and read in pieces, so memory does not grow with the documents.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import IO, Any, Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.model.defense.kinds import DefenseEvent, DeliverableReceived, RowReceived
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import N_, ConsoleError

LINES: Final = "export.jsonl"
"""Name of the export in the ZIP."""
ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""How a ZIP begins, an empty one included."""
_DOCUMENT: Final = re.compile(r"documents/([0-9a-f]{2})/([0-9a-f]{62})")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY: Final = 0o100600 << 16
_UNIX: Final = 3
_PIECE: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_MOST_RATIO: Final = 200
"""How many times its size the export may unpack to; JSON Lines of any store stay far below."""

Opened = Callable[[str], AbstractContextManager[IO[bytes]]]


def received_files(events: Iterable[DefenseEvent]) -> Iterator[ReceivedFile]:
    """Yield every file that a log names."""
    for event in events:
        if isinstance(event.what, RowReceived | DeliverableReceived):
            yield from event.what.files


def write_files(lines: Iterable[bytes], documents: Iterable[str], opened: Opened) -> Iterator[bytes]:
    """Yield the ZIP, piece by piece.

    Raises:
        ConsoleError: A document is not what was received any more.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as whole:
        with whole.open(_entry(LINES), "w") as part:
            for line in lines:
                part.write(line)
                yield from sink.drained()
        for sha256 in sorted(documents):
            digest = hashlib.sha256()
            with whole.open(_entry(_place(sha256)), "w", force_zip64=True) as part, opened(sha256) as document:
                while piece := document.read(_PIECE):
                    digest.update(piece)
                    part.write(piece)
                    yield from sink.drained()
            if digest.hexdigest() != sha256:
                raise ConsoleError("The document {name} is not the one that was received.", name=_place(sha256))
    yield from sink.drained()


class _Sink(io.RawIOBase):
    """Where the ZIP writes; it cannot be rewound, so that each piece may leave at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        """Take a piece."""
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def drained(self) -> Iterator[bytes]:
        """Yield what was written since, in order."""
        pieces, self._pieces = self._pieces, []
        yield from pieces


def _place(sha256: str) -> str:
    return f"documents/{sha256[:2]}/{sha256[2:]}"


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_DAY)
    info.create_system, info.external_attr = _UNIX, _OWNER_ONLY
    return info


# --- reading -------------------------------------------------------------------------------------------------------


class FilesArchive(msgspec.Struct, frozen=True):
    """A ZIP whose list of contents is sound: the entries of the export, and of each document by its SHA-256."""

    export: zipfile.ZipInfo
    entries: Mapping[str, zipfile.ZipInfo]


def read_files(whole: zipfile.ZipFile) -> FilesArchive:
    """Return where the export of a ZIP and its documents are; they are not read yet.

    Raises:
        BadFile: Every entry that no export has, that is there twice, is encrypted, or cannot be read.
    """
    bad: list[BadLine] = []
    entries: dict[str, zipfile.ZipInfo] = {}
    lines: zipfile.ZipInfo | None = None
    seen: set[str] = set()
    for info in whole.infolist():
        match = _DOCUMENT.fullmatch(info.filename)
        if info.filename in seen:
            bad.append(_wrong(info, N_("each entry once")))
        elif info.flag_bits & _ENCRYPTED:
            bad.append(_wrong(info, N_("an entry without a password")))
        elif match is not None:
            entries[match[1] + match[2]] = info
        elif info.filename == LINES:
            lines = info
        else:
            bad.append(_wrong(info, N_("only {lines} and documents by their SHA-256"), lines=LINES))
        seen.add(info.filename)
    if lines is None:
        bad.append(BadLine(0, LINES, "", N_("an entry of this name")))
    elif lines.file_size > _MOST_RATIO * max(1, lines.compress_size):
        bad.append(_wrong(lines, N_("an export that unpacks to at most {ratio} times its size"), ratio=_MOST_RATIO))
    if bad or lines is None:
        raise BadFile(bad)
    return FilesArchive(lines, entries)


def export_lines(whole: zipfile.ZipFile, archive: FilesArchive) -> Iterator[bytes]:
    """Yield the lines of the export with their line breaks.

    Raises:
        BadFile: It cannot be read.
    """
    begun = b""
    for piece in _pieces(whole, archive.export, archive.export.file_size):
        *lines, begun = (begun + piece).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if begun:
        yield begun


def document_pieces(
    whole: zipfile.ZipFile, archive: FilesArchive, wanted: Iterable[ReceivedFile]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the documents that the logs name, one after the other, each in pieces that are checked on the way.

    Yields:
        The SHA-256 and the pieces, which have to be taken before the next one.

    Raises:
        BadFile: A document that no log names, of another size, or with other bytes than its name says.
    """
    sizes = {file.sha256: file.size for file in wanted}
    bad = []
    for sha256, info in archive.entries.items():
        if sha256 not in sizes:
            bad.append(_wrong(info, N_("a document that a log of this export tells of")))
        elif info.file_size != sizes[sha256]:
            bad.append(_wrong(info, N_("{size} bytes, as the log tells"), size=sizes[sha256]))
    if bad:
        raise BadFile(bad)
    for sha256, info in sorted(archive.entries.items()):
        yield sha256, _checked(whole, info, sha256)


def _checked(whole: zipfile.ZipFile, info: zipfile.ZipInfo, sha256: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in _pieces(whole, info, info.file_size):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise BadFile([_wrong(info, N_("a document whose SHA-256 is its name"), found=digest.hexdigest())])


def _pieces(whole: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """Yield an entry in pieces, never more than it says it holds."""
    try:
        with whole.open(info) as part:
            left = most
            while left and (piece := part.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, zlib.error):
        raise BadFile([_wrong(info, N_("an entry that can be read"))]) from None


def _wrong(info: zipfile.ZipInfo, expected: str, *, found: str | None = None, **parameters: object) -> BadLine:
    return BadLine(0, info.filename, info.filename if found is None else found, expected, parameters)
