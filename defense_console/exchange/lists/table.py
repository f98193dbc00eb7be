"""The rows of a file as texts: CSV with `;` or `,`, or a JSON array; decided by its content, never by its name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, Literal

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.model.errors import N_

COLUMNS: Final = (
    "student_id", "student_name", "email", "timezone", "curriculum",
    "project", "attempt", "planned_at", "duration_min", "language",
)  # fmt: skip
REQUIRED: Final = ("student_id", "student_name", "curriculum", "project", "attempt", "planned_at")
"""A file without one of the other columns says nothing about them."""

ARCHIVE: Final = "defense-console-export"
"""What the header of an export is called by, see `archive.py`."""

Kind = Literal["archive", "json", "csv"]
_BOM: Final = b"\xef\xbb\xbf"
BLANK: Final = _BOM + b" \t\r\n"
"""What may stand before the first letter of a file."""


class Cells(msgspec.Struct, frozen=True):
    """A row as it stands in the file: its number and the text of each column the file has."""

    line: int
    values: dict[str, str]


def kind_of(data: bytes) -> Kind:
    """What a file is, by its content alone: a console's export, a JSON array, or else CSV."""
    start = data.removeprefix(_BOM).lstrip()
    if start[:1] == b"[":
        return "json"
    if start[:1] == b"{":
        first = start.splitlines()[0]
        return "archive" if b'"format"' in first or (start.count(b"\n") > 0 and _is_object(first)) else "json"
    return "csv"


def _is_object(line: bytes) -> bool:
    """Whether a line is a whole JSON object: the file is then JSON Lines."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def read_table(data: bytes) -> tuple[Cells, ...]:
    """The rows of a CSV or JSON file, empty ones left out, in order.

    Raises:
        BadFile: It cannot be read as a table: encoding, syntax, columns.
    """
    return _read_json(data) if kind_of(data) == "json" else _read_csv(data)


def _text(data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wrong = data[error.start : error.start + 1].hex()
        raise BadFile(
            [BadLine(line, "", f"0x{wrong}", N_("text in UTF-8; save the file again as “CSV UTF-8”"))]
        ) from None


# --- CSV ---------------------------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> tuple[Cells, ...]:
    text = _text(data)
    if not text.strip():
        raise BadFile([BadLine(1, "", "", N_("a header and at least one row"))])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Cells] = []
    bad: list[BadLine] = []
    header: list[str] | None = None
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue  # spreadsheets leave blank rows, with or without delimiters
            if header is None:
                header = [cell.strip() for cell in cells]
                bad += _check_columns(header, line)
            elif len(cells) != len(header):
                places = {"count": len(header)}
                bad.append(BadLine(line, "", str(len(cells)), N_("{count} cells, as many as the header has"), places))
            else:
                rows.append(Cells(line, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        bad.append(BadLine(start, "", str(error), N_("well-formed CSV: a quote inside quotes is written twice")))
    if bad:
        raise BadFile(bad)
    return tuple(rows)


def _delimiter(text: str) -> str:
    """`;` or `,`, whichever the header has more of."""
    header = next(line for line in text.splitlines() if line.strip())
    return ";" if header.count(";") >= header.count(",") else ","


def _check_columns(names: Iterable[str], line: int) -> list[BadLine]:
    """What is wrong with a header: unknown, repeated, missing columns."""
    bad: list[BadLine] = []
    seen: set[str] = set()
    for name in names:
        if name not in COLUMNS:
            bad.append(_unknown(name, line))
        elif name in seen:
            bad.append(BadLine(line, name, name, N_("each column once")))
        seen.add(name)
    bad += [BadLine(line, name, "", N_("a column of this name")) for name in REQUIRED if name not in seen]
    return bad


def _unknown(name: str, line: int) -> BadLine:
    near = get_close_matches(name.lower(), COLUMNS, 1)
    if near:
        return BadLine(line, name, name, N_("a known column; did you mean {nearest}?"), {"nearest": near[0]})
    return BadLine(line, name, name, N_("only these columns: {columns}"), {"columns": ", ".join(COLUMNS)})


# --- JSON --------------------------------------------------------------------------------------------------------


_ARRAY: Final = N_("a JSON array of objects with these fields: {columns}")
_NAMES: Final = {"columns": ", ".join(COLUMNS)}


class _Pairs(list[tuple[str, object]]):
    """A JSON object with all its pairs, repeated names included."""


def _read_json(data: bytes) -> tuple[Cells, ...]:
    text = _text(data)
    try:
        array = json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise BadFile([BadLine(error.lineno, "", error.msg, N_("JSON"))]) from None
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        raise BadFile([BadLine(0, "", None, _ARRAY, _NAMES)]) from None
    if isinstance(array, _Pairs) or not isinstance(array, list):
        raise BadFile([BadLine(1, "", None, _ARRAY, _NAMES)])
    rows: list[Cells] = []
    bad: list[BadLine] = []
    for number, entry in enumerate(array, 1):
        if not isinstance(entry, _Pairs):
            bad.append(BadLine(number, "", _shown(entry), N_("an object with these fields: {columns}"), _NAMES))
            continue
        wrong = [*_check_columns([name for name, _ in entry], number), *_check_values(entry, number)]
        bad += wrong
        if not wrong:
            rows.append(Cells(number, {name: "" if value is None else str(value) for name, value in entry}))
    if bad:
        raise BadFile(bad, entries=True)
    return tuple(rows)


_NUMBERS: Final = ("attempt", "duration_min")


def _check_values(entry: _Pairs, number: int) -> list[BadLine]:
    """Texts, numbers where a number is meant, and null; nothing else has one reading."""
    bad: list[BadLine] = []
    for name, value in entry:
        if value is None or isinstance(value, str):
            continue
        whole = isinstance(value, int) and not isinstance(value, bool)
        if name in _NUMBERS and not whole:
            bad.append(BadLine(number, name, _shown(value), N_("a whole number")))
        elif name not in _NUMBERS:
            bad.append(BadLine(number, name, _shown(value), N_("a text in quotes")))
    return bad


def _shown(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, _Pairs) else value, ensure_ascii=False, default=str)
