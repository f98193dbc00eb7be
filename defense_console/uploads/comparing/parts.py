"""What differs between two documents whose text is the same, so that nothing is called unchanged that was not read.

Every part is looked at: by its bytes, and where it is XML also by all the text in it. Text that no
reader has seen makes a part `unread`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree

from defense_console.model.comparison import PartDifference, PartKind, ReadingLimits
from defense_console.model.errors import ConsoleError, system_reason
from defense_console.uploads.comparing import blocks, odf_texts, plain_texts
from defense_console.uploads.comparing.checks import check_zipped
from defense_console.uploads.comparing.packages import Package
from defense_console.uploads.comparing.pdf_texts import opened_pdf
from defense_console.uploads.comparing.sheet_texts import formulas
from defense_console.uploads.comparing.texts import ZIPPED, check_kind, kind_of, reader_error

_PICTURES: Final = (
    "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "svg", "emf", "wmf", "webp", "ico", "jp2", "heic",
)  # fmt: skip
_MEDIA: Final = ("mp3", "m4a", "wav", "wma", "ogg", "mp4", "m4v", "mov", "avi", "wmv", "webm", "mkv")
_LAYOUT: Final = ("ttf", "otf", "odttf", "fntdata", "rels")
_OWN_FOLDERS: Final[tuple[tuple[str, PartKind], ...]] = (
    ("docprops/", "properties"), ("customxml/", "properties"), ("meta.xml", "properties"), ("meta-inf/", "layout"),
    ("thumbnails/", "properties"), ("objectreplacements/", "layout"), ("configurations2/", "layout"),
    ("settings.xml", "layout"), ("layout-cache", "layout"), ("mimetype", "layout"), ("[content_types].xml", "layout"),
    ("basic/", "macros"), ("scripts/", "macros"), ("xl/sharedstrings.xml", "layout"), ("xl/calcchain.xml", "layout"),
)  # fmt: skip
"""Beginning of a part's name → what it holds. The strings of a workbook are read where its cells use them."""


@dataclass(frozen=True)
class _Part:
    """A part as it is compared: what it holds, its bytes, and all text in it or its formulas, as digests."""

    kind: PartKind
    digest: str
    words: str = ""


def differing(old: Path, old_name: str, new: Path, new_name: str, limits: ReadingLimits) -> tuple[PartDifference, ...]:
    """Return what differs, the worst first; both documents were read, and no line of their text differs.

    Raises:
        ConsoleError: A document cannot be read any more.
    """
    kinds = check_kind(old_name), check_kind(new_name)
    before, after = (_parts_of(path, kind, limits) for path, kind in zip((old, new), kinds, strict=True))
    if kinds[0] != kinds[1]:
        parts: list[tuple[str, _Part]] = [*before.items(), *after.items()]
        unread: set[tuple[PartKind, str]] = {
            (part.kind, name) for name, part in parts if part.kind in ("unread", "page")
        }
        return (*_ordered(unread), PartDifference("format", f"{kinds[0].upper()} → {kinds[1].upper()}"))
    return _compared(before, after)


def _compared(before: Mapping[str, _Part], after: Mapping[str, _Part]) -> tuple[PartDifference, ...]:
    found: set[tuple[PartKind, str]] = set()
    for name in {*before, *after}:
        old, new = before.get(name), after.get(name)
        if old is None or new is None or old.digest != new.digest:
            found.add((_kind(old, new), name))
    return _ordered(found)


def _ordered(found: set[tuple[PartKind, str]]) -> tuple[PartDifference, ...]:
    def place(each: tuple[PartKind, str]) -> tuple[bool, str, int, str]:
        kind, name = each
        return kind not in ("unread", "page"), kind, int(name) if name.isdecimal() else 0, name

    return tuple(PartDifference(*each) for each in sorted(found, key=place))


def _kind(old: _Part | None, new: _Part | None) -> PartKind:
    """Return what it means that a part differs, came or went."""
    words = "" if old is None else old.words, "" if new is None else new.words
    part = new or old
    assert part is not None
    if part.kind in ("layout", "markup") and words[0] != words[1]:
        return "unread"
    if part.kind == "formulas" and words[0] == words[1]:
        return "layout"
    return part.kind


def _parts_of(path: Path, kind: str, limits: ReadingLimits) -> dict[str, _Part]:
    try:
        with path.open("rb") as stream:
            return dict(_parts(stream, kind, limits))
    except ConsoleError:
        raise
    except OSError as error:
        raise ConsoleError("The file cannot be read: {problem}", problem=system_reason(error)) from error
    except Exception as error:
        raise reader_error(error, kind) from error


