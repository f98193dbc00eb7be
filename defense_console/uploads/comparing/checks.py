"""What reading one document for a comparison may cost, checked before a reader opens it.

`limits.py` counts what a whole reception may hold.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from defense_console.model.comparison import ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.opening.limits import MB

_PIECE: Final = 1 << 18
_PARTS: Final = 20_000
"""Most parts of one document; real ones have a few hundred."""
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins."""
_OLD_OFFICE: Final = {"WordDocument": "DOC", "PowerPoint Document": "PPT", "Workbook": "XLS", "Book": "XLS"}
"""Name in the directory of a compound file → the format."""
_OPEN_DOCUMENT: Final = frozenset({"odt", "ods", "odp"})
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError)


def damaged(kind: str) -> ConsoleError:
    """Return the one sentence for a document no reader can make sense of."""
    return ConsoleError("This is no readable {kind} document: it is damaged, or of another kind.", kind=kind.upper())


def locked() -> ConsoleError:
    """Return the sentence for a document that needs a password."""
    return ConsoleError("The document is protected by a password.")


def out_of_memory() -> ConsoleError:
    """Return the sentence for a document that needs more memory than it is given."""
    return ConsoleError("The document needs more memory than compare_max_memory_mb in the settings allows.")


def check_size(path: Path, limits: ReadingLimits) -> None:
    """Refuse a file that is too large, or empty."""
    size = path.stat().st_size
    if size == 0:
        raise ConsoleError("The file is empty.")
    if size > limits.megabytes * MB:
        raise ConsoleError(
            "The document is larger than {n} MB; compare_max_mb in the settings allows no more.", n=limits.megabytes
        )


def check_zipped(stream: BinaryIO, kind: str, limits: ReadingLimits) -> None:
    """Refuse a document in parts that would unpack to too much, is encrypted, or declares XML entities.

    Sizes are taken from the archive's directory; then each part is unpacked piece by piece, never beyond the size it
    declares, so that a directory that lies is found out by the checksum. A well-formed document of these kinds never
    declares entities.
    """
    if stream.read(len(OLE)) == OLE:
        raise _of_old_office(stream, kind)
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_parts(archive, limits)
            if kind in _OPEN_DOCUMENT and _odf_encrypted(archive):
                raise locked()
    except (*_BROKEN, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise damaged(kind) from error


def _of_old_office(stream: BinaryIO, kind: str) -> ConsoleError:
    """Return the sentence for a compound file: an encrypted document, or one of the formats before 2007.

    The names in its directory say which. Source: [MS-CFB]; [MS-OFFCRYPTO] §2.3.4.4.
    """
    data = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in data:
        return locked()
    for name, old in _OLD_OFFICE.items():
        if name.encode("utf-16-le") in data:
            return ConsoleError(
                "This is a document of the older format {old} under another name: ask for it as {kind}.",
                old=old, kind=kind.upper(),
            )  # fmt: skip
    return damaged(kind)


def _check_parts(archive: zipfile.ZipFile, limits: ReadingLimits) -> None:
    parts = archive.infolist()
    most = limits.unpacked_megabytes * MB
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > most:
        raise ConsoleError(
            "The document unpacks to more than {n} MB; compare_max_unpacked_mb in the settings allows no more.",
            n=limits.unpacked_megabytes,
        )
    names = [part.filename.casefold() for part in parts]
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


class _EntityGuard:
    """Looks for an entity declaration in a stream of pieces, in the encodings XML parsers know without help."""

    _SIGNS: Final = tuple("<!ENTITY".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))

    def __init__(self) -> None:
        self._tail = b""

    def __call__(self, piece: bytes) -> None:
        piece = self._tail + piece
        if any(sign in piece for sign in self._SIGNS):
            raise ConsoleError("The document declares XML entities, which no office program writes: it is not opened.")
        self._tail = piece[-16:]


def _odf_encrypted(archive: zipfile.ZipFile) -> bool:
    try:
        return b"encryption-data" in archive.read("META-INF/manifest.xml")
    except KeyError:
        return False
