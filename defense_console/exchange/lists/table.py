"""The rows of a list of students and defenses, as texts: from a table with headings, or from a JSON array."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine, utf8
from defense_console.exchange.lists.cells import CellValue, cell_text, shown_value
from defense_console.exchange.lists.headings import (
    FIRST_NAME,
    LAST_NAME,
    LIST_COLUMNS,
    PLANNED_TIME,
    REQUIRED,
    Headings,
    read_headings,
    recognised,
)
from defense_console.exchange.lists.understood import SkippedLine
from defense_console.exchange.same_id import without_unseen
from defense_console.model.errors import N_

TableLine = tuple[int, Sequence[CellValue]]
"""The cells of a line of a table, and its number from 1."""


class ListCell(msgspec.Struct, frozen=True):
    """A text of a list and its place.

    Attributes:
        line: or entry, from 1.
        column: the heading as the file writes it.
        text: as written.
        expected: English message id of what is expected instead; "" for a cell that can be read.
    """

    line: int
    column: str
    text: str
    expected: str = ""


class ListRow(msgspec.Struct, frozen=True):
    """A row of a list: its line or entry, and its cell in each column of `LIST_COLUMNS` that the file has."""

    line: int
    cells: Mapping[str, ListCell]

    def text(self, column: str) -> str:
        """Return what the row says in a column, without blanks around it and unseen characters; "" without it."""
        cell = self.cells.get(column)
        return without_unseen(cell.text) if cell is not None else ""

    def wrong(self, column: str, found: str, expected: str, **parameters: object) -> BadLine:
        """Return the refusal of what was found in a column, under the file's own heading."""
        cell = self.cells.get(column)
        return BadLine(self.line, column if cell is None else cell.column, found, expected, parameters)


class ListTable(msgspec.Struct, frozen=True):
    """The rows of a list in order, its headings and the lines that are no rows; JSON has neither of these."""

    rows: tuple[ListRow, ...]
    headings: Headings = Headings((), (), ())
    skipped: tuple[SkippedLine, ...] = ()


# --- CSV ---------------------------------------------------------------------------------------------------------

_SEPARATORS: Final = (";", ",", "\t", "|")
_SAID: Final = re.compile(r"sep=(.)[ \t;,]*(?:\r\n|\n|\r)", re.IGNORECASE)
"""A first line that says the separator, for spreadsheets."""
_CSV_UTF8: Final = N_("text in UTF-8; save the file again as “CSV UTF-8”, or give the .xlsx itself")


def csv_table(data: bytes) -> ListTable:
    """Return the table of a CSV file with `;`, `,`, tabs or `|` between cells.

    Raises:
        BadFile: It cannot be read as a table: encoding, syntax, columns.
    """
    return table_of(_csv_lines(data))


def _csv_lines(data: bytes) -> Iterator[TableLine]:
    """Read each row with the number of its first line."""
    text = utf8(data, _CSV_UTF8)
    if not text.strip():
        raise BadFile([BadLine(1, "", "", N_("a header and at least one row"))])
    if text.lstrip().startswith("<"):
        expected = N_("a table; this is a web page or XML: open it in the spreadsheet and save it as .xlsx")
        raise BadFile([BadLine(1, "", text.lstrip()[:40], expected)])
    said = _SAID.match(text)
    separator, line = (said[1], 2) if said else (_separator(text), 1)
    try:
        for cells, last in _parsed(text[said.end() :] if said else text, separator):
            yield line, cells
            line = last + (2 if said else 1)
    except csv.Error:
        expected = N_("well-formed CSV: a quote inside quotes is written twice")
        raise BadFile([BadLine(line, "", None, expected)]) from None


