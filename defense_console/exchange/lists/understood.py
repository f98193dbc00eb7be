"""What was understood of a list, for the mentor to see before anything is written."""

from __future__ import annotations

import msgspec


class SkippedLine(msgspec.Struct, frozen=True):
    """A line that is no row: its number, and what it says; "" for a blank one."""

    line: int
    text: str


class ReadId(msgspec.Struct, frozen=True):
    """An id that is read as another one that looks the same.

    Attributes:
        line: where it was first written so.
        written: in the file.
        id: what it is read as.
    """

    line: int
    written: str
    id: str


class ReadRow(msgspec.Struct, frozen=True):
    """A row as it was read.

    Attributes:
        project: "" for a student alone.
        attempt: 0 for the one that comes next.
        planned_at: ISO 8601 UTC, "" for a student alone.
    """

    line: int
    student_id: str
    student_name: str
    project: str = ""
    attempt: int = 0
    planned_at: str = ""
    duration_min: int | None = None


class Understood(msgspec.Struct, frozen=True):
    """What was understood.

    Attributes:
        sheet: its name, "" for a file without sheets.
        assumed: name of the encoding it is taken to be in, "" where the file shows it.
        matched: each heading with its column, in order of the file.
        unread: headings that are no column.
        skipped: lines that are no rows.
        ids: those that are read as others.
        rows: every row.
    """

    sheet: str = ""
    matched: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    skipped: tuple[SkippedLine, ...] = ()
    ids: tuple[ReadId, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    assumed: str = ""
