"""Archives that a sound program never writes, put together byte by byte, with the reason each is refused for."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from defense_console.uploads.opening.limits import Limits

LIMITS = Limits(max_mb=8, max_files=20, max_ratio=50)
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@dataclass
class Entry:
    """One entry; what is None follows from the data."""

    name: bytes
    data: bytes = b"text"
    method: int = STORED
    flags: int = 0x800
    mode: int = 0
    extra: bytes = b""
    packed: bytes | None = None
    told_size: int | None = None
    told_packed: int | None = None
    crc: int | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    local_flags: int | None = None
    offset: int | None = None
    listed: bool = True

    @property
    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == DEFLATED else self.data

    def numbers(self) -> tuple[int, int, int]:
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed = len(self.body) if self.told_packed is None else self.told_packed
        return crc, packed, len(self.data) if self.told_size is None else self.told_size

    def local(self) -> bytes:
        name = self.name if self.local_name is None else self.local_name
        method = self.method if self.local_method is None else self.local_method
        flags = self.flags if self.local_flags is None else self.local_flags
        head = struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, method, 0, 0x21, *self.numbers(), len(name), 0)
        return head + name + self.body

    def central(self, offset: int) -> bytes:
        return (
            struct.pack(
                "<4s6H3I5H2I", b"PK\1\2", 0x0314, 20, self.flags, self.method, 0, 0x21, *self.numbers(),
                len(self.name), len(self.extra), 0, 0, 0, self.mode << 16,
                offset if self.offset is None else self.offset,
            )
            + self.name + self.extra
        )  # fmt: skip


def archive(*entries: Entry, comment: bytes = b"", disk: int = 0, told: int | None = None) -> bytes:
    body, directory, count = b"", b"", 0
    for entry in entries:
        if entry.listed:
            directory += entry.central(len(body))
            count += 1
        if entry.offset is None:
            body += entry.local()
    count = count if told is None else told
    end = struct.pack("<4s4H2IH", b"PK\5\6", disk, disk, count, count, len(directory), len(body), len(comment))
    return body + directory + end + comment


@dataclass(frozen=True)
class Hostile:
    """An archive, the entry its refusal names, and words of the reason."""

    make: Callable[[], bytes]
    entry: str
    reason: str
    limits: Limits = field(default=LIMITS)


NAMED: dict[str, tuple[bytes, str, str]] = {
    "climbs": (b"../evil.txt", "../evil.txt", "leaves its folder"),
    "climbs in the middle": (b"a/../../evil.txt", "a/../../evil.txt", "leaves its folder"),
    "climbs at the end": (b"a/..", "a/..", "leaves its folder"),
    "climbs as a folder": (b"a/../", "a/../", "leaves its folder"),
    "climbs with a space": (b"a/.. /evil.txt", "a/.. /evil.txt", "leaves its folder"),
    "climbs with three points": (b"a/.../evil.txt", "a/.../evil.txt", "leaves its folder"),
    "climbs within the junk": (b"__MACOSX/../evil.txt", "__MACOSX/../evil.txt", "leaves its folder"),
    "climbs after ./": (b"./../evil.txt", "./../evil.txt", "leaves its folder"),
    "absolute": (b"/etc/passwd", "/etc/passwd", "does not begin in the folder"),
    "absolute twice": (b"//server/share/evil", "//server/share/evil", "does not begin in the folder"),
    "root alone": (b"/", "/", "does not begin in the folder"),
    "drive": (b"C:/evil.txt", "C:/evil.txt", "does not begin in the folder"),
    "drive without a slash": (b"c:evil.txt", "c:evil.txt", "does not begin in the folder"),
    "drive further down": (b"a/D:/evil.txt", "a/D:/evil.txt", "does not begin in the folder"),
    "backslashes that climb": (b"..\\..\\evil.txt", "../../evil.txt", "leaves its folder"),
    "share": (b"\\\\server\\share\\evil", "//server/share/evil", "does not begin in the folder"),
    "long path of Windows": (b"\\\\?\\C:\\evil.txt", "//?/C:/evil.txt", "does not begin in the folder"),
    "nul": (b"a.pdf\0.exe", "a.pdf\0.exe", "control character"),
    "nul at the end": (b"a.pdf\0", "a.pdf\0", "control character"),
    "escape": (b"a\x1b[2J.pdf", "a\x1b[2J.pdf", "control character"),
    "line break": (b"a\nb.pdf", "a\nb.pdf", "control character"),
    "c1 control": ("a\x9bb.pdf".encode(), "a\x9bb.pdf", "control character"),
    "con": (b"CON", "CON", "device"),
    "nul device": (b"nul.pdf", "nul.pdf", "device"),
    "aux folder": (b"aux/a.pdf", "aux/a.pdf", "device"),
    "com1": (b"a/COM1.txt", "a/COM1.txt", "device"),
    "lpt with a superscript": ("lpt².txt".encode(), "lpt².txt", "device"),
    "prn with a space": (b"prn .txt", "prn .txt", "device"),
    "conin": (b"CONIN$", "CONIN$", "device"),
    "too long": (b"a" * 256 + b".pdf", "a" * 256 + ".pdf", "too long"),
    "too long with accents": ("é".encode() * 256, "é" * 256, "too long"),
    "no name": (b"", "", "without a name"),
    "only points": (b"./.", "./.", "without a name"),
}


def _linked(mode: int) -> Callable[[], bytes]:
    return lambda: archive(Entry(b"a.pdf"), Entry(b"link", b"/etc/passwd", mode=mode | 0o777))


def _overlapping() -> bytes:
    """Many entries in the directory, one body: what the bombs of 2019 do."""
    first = Entry(b"a.txt", bytes(100_000), DEFLATED)
    return archive(first, *(Entry(b"a.txt", bytes(100_000), DEFLATED, offset=0) for _ in range(5)))


def _overlapping_names() -> bytes:
    """Each entry begins inside the one before, so that one kernel is unpacked by all."""
    inner = Entry(b"b.txt", b"kernel" * 100)
    outer_data = inner.local()
    outer = Entry(b"a.txt", outer_data)
    start = len(outer.local()) - len(outer_data)
    return archive(outer, Entry(b"b.txt", b"kernel" * 100, offset=start))


def _quine() -> bytes:
    """An archive cut in the middle of one that holds itself."""
    inner = archive(Entry(b"a.txt", b"x" * 1000))
    return archive(Entry(b"inner.zip", inner))[: -len(inner) // 2]


def _last_part() -> bytes:
    """The last of several files that an archive was split into."""
    return archive(Entry(b"a.pdf", b"p" * 5000), Entry(b"b.pdf", b"q" * 5000), disk=2)[3000:]


def _cut(keep: float) -> Callable[[], bytes]:
    def make() -> bytes:
        whole = archive(Entry(b"a.pdf", b"p" * 5000), Entry(b"b.pdf", b"q" * 5000))
        return whole[: int(len(whole) * keep)]

    return make


def _flipped() -> bytes:
    whole = bytearray(archive(Entry(b"a.pdf", b"p" * 5000)))
    whole[600] ^= 0x10
    return bytes(whole)


def _flipped_deflate() -> bytes:
    packed = bytearray(deflated(bytes(range(256)) * 50))
    packed[20] ^= 0xFF
    return archive(Entry(b"a.pdf", bytes(range(256)) * 50, DEFLATED, packed=bytes(packed)))


def _huge_directory() -> bytes:
    extra = struct.pack("<HH", 0x9999, 60_000) + bytes(60_000)
    return archive(*(Entry(b"a%d.pdf" % n, extra=extra) for n in range(30)))


def _written(**options: object) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **options) as out:  # type: ignore[call-overload]
        out.writestr("a.pdf", b"text" * 100)
    return stream.getvalue()


ZEROS = bytes(4_000_000)
HOSTILE: dict[str, Hostile] = {
    **{
        name: Hostile(lambda raw=raw: archive(Entry(b"fine.pdf"), Entry(raw)), entry, reason)  # type: ignore[misc]
        for name, (raw, entry, reason) in NAMED.items()
    },
    "climbs without the utf-8 flag": Hostile(lambda: archive(Entry(b"../\x82.txt", flags=0)), "../é.txt", "leaves"),
    "climbs in the unicode path": Hostile(
        lambda: archive(
            Entry(
                b"fine.txt",
                flags=0,
                extra=struct.pack("<HHBI", 0x7075, 5 + 11, 1, zlib.crc32(b"fine.txt")) + b"../evil.txt",
            )
        ),
        "../evil.txt",
        "leaves",
    ),
    "not utf-8 under the flag": Hostile(lambda: archive(Entry(b"a\xff.pdf")), "sent.zip", "archive is damaged"),
    "link": Hostile(_linked(stat.S_IFLNK), "link", "link or a device"),
    "pipe": Hostile(_linked(stat.S_IFIFO), "link", "link or a device"),
    "socket": Hostile(_linked(stat.S_IFSOCK), "link", "link or a device"),
    "character device": Hostile(_linked(stat.S_IFCHR), "link", "link or a device"),
    "block device": Hostile(_linked(stat.S_IFBLK), "link", "link or a device"),
    "file that is a folder": Hostile(lambda: archive(Entry(b"a", mode=stat.S_IFDIR)), "a", "two things"),
    "folder with bytes": Hostile(lambda: archive(Entry(b"a/", b"hidden")), "a/", "two things"),
    "same path twice": Hostile(
        lambda: archive(Entry(b"a.pdf"), Entry(b"a.pdf", b"other")), "a.pdf", "two of this name"
    ),
    "same path with backslashes": Hostile(
        lambda: archive(Entry(b"a/b.pdf"), Entry(b"a\\b.pdf")), "a/b.pdf", "two of this name"
    ),
    "same path with accents apart": Hostile(
        lambda: archive(Entry("é.pdf".encode()), Entry("e\u0301.pdf".encode())), "e\u0301.pdf", "two of this name"
    ),
    "same path through a point": Hostile(lambda: archive(Entry(b"a/b"), Entry(b"a/./b")), "a/./b", "two of this name"),
    "file and folder of one name": Hostile(lambda: archive(Entry(b"a"), Entry(b"a/b")), "a/b", "two things"),
    "encrypted": Hostile(lambda: archive(Entry(b"a.pdf", flags=0x801)), "a.pdf", "encrypted"),
    "strongly encrypted": Hostile(lambda: archive(Entry(b"a.pdf", flags=0x841)), "a.pdf", "encrypted"),
    "encrypted directory": Hostile(lambda: archive(Entry(b"a.pdf", flags=0x2800)), "a.pdf", "encrypted"),
    "encrypted in its place only": Hostile(lambda: archive(Entry(b"a.pdf", local_flags=0x801)), "a.pdf", "two things"),
    "another name in its place": Hostile(lambda: archive(Entry(b"a.pdf", local_name=b"b.exe")), "a.pdf", "two things"),
    "another method in its place": Hostile(
        lambda: archive(Entry(b"a.pdf", local_method=DEFLATED)), "a.pdf", "two things"
    ),
    "bzip2": Hostile(lambda: _written(compression=zipfile.ZIP_BZIP2), "a.pdf", "packed in a way"),
    "lzma": Hostile(lambda: _written(compression=zipfile.ZIP_LZMA), "a.pdf", "packed in a way"),
    "deflate64": Hostile(lambda: archive(Entry(b"a.pdf", method=9)), "a.pdf", "packed in a way"),
    "unknown method": Hostile(lambda: archive(Entry(b"a.pdf", method=99)), "a.pdf", "packed in a way"),
    "overlapping entries": Hostile(
        lambda: archive(Entry(b"a", bytes(90_000), DEFLATED), Entry(b"a", bytes(90_000), DEFLATED, offset=0)),
        "a",
        "two of this name",
    ),
    "one body for many entries": Hostile(
        lambda: archive(
            Entry(b"a", bytes(90_000), DEFLATED),
            *(Entry(b"%d" % n, bytes(90_000), DEFLATED, offset=0) for n in range(5)),
        ),
        "0",
        "two things",
    ),
    "entries inside each other": Hostile(_overlapping_names, "b.txt", "over another"),
    "many times the same entry": Hostile(_overlapping, "a.txt", "two of this name"),
    "bomb": Hostile(lambda: archive(Entry(b"a", ZEROS, DEFLATED)), "a", "times its size"),
    "bomb that tells a small size": Hostile(
        lambda: archive(Entry(b"a", ZEROS, DEFLATED, told_size=10)), "a", "damaged"
    ),
    "bomb in many small files": Hostile(
        lambda: archive(*(Entry(b"%d" % n, bytes(900_000), DEFLATED) for n in range(8))), "1", "times its size"
    ),
    "more bytes than allowed": Hostile(
        lambda: archive(Entry(b"a", b"ab" * 3_000_000), Entry(b"b", bytes(3_000_000), DEFLATED)),
        "b",
        "more than 8 MB",
        Limits(max_mb=8, max_files=20, max_ratio=5000),
    ),
    "larger than allowed": Hostile(lambda: archive(Entry(b"a", b"x" * 8_000_001)), "sent.zip", "more than 8 MB"),
    "too many files": Hostile(lambda: archive(*(Entry(b"%d" % n, b"") for n in range(21))), "20", "more than 20 files"),
    "too many folders": Hostile(
        lambda: archive(*(Entry(b"%d/" % n, b"") for n in range(21))), "20/", "more than 20 files"
    ),
    "a directory larger than memory needs": Hostile(_huge_directory, "sent.zip", "archive is damaged"),
    "tells a larger size": Hostile(
        lambda: archive(Entry(b"a", b"x" * 100, DEFLATED, told_size=5000)), "a", "two things"
    ),
    "stored with two sizes": Hostile(lambda: archive(Entry(b"a", b"x" * 100, told_size=5000)), "a", "two things"),
    "tells more packed bytes than there are": Hostile(
        lambda: archive(Entry(b"a", b"x" * 100, DEFLATED, told_packed=4_000_000)), "a", "damaged"
    ),
    "wrong checksum": Hostile(lambda: archive(Entry(b"a.pdf", crc=1)), "a.pdf", "damaged"),
    "a bit turned": Hostile(_flipped, "a.pdf", "damaged"),
    "a bit turned in what is packed": Hostile(_flipped_deflate, "a.pdf", "damaged"),
    "not deflated at all": Hostile(
        lambda: archive(Entry(b"a", b"x" * 100, DEFLATED, packed=b"\xff" * 60)), "a", "damaged"
    ),
    "points outside": Hostile(lambda: archive(Entry(b"a.pdf", offset=9_999_999)), "a.pdf", "damaged"),
    "points at nothing": Hostile(lambda: archive(Entry(b"f", b"y" * 99), Entry(b"a", offset=5)), "a", "damaged"),
    "cut at half": Hostile(_cut(0.5), "sent.zip", "end of the archive is missing"),
    "cut at nine tenths": Hostile(_cut(0.98), "sent.zip", "end of the archive is missing"),
    "cut by one byte": Hostile(lambda: archive(Entry(b"a.pdf"))[:-1], "sent.zip", "end of the archive is missing"),
    "cut in an archive inside": Hostile(
        lambda: archive(Entry(b"a.docx", archive(Entry(b"word/document.xml"))), Entry(b"b", b"p" * 90))[:-190],
        "sent.zip",
        "end of the archive is missing",
    ),
    "after a program": Hostile(
        lambda: b"MZ" + bytes(400) + archive(Entry(b"a.pdf")), "sent.zip", "begins with something"
    ),
    "beginning cut away": Hostile(lambda: archive(Entry(b"a.pdf", b"p" * 500))[200:], "a.pdf", "damaged"),
    "holds itself, cut": Hostile(_quine, "sent.zip", "end of the archive is missing"),
    "a part of several": Hostile(_last_part, "sent.zip", "one of several parts"),
    "more entries told than there are": Hostile(
        lambda: archive(Entry(b"a.pdf"))[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, 9000, 40, 0),
        "sent.zip",
        "archive is damaged",
    ),
    "empty": Hostile(lambda: b"", "sent.zip", "not a ZIP"),
    "a text": Hostile(lambda: b"This is no archive.\n" * 50, "sent.zip", "not a ZIP"),
    "a page of a failed download": Hostile(lambda: b"<!doctype html><title>404</title>", "sent.zip", "a web page"),
    "rar under another name": Hostile(lambda: b"Rar!\x1a\x07\x01\x00" + bytes(200), "sent.zip", "a RAR archive"),
    "seven zip under another name": Hostile(lambda: b"7z\xbc\xaf\x27\x1c" + bytes(200), "sent.zip", "a 7-Zip archive"),
    "gzip under another name": Hostile(lambda: b"\x1f\x8b\x08" + bytes(200), "sent.zip", "a GZIP archive"),
    "broken extra field": Hostile(
        lambda: archive(Entry(b"a.pdf", extra=struct.pack("<HH", 1, 900) + b"x")), "sent.zip", "archive is damaged"
    ),
}
