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
from typing import IO, Final

from defense_console.model.errors import N_, ConsoleError
from defense_console.uploads.opening.code_pages import decoded_together
from defense_console.uploads.opening.kinds import HEAD_BYTES, KIND_NAMES, content_kind
from defense_console.uploads.opening.limits import Limits, Meter, RefusedSource
from defense_console.uploads.opening.places import TWICE, is_here, is_junk, safe_place, slashed

CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8: Final = 0x800
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_BYTES: Final = 30
_UNICODE_PATH: Final = 0x7075
_ENTRY_BYTES: Final = 1024
"""What one entry may take in the directory of an archive: a long path, times, an owner."""
_MADE_ON_DOS: Final = (0, 10)
"""Systems of an entry on which the code page of the consoles is used: FAT, NTFS."""
_FOLDER_OF_DOS: Final = 0x10
_FIRST: Final = b"PK\3\4"
_SPLIT: Final = (b"PK00", b"PK\7\x08")
"""What comes before the first entry of an archive that was made in parts."""
_END: Final = b"PK\5\6"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 0xFFFF

_NOT_A_ZIP: Final = N_("This is not a ZIP archive: ask for a ZIP, or for the documents themselves.")
_NAMED_ZIP: Final = N_("This is not a ZIP archive but {kind} under another name: ask for a ZIP.")
_CUT: Final = N_("The end of the archive is missing: it was not sent or not downloaded whole. Ask for it again.")
_BROKEN_UP: Final = N_("The archive is damaged: ask for it again.")
_SPLIT_UP: Final = N_("This is one of several parts of an archive: ask for one ZIP that holds everything.")
_BEGINS: Final = N_(
    "The archive begins with something else, as a program that unpacks itself does: ask for an ordinary ZIP."
)
_DAMAGED: Final = N_("The archive is damaged here.")
_DISGUISED: Final = N_("The archive says two things of this entry.")
_LOCKED: Final = N_("It is encrypted: ask for an archive without a password.")
_PACKED: Final = N_("It is packed in a way that is not read here: ask for an ordinary ZIP.")
_LINK: Final = N_("It is a link or a device, not a file.")
_OVERLAP: Final = N_("It lies over another entry, as in an archive made to fill a disk.")

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError)
"""What the reader of the standard library raises on archives that are not sound."""


class _Guarded(io.BufferedIOBase):
    """The archive's file, which gives no more at once than a sound archive needs: its directory says its own size."""

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

    Raises:
        RefusedSource: It is not a sound archive, or one of its entries is refused.
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
            raise RefusedSource(name, _why_no_zip(file)) from error
        infos = self._zip.infolist()
        if (reason := _why_not_whole(file, size, infos)) is not None:
            raise RefusedSource(name, reason)
        self._names = decoded_names(infos)
        self._files = self._checked(infos)
        self._check_extents(infos, size)

    @property
    def entries(self) -> tuple[tuple[str, int], ...]:
        """Return the safe path of every file, in the order of the archive, and the size that the archive says."""
        return tuple((place, info.file_size) for place, info in self._files.items())

    def _checked(self, infos: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        files: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            raw = self._names[info.header_offset, info.orig_filename]
            folder = _is_folder(info, raw)
            if folder and is_here(raw):  # bsdtar names the folder that everything is in
                continue
            place = safe_place(raw)
            _check_kind(info, raw, folder)
            if is_junk(place):
                continue
            self._meter.entry(raw)
            if folder:
                continue
            if place in files:
                raise RefusedSource(raw, ConsoleError(TWICE))
            files[place] = info
        for place in tuple(files):
            parts = place.split("/")
            above = next((name for n in range(1, len(parts)) if (name := "/".join(parts[:n])) in files), None)
            if above is not None and files[above].file_size:
                raise RefusedSource(place, ConsoleError(_DISGUISED))
            if above is not None:  # a folder that nothing but its contents says to be one
                del files[above]
        return files

    def _check_extents(self, infos: Sequence[zipfile.ZipInfo], size: int) -> None:
        """Check that no two entries share a byte, and that each says in its place what the directory says of it."""
        extents = sorted((self._extent(info), self._names[info.header_offset, info.orig_filename]) for info in infos)
        end = 0
        for (start, after), raw in extents:
            if start < end:
                raise RefusedSource(raw, ConsoleError(_OVERLAP))
            if after > size:
                raise RefusedSource(raw, ConsoleError(_DAMAGED))
            end = after

    def _extent(self, info: zipfile.ZipInfo) -> tuple[int, int]:
        raw = self._names[info.header_offset, info.orig_filename]
        if info.header_offset < 0:
            raise RefusedSource(raw, ConsoleError(_DAMAGED))
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL_BYTES)
        if len(header) < _LOCAL_BYTES or not header.startswith(_FIRST):
            raise RefusedSource(raw, ConsoleError(_DAMAGED))
        flags, method = struct.unpack("<HH", header[6:10])
        name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
        if self._file.read(name_bytes) != _raw_name(info) or method != info.compress_type or flags & _ENCRYPTED:
            raise RefusedSource(raw, ConsoleError(_DISGUISED))
        start = info.header_offset
        return start, start + _LOCAL_BYTES + name_bytes + extra_bytes + info.compress_size

    def chunks(self, place: str) -> Iterator[bytes]:
        """Yield the bytes of a file.

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


# --- whole archives ----------------------------------------------------------------------------------------------


def _why_no_zip(file: IO[bytes]) -> ConsoleError:
    """Return why nothing can be read as an archive."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head.startswith((_FIRST, *_SPLIT)):
        end = _end(file)
        return ConsoleError(_CUT if end is None else _SPLIT_UP if end else _BROKEN_UP)
    held = content_kind(head)
    return ConsoleError(_NAMED_ZIP, kind=ConsoleError(KIND_NAMES[held])) if held else ConsoleError(_NOT_A_ZIP)


