"""A whole store as JSON Lines: a header, then every row by (table, id), events verbatim with their hashes.

Leases and summaries stay behind: the first belong to one machine, the second are made again. Export, import and export
again gives the same bytes. Source: docs/exchange.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, Protocol

import msgspec

from defense_console.exchange.held import HeldStudent
from defense_console.model.defense.refused import PREFIX
from defense_console.model.log.envelope import Stamp

ARCHIVE: Final = "defense-console-export"
"""What the header of an export is called by."""
VERSION: Final = 1
CURRICULA: Final = "curricula"
STUDENTS: Final = "students"
DEFENSE: Final = "defense/"
STUDENT: Final = "student/"
DRAFTS: Final = "drafts/"
"""Table names; the last three are followed by an id, or by the name of a log."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First line. `lines` counts those that follow, so that a cut end is seen."""

    format: str
    version: int
    lines: int


class LogLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a log: table `defense/<id>` or `student/<id>`, its number, its hash, the event's own bytes."""

    table: str
    id: int
    hash: str
    event: msgspec.Raw


class StudentLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
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

    A decision kept aside stands here too: id its key behind `aside/`, text its event, first the event's stamp.
    """

    table: str
    id: str
    text: str
    first: Stamp
    cursor: int


class StoredLine(Protocol):
    """A line of a log as the store holds it."""

    @property
    def seq(self) -> int:
        """Its number, from 1."""
        ...

    @property
    def body(self) -> bytes:
        """The event's bytes."""
        ...

    @property
    def hash(self) -> str:
        """The hash of the chain up to it."""
        ...


class StoredStudent(HeldStudent, Protocol):
    """A student with the number of the last event folded into the row."""

    @property
    def seq(self) -> int:
        """Number of the last event folded."""
        ...


class StoredDraft(Protocol):
    """A draft as the store holds it."""

    @property
    def text(self) -> str:
        """All of the text."""
        ...

    @property
    def first(self) -> Stamp:
        """Stamp of the first keystroke."""
        ...

    @property
    def cursor(self) -> int:
        """Place of the cursor, in characters."""
        ...


def export(
    streams: Iterable[str],
    read_log: Callable[[str], Sequence[StoredLine]],
    students: Iterable[StoredStudent],
    curricula: Mapping[str, bytes],
    drafts: Mapping[str, Mapping[str, StoredDraft]],
    asides: Mapping[str, Mapping[str, bytes]],
) -> Iterator[bytes]:
    """The lines of an export, each with its line break.

    Args:
        streams: Names of every log.
        read_log: Gives the lines of one.
        students: Every student.
        curricula: Canonical JSON by hash.
        drafts: By log and field key.
        asides: Decisions kept aside, as the canonical JSON of their events, by log and key.

    Yields:
        The header, then every row in order of its table's name and its id.
    """
    names = sorted(streams)
    logs = {name: read_log(name) for name in names}
    rows: list[bytes] = []
    rows += (_encode(CurriculumLine(CURRICULA, id, msgspec.Raw(curricula[id]))) for id in sorted(curricula))
    rows += chain.from_iterable(_log(name, logs[name]) for name in names if name.startswith(DEFENSE))
    rows += map(_encode, _drafts(drafts, asides))
    rows += chain.from_iterable(_log(name, logs[name]) for name in names if name.startswith(STUDENT))
    rows += (
        _encode(StudentLine(STUDENTS, s.id, s.name, s.email, s.timezone, s.seq))
        for s in sorted(students, key=lambda s: s.id)
    )
    yield _encode(Header(ARCHIVE, VERSION, len(rows)))
    yield from rows


def _drafts(
    drafts: Mapping[str, Mapping[str, StoredDraft]], asides: Mapping[str, Mapping[str, bytes]]
) -> list[DraftLine]:
    lines = [
        DraftLine(DRAFTS + log, field, draft.text, draft.first, draft.cursor)
        for log, fields in drafts.items()
        for field, draft in fields.items()
    ]
    for log, events in asides.items():
        lines += (line_of_aside(log, key, event) for key, event in events.items())
    return sorted(lines, key=lambda line: (line.table, line.id))


def line_of_aside(log: str, key: str, event: bytes) -> DraftLine:
    """Return the line of a decision kept aside."""
    at = msgspec.json.decode(event, type=_Decided).at
    return DraftLine(DRAFTS + log, PREFIX + key, event.decode(), at, 0)


class _Decided(msgspec.Struct):
    at: Stamp


def _log(name: str, lines: Sequence[StoredLine]) -> Iterator[bytes]:
    return (_encode(LogLine(name, line.seq, line.hash, msgspec.Raw(line.body))) for line in lines)


def _encode(row: msgspec.Struct) -> bytes:
    return msgspec.json.encode(row) + b"\n"