def _parts(stream: BinaryIO, kind: str, limits: ReadingLimits, inside: bool = False) -> Iterator[tuple[str, _Part]]:
    if kind in ZIPPED:
        check_zipped(stream, kind, limits)
        package = Package(stream)
        for name in package.names:
            data = package.read(name)
            yield from _document(name, data, limits, inside) or [(name, _part(name, package.type_of(name), kind, data))]
    elif kind == "pdf":
        yield from _parts_of_pdf(stream, limits, inside)
    else:
        data = stream.read()
        words = plain_texts.html_words(data) if kind == "html" else ""
        yield "", _Part("markup" if kind == "html" else "encoding", _digest(data), words)


def _document(name: str, data: bytes, limits: ReadingLimits, inside: bool) -> list[tuple[str, _Part]]:
    """Return the parts of a document inside a document, under its name; empty where it is none, or was not read."""
    kind = kind_of(name)
    if kind is None or inside:
        return []
    try:
        return [(f"{name}/{inner}".rstrip("/"), part) for inner, part in _parts(BytesIO(data), kind, limits, True)]
    except MemoryError:
        raise
    except Exception:  # as when its text was read
        return []


def _part(name: str, declared: str, kind: str, data: bytes) -> _Part:
    digest, small = _digest(data), name.casefold()
    ending = small.rpartition(".")[2]
    for beginning, held in _OWN_FOLDERS:
        if small.startswith(beginning):
            return _Part(held, digest)
    if declared.startswith("image/") or ending in _PICTURES:
        return _Part("picture", digest)
    if declared.startswith(("audio/", "video/")) or ending in _MEDIA:
        return _Part("media", digest)
    if "vbaproject" in small:
        return _Part("macros", digest)
    if ending in _LAYOUT or "printersettings" in small:
        return _Part("layout", digest)
    if ending == "xml" and kind == "xlsx" and small.startswith("xl/worksheets/"):
        return _Part("formulas", digest, _digest(repr(sorted(formulas(data))).encode()))
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return _Part("unread", digest)
    if kind == "ods":
        return _Part("formulas", digest, _digest(repr(_ods_formulas(root)).encode()))
    words = odf_texts.seen_words(root) if kind in ("odt", "odp") else blocks.all_words(root)
    return _Part("layout", digest, _digest(words.encode()) if words else "")


def _ods_formulas(root: ElementTree.Element) -> list[str]:
    return [value for each in root.iter() for key, value in each.items() if key.endswith("}formula")]


def _parts_of_pdf(stream: BinaryIO, limits: ReadingLimits, inside: bool) -> Iterator[tuple[str, _Part]]:
    """Yield the pages, those without text as unread, and the documents that are attached."""
    reader = opened_pdf(stream)
    for n, page in enumerate(reader.pages, 1):
        contents = page.get_contents()
        drawn = hashlib.sha256(b"" if contents is None else contents.get_data())
        for data in _pictures(page.get("/Resources"), set()):
            drawn.update(data)
        yield f"{n}", _Part("drawn" if page.extract_text().strip() else "page", drawn.hexdigest())
        for each in page.get("/Annots") or ():
            annotation = each.get_object()
            if annotation.get("/Subtype") == "/FileAttachment":
                yield f"{n}/{annotation.get('/NM', '')}", _Part("unread", _digest(repr(annotation).encode()))
    form: Any = reader.root_object.get("/AcroForm")
    if form is not None and "/XFA" in form.get_object():
        yield "XFA", _Part("unread", _digest(repr(form.get_object()["/XFA"]).encode()))
    for name, versions in reader.attachments.items():
        for data in versions:
            yield from _document(name, data, limits, inside) or [(name, _Part("unread", _digest(data)))]


def _pictures(resources: Any, seen: set[int]) -> Iterator[bytes]:
    """Yield the bytes of the pictures on a page, also of those in a drawing that is used there."""
    found = resources.get_object().get("/XObject") if resources is not None else None
    for each in found.get_object().values() if found is not None else ():
        drawing = each.get_object()
        if id(drawing) in seen:
            continue
        seen.add(id(drawing))
        if drawing.get("/Subtype") == "/Form":
            yield drawing.get_data()
            yield from _pictures(drawing.get("/Resources"), seen)
        else:
            yield drawing._data  # as it is packed: unpacking large pictures takes long


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
