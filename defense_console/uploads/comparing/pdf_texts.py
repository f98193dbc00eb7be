"""Reader of PDF: page by page, with what is written over the page, and the documents that are attached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from defense_console.model.comparison import DocumentPlace, Paragraph, PlaceKind
from defense_console.uploads.comparing.checks import locked
from defense_console.uploads.comparing.readers import Work, check_count, links, one_blank

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_SENTENCE_END: Final = re.compile(r"[.:;!?…»”\"]$")
_ITEM: Final = re.compile(r"^(?:[•◦▪‣–—*-]\s|\d+[.)]\s|[a-zA-Z][.)]\s)")
_FULL: Final = 0.75
"""A line that fills this part of the page's longest one is continued by the next."""
_NARROW: Final = 60
"""A page whose lines are all shorter than this many characters holds lists and titles, not running text."""
_WRITTEN: Final = ("/Contents", "/V")
"""Where an annotation has its text, and a field of a form its value."""


def opened_pdf(stream: BinaryIO) -> PdfReader:
    """Open a PDF.

    A password that only restrains printing or copying keeps nobody from reading, and not the console either.

    Raises:
        ConsoleError: It needs a password, or a package that is not installed.
    """
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(stream, strict=False)
    try:
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise locked()
    except DependencyError as error:
        raise ModuleNotFoundError(str(error), name="cryptography") from error
    except NotImplementedError:
        raise locked() from None
    return reader


def read_pdf(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read PDF: page by page; lines that run on are joined, so that one word more does not change a whole page."""
    reader = opened_pdf(stream)
    pages = len(reader.pages)
    check_count(pages, work.limits)
    texts: list[str] = []
    addresses: list[str] = []
    for n in range(pages):
        page = reader.pages[n]
        for text in _run_on(page.extract_text().splitlines()):
            texts.append(text)
            yield Paragraph(text, DocumentPlace("page", n + 1))
        for kind, text in _over(page):
            if kind == "link":
                addresses.append(text)
            else:
                yield Paragraph(text, DocumentPlace(kind, n + 1))
        work.progress((n + 1) / pages)
    for name, versions in reader.attachments.items():
        for data in versions:
            yield from work.attached(name, partial(bytes, data))
    yield from links(iter(addresses), texts)


def _over(page: PageObject) -> Iterator[tuple[PlaceKind, str]]:
    """Yield what lies over a page: links, values of fields, comments and text that was added."""
    for each in page.get("/Annots") or ():
        annotation = each.get_object()
        kind = annotation.get("/Subtype")
        if kind == "/Link":
            action = annotation.get("/A")
            address = action.get_object().get("/URI") if action is not None else None
            if address is not None:
                yield "link", str(address)
        elif kind != "/Popup":  # a popup repeats the comment it belongs to
            for key in _WRITTEN:
                if text := one_blank(str(annotation.get(key) or "")):
                    yield "field" if key == "/V" else "comment", text


def _run_on(lines: list[str]) -> Iterator[str]:
    cleaned = [one_blank(line) for line in lines]
    full = _FULL * max((_NARROW, *map(len, cleaned)))
    text, runs_on = "", False
    for line in cleaned:
        if text and not (runs_on and line and not _ITEM.match(line)):
            yield text
            text = ""
        text = f"{text} {line}".strip()
        runs_on = len(line) >= full and not _SENTENCE_END.search(line)
    if text:
        yield text
