"""Readers of DOCX and ODT: paragraphs and tables in their order, headers and footers; comments are left out."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Final

from defense_console.model.comparison import Paragraph, Place, PlaceKind
from defense_console.uploads.comparing.checks import check_well_formed

# Elements of lxml and odfpy come without types.
CELL_MARK: Final = " | "
"""Between the cells of a table's row."""


class _Counter:
    """Numbers paragraphs and tables as they come."""

    def __init__(self) -> None:
        self.paragraphs = 0
        self.tables = 0


# --- DOCX -------------------------------------------------------------------------------------------------------------

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT: Final = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}commentReference", f"{_W}instrText", _FALLBACK})
"""Deleted and moved away by tracked changes, comments, fields' code; a fallback repeats what stands beside it."""
_WRAPPERS: Final = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
"""They hold blocks and are none: content controls, tracked insertions."""
_SIGNS: Final = {f"{_W}tab": "\t", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
_NOTES: Final = ("footnotes", "endnotes")


def read_docx(path: Path) -> Iterator[Paragraph]:
    """DOCX: what a reader sees, tracked changes taken as accepted.

    python-docx opens the package and knows its parts; the elements are walked here, since its own texts leave out what
    stands in tracked insertions, content controls and text boxes.
    """
    from docx import Document

    document = Document(str(path))
    counter = _Counter()
    for n, section in enumerate(document.sections, 1):
        for head in (section.header, section.first_page_header, section.even_page_header):
            if not head.is_linked_to_previous:
                yield from _all_as(_docx_blocks(head.part.element, _Counter()), "header", n)
    yield from _docx_blocks(document.element.body, counter)
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.rsplit("/", 1)[-1] in _NOTES:
            yield from _docx_notes(relation.target_part.blob)
    for n, section in enumerate(document.sections, 1):
        for foot in (section.footer, section.first_page_footer, section.even_page_footer):
            if not foot.is_linked_to_previous:
                yield from _all_as(_docx_blocks(foot.part.element, _Counter()), "footer", n)


def _all_as(paragraphs: Iterator[Paragraph], kind: PlaceKind, n: int) -> Iterator[Paragraph]:
    for paragraph in paragraphs:
        yield Paragraph(paragraph.text, Place(kind, n))


def _docx_notes(blob: bytes) -> Iterator[Paragraph]:
    from docx.oxml import parse_xml

    root: Any = parse_xml(blob)
    n = 0
    for note in root:
        if note.get(f"{_W}type") is None:  # the others draw the line above the notes
            n += 1
            yield from _all_as(_docx_blocks(note, _Counter()), "footnote", n)


def _docx_blocks(parent: Any, counter: _Counter) -> Iterator[Paragraph]:
    for child in parent:
        if child.tag == f"{_W}p":
            counter.paragraphs += 1
            place = Place("paragraph", counter.paragraphs)
            for text in (_docx_text(child), *_boxes(child)):
                if text.strip():
                    yield Paragraph(text.strip(), place)
        elif child.tag == f"{_W}tbl":
            counter.tables += 1
            yield from _docx_table(child, counter.tables)
        elif child.tag in _WRAPPERS:
            yield from _docx_blocks(child, counter)


def _docx_table(table: Any, n: int) -> Iterator[Paragraph]:
    rows = [row for row in table.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is table]
    for m, row in enumerate(rows, 1):
        cells = [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row]
        texts = [" ".join(filter(None, (_docx_text(p).strip() for p in cell.iter(f"{_W}p")))) for cell in cells]
        if any(texts):
            yield Paragraph(CELL_MARK.join(texts), Place("table", n, m))


def _docx_text(element: Any) -> str:
    """The text of a paragraph without its text boxes, which hold paragraphs of their own."""
    pieces: list[str] = []
    waiting: list[Any] = [element]
    while waiting:
        part = waiting.pop()
        if part.tag == f"{_W}t":
            pieces.append(part.text or "")
        elif part.tag in _SIGNS:
            pieces.append(_SIGNS[str(part.tag)])
        elif part is element or (part.tag not in _LEFT_OUT and part.tag != f"{_W}p"):
            waiting += reversed(part)
    return "".join(pieces)


def _boxes(paragraph: Any) -> Iterator[str]:
    for inner in paragraph.iter(f"{_W}p"):
        if inner is not paragraph and not any(above.tag in _LEFT_OUT for above in inner.iterancestors()):
            yield _docx_text(inner)


# --- ODT --------------------------------------------------------------------------------------------------------------

_TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_STYLE: Final = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_ODT_LEFT_OUT: Final = frozenset(
    {(_OFFICE, "annotation"), (_OFFICE, "annotation-end"), (_TEXT, "tracked-changes"), (_TEXT, "note-citation")}
)
_ODT_BLANKS: Final = {(_TEXT, "tab"): "\t", (_TEXT, "line-break"): " ", (_TEXT, "s"): " "}
_ODT_LINES: Final = frozenset({(_TEXT, "p"), (_TEXT, "h")})


def read_odt(path: Path) -> Iterator[Paragraph]:
    """ODT: headings, paragraphs and lists, tables row by row, notes where they are called, headers and footers."""
    from odf.opendocument import load

    with zipfile.ZipFile(path) as archive:
        for name in ("content.xml", "styles.xml"):
            if name in archive.namelist():
                check_well_formed(archive.read(name))
        archive.getinfo("content.xml")  # without it there is no document, whatever the reader makes of it
    with redirect_stdout(StringIO()):  # odfpy prints documents it cannot parse
        document = load(str(path))
    for n, master in enumerate(document.masterstyles.childNodes, 1):
        yield from _odt_master(master, "header", n)
    yield from _odt_blocks(document.text, _Counter())
    for n, master in enumerate(document.masterstyles.childNodes, 1):
        yield from _odt_master(master, "footer", n)


def _odt_master(master: Any, kind: PlaceKind, n: int) -> Iterator[Paragraph]:
    for part in master.childNodes:
        if getattr(part, "qname", None) in {(_STYLE, kind), (_STYLE, f"{kind}-left"), (_STYLE, f"{kind}-first")}:
            yield from _all_as(_odt_blocks(part, _Counter()), kind, n)


def _odt_blocks(parent: Any, counter: _Counter) -> Iterator[Paragraph]:
    for child in parent.childNodes:
        name = getattr(child, "qname", None)
        if name in _ODT_LEFT_OUT:
            continue
        if name in _ODT_LINES:
            counter.paragraphs += 1
            text = _odt_text(child).strip()
            if text:
                yield Paragraph(text, Place("paragraph", counter.paragraphs))
        elif name == (_TABLE, "table"):
            counter.tables += 1
            for m, row in enumerate(_odt_rows(child), 1):
                cells = [" ".join(p.text for p in _odt_blocks(cell, _Counter())) for cell in row.childNodes
                         if getattr(cell, "qname", None) == (_TABLE, "table-cell")]  # fmt: skip
                if any(cells):
                    yield Paragraph(CELL_MARK.join(cells), Place("table", counter.tables, m))
        else:
            yield from _odt_blocks(child, counter)


def _odt_rows(table: Any) -> Iterator[Any]:
    for child in table.childNodes:
        name = getattr(child, "qname", None)
        if name == (_TABLE, "table-row"):
            yield child
        elif name in {(_TABLE, "table-header-rows"), (_TABLE, "table-rows"), (_TABLE, "table-row-group")}:
            yield from _odt_rows(child)


def _odt_text(element: Any) -> str:
    pieces = []
    for child in element.childNodes:
        name = getattr(child, "qname", None)
        if name is None or child.nodeType == child.TEXT_NODE:
            pieces.append(str(child.data))
        elif name in _ODT_BLANKS:
            pieces.append(_ODT_BLANKS[name])
        elif name not in _ODT_LEFT_OUT:
            pieces.append(_odt_text(child))
    return "".join(pieces)
