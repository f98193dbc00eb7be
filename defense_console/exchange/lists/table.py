"""The rows of a list of students and defenses, as texts: from CSV with `;` or `,`, or from a JSON array."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine, utf8
from defense_console.model.errors import N_

LIST_COLUMNS: Final = (
    "student_id", "student_name", "email", "timezone", "curriculum",
    "project", "attempt", "planned_at", "duration_min", "language",
)  # fmt: skip
_REQUIRED: Final = ("student_id", "student_name", "curriculum", "project", "attempt", "planned_at")
"""A file without one of the other columns says nothing about them."""


class ListCell(msgspec.Struct, frozen=True):
    """A text of a list and its place: the line or entry, from 1, and the heading as the file writes it."""

    line: int
    column: str
    text: str


class ListRow(msgspec.Struct, frozen=True):
    """A row of a list: its line or entry, and its cell in each column of `LIST_COLUMNS` that the file has."""

    line: int
    cells: Mapping[str, ListCell]

    def text(self, column: str) -> str:
        """Return what the row says in a column, without white space around it; "" without the column."""
        cell = self.cells.get(column)
        return cell.text.strip() if cell is not None else ""

    def wrong(self, column: str, found: str, expected: str, **parameters: object) -> BadLine:
        """Return the refusal of what was found in a column, under the file's own heading."""
        cell = self.cells.get(column)
        return BadLine(self.line, column if cell is None else cell.column, found, expected, parameters)


def columns_of(headings: Iterable[str], line: int) -> tuple[tuple[str, ...], list[BadLine]]:
    """Return the column that each heading names, in order, and what is wrong: unknown, repeated, missing columns."""
    names = tuple(headings)
    bad: list[BadLine] = []
    for n, name in enumerate(names):
        if name not in LIST_COLUMNS:
            bad.append(_unknown(name, line))
        elif name in names[:n]:
            bad.append(BadLine(line, name, name, N_("each column once")))
    bad += [BadLine(line, name, "", N_("a column of this name")) for name in _REQUIRED if name not in names]
    return names, bad


def _unknown(name: str, line: int) -> BadLine:
    near = get_close_matches(name.lower(), LIST_COLUMNS, 1)
    if near:
        return BadLine(line, name, name, N_("a known column; did you mean {nearest}?"), {"nearest": near[0]})
    return BadLine(line, name, name, N_("only these columns: {columns}"), _COLUMNS)


# --- CSV ---------------------------------------------------------------------------------------------------------


def csv_rows(data: bytes) -> tuple[ListRow, ...]:
    """Return the rows of a CSV file, in order.

    Raises:
        BadFile: It cannot be read as a table: encoding, syntax, columns.
    """
    return _rows_under_headings(_csv_lines(data))


def _csv_lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read each row with the number of its first line."""
    text = utf8(data, N_("text in UTF-8; save the file again as “CSV UTF-8”"))
    if not text.strip():
        raise BadFile([BadLine(1, "", "", N_("a header and at least one row"))])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        expected = N_("well-formed CSV: a quote inside quotes is written twice")
        raise BadFile([BadLine(line, "", str(error), expected)]) from None


def _delimiter(text: str) -> str:
    """Return `;` or `,`: the one that the header has more of."""
    header = next(line for line in text.splitlines() if line.strip())
    return ";" if header.count(";") >= header.count(",") else ","


def _rows_under_headings(lines: Iterable[tuple[int, Sequence[str]]]) -> tuple[ListRow, ...]:
    """Return the rows of a table whose first line that is not blank has the headings."""
    rows: list[ListRow] = []
    bad: list[BadLine] = []
    headings: list[str] | None = None
    columns: tuple[str, ...] = ()
    try:
        for line, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue  # spreadsheets leave blank rows, with or without delimiters
            if headings is None:
                headings = [cell.strip() for cell in cells]
                columns, wrong = columns_of(headings, line)
                bad += wrong
            elif len(cells) != len(headings):
                expected = N_("{count} cells, as many as the header has")
                bad.append(BadLine(line, "", str(len(cells)), expected, {"count": len(headings)}))
            else:
                found = (ListCell(line, *pair) for pair in zip(headings, cells, strict=True))
                rows.append(ListRow(line, dict(zip(columns, found, strict=True))))
    except BadFile as error:
        bad += error.lines
    if bad:
        raise BadFile(bad)
    return tuple(rows)


# --- JSON --------------------------------------------------------------------------------------------------------


_ARRAY: Final = N_("a JSON array of objects with these fields: {columns}")
_COLUMNS: Final = {"columns": ", ".join(LIST_COLUMNS)}
_NUMBERS: Final = ("attempt", "duration_min")


class JsonObject(dict[str, object]):
    """An object of a JSON document; `pairs` has all its names in order, a repeated name more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def json_document(data: bytes) -> object:
    """Return what a JSON file says, its objects as `JsonObject`.

    Raises:
        BadFile: It is not JSON.
    """
    text = utf8(data, N_("text in UTF-8; save the file again as “CSV UTF-8”"))
    try:
        return json.loads(text, object_pairs_hook=JsonObject)
    except json.JSONDecodeError as error:
        raise BadFile([BadLine(error.lineno, "", error.msg, N_("JSON"))]) from None
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        raise BadFile([BadLine(0, "", None, _ARRAY, _COLUMNS)]) from None


def json_rows(document: object) -> tuple[ListRow, ...]:
    """Return the entries of a document of `json_document`, in order.

    Raises:
        BadFile: It is no array of objects with our columns.
    """
    if not isinstance(document, list):
        raise BadFile([BadLine(1, "", None, _ARRAY, _COLUMNS)])
    rows: list[ListRow] = []
    bad: list[BadLine] = []
    for number, entry in enumerate(document, 1):
        if not isinstance(entry, JsonObject):
            bad.append(BadLine(number, "", _shown(entry), N_("an object with these fields: {columns}"), _COLUMNS))
            continue
        columns, wrong = columns_of((name for name, _ in entry.pairs), number)
        wrong += _bad_values(entry, number)
        bad += wrong
        if not wrong:
            texts = ((name, "" if value is None else str(value)) for name, value in entry.pairs)
            found = (ListCell(number, *pair) for pair in texts)
            rows.append(ListRow(number, dict(zip(columns, found, strict=True))))
    if bad:
        raise BadFile(bad, entries=True)
    return tuple(rows)


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
