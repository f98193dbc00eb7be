"""The sheets of a workbook (.xlsx, .ods) as tables.

python-calamine reads the values. It takes a cell that shows an error for an empty one, and makes a rectangle of a sheet
up to its farthest cell: one in the last corner ends the process. So the parts of the file are read through before.
Source: ECMA-376 part 1 §18.3; OpenDocument 1.3 part 3 §9.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final
from xml.etree import ElementTree as ET

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.lists.cells import CELL_ERROR, BrokenCell, CellValue
from defense_console.exchange.lists.table import TableLine
from defense_console.model.errors import N_, ConsoleError

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an old .xls begins, and a workbook with a password."""
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_EXCEL: Final = "xl/workbook.xml"
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_BYTES: Final = 64 << 20
_MOST_CELLS: Final = 500_000
"""A list of students has some thousands; a rectangle of so many takes about 50 MB."""
_BROKEN: Final = (
    zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, KeyError, zlib.error,
    ET.ParseError,
)  # fmt: skip

_PROTECTED: Final = N_("a workbook without a password: save it again without one")
_OLD: Final = N_("a workbook as .xlsx or .ods; this is an old .xls: open it in the spreadsheet and save it as .xlsx")
_UNREADABLE: Final = N_("a workbook that can be opened: open it in the spreadsheet and save it again as .xlsx")
_TOO_LARGE: Final = N_("a list of at most {cells} cells: copy it into a workbook of its own")
_NOT_COMPUTED: Final = N_(
    "a value: this formula was never computed; open the file in the spreadsheet and save it again"
)


def is_workbook(file: IO[bytes]) -> bool:
    """Return whether a file is a workbook, also one that is old, protected or cut; leave it at its beginning."""
    start = file.read(512)
    file.seek(0)
    if not start.startswith(b"PK\x03\x04"):
        return start.startswith(_OLE)
    try:
        with zipfile.ZipFile(file) as whole:
            return _is_ods(whole) or any(name.startswith("xl/") for name in whole.namelist())
    except _BROKEN:
        return start[30:].startswith((b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/", b"mimetype"))
    finally:
        file.seek(0)


def _is_ods(whole: zipfile.ZipFile) -> bool:
    return "mimetype" in whole.namelist() and whole.read("mimetype").startswith(_ODS)


class Workbook:
    """The sheets of a workbook.

    Args:
        data: Of a file for which `is_workbook` holds.

    Attributes:
        names: of the sheets that are shown and hold something, in order.

    Raises:
        BadFile: It cannot be read.
    """

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLE):
            raise _refusal(_PROTECTED if _ENCRYPTED in data else _OLD)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as whole:
                self._sheets = _read_through(whole)
        except _BROKEN:
            raise _refusal(_UNREADABLE) from None
        self._book = _loaded(data)
        self._all: list[str] = [one.name for one in self._book.sheets_metadata]
        shown = (one.name for one in self._book.sheets_metadata if str(one.visible).endswith(".Visible"))
        self.names: tuple[str, ...] = tuple(name for name in shown if self._sheets.get(name, _Sheet()).rows)

    def only(self, asked: str | None) -> str:
        """Return the name of the sheet to read.

        Args:
            asked: What the mentor says, which may be a hidden sheet; None for the only one of `names`.

        Raises:
            BadFile: There is nothing in it.
            ConsoleError: There is no such sheet, or there are several to choose from.
        """
        if asked is not None:
            found = [name for name in self._all if name.strip().casefold() == asked.strip().casefold()]
            if not found:
                raise ConsoleError(
                    "There is no sheet “{name}”; there are: {names}.", name=asked, names=", ".join(self._all)
                )
            return next((name for name in found if name == asked), found[0])
        if not self.names:
            raise _refusal(N_("a header and at least one row"))
        if len(self.names) > 1:
            raise ConsoleError(
                "This workbook has several sheets: {names}. Say which one with --sheet NAME.",
                names=", ".join(self.names),
            )
        return self.names[0]

    def lines(self, name: str) -> Iterator[TableLine]:
        """Return the lines of a sheet, numbered as the spreadsheet does.

        Raises:
            BadFile: It is too large for a list, or cannot be read.
        """
        sheet = self._sheets.get(name, _Sheet())
        sheet.check()
        try:
            rows: list[list[CellValue]] = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except Exception:  # its own kinds of errors come and go with its versions
            raise _refusal(_UNREADABLE) from None
        for (row, column), cell in sheet.broken.items():
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = cell
        for first, last, column in sheet.merged:
            for row in range(first + 1, min(last + 1, len(rows))):
                if column < len(rows[row]) and rows[row][column] == "":
                    rows[row][column] = rows[first][column]
        yield from enumerate(rows, 1)


def _refusal(expected: str) -> BadFile:
    places = {"cells": _MOST_CELLS} if expected == _TOO_LARGE else {}
    return BadFile([BadLine(0, "", None, expected, places)])


def _loaded(data: bytes) -> Any:
    import python_calamine

    try:
        return python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise _refusal(_PROTECTED) from None
    except Exception:  # its own kinds of errors come and go with its versions
        raise _refusal(_UNREADABLE) from None


# --- read through before -----------------------------------------------------------------------------------------


class _Sheet(msgspec.Struct):
    """What is known of a sheet before its values are read; rows and columns are counted from 0.

    Attributes:
        rows, columns: of the smallest rectangle from the first cell that holds everything.
        broken: cells that show an error, or a formula that was never computed.
        merged: cells that are one over several rows of a column: first and last row, column.
    """

    rows: int = 0
    columns: int = 0
    broken: dict[tuple[int, int], BrokenCell] = msgspec.field(default_factory=dict)
    merged: list[tuple[int, int, int]] = msgspec.field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)

    def check(self) -> None:
        """Refuse a sheet that is too large."""
        if self.rows * self.columns > _MOST_CELLS:
            raise _refusal(_TOO_LARGE)