def _parsed(text: str, separator: str) -> Iterator[tuple[list[str], int]]:
    """Read each row with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for cells in reader:
        yield cells, reader.line_num


_LOOKED_AT: Final = 10
"""In so many lines from the first the headings are looked for: titles may be above them."""


def _separator(text: str) -> str:
    """Return the separator that gives the most headings, then the most cells."""

    def found(separator: str) -> tuple[int, int]:
        best = (0, 0)
        try:
            for cells, _line in islice(_parsed(text, separator), _LOOKED_AT):
                best = max(best, (recognised(cells), len(cells)))
        except csv.Error:
            pass
        return best

    return max(_SEPARATORS, key=found)


# --- a table -----------------------------------------------------------------------------------------------------

_TOTAL: Final = re.compile(
    r"(?:grand |sous-?|sub-?)?(?:total|totaux|somme|sum|moyenne|average|nombre|effectif|count)\b", re.IGNORECASE
)
_FIGURE: Final = re.compile(r"[\d\s.,:%h/-]*\d[\d\s.,:%h/-]*")
_FEWEST_HEADINGS: Final = 3


def table_of(lines: Iterable[TableLine]) -> ListTable:
    """Return the rows under the headings of a table.

    The headings are the first line with three of them, else the first that is not blank; titles may be above. Blank
    lines and lines of totals are no rows. Cells that a short row lacks are empty.

    Raises:
        BadFile: Its columns are not those of a list, or a row has more cells than there are headings.
    """
    found, broken = _read_through(lines)
    titles, start = _titles(found)
    skipped = [SkippedLine(line, _line_text(cells)) for line, cells in found[:start] if titles]
    if start == len(found):
        raise BadFile([*broken, *([] if broken else [BadLine(1, "", "", N_("a header and at least one row"))])])
    line, first = found[start]
    headings = read_headings(map(shown_value, _trimmed(tuple(first))), line)
    bad = [*headings.bad, *broken]
    rows: list[ListRow] = []
    for line, cells in found[start + 1 :]:
        if _is_blank(cells):
            skipped.append(SkippedLine(line, ""))
        elif _is_total(cells):
            skipped.append(SkippedLine(line, _line_text(cells)))
        elif len(trimmed := _trimmed(tuple(cells))) > len(headings.names):
            bad.append(
                BadLine(line, "", str(len(trimmed)), N_("{count} cells, as many as the header has"),
                        {"count": len(headings.names)})
            )  # fmt: skip
        else:
            missing = ("",) * (len(headings.names) - len(trimmed))
            row, wrong = _row(line, headings, (*trimmed, *missing))
            rows.append(row)
            bad += wrong
    if bad:
        raise BadFile(bad)
    return ListTable(tuple(rows), headings, tuple(sorted(skipped, key=lambda one: one.line)))


def _read_through(lines: Iterable[TableLine]) -> tuple[list[TableLine], list[BadLine]]:
    """Return the lines that can be read, without empty ones at their end, and why it went no further."""
    found: list[TableLine] = []
    broken: list[BadLine] = []
    try:
        found.extend(lines)
    except BadFile as error:
        broken += error.lines
    while found and not found[-1][1]:
        found.pop()
    return found, broken


def _titles(found: Sequence[TableLine]) -> tuple[bool, int]:
    """Return whether what is above the headings is titles, and where the headings are."""
    filled = [n for n, (_line, cells) in enumerate(found) if not _is_blank(cells)]
    for n in filled[:_LOOKED_AT]:
        if recognised(map(shown_value, found[n][1])) >= _FEWEST_HEADINGS:
            return True, n
    return False, filled[0] if filled else len(found)


def _row(line: int, headings: Headings, cells: Sequence[CellValue]) -> tuple[ListRow, list[BadLine]]:
    """Return a row, its name and its start put together, and the cells under no heading that say something."""
    found: dict[str, ListCell] = {}
    bad: list[BadLine] = []
    for name, column, value in zip(headings.names, headings.columns, cells, strict=True):
        if column:
            text, expected = cell_text(value, column)
            found[column] = ListCell(line, name, text.strip(), expected)
        elif not name and without_unseen(shown_value(value)):
            bad.append(BadLine(line, "", shown_value(value), N_("a heading over this cell, or nothing in it")))
    for whole, parts in (("student_name", (FIRST_NAME, LAST_NAME)), ("planned_at", ("planned_at", PLANNED_TIME))):
        if whole in found and whole not in parts:
            continue
        some = [found[part] for part in parts if part in found]
        if some:
            found[whole] = _joined(line, some)
    return ListRow(line, {column: found[column] for column in LIST_COLUMNS if column in found}), bad


def _joined(line: int, cells: Sequence[ListCell]) -> ListCell:
    """Return several cells as one."""
    text = " ".join(filter(None, (cell.text for cell in cells)))
    expected = next((cell.expected for cell in cells if cell.expected), "")
    return ListCell(line, " + ".join(cell.column for cell in cells), text, expected) if len(cells) > 1 else cells[0]


def _trimmed(cells: Sequence[CellValue]) -> Sequence[CellValue]:
    """Return the cells up to the last one that says something."""
    last = len(cells)
    while last and not without_unseen(shown_value(cells[last - 1])):
        last -= 1
    return cells[:last]


def _is_blank(cells: Sequence[CellValue]) -> bool:
    return not _trimmed(cells)


def _line_text(cells: Sequence[CellValue]) -> str:
    return " ".join(filter(None, (without_unseen(shown_value(cell)) for cell in cells)))


def _is_total(cells: Sequence[CellValue]) -> bool:
    """Return whether a line begins with a word such as “Total” and has only figures after it: a row has a name."""
    texts = filter(None, (without_unseen(shown_value(cell)) for cell in cells))
    return _TOTAL.match(next(texts)) is not None and all(_FIGURE.fullmatch(text) for text in texts)


# --- JSON --------------------------------------------------------------------------------------------------------


_ARRAY: Final = N_("a JSON array of objects with these fields: {columns}")
_COLUMNS: Final = {"columns": ", ".join(LIST_COLUMNS)}
_NUMBERS: Final = ("attempt", "duration_min")
_QUOTED: Final = 20
"""How many characters of a JSON file are quoted where it is not JSON any more."""


class JsonObject(dict[str, object]):
    """An object of a JSON document; `pairs` has all its names in order, a repeated name more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def json_document(data: bytes) -> object:
    """Return what a JSON file says, its objects as `JsonObject`."""
    text = utf8(data, N_("text in UTF-8"))
    try:
        return json.loads(text, object_pairs_hook=JsonObject)
    except json.JSONDecodeError as error:
        raise BadFile([BadLine(error.lineno, "", text[error.pos : error.pos + _QUOTED], N_("JSON"))]) from None
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        raise BadFile([BadLine(0, "", None, _ARRAY, _COLUMNS)]) from None


