"""Readers of OpenDocument: texts, spreadsheets and presentations, from their XML.

Source: OASIS, OpenDocument 1.3, part 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

from defense_console.model.comparison import DocumentPlace, Paragraph, PlaceKind
from defense_console.uploads.comparing.packages import Element, Package, attribute, local
from defense_console.uploads.comparing.readers import CELL_MARK, Work, check_count, links, one_blank, sheet_row

CONTENT: Final = "content.xml"
_LEFT_OUT: Final = frozenset({"annotation", "annotation-end", "tracked-changes", "note-citation"})
"""Comments, which come at the end; what tracked changes took away; the number of a note."""
_SIGNS: Final = {"tab": "\t", "line-break": " ", "s": " "}
_COMPUTED: Final = frozenset({"page-number", "date", "time"})
"""Fields that change by themselves."""
_LINES: Final = frozenset({"p", "h"})
_FRAMES: Final = frozenset(
    {"frame", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "path", "connector",
     "caption", "g", "control"}
)  # fmt: skip
"""What is drawn in a paragraph; its text is not the paragraph's."""
_DESCRIPTIONS: Final = frozenset({"title", "desc"})
"""What is said of a picture."""
_ROWS_OF: Final = frozenset({"table-header-rows", "table-rows", "table-row-group"})
_CELLS: Final = ("table-cell", "covered-table-cell")
_NEVER_READ: Final = frozenset({"tracked-changes", "note-citation"}) | _COMPUTED
_MOST_COLUMNS: Final = 16_384