def _read_through(whole: zipfile.ZipFile) -> dict[str, _Sheet]:
    """Return every sheet by its name, once each part is as large as it says."""
    names = whole.namelist()
    parts = [info for info in whole.infolist() if info.filename.lower().endswith((".xml", ".rels"))]
    if len(set(names)) < len(names):
        raise _refusal(_UNREADABLE)
    if sum(info.file_size for info in parts) > _MOST_BYTES:
        raise _refusal(_TOO_LARGE)
    for info in parts:
        with whole.open(info) as part:
            while part.read(1 << 20):  # its checksum shows a part that is larger than it says
                pass
    if not _is_ods(whole):
        return dict(_excel_sheets(whole))
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in whole.read(manifest):
        raise _refusal(_PROTECTED)
    with whole.open("content.xml") as part:
        sheets = dict(_ods_sheets(part))
    for sheet in sheets.values():
        sheet.check()  # all of them are made into rectangles at once
    return sheets


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _excel_sheets(whole: zipfile.ZipFile) -> Iterator[tuple[str, _Sheet]]:
    relations = ET.fromstring(whole.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    for one in ET.fromstring(whole.read(_EXCEL)).iter():
        if _local(one.tag) != "sheet":
            continue
        id = next((value for name, value in one.items() if name.endswith("}id")), None)
        place = posixpath.normpath(posixpath.join("/xl", targets[id])).lstrip("/")
        with whole.open(place) as part:
            yield one.get("name", ""), _excel_sheet(part)


_PLACE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def _place(text: str) -> tuple[int, int]:
    """Return row and column of a place such as B3."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _excel_sheet(part: IO[bytes]) -> _Sheet:
    sheet, row, column = _Sheet(), -1, -1
    for event, element in ET.iterparse(part, ("start", "end")):
        kind = _local(element.tag)
        if event == "start":
            if kind == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif kind == "c":
                row, column = _place(element.get("r", "")) if element.get("r") else (row, column + 1)
        elif kind == "c":
            _excel_cell(sheet, row, column, element)
        elif kind == "row":
            element.clear()
        elif kind == "mergeCell":
            first, _colon, last = element.get("ref", "").partition(":")
            (top, left), (bottom, right) = _place(first), _place(last or first)
            if left == right:
                sheet.merged.append((top, bottom, left))
    return sheet


def _excel_cell(sheet: _Sheet, row: int, column: int, element: ET.Element) -> None:
    inside = {_local(child.tag): child for child in element}
    value, kind = inside["v"].text if "v" in inside else None, element.get("t", "n")
    if not inside.keys() & {"v", "is", "f"}:
        return
    sheet.reach(row, column)
    if kind == "e":
        sheet.broken[row, column] = BrokenCell(value or "#", CELL_ERROR)
    elif "f" in inside and not value and kind != "str":
        sheet.broken[row, column] = BrokenCell(f"={inside['f'].text or ''}", _NOT_COMPUTED)


def _ods_sheets(part: IO[bytes]) -> Iterator[tuple[str, _Sheet]]:
    sheet, row, column, name = _Sheet(), 0, 0, ""
    for event, element in ET.iterparse(part, ("start", "end")):
        kind = _local(element.tag)
        if event == "start":
            if kind == "table":
                sheet, row, name = _Sheet(), 0, _attribute(element, "name")
            elif kind == "table-row":
                column = 0
        elif kind in ("table-cell", "covered-table-cell"):
            column += _ods_cells(sheet, row, column, element)
        elif kind == "table-row":
            row = _ods_row(sheet, row, int(_attribute(element, "number-rows-repeated") or 1))
            element.clear()
        elif kind == "table":
            yield name, sheet


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.items() if _local(key) == name), "")


def _ods_cells(sheet: _Sheet, row: int, column: int, element: ET.Element) -> int:
    """Take a cell that may be several next to each other; return how many."""
    repeated = int(_attribute(element, "number-columns-repeated") or 1)
    kinds = [value for key, value in element.items() if _local(key) == "value-type"]
    if kinds:
        sheet.reach(row, column + repeated - 1)
        sheet.check()
    if "error" in kinds:
        shown = "".join(element.itertext()) or "#"
        sheet.broken |= {(row, n): BrokenCell(shown, CELL_ERROR) for n in range(column, column + repeated)}
    spanned = int(_attribute(element, "number-rows-spanned") or 1)
    if spanned > 1 and int(_attribute(element, "number-columns-spanned") or 1) == 1:
        sheet.merged.append((row, row + spanned - 1, column))
    return repeated


def _ods_row(sheet: _Sheet, row: int, repeated: int) -> int:
    """Take a row that may be several under each other; return the number of the next one."""
    if repeated > 1 and sheet.rows == row + 1:
        sheet.reach(row + repeated - 1, 0)
        sheet.check()
        for n in range(1, repeated):
            sheet.broken |= {(row + n, column): cell for (r, column), cell in sheet.broken.items() if r == row}
    return row + repeated


def chosen(sheets: Sequence[str], answer: str) -> str | None:
    """Return the sheet that an answer means, by its number from 1 or its name; None for any other answer."""
    if answer.strip().isdecimal() and 1 <= int(answer) <= len(sheets):
        return sheets[int(answer) - 1]
    return next((name for name in sheets if name.casefold() == answer.strip().casefold()), None)