def json_table(document: object) -> ListTable:
    """Return the entries of a document of `json_document`, in order; programs write them, so names are exact."""
    if not isinstance(document, list):
        raise BadFile([BadLine(1, "", None, _ARRAY, _COLUMNS)])
    rows: list[ListRow] = []
    bad: list[BadLine] = []
    for number, entry in enumerate(document, 1):
        if not isinstance(entry, JsonObject):
            bad.append(BadLine(number, "", _shown(entry), N_("an object with these fields: {columns}"), _COLUMNS))
            continue
        wrong = [*_bad_fields([name for name, _ in entry.pairs], number), *_bad_values(entry, number)]
        bad += wrong
        if not wrong:
            texts = ((name, "" if value is None else str(value)) for name, value in entry.pairs)
            rows.append(ListRow(number, {name: ListCell(number, name, text) for name, text in texts}))
    if bad:
        raise BadFile(bad, entries=True)
    return ListTable(tuple(rows))


def _bad_fields(names: Sequence[str], number: int) -> Iterator[BadLine]:
    """Refuse unknown, repeated and missing fields."""
    for n, name in enumerate(names):
        if name not in LIST_COLUMNS:
            yield BadLine(number, name, name, N_("only these columns: {columns}"), _COLUMNS)
        elif name in names[:n]:
            yield BadLine(number, name, name, N_("each column once"))
    yield from (BadLine(number, name, "", N_("a column of this name")) for name in REQUIRED if name not in names)


def _bad_values(entry: JsonObject, number: int) -> list[BadLine]:
    """Return every value that is no text, no number where a number is meant, and not null."""
    bad: list[BadLine] = []
    for name, value in entry.pairs:
        if value is None or isinstance(value, str):
            continue
        whole = isinstance(value, int) and not isinstance(value, bool)
        if name in _NUMBERS and not whole:
            bad.append(BadLine(number, name, _shown(value), N_("a whole number")))
        elif name not in _NUMBERS:
            bad.append(BadLine(number, name, _shown(value), N_("a text in quotes")))
    return bad


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