def read_odt(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read ODT: headers, headings, paragraphs, lists, tables and notes in their order, footers, then all else."""
    package = Package(stream)
    root = package.xml(CONTENT)
    texts: list[str] = []
    masters = list(_masters(package))
    found = (*_ends(masters, "header"), *_blocks(_body(root), _Counter()), *_ends(masters, "footer"))
    yield from _noted(iter(found), texts)
    yield from _rest(package, root, texts, work)


def read_odp(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read ODP: slide by slide, then the speaker's notes of each."""
    package = Package(stream)
    root = package.xml(CONTENT)
    slides = [each for each in _body(root) if local(each) == "page"]
    check_count(len(slides), work.limits)
    texts: list[str] = []
    for n, slide in enumerate(slides, 1):
        for part in sorted(slide, key=lambda each: local(each) == "notes"):
            kind: PlaceKind = "slide_notes" if local(part) == "notes" else "slide"
            for paragraph in _block(part, _Counter()):
                texts.append(paragraph.text)
                yield Paragraph(paragraph.text, DocumentPlace(kind, n))
        work.progress(n / len(slides))
    yield from _rest(package, root, texts, work)


def read_ods(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read ODS: one paragraph per row that holds something, sheet by sheet."""
    package = Package(stream)
    root = package.xml(CONTENT)
    sheets = [each for each in _body(root) if local(each) == "table"]
    check_count(len(sheets), work.limits)
    texts: list[str] = []
    for n, sheet in enumerate(sheets, 1):
        yield from _noted(_sheet_rows(sheet), texts)
        work.progress(n / len(sheets))
    yield from _rest(package, root, texts, work)


class _Counter:
    """Counts paragraphs and tables as they come."""

    def __init__(self) -> None:
        self.paragraphs = 0
        self.tables = 0


def _noted(paragraphs: Iterator[Paragraph], texts: list[str]) -> Iterator[Paragraph]:
    for paragraph in paragraphs:
        texts.append(paragraph.text)
        yield paragraph


def _body(root: Element) -> Element:
    """Return the element that holds the document's own content.

    Raises:
        ValueError: There is none: it is no document.
    """
    for body in root:
        if local(body) == "body" and len(body):
            return body[0]
    raise ValueError("no body")


def _masters(package: Package) -> Iterator[Element]:
    if package.has("styles.xml"):
        yield from (each for each in package.xml("styles.xml").iter() if local(each) == "master-page")


def _ends(masters: list[Element], kind: PlaceKind) -> Iterator[Paragraph]:
    """Yield the headers or footers of all kinds of pages."""
    for n, master in enumerate(masters, 1):
        for part in master:
            if local(part) in (kind, f"{kind}-left", f"{kind}-first"):
                for paragraph in _blocks(part, _Counter()):
                    yield Paragraph(paragraph.text, DocumentPlace(kind, n))


def _blocks(parent: Element, counter: _Counter) -> Iterator[Paragraph]:
    for child in parent:
        yield from _block(child, counter)


def _block(element: Element, counter: _Counter) -> Iterator[Paragraph]:
    name = local(element)
    if name in _LEFT_OUT:
        return
    if name in _LINES:
        counter.paragraphs += 1
        place = DocumentPlace("paragraph", counter.paragraphs)
        texts = (one_blank(text) for text in (_inline(element), *_boxes(element)))
        yield from (Paragraph(text, place) for text in texts if text)
    elif name == "table":
        counter.tables += 1
        for m, line in enumerate(_rows(element), 1):
            cells = [_cell(cell) for cell in line if local(cell) == "table-cell"]
            if any(cells):
                yield Paragraph(CELL_MARK.join(cells), DocumentPlace("table", counter.tables, m))
    elif name in _DESCRIPTIONS and not len(element):  # the title of a chart holds paragraphs
        if text := one_blank(element.text or ""):
            yield Paragraph(text, DocumentPlace("paragraph", max(1, counter.paragraphs)))
    else:
        yield from _blocks(element, counter)


def _cell(cell: Element) -> str:
    return " ".join(paragraph.text for paragraph in _blocks(cell, _Counter()))


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if local(child) == "table-row":
            yield child
        elif local(child) in _ROWS_OF:
            yield from _rows(child)


def seen_words(root: Element) -> str:
    """Return all text below an element without blanks, to find what the readers did not see."""
    if local(root) in _NEVER_READ:
        return ""
    inner = "".join(seen_words(child) + (child.tail or "") for child in root)
    return "".join(f"{root.text or ''}{inner}".split())


def _inline(element: Element) -> str:
    """Return the text of a paragraph without that of drawings in it, whose paragraphs are their own."""
    pieces = [element.text or ""]
    for child in element:
        name = local(child)
        if name in _SIGNS:
            pieces.append(_SIGNS[name])
        elif name not in _LEFT_OUT | _COMPUTED | _DESCRIPTIONS | _FRAMES:
            pieces.append(_inline(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _boxes(paragraph: Element) -> Iterator[str]:
    """Yield the paragraphs of the drawings in a paragraph."""
    for child in paragraph:
        if local(child) in _FRAMES:
            yield from (inner.text for inner in _blocks(child, _Counter()))
        elif local(child) not in _LEFT_OUT:
            yield from _boxes(child)


def _sheet_rows(sheet: Element) -> Iterator[Paragraph]:
    """Yield the rows of a sheet; what is said to be there many times in a row is written once and counted."""
    name, m = attribute(sheet, "name"), 1
    for line in _rows(sheet):
        texts: list[tuple[str, str]] = []
        at = 1
        for cell in (each for each in line if local(each) in _CELLS):
            times = min(_times(cell, "columns"), _MOST_COLUMNS + 1 - at)
            if text := _cell(cell):
                texts += [(_letters(at + n), text) for n in range(times)]
            at += times
        for again in range(_times(line, "rows") if texts else 0):
            if (paragraph := sheet_row(texts, name, m + again)) is not None:
                yield paragraph
        m += _times(line, "rows")


def _times(element: Element, what: str) -> int:
    given = attribute(element, f"number-{what}-repeated")
    return int(given) if given else 1


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _rest(package: Package, root: Element, texts: list[str], work: Work) -> Iterator[Paragraph]:
    """Yield comments, objects such as charts, documents inside, and the addresses of links."""
    comments = [each for each in root.iter() if local(each) == "annotation" and "office" in each.tag]
    for n, comment in enumerate(comments, 1):
        for paragraph in _blocks(comment, _Counter()):
            yield Paragraph(paragraph.text, DocumentPlace("comment", n))
    for name in package.names:
        folder, _slash, base = name.rpartition("/")
        if folder and base == CONTENT:
            for text in _object_texts(package.xml(name)):
                yield Paragraph(text, DocumentPlace("attachment", name=folder.rpartition("/")[2]))
        elif base not in (CONTENT, "styles.xml", "meta.xml", "settings.xml", "manifest.xml"):
            yield from work.attached(name, partial(package.read, name))
    addresses = (attribute(each, "href") for each in root.iter() if local(each) == "a")
    yield from links(addresses, texts)


def _object_texts(root: Element) -> Iterator[str]:
    """Yield the paragraphs of an object, or the formula that it is."""
    if local(root) == "math":
        yield from filter(None, (one_blank(each.text or "") for each in root.iter() if local(each) == "annotation"))
    else:
        yield from (paragraph.text for paragraph in _blocks(root, _Counter()))
