"""A whole store as JSON Lines: a header, then every row by (table, id), events verbatim with their hashes.

Leases and summaries stay behind: the first belong to one machine, the second are made again. Export, import and export
again gives the same bytes. Source: docs/exchange.md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from defense_console.model.log.chain import StoredLine
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.refused import ASIDE_PREFIX
from defense_console.model.student.state import Student
from defense_console.model.subjects import LOG_PREFIXES

ARCHIVE: Final = "defense-console-export"
"""What the header of an export is called by."""
EXPORT_VERSION: Final = 1
CURRICULA: Final = "curricula"
STUDENTS: Final = "students"
DRAFTS: Final = "drafts/"
"""Table names; the last one is followed by the name of a log. The table of a log has its name."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The first line of an export: its format, and how many lines follow.

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


LogsOf = Callable[[str], Iterable[tuple[str, Sequence[StoredLine]]]]
"""Gives the logs of a subject by its prefix, in order of their names."""


class Exported(msgspec.Struct, frozen=True):
    """What an export is made of. Logs and students are asked for while it is written, so few are held at once.

    Attributes:
        lines: how many lines the logs have together.
        people: gives the students, in order of their ids.
        curricula: canonical JSON by hash.
        drafts, asides: in any order.
        demo, partial: as in `Header`.
    """

    lines: int
    logs: LogsOf
    people: Callable[[], Iterable[Student]]
    curricula: Mapping[str, bytes]
    drafts: Sequence[SavedDraft]
    asides: Sequence[SavedAside]
    demo: str = ""
    partial: int = 0


def export(found: Exported) -> Iterator[bytes]:
    """Yield the lines of an export, each with its line break.

    Yields:
        The header, then every row in order of its table's name and its id.
    """
    texts = [DraftLine(DRAFTS + d.log, d.field, d.text, d.first, d.cursor) for d in found.drafts]
    texts += map(line_of_aside, found.asides)
    texts.sort(key=lambda line: (line.table, line.id))
    tables: dict[str, Callable[[], Iterable[msgspec.Struct]]] = {
        CURRICULA: lambda: (
            CurriculumLine(CURRICULA, id, msgspec.Raw(found.curricula[id])) for id in sorted(found.curricula)
        ),
        STUDENTS: lambda: (
            StudentTableLine(STUDENTS, s.id, s.name, s.email, s.timezone, s.seq) for s in found.people()
        ),
        DRAFTS: lambda: texts,
        **{prefix: functools.partial(_log_lines, found.logs, prefix) for prefix in LOG_PREFIXES},
    }
    rows = len(found.curricula) + sum(1 for _ in found.people()) + found.lines + len(texts)
    yield _encode(Header(ARCHIVE, EXPORT_VERSION, rows, found.demo, found.partial))
    for _prefix, lines in sorted(tables.items()):
        yield from map(_encode, lines())


def _log_lines(logs: LogsOf, prefix: str) -> Iterator[LogLine]:
    for name, lines in logs(prefix):
        for line in lines:
            yield LogLine(name, line.seq, line.hash, msgspec.Raw(line.body or b"null"))


def line_of_aside(aside: SavedAside) -> DraftLine:
    """Return the line of a decision kept aside."""
    at = msgspec.json.decode(aside.event, type=_Decided).at
    return DraftLine(DRAFTS + aside.log, ASIDE_PREFIX + aside.key, aside.event.decode(), at, 0)


class _Decided(msgspec.Struct):
    at: Stamp


def _encode(row: msgspec.Struct) -> bytes:
    return msgspec.json.encode(row) + b"\n"
