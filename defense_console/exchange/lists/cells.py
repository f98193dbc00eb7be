"""The cells of a table as texts: those of a spreadsheet have a type, those of a text file are texts already."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from defense_console.exchange.lists.headings import PLANNED_TIME
from defense_console.model.errors import N_


class BrokenCell(msgspec.Struct, frozen=True):
    """A cell without a value: what it shows, and an English message id of what is expected instead."""

    shown: str
    expected: str


CellValue = str | bool | int | float | datetime | date | time | timedelta | BrokenCell

CELL_ERROR: Final = N_("a value: this cell shows an error of the spreadsheet")
_ERROR_TEXT: Final = re.compile(
    r"#(?:N/?[AD]|REF|DIV/0|VALUE|VALEUR|NAME|NOM|NUM|NOMBRE|NULL|NUL|SPILL|CALC)[!?]?|Err:[0-9]{3}"
)
"""How spreadsheets write an error, in English and French."""
_A_DATE: Final = N_("text or a number; the spreadsheet made a date or a time of it: format the column as text")
_STARTS: Final = ("planned_at", PLANNED_TIME)
_LENGTHS: Final = "duration_min"


def cell_text(value: CellValue, column: str) -> tuple[str, str]:
    """Return the text of a cell as its column reads it, and what is expected where it has none, else "".

    A length such as 0:30 is read in minutes.
    """
    if isinstance(value, BrokenCell):
        return value.shown, value.expected
    if isinstance(value, datetime | date | time | timedelta):
        if column in _STARTS:
            return shown_value(value), ""
        if column == _LENGTHS and isinstance(value, time | timedelta):
            return str(round(_length(value) / timedelta(minutes=1))), ""
        return shown_value(value), _A_DATE
    text = shown_value(value)
    return text, CELL_ERROR if _ERROR_TEXT.fullmatch(text.strip()) else ""


def shown_value(value: CellValue) -> str:
    """Return a cell as one writes it: a whole number without decimals, midnight as a day alone."""
    match value:
        case str():
            return value
        case BrokenCell():
            return value.shown
        case datetime():
            second = _whole_seconds(value)
            return second.date().isoformat() if second.time() == time() else second.isoformat(" ")
        case date():
            return value.isoformat()
        case time() | timedelta():
            minutes = round(_length(value) / timedelta(minutes=1))
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def _length(value: time | timedelta) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)


def _whole_seconds(value: datetime) -> datetime:
    """Return whole seconds: a spreadsheet holds a part of a day as a fraction, which is not always exact."""
    return (value + timedelta(milliseconds=500)).replace(microsecond=0)
