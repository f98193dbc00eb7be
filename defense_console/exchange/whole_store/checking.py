"""Reads an export and believes nothing: every line, hash, event, student and curriculum is checked before it is taken.

Source: docs/exchange.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from defense_console.exchange.bad_file import BOM, BadFile, BadLine
from defense_console.exchange.whole_store.export import (
    ARCHIVE,
    CURRICULA,
    DRAFTS,
    EXPORT_VERSION,
    STUDENTS,
    CurriculumLine,
    DraftLine,
    Header,
    LogLine,
    SavedAside,
    SavedDraft,
    StudentTableLine,
    line_of_aside,
)
from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.chain import first_hash, next_hash
from defense_console.model.log.envelope import Event, encode_event
from defense_console.model.log.refused import ASIDE_PREFIX, aside_of, key_of
from defense_console.model.log.running import RunningFold
from defense_console.model.log.subject import Subject
from defense_console.model.student.subject import IDENTITY, STUDENT
from defense_console.model.subjects import LOG_PREFIXES, subject_of

_SHOWN: Final = 60
"""Longest excerpt of a wrong line in a message, in characters."""
_FIELD: Final = re.compile(r"(required|unknown) field `([^`]*)`")
_FIELDS: Final = {"required": N_("the field {field} is missing"), "unknown": N_("the field {field} is unknown")}
_PLACE: Final = re.compile(r" - at `(?:\$|key in )\.?([^`]+)`")
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError)
"""Not JSON, not the fields expected, or not UTF-8."""


class Archive(msgspec.Struct, frozen=True):
    """An export that holds: what a store needs to be as it was.

    Attributes:
        logs: by name.
        curricula: canonical JSON by hash.
        drafts, asides: in the order of the file.
        demo: instant that a demo cohort was made for; "" for a store of a mentor's own.
    """

    logs: dict[str, Log[Any, Any]]
    curricula: dict[str, bytes]
    drafts: tuple[SavedDraft, ...]
    asides: tuple[SavedAside, ...]
    demo: str = ""

    def about(self, subject: Subject[Any, Any]) -> list[Log[Any, Any]]:
        """Return the logs of a subject, by name."""
        return [log for log in self.logs.values() if log.subject is subject]


def read_archive(data: bytes) -> Archive:
    """Return what an export holds.

    Raises:
        BadFile: Every line that cannot be taken: a wrong header, a line that cannot be read or comes twice, a broken
            chain, an event that is not legal at its place, a curriculum under another hash, a student who is not
            what their log says.
    """
    lines = data.removeprefix(BOM).split(b"\n")
    if lines and not lines[-1].strip():
        lines.pop()
    check = _Check()
    check.header(lines)
    for number, line in enumerate(lines[1:], 2):
        check.row(number, line)
    check.curricula()
    for name in sorted(check.lines):
        check.log(name)
    check.students_and_drafts()
    if check.bad:
        raise BadFile(check.bad)
    return check.archive()


class _Check:
    """Takes an export line by line and remembers what is wrong."""

    def __init__(self) -> None:
        self.bad: list[BadLine] = []
        self.demo = ""
        self.lines: dict[str, dict[int, tuple[int, LogLine]]] = {}
        self.rows: dict[tuple[str, str], tuple[int, StudentTableLine | CurriculumLine | DraftLine]] = {}
        self.bodies: dict[str, bytes] = {}
        self.found: dict[str, Log[Any, Any]] = {}
        # Before a start nothing says which curriculum was in force.
        self.pinned = Curricula({}, self.bodies.get)

    def wrong(self, number: int, expected: str, found: str | None = None, /, **parameters: object) -> None:
        """Remember a line that cannot be taken."""
        self.bad.append(BadLine(number, "", found, expected, parameters))

    # --- lines ---------------------------------------------------------------------------------------------------

    def header(self, lines: Sequence[bytes]) -> None:
        """Check the first line; after a wrong one nothing else is worth reading."""
        expected = N_("the header of an export: {header}")
        places = {"header": f'{{"format":"{ARCHIVE}","version":{EXPORT_VERSION},"lines":…}}'}
        first = lines[0] if lines else b""
        try:
            header = msgspec.json.decode(first, type=Header)
        except _UNREADABLE:
            raise BadFile([BadLine(1, "", _excerpt(first), expected, places)]) from None
        if header.format != ARCHIVE:
            raise BadFile([BadLine(1, "", header.format, expected, places)])
        if header.version != EXPORT_VERSION:
            text = N_("version {version}: this export was written by another version of the console")
            raise BadFile([BadLine(1, "", str(header.version), text, {"version": EXPORT_VERSION})])
        if header.partial:
            raise ConsoleError(
                N_("This export is partial: who made it could not read {n} of its lines, the private notes of others. "
                   "It is not imported: a store has whole logs."), n=header.partial,
            )  # fmt: skip
        self.demo = self._instant(header.demo)
        if header.lines != len(lines) - 1:
            text = N_("{lines} lines after the header, as it says")
            self.wrong(len(lines), text, str(len(lines) - 1), lines=header.lines)

    def _instant(self, demo: str) -> str:
        try:
            return demo and iso(instant(demo))
        except ValueError:
            self.wrong(1, N_("an instant such as {example}"), demo, example="2026-11-24T10:00:00.000Z")
            return ""

    def row(self, number: int, line: bytes) -> None:
        """Read any other line, strictly and once."""
        try:
            table = msgspec.json.decode(line, type=_Table).table
            row: Any = msgspec.json.decode(line, type=_kind_of(table))
        except _UNREADABLE as error:
            self.wrong(number, N_("a line of an export: {problem}"), _excerpt(line), problem=_why(error, line))
            return
        except KeyError:
            self.wrong(number, N_("a table that exports have"), _excerpt(line))
            return
        if isinstance(row, LogLine):
            first = self.lines.setdefault(row.table, {}).setdefault(row.id, (number, row))[0]
        else:
            first = self.rows.setdefault((row.table, row.id), (number, row))[0]
        if first != number:
            again = N_("each row once: it stands on line {line} too")
            self.wrong(number, again, f"{row.table} {row.id}", line=first)

    # --- curricula -----------------------------------------------------------------------------------------------

    def curricula(self) -> None:
        """Check that each pinned curriculum is what its hash says."""
        for number, row in self.rows.values():
            if not isinstance(row, CurriculumLine):
                continue
            if hashlib.sha256(row.curriculum).hexdigest() != row.id:
                self.wrong(number, N_("a curriculum whose SHA-256 is its id"), row.id)
                continue
            try:
                msgspec.json.decode(row.curriculum, type=Curriculum)
            except _UNREADABLE as error:
                self.wrong(number, N_("a curriculum: {problem}"), row.id, problem=_why(error, row.curriculum))
            else:
                self.bodies[row.id] = bytes(row.curriculum)

    # --- logs ----------------------------------------------------------------------------------------------------

    def log(self, name: str) -> None:
        """Check one log: its numbers, its chain, its events. Only its first fault counts: others follow from it."""
        lines = [self.lines[name][seq] for seq in sorted(self.lines[name])]
        subject = subject_of(name)
        events: list[Event[Any]] = []
        running, head = RunningFold(subject, self.pinned), first_hash(name)
        for place, (number, line) in enumerate(lines, 1):
            body = bytes(line.event)
            if line.id != place:
                self.wrong(number, N_("line {seq} of this log"), f"{name} {line.id}", seq=place)
                return
            head = next_hash(head, body)
            if line.hash != head:
                self.wrong(number, N_("the hash {hash}: the chain of this log is broken"), line.hash, hash=head)
                return
            try:
                events.append(self._next(subject, name, running, body))
            except ConsoleError as error:
                self.wrong(number, error.id, _excerpt(body), **error.parameters)
                return
        self.found[name] = Log(subject, subject.id_of(name), tuple(events), running.state, head)

    def _next(self, subject: Subject[Any, Any], name: str, running: RunningFold[Any, Any], body: bytes) -> Event[Any]:
        """Return the next event of a log, legal where it stands and folded.

        Raises:
            ConsoleError: What is expected instead.
        """
        before = running.last
        seq = before.seq + 1 if before is not None else 1
        try:
            event = subject.decode(body)
        except _UNREADABLE as error:
            raise ConsoleError("an event: {problem}", problem=_why(error, body)) from None
        if encode_event(event) != body:
            raise ConsoleError("an event in its canonical form, without other fields")
        if event.seq != seq or event.action not in (seq, before.action if before is not None else seq):
            raise ConsoleError("an event with its own number, and the action of its key press")
        try:
            subject.check(None if before is None else running.state, event.what, event.at, self.pinned)
            running.add(event)
            if running.pins is not None and self.pinned.pinned(running.pins) is None:
                missing = "The curriculum this defense was started with is missing: {hash}."
                raise ConsoleError(missing, hash=running.pins)
            if before is None and subject.stream(own := subject.own_id(running.state)) != name:
                raise ConsoleError("This log is that of {id}.", id=own)
        except ConsoleError as error:
            raise ConsoleError("an event that is legal here: {problem}", problem=error) from None
        return event

    # --- the rest ------------------------------------------------------------------------------------------------

    def students_and_drafts(self) -> None:
        """Check that each student is what their log says, and that each draft belongs to a log."""
        listed = {row.id for _, row in self.rows.values() if isinstance(row, StudentTableLine)}
        for name, lines in self.lines.items():
            if subject_of(name) is STUDENT and STUDENT.id_of(name) not in listed:
                self.wrong(min(number for number, _ in lines.values()), N_("a row for this student too"), name)
        for number, row in self.rows.values():
            if isinstance(row, StudentTableLine):
                stream = STUDENT.stream(row.id)
                log = self.found.get(stream)
                if log is None and stream in self.lines:
                    continue  # the fault of the log is noted already
                if log is None or any(log.row[name] != getattr(row, name) for name in IDENTITY):
                    self.wrong(number, N_("the student as their log tells"), row.id)
            elif isinstance(row, DraftLine) and row.table.removeprefix(DRAFTS) not in self.lines:
                self.wrong(number, N_("the log this draft belongs to"), row.table)
            elif isinstance(row, DraftLine) and row.id.startswith(ASIDE_PREFIX):
                self._aside(number, row)

    def _aside(self, number: int, row: DraftLine) -> None:
        """Check a decision kept aside, which is among the drafts."""
        saved = _aside_of(row)
        try:
            aside = aside_of(subject_of(saved.log), saved.key, saved.event)
            found = line_of_aside(SavedAside(saved.log, key_of(aside.base, aside.event), encode_event(aside.event)))
        except (*_UNREADABLE, ValueError) as error:
            self.wrong(number, N_("an event: {problem}"), _excerpt(saved.event), problem=_why(error, saved.event))
            return
        if found != row:
            self.wrong(number, N_("an event in its canonical form, under its own key"), _excerpt(saved.event))

    def archive(self) -> Archive:
        """Return what was read, once nothing was wrong."""
        return Archive(
            logs=dict(sorted(self.found.items())),
            curricula=self.bodies,
            drafts=tuple(
                SavedDraft(row.table.removeprefix(DRAFTS), row.id, row.text, row.first, row.cursor)
                for row in self._of(DraftLine)
                if not row.id.startswith(ASIDE_PREFIX)
            ),
            asides=tuple(_aside_of(row) for row in self._of(DraftLine) if row.id.startswith(ASIDE_PREFIX)),
            demo=self.demo,
        )

    def _of(self, kind: type[Any]) -> list[Any]:
        return [row for _, row in self.rows.values() if isinstance(row, kind)]


def _aside_of(row: DraftLine) -> SavedAside:
    return SavedAside(row.table.removeprefix(DRAFTS), row.id.removeprefix(ASIDE_PREFIX), row.text.encode())


class _Table(msgspec.Struct):
    table: str


_EXACT: Final[Mapping[str, type[Any]]] = {CURRICULA: CurriculumLine, STUDENTS: StudentTableLine}


def _kind_of(table: str) -> type[Any]:
    """Return how a line of this table is read.

    Raises:
        KeyError: There is no such table.
    """
    if table.startswith(LOG_PREFIXES):
        return LogLine
    return DraftLine if table.startswith(DRAFTS) else _EXACT[table]


def _why(error: Exception, read: bytes) -> ConsoleError:
    """Return why some bytes cannot be read; msgspec's words for it are English, and its errors differ by version."""
    said = str(error)
    try:
        read.decode()
    except UnicodeDecodeError:
        return ConsoleError(N_("it is not UTF-8"))
    if match := _FIELD.search(said):
        return ConsoleError(_FIELDS[match[1]], field=match[2])
    if match := _PLACE.search(said):
        return ConsoleError(N_("{field} has another form"), field=match[1])
    return ConsoleError(N_("it is not JSON as the console writes it"))


def _excerpt(line: bytes) -> str:
    text = line.decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
