"""What a file is that came in place of a document: an archive, a link, a shortcut, what only one program opens.

Its name says so, or its first bytes. Nothing is opened for it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from defense_console.model.errors import N_

HEAD_BYTES: Final = 1024
"""First bytes of a file that are looked at."""

ContentKind = Literal["zip", "rar", "7z", "gzip", "bzip2", "xz", "zstd", "tar", "cab", "html", "pdf", "office"]
InPlaceKind = Literal[
    "archive_inside", "other_archive", "part_of_archive", "link_only", "shortcut", "google_document", "iwork_document",
    "unfinished", "not_downloaded", "web_page", "other_content",
]  # fmt: skip

KIND_NAMES: Final[Mapping[ContentKind, str]] = {
    "zip": N_("a ZIP archive"),
    "rar": N_("a RAR archive"),
    "7z": N_("a 7-Zip archive"),
    "gzip": N_("a GZIP archive"),
    "bzip2": N_("a BZIP2 archive"),
    "xz": N_("an XZ archive"),
    "zstd": N_("a Zstandard archive"),
    "tar": N_("a TAR archive"),
    "cab": N_("a CAB archive"),
    "html": N_("a web page"),
    "pdf": N_("a PDF"),
    "office": N_("a document of an older office program, or one with a password"),
}
_BEGINNINGS: Final[tuple[tuple[bytes, ContentKind], ...]] = (
    (b"PK\3\4", "zip"), (b"PK\5\6", "zip"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"MSCF", "cab"),
    (b"%PDF-", "pdf"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
)  # fmt: skip
_TAR: Final = (257, b"ustar")
_PAGE: Final = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL)
_ARCHIVES: Final[Mapping[str, ContentKind]] = {
    "rar": "rar", "7z": "7z", "gz": "gzip", "tgz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd", "tar": "tar",
    "cab": "cab",
}  # fmt: skip
_ARCHIVE_KINDS: Final = frozenset(_ARCHIVES.values())
_PART: Final = re.compile(r"\.(?:z\d\d|r\d\d|\d{3}|part\d+\.rar)$", re.IGNORECASE)
_LINKS: Final = frozenset({"url", "webloc", "website"})
_SHORTCUTS: Final = frozenset({"lnk", "desktop", "alias"})
_SHORTCUT: Final = b"L\0\0\0\x01\x14\x02\0"
_GOOGLE: Final = frozenset({"gdoc", "gsheet", "gslides", "gdraw", "gform", "gtable", "gsite", "gjam", "gmap", "glink"})
_IWORK: Final[Mapping[str, str]] = {"pages": "Pages", "key": "Keynote", "numbers": "Numbers"}
_UNFINISHED: Final = frozenset({"crdownload", "part", "partial", "download", "opdownload"})
_HOLDS: Final[Mapping[str, ContentKind]] = {
    "pdf": "pdf", "docx": "zip", "pptx": "zip", "xlsx": "zip", "odt": "zip", "odp": "zip", "ods": "zip", "zip": "zip",
    "doc": "office", "ppt": "office", "xls": "office",
}  # fmt: skip
"""What a document holds by its ending."""
_ADDRESS: Final = re.compile(rb"(?:^URL=|<string>)\s*([a-z]+://[^\s<]{1,300})", re.IGNORECASE | re.MULTILINE)


class InPlace(msgspec.Struct, frozen=True):
    """What a file is instead of a document.

    Attributes:
        kind: What it is.
        what: The kind of archive, the address of the link or the name of the program; "" where nothing more is known.
    """

    kind: InPlaceKind
    what: str = ""


def content_kind(head: bytes) -> ContentKind | None:
    """Return what a file is by its first bytes, None for anything else than archives, pages and documents."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    at, sign = _TAR
    if head[at : at + len(sign)] == sign:
        return "tar"
    return "html" if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")) else None


def in_place_of_document(name: str, head: bytes) -> InPlace | None:
    """Return what a file is instead of a document, None for a document and for everything else.

    Args:
        name: Its own name, without folders.
        head: Its first `HEAD_BYTES` bytes, or all where it is shorter.
    """
    small = name.lower()
    ending = small.rpartition(".")[2] if "." in small.lstrip(".") else ""
    held = content_kind(head)
    if small.startswith(".") and ending == "icloud":
        return InPlace("not_downloaded")
    if _PART.search(small):
        return InPlace("part_of_archive")
    if ending in _UNFINISHED:
        return InPlace("unfinished")
    if held == "html" and ending in _HOLDS:
        return InPlace("web_page")
    if held in _ARCHIVE_KINDS or ending in _ARCHIVES:
        return InPlace("other_archive", held if held in _ARCHIVE_KINDS else _ARCHIVES[ending])
    if held is not None and _HOLDS.get(ending, held) != held:
        return InPlace("other_content", held)
    if ending == "zip":
        return InPlace("archive_inside")
    return _pointer(ending, head)


def _pointer(ending: str, head: bytes) -> InPlace | None:
    if ending in _LINKS or head.startswith(b"[InternetShortcut]"):
        found = _ADDRESS.search(head)
        return InPlace("link_only", found[1].decode("utf-8", "replace") if found else "")
    if ending in _SHORTCUTS or head.startswith(_SHORTCUT):
        return InPlace("shortcut")
    if ending in _GOOGLE:
        return InPlace("google_document")
    if ending in _IWORK and not head.startswith(b"-----BEGIN"):  # a key of another kind
        return InPlace("iwork_document", _IWORK[ending])
    return None


def bundle_of(place: str) -> tuple[str, str] | None:
    """Return the folder around a file that is one document of an Apple program, and the program; else None."""
    folders = place.split("/")[:-1]
    for n, folder in enumerate(folders, 1):
        program = _IWORK.get(folder.lower().rpartition(".")[2]) if "." in folder.lstrip(".") else None
        if program is not None:
            return "/".join(folders[:n]), program
    return None
