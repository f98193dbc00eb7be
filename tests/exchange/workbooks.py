"""Workbooks for tests: .xlsx as openpyxl writes them, .ods written by hand, since its shortcuts are what matters."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import openpyxl

HEAD: Final = ("N° étudiant", "Nom", "Prénom", "Parcours", "Projet", "Tentative", "Date de soutenance", "Durée")
ODS_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES: Final = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def xlsx(
    sheets: Mapping[str, Iterable[Sequence[object]]], change: Callable[[Any], object] = lambda _book: None
) -> bytes:
    """A workbook with these rows on these sheets, and what else `change` does to it."""
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    change(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """A ZIP one part of which reads otherwise."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content.decode()) if info.filename == name else content)
    return changed.getvalue()


def ods(tables: Mapping[str, str], manifest: str = "") -> bytes:
    """A workbook of these tables, each the XML of its rows."""
    names = " ".join(f'xmlns:{short}="{name}"' for short, name in _NAMESPACES.items())
    body = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in tables.items())
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        whole.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names} office:version="1.3"><office:body>'
            f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        )
        whole.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}">{manifest}'
            "</manifest:file-entry></manifest:manifest>",
        )
    return data.getvalue()


def ods_row(*cells: str, repeated: int = 1) -> str:
    """The XML of a row: of texts, or of what is XML already."""
    inside = "".join(cell if cell.startswith("<") else ods_cell(cell) for cell in cells)
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inside}</table:table-row>'


def ods_cell(text: str = "", **attributes: object) -> str:
    """The XML of a cell: a text, or what the attributes say, such as `office_value_type="float"`."""
    if not attributes:
        attributes = {"office_value_type": "string"} if text else {}
    listed = " ".join(f'{name.replace("_", ":", 1).replace("_", "-")}="{each}"' for name, each in attributes.items())
    return f"<table:table-cell {listed}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"
