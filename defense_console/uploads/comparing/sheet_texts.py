"""Readers of spreadsheets: XLSX and what is drawn and written on its sheets."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import BinaryIO, Final
from xml.etree import ElementTree

from defense_console.model.comparison import DocumentPlace, Paragraph, PlaceKind
from defense_console.uploads.comparing.ooxml_texts import Found
from defense_console.uploads.comparing.packages import Element, Package, attribute, local
from defense_console.uploads.comparing.readers import Work, check_count, one_blank, sheet_row

_STRICT: Final = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TRANSITIONAL: Final = rb"http://schemas.openxmlformats.org/\1/2006/"
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ />]")
_ENDS: Final = ("oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter")
_END_CODES: Final = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-F]{6}|.)')
_SHEETS: Final = ("worksheet", "chartsheet", "dialogsheet")


def read_xlsx(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read XLSX: one paragraph per row that holds something, then comments, text boxes, charts, headers and footers.

    A cell shows the value that the workbook was saved with, else its formula.
    """
    package = Package(stream)
    main = package.main
    found = Found(package, work)
    yield from found.note(_rows(_transitional(stream, package), package, work))
    for n, sheet in enumerate(package.related(main, *_SHEETS), 1):
        for kind, text in _ends(package.read(sheet)):
            yield Paragraph(text, DocumentPlace(kind, n))
        yield from found.extras(sheet)
    yield from found.links()


def _rows(stream: BinaryIO, package: Package, work: Work) -> Iterator[Paragraph]:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    sheets = workbook.worksheets
    check_count(len(sheets), work.limits)
    formulas = _uncomputed(package)
    for n, sheet in enumerate(sheets):
        last = sheet.max_row or 0
        sheet.reset_dimensions()  # what the sheet says of its size may be wrong, and would cut it
        waiting = formulas.get(sheet.title, {})
        for m, values in enumerate(sheet.iter_rows(values_only=True), 1):
            texts = [(get_column_letter(at), _value(value)) for at, value in enumerate(values, 1) if value is not None]
            if m in waiting:
                texts = sorted([*texts, *waiting[m]], key=lambda cell: (len(cell[0]), cell[0]))
            if (paragraph := sheet_row(texts, sheet.title, m)) is not None:
                yield paragraph
            if m % 200 == 0:
                work.progress((n + min(1.0, m / max(m, last))) / len(sheets))
        work.progress((n + 1) / len(sheets))


def _ends(sheet: bytes) -> Iterator[tuple[PlaceKind, str]]:
    """Yield the headers and footers of a sheet."""
    if not any(name.encode() in sheet for name in _ENDS):
        return
    for element in _each(sheet):
        if local(element) in _ENDS and (text := one_blank(_END_CODES.sub(" ", element.text or ""))):
            yield "header" if "Header" in local(element) else "footer", text


def _each(sheet: bytes) -> Iterator[Element]:
    """Yield the elements of a sheet as they end; of a row that was read nothing is kept."""
    for _event, element in ElementTree.iterparse(BytesIO(sheet)):
        yield element
        if local(element) in ("c", "row"):
            element.clear()


def _value(value: object) -> str:
    """Return a cell's value on one line; dates as ISO 8601, without a midnight that only says it is a date."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return one_blank(str(value))


def _transitional(stream: BinaryIO, package: Package) -> BinaryIO:
    """Return the workbook in the form that the library knows: the strict one has other namespaces."""
    if not _STRICT.search(package.read("_rels/.rels")):
        stream.seek(0)
        return stream
    rewritten = BytesIO()
    with zipfile.ZipFile(rewritten, "w") as out:
        for name in package.names:
            body = package.read(name)
            out.writestr(name, _STRICT.sub(_TRANSITIONAL, body) if name.endswith((".xml", ".rels")) else body)
    rewritten.seek(0)
    return rewritten


def _uncomputed(package: Package) -> dict[str, dict[int, list[tuple[str, str]]]]:
    """Return the formulas without a value: by title of the sheet and row, letters of the column and text.

    Programs that only write workbooks do not compute them.
    """
    main = package.main
    by_id = {relation.id: relation.target for relation in package.relations(main)}
    found: dict[str, dict[int, list[tuple[str, str]]]] = {}
    for sheet in package.xml(main).iter():
        part = by_id.get(attribute(sheet, "id"), "") if local(sheet) == "sheet" else ""
        if package.has(part):
            for cell, formula, value in formulas(package.read(part)):
                column = cell.rstrip("0123456789")
                if not value and formula and cell[len(column) :]:
                    lines = found.setdefault(attribute(sheet, "name"), {})
                    lines.setdefault(int(cell[len(column) :]), []).append((column, f"={formula}"))
    return found


def formulas(sheet: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield the address, the formula and the value of each cell that has a formula of its own."""
    if not _FORMULA.search(sheet):
        return
    for element in _each(sheet):
        if local(element) == "c" and (formula := _child(element, "f")):
            yield attribute(element, "r"), formula, _child(element, "v")


def _child(cell: Element, name: str) -> str:
    return next((child.text or "" for child in cell if local(child) == name), "")