def _why_not_whole(file: IO[bytes], size: int, infos: Sequence[zipfile.ZipInfo]) -> ConsoleError | None:
    """Return why what was read is not all that was sent.

    The directory of an archive inside is found in the place of one that was cut off, and its entries begin further on.
    """
    if _end(file):
        return ConsoleError(_SPLIT_UP)
    file.seek(0)
    head = file.read(len(_FIRST))
    start = len(head) if head in _SPLIT else 0
    first = min((info.header_offset for info in infos), default=start + (head == _FIRST))
    if first <= start or first >= size:
        return None
    return ConsoleError(_CUT) if head == _FIRST else ConsoleError(_BEGINS)


def _end(file: IO[bytes]) -> int | None:
    """Return the number of the part that an archive ends in, 0 for one that is whole, None without an end."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
    _before, found, end = file.read().rpartition(_END)
    if not found or len(end) < _END_BYTES - len(_END):
        return None
    disk = struct.unpack("<H", end[:2])[0]
    return 0 if disk == 0xFFFF else int(disk)  # the 64-bit form says it elsewhere


# --- entries -----------------------------------------------------------------------------------------------------


def _is_folder(info: zipfile.ZipInfo, raw: str) -> bool:
    """Return whether an entry is a folder: by its name, or by what a system says of it, where it holds nothing."""
    if raw.endswith("/"):
        return True
    said = stat.S_ISDIR(info.external_attr >> 16) or bool(info.external_attr & _FOLDER_OF_DOS)
    return said and not info.file_size


def _check_kind(info: zipfile.ZipInfo, raw: str, folder: bool) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise RefusedSource(raw, ConsoleError(_LINK))
    if (folder and info.file_size) or (kind == stat.S_IFDIR and not folder):
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


def decoded_names(infos: Sequence[zipfile.ZipInfo]) -> dict[tuple[int, str], str]:
    """Return the path of each entry as it was meant, by its place in the archive and the name that the library gives.

    Where neither a flag nor a field of the entry says what its name is written in, all such names are judged together.
    """
    said = {id(info): _said_name(info) for info in infos}
    silent = {_raw_name(info) for info in infos if said[id(info)] is None}
    read = decoded_together(sorted(silent), any(info.create_system in _MADE_ON_DOS for info in infos))
    return {
        (info.header_offset, info.orig_filename): slashed(said[id(info)] or read.get(_raw_name(info), ""))
        for info in infos
    }


def _said_name(info: zipfile.ZipInfo) -> str | None:
    """Return the name of an entry that says in which code page it is, else None."""
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
    return None


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]
