"""A whole store as JSON Lines: a header, then every row by (table, id), events verbatim with their hashes.

Leases and summaries stay behind: the first belong to one machine, the second are made again. Export, import and export
again gives the same bytes. Source: docs/exchange.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from defense_console.model.log.chain import StoredLine
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.refused import ASIDE_PREFIX
from defense_console.model.student.state import Student

ARCHIVE: Final = "defense-console-export"
"""What the header of an export is called by."""
EXPORT_VERSION: Final = 1
CURRICULA: Final = "curricula"
STUDENTS: Final = "students"
DRAFTS: Final = "drafts/"
"""Table names; the last one is followed by the name of a log. The table of a log has its name."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """First line.

    Attributes:
        format, version: what it is.
        lines: counts those that follow, so that a cut end is seen.
        demo: the instant that a demo cohort was made for, so that the copy is one too; "" and left out for all others.
        partial: how many lines are without their event, since who made the export may not read it.
    """

    format: str
    version: int
    lines: int
    demo: str = ""
    partial: int = 0


class LogLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a log: table `defense/<id>` or `student/<id>`, its number, its hash, the event's own bytes.

    Where they are withheld from who made the export, `event` is null.
    """

    table: str
    id: int
    hash: str
    event: msgspec.Raw


class StudentTableLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A student as folded from their log; `seq` is the last event folded."""

    table: str
    id: str
    name: str
    email: str
    timezone: str
    seq: int


class CurriculumLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pinned curriculum under its SHA-256."""

    table: str
    id: str
    curriculum: msgspec.Raw


class DraftLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text being typed: table `drafts/<log>`, id the key of its field.

    A decision kept aside is here too: id its key behind `aside/`, text its event, first the event's stamp.
    """

    table: str
    id: str
    text: str
    first: Stamp
    cursor: int


class SavedDraft(msgspec.Struct, frozen=True):
    """A draft: its log, the key of its field, its text, the stamp of the first keystroke, the place of the cursor."""

    log: str
    field: str
    text: str
    first: Stamp
    cursor: int


class SavedAside(msgspec.Struct, frozen=True):
    """A decision kept aside: its log, its key, the canonical JSON of its event."""

    log: str
    key: str
    event: bytes


def export(
    streams: Iterable[str],
    read_log: Callable[[str], Sequence[StoredLine]],
    students: Iterable[Student],
    curricula: Mapping[str, bytes],
    drafts: Iterable[SavedDraft],
    asides: Iterable[SavedAside],
    demo: str = "",
) -> Iterator[bytes]:
    """Yield the lines of an export, each with its line break.

    Args:
        streams: Names of every log.
        read_log: Gives the lines of one.
        students: Every student.
        curricula: Canonical JSON by hash.
        drafts: In any order.
        asides: In any order.
        demo: As in `Header`.

    Yields:
        The header, then every row in order of its table's name and its id.
    """
    tables: dict[str, list[msgspec.Struct]] = {}
    tables[CURRICULA] = [CurriculumLine(CURRICULA, id, msgspec.Raw(curricula[id])) for id in sorted(curricula)]
    tables[STUDENTS] = [
        StudentTableLine(STUDENTS, s.id, s.name, s.email, s.timezone, s.seq)
        for s in sorted(students, key=lambda s: s.id)
    ]
    withheld = 0
    for name in streams:
        found = read_log(name)
        withheld += sum(line.withheld for line in found)
        tables[name] = [LogLine(name, line.seq, line.hash, msgspec.Raw(line.body or b"null")) for line in found]
    lines = [DraftLine(DRAFTS + d.log, d.field, d.text, d.first, d.cursor) for d in drafts]
    for line in sorted((*lines, *map(line_of_aside, asides)), key=lambda line: line.id):
        tables.setdefault(line.table, []).append(line)
    yield _encode(Header(ARCHIVE, EXPORT_VERSION, sum(map(len, tables.values())), demo, withheld))
    for _name, rows in sorted(tables.items()):
        yield from map(_encode, rows)


def line_of_aside(aside: SavedAside) -> DraftLine:
    """Return the line of a decision kept aside."""
    at = msgspec.json.decode(aside.event, type=_Decided).at
    return DraftLine(DRAFTS + aside.log, ASIDE_PREFIX + aside.key, aside.event.decode(), at, 0)


class _Decided(msgspec.Struct):
    at: Stamp


def _encode(row: msgspec.Struct) -> bytes:
    return msgspec.json.encode(row) + b"\n"
