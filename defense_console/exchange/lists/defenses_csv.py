"""Every defense as one row of a CSV file, as a school takes it into a spreadsheet.

RFC 4180, with the separator and the byte order mark that the spreadsheet at hand wants. A cell that a spreadsheet would
run as a formula begins with an apostrophe. Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from defense_console.exchange.bad_file import BOM
from defense_console.exchange.exported import ExportedDefense
from defense_console.exchange.platform.words import TO_PLATFORM
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import Defense
from defense_console.model.defense.timeline import instant
from defense_console.words.translation import zone_of

Separator = Literal[";", ","]

CSV_HEADER: Final = (
    "id", "student_id", "student_name", "curriculum", "project", "project_title", "attempt", "sitting", "planned_at",
    "duration_min", "session", "started_at", "speaking_s", "elapsed_s", "paused_s", "outcome", "verdict_version",
    "verdict_state", "signed_at", "released_at", "documents", "documents_open", "student_due_at", "mentor_due_at",
    "next_goal",
)  # fmt: skip
"""The header, the same in every language: what reads the file should not depend on who wrote it."""

_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, full-width forms included."""


class CsvForm(msgspec.Struct, frozen=True):
    """How the file is written.

    Attributes:
        zone: IANA name of the zone its instants are written in, with their offset.
        language: "fr" or "en", for titles of projects and documents.
        separator: between cells.
        bom: whether a byte order mark opens the file: spreadsheets then read accents right.
    """

    zone: str
    language: str
    separator: Separator = ";"
    bom: bool = True


def write_csv(defenses: Iterable[ExportedDefense], form: CsvForm) -> Iterator[bytes]:
    """Write the file: its header, then a row for each defense in the order given."""
    yield (BOM if form.bom else b"") + _line(CSV_HEADER, form)
    for one in defenses:
        yield _line([neutral(cell) for cell in _cells(one, form)], form)


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet runs: with an apostrophe where it begins a formula, also after blanks."""
    runs = cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)
    return "'" + cell if runs else cell


def _line(cells: Iterable[str], form: CsvForm) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=form.separator, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def _cells(one: ExportedDefense, form: CsvForm) -> list[str]:
    defense, project = one.defense, one.project
    version = defense.versions[-1] if defense.versions else None
    line = defense.timeline
    ran, spoken = line.state == "ended", rubric.speaking(line)
    return [
        one.id,
        defense.student_id,
        one.student_name,
        defense.curriculum,
        defense.project,
        project.title.in_(form.language) if project else "",
        str(defense.attempt),
        str(defense.sitting.n),
        _at(defense.planned_at, form),
        _number(one.slot_min),
        TO_PLATFORM[defense.session],
        _at(line.started_at.wall if line.started_at else None, form),
        _number(spoken[1] // 1000 if spoken else None),
        _number(line.elapsed_ms() // 1000 if ran else None),
        _number(line.paused_ms() // 1000 if ran else None),
        version.outcome if version else "",
        _number(version.version if version else None),
        version.state if version else "",
        _at(version.signed_at if version else None, form),
        _at(version.released_at if version else None, form),
        *_documents(defense, form),
        _at(revision.student_due(defense), form),
        _at(revision.mentor_due(defense), form),
        defense.goal,
    ]


def _documents(defense: Defense, form: CsvForm) -> tuple[str, str]:
    """Return the documents of the condition in force with their states, and how many of them are open."""
    rows, project = revision.asked(defense), defense.pinned_project
    if project is None or not rows:
        return "", ""
    listed = (f"{revision.row_title(row.request, project, form.language)} ({row.state})" for row in rows)
    open_rows = sum(row.state in revision.AWAITED | revision.TO_REVIEW for row in rows)
    return " | ".join(listed), str(open_rows)


def _at(wall: str | None, form: CsvForm) -> str:
    """Return ISO 8601 with the offset of the zone on that day, to the second."""
    return instant(wall).astimezone(zone_of(form.zone)).isoformat(timespec="seconds") if wall else ""


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
