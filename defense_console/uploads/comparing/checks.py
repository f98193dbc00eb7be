"""What reading one document for a comparison may cost, checked before a reader opens it.

`limits.py` counts what a whole reception may hold. Source: product.md §3, uploads are hostile.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path
from typing import Final
from xml.parsers import expat

from defense_console.model.comparison import ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.opening.limits import MB

_PIECE: Final = 1 << 18
_PARTS: Final = 20_000
"""Most parts of one document; real ones have a few hundred."""
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError)


def damaged(kind: str) -> ConsoleError:
    """The one sentence for a document no reader can make sense of."""
    return ConsoleError("This is no readable {kind} document: it is damaged, or of another kind.", kind=kind.upper())


def locked() -> ConsoleError:
    """The sentence for a document that needs a password."""
    return ConsoleError("The document is protected by a password.")


def out_of_memory() -> ConsoleError:
    """The sentence for a document that needs more memory than it is given."""
    return ConsoleError("The document needs more memory than compare_max_memory_mb in the settings allows.")


def check_size(path: Path, limits: ReadingLimits) -> None:
    """Refuse a file that is too large, or empty.

    Raises:
        ConsoleError: it is.
        OSError: it cannot be looked at.
    """
    size = path.stat().st_size
    if size == 0:
        raise ConsoleError("The file is empty.")
    if size > limits.megabytes * MB:
        raise ConsoleError(
            "The document is larger than {n} MB; compare_max_mb in the settings allows no more.", n=limits.megabytes
        )


def check_zipped(path: Path, kind: str, limits: ReadingLimits) -> None:
    """Refuse a DOCX, ODT, PPTX or XLSX that would unpack to too much, is encrypted, or declares XML entities.

    Sizes are taken from the archive's directory; then each part is unpacked piece by piece, never beyond the size it
    declares, so that a directory that lies is found out by the checksum. A well-formed document of these kinds never
    declares entities.

    Raises:
        ConsoleError: it is one of these, or no archive at all.
    """
    with path.open("rb") as stream:
        if stream.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":  # OLE: how Office stores an encrypted document
            raise locked()
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive, limits)
            if kind == "odt" and _odt_encrypted(archive):
                raise locked()
    except (*_BROKEN, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise damaged(kind) from error


def _check_parts(archive: zipfile.ZipFile, limits: ReadingLimits) -> None:
    parts = archive.infolist()
    most = limits.unpacked_megabytes * MB
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > most:
        raise _too_much(limits)
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise zipfile.BadZipFile  # two parts of one name: which one a reader takes is anybody's guess
    for part in parts:
        if part.flag_bits & 1:
            raise locked()
        look = _EntityGuard() if part.filename.lower().endswith((".xml", ".rels")) else None
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                if look is not None:
                    look(piece)


def _too_much(limits: ReadingLimits) -> ConsoleError:
    return ConsoleError(
        "The document unpacks to more than {n} MB; compare_max_unpacked_mb in the settings allows no more.",
        n=limits.unpacked_megabytes,
    )


class _EntityGuard:
    """Looks for an entity declaration in a stream of pieces, in the encodings XML parsers know without help."""

    _SIGNS: Final = tuple("<!ENTITY".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))

    def __init__(self) -> None:
        self._tail = b""

    def __call__(self, piece: bytes) -> None:
        piece = self._tail + piece
        if any(sign in piece for sign in self._SIGNS):
            raise entities()
        self._tail = piece[-16:]


def entities() -> ConsoleError:
    """The sentence for a document made to blow up while it is read."""
    return ConsoleError("The document declares XML entities, which no office program writes: it is not opened.")


def _odt_encrypted(archive: zipfile.ZipFile) -> bool:
    try:
        return b"encryption-data" in archive.read("META-INF/manifest.xml")
    except KeyError:
        return False


def check_well_formed(xml: bytes) -> None:
    """Refuse XML that is cut or mixed up: one reader would print it and go on with half of it.

    Raises:
        ValueError: it is not well-formed.
        ConsoleError: it declares entities.
    """
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise entities()

    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
