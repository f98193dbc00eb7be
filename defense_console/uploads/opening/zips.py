"""ZIP archives, which are never trusted: every entry is checked before the first is read, and counted while it is.

Only what every system writes is read: plain and deflated entries, not encrypted. Source: PKWARE APPNOTE.TXT 6.3.10;
D. Fifield, "A better zip bomb" (overlapping entries).
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Final

from defense_console.model.errors import N_, ConsoleError
from defense_console.uploads.opening.limits import Limits, Meter, RefusedSource
from defense_console.uploads.opening.places import is_junk, safe_place

CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8: Final = 0x800
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_BYTES: Final = 30
_UNICODE_PATH: Final = 0x7075
_ENTRY_BYTES: Final = 1024
"""What one entry may take in the directory of an archive: a long path, times, an owner."""
_FRENCH: Final = frozenset("àâäæçéèêëîïôöœùûüÿñÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑ’«»°")

_NOT_A_ZIP: Final = N_("This is not a ZIP archive, or its end is missing.")
_DAMAGED: Final = N_("The archive is damaged here.")
_DISGUISED: Final = N_("The archive says two things of this entry.")
_LOCKED: Final = N_("It is encrypted: ask for an archive without a password.")
_PACKED: Final = N_("It is packed in a way that is not read here: ask for an ordinary ZIP.")
_LINK: Final = N_("It is a link or a device, not a file.")
_OVERLAP: Final = N_("It lies over another entry, as in an archive made to fill a disk.")
_TWICE: Final = N_("It stands there twice.")

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError)
"""What the reader of the standard library raises on archives that are not sound."""


class _Guarded(io.BufferedIOBase):
    """The archive's file, which gives no more at once than a sound archive needs: its directory tells its own size."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._file.read(self._most + 1 if size is None or size < 0 else min(size, self._most + 1))
        if len(data) > self._most:
            raise zipfile.BadZipFile("too large a directory")
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


class Zip:
    """An archive whose entries were all checked.

    Attributes:
        entries: files in the order of the archive, by their safe path, with the size the archive tells.
    """

    def __init__(self, file: IO[bytes], name: str, limits: Limits) -> None:
        self._name = name
        self._file = file
        size = file.seek(0, 2)
        self._meter = Meter(limits, size)
        # The directory's end is looked for in the last 64 KiB and some; then entries are read by chunks.
        self._guarded = _Guarded(file, max(CHUNK, limits.max_files * _ENTRY_BYTES))
        try:
            self._zip = zipfile.ZipFile(self._guarded)
        except _BROKEN as error:
            raise RefusedSource(name, ConsoleError(_NOT_A_ZIP)) from error
        infos = self._zip.infolist()
        self._files = self._checked(infos)
        self._check_extents(infos, size)

    @property
    def entries(self) -> tuple[tuple[str, int], ...]:
        """Path and told size of every file."""
        return tuple((place, info.file_size) for place, info in self._files.items())

    def _checked(self, infos: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        files: dict[str, zipfile.ZipInfo] = {}
        seen: set[str] = set()
        for info in infos:
            raw = decoded_name(info)
            place = safe_place(raw)
            _check_kind(info, raw)
            if is_junk(place):
                continue
            self._meter.entry(raw)
            if raw.endswith("/"):
                continue
            key = place.casefold()
            if key in seen:
                raise RefusedSource(raw, ConsoleError(_TWICE))
            seen.add(key)
            files[place] = info
        for place in files:
            parts = place.casefold().split("/")
            if any("/".join(parts[:n]) in seen for n in range(1, len(parts))):
                raise RefusedSource(place, ConsoleError(_DISGUISED))
        return files

    def _check_extents(self, infos: Sequence[zipfile.ZipInfo], size: int) -> None:
        """No two entries share a byte of the archive, and each says in its place what the directory says of it."""
        extents = sorted((self._extent(info), decoded_name(info)) for info in infos)
        end = 0
        for (start, after), raw in extents:
            if start < end:
                raise RefusedSource(raw, ConsoleError(_OVERLAP))
            if after > size:
                raise RefusedSource(raw, ConsoleError(_DAMAGED))
            end = after

    def _extent(self, info: zipfile.ZipInfo) -> tuple[int, int]:
        raw = decoded_name(info)
        if info.header_offset < 0:
            raise RefusedSource(raw, ConsoleError(_DAMAGED))
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL_BYTES)
        if len(header) < _LOCAL_BYTES or not header.startswith(b"PK\3\4"):
            raise RefusedSource(raw, ConsoleError(_DAMAGED))
        flags, method = struct.unpack("<HH", header[6:10])
        name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
        if self._file.read(name_bytes) != _raw_name(info) or method != info.compress_type or flags & _ENCRYPTED:
            raise RefusedSource(raw, ConsoleError(_DISGUISED))
        start = info.header_offset
        return start, start + _LOCAL_BYTES + name_bytes + extra_bytes + info.compress_size

    def chunks(self, place: str) -> Iterator[bytes]:
        """The bytes of a file.

        Raises:
            RefusedSource: It is damaged, is not what the directory says, or passes a limit.
        """
        info, total = self._files[place], 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    total += len(chunk)
                    self._meter.read(place, len(chunk), total, info.compress_size)
                    yield chunk
        except (*_BROKEN, OSError) as error:
            raise RefusedSource(place, ConsoleError(_DAMAGED)) from error
        if total != info.file_size:
            raise RefusedSource(place, ConsoleError(_DISGUISED))

    def close(self) -> None:
        """Let go of it."""
        self._zip.close()


@contextmanager
def opened_zip(file: IO[bytes], name: str, limits: Limits) -> Iterator[Zip]:
    """An archive, checked and closed at the end.

    Raises:
        RefusedSource: It is not a sound archive, or one of its entries is refused.
    """
    archive = Zip(file, name, limits)
    try:
        yield archive
    finally:
        archive.close()


def _check_kind(info: zipfile.ZipInfo, raw: str) -> None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise RefusedSource(raw, ConsoleError(_LINK))
    if raw.endswith("/") != stat.S_ISDIR(mode) and stat.S_IFMT(mode):
        raise RefusedSource(raw, ConsoleError(_DISGUISED))
    if raw.endswith("/") and info.file_size:
        raise RefusedSource(raw, ConsoleError(_DISGUISED))
    if info.flag_bits & _ENCRYPTED:
        raise RefusedSource(raw, ConsoleError(_LOCKED))
    if info.compress_type not in _METHODS:
        raise RefusedSource(raw, ConsoleError(_PACKED))
    if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
        raise RefusedSource(raw, ConsoleError(_DISGUISED))


# --- names -------------------------------------------------------------------------------------------------------


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")


def decoded_name(info: zipfile.ZipInfo) -> str:
    """The path of an entry as it was meant.

    Without the UTF-8 flag the standard says code page 437, and nobody keeps to it: macOS writes UTF-8, Windows the
    code page of its consoles (850 in western Europe), others 1252. The one that gives most French letters is taken.
    """
    raw = _raw_name(info)
    if info.flag_bits & _UTF8:
        return raw.decode("utf-8")
    for kind, data in _extra_fields(info.extra):
        # Info-ZIP Unicode Path: version 1, CRC of the name it stands for, the name.
        if kind == _UNICODE_PATH and data[:1] == b"\1" and data[1:5] == struct.pack("<I", zlib.crc32(raw)):
            try:
                return data[5:].decode("utf-8")
            except UnicodeDecodeError:
                break
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        guesses = [raw.decode(code, "replace") for code in ("cp850", "cp1252")]
        return max(guesses, key=lambda guess: sum(character in _FRENCH for character in guess))


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]
