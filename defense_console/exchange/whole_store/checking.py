"""Reads an export and believes nothing: every line, hash, event, student and curriculum is checked before it is taken.

Source: docs/exchange.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from defense_console.model.watching import Watch, unwatched

_SHOWN: Final = 60
"""Longest excerpt of a wrong line in a message, in characters."""
_FIELD: Final = re.compile(r"(required|unknown) field `([^`]*)`")
_FIELDS: Final = {"required": N_("the field {field} is missing"), "unknown": N_("the field {field} is unknown")}
_PLACE: Final = re.compile(r" - at `(?:\$|key in )\.?([^`]+)`")
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError)
"""Not JSON, not the fields expected, or not UTF-8."""


Lines = Callable[[], Iterable[bytes]]
"""Gives the lines of a file with their line breaks, from the first one, as often as it is asked."""


class Archive(msgspec.Struct, frozen=True):
    """An export that holds: what a store needs, besides the logs, to be as it was.

    Attributes:
        counts: how many logs there are, by the prefix of their subject.
        curricula: canonical JSON by hash.
        drafts, asides: in the order of the file.
        demo: instant that a demo cohort was made for; "" for a store of a mentor's own.
    """

    counts: dict[str, int]
    curricula: dict[str, bytes]
    drafts: tuple[SavedDraft, ...]
    asides: tuple[SavedAside, ...]
    demo: str = ""

    def count(self, subject: Subject[Any, Any]) -> int:
        """Return how many logs of a subject there are."""
        return self.counts.get(subject.prefix, 0)


def read_archive(lines: Lines, take: Callable[[Log[Any, Any]], object], watch: Watch = unwatched) -> Archive:
    """Read an export and give each log that holds, by name, as soon as it is read: one is held at a time.

    Args:
        lines: Read twice. An export that was sorted otherwise is held in memory.
        take: Gets a log. What it got counts for nothing when `BadFile` is raised.

    Raises:
        BadFile: Every line that cannot be taken: a wrong header, a line that cannot be read or comes twice, a broken
            chain, an event that is not legal at its place, a curriculum under another hash, a student who is not
            what their log says.
    """
    count, in_order = _looked_through(_numbered(lines()))
    rows = _numbered(lines())
    check = _Check(take)
    check.header(next(rows, (1, b""))[1], count)
    with watch("rows", count) as passed:
        for number, line in rows if in_order else sorted(rows, key=_place):
            check.row(number, line)
            passed(1)
    check.end()
    if check.bad:
        raise BadFile(check.bad)
    return check.archive()


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines without their line breaks, with their numbers from 1; a last one of blanks alone is none."""
    for number, line in enumerate(lines, 1):
        if line.endswith(b"\n") or line.strip():
            bare = line.removesuffix(b"\n")
            yield number, bare.removeprefix(BOM) if number == 1 else bare


def _looked_through(lines: Iterator[tuple[int, bytes]]) -> tuple[int, bool]:
    """Return how many lines follow the header, and whether they are in the order of an export."""
    count, in_order, before = 0, True, ("", 0, "")
    next(lines, None)
    for numbered in lines:
        count += 1
        place = _place(numbered)
        in_order = in_order and before <= place
        before = place
    return count, in_order


def _place(numbered: tuple[int, bytes]) -> tuple[str, int, str]:
    """Return where a line stands in an export; those that cannot be read come first."""
    try:
        found = msgspec.json.decode(numbered[1], type=_Placed)
    except _UNREADABLE:
        return ("", 0, "")
    return (found.table, found.id, "") if isinstance(found.id, int) else (found.table, 0, found.id)


class _Placed(msgspec.Struct):
    table: str
    id: int | str


class _Check:
    """Takes an export line by line, in its order, and remembers what is wrong."""

    def __init__(self, take: Callable[[Log[Any, Any]], object]) -> None:
        self._take = take
        self.bad: list[BadLine] = []
        self.demo = ""
        self.rows: dict[tuple[str, str], tuple[int, StudentTableLine | CurriculumLine | DraftLine]] = {}
        self.bodies: dict[str, bytes] = {}
        self.counts: dict[str, int] = {}
        self._log: dict[int, tuple[int, LogLine]] = {}
        """The lines of the log that is being read, by their numbers in it."""
        self._logs: set[str] = set()
        self._people: dict[str, tuple[int, tuple[object, ...] | None]] = {}
        """Of each student's log its first line and what it says of them; None where it does not hold."""
        # Before a start nothing says which curriculum was in force.
        self.pinned = Curricula({}, self.bodies.get)

    def wrong(self, number: int, expected: str, found: str | None = None, /, **parameters: object) -> None:
        """Remember a line that cannot be taken."""
        self.bad.append(BadLine(number, "", found, expected, parameters))

    # --- lines ---------------------------------------------------------------------------------------------------

    def header(self, first: bytes, count: int) -> None:
        """Check the first line; after a wrong one nothing else is worth reading."""
        expected = N_("the header of an export: {header}")
        places = {"header": f'{{"format":"{ARCHIVE}","version":{EXPORT_VERSION},"lines":…}}'}
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
        if header.lines != count:
            text = N_("{lines} lines after the header, as it says")
            self.wrong(count + 1, text, str(count), lines=header.lines)

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
            if self._log and next(iter(self._log.values()))[1].table != row.table:
                self._end_of_log()
            first = self._log.setdefault(row.id, (number, row))[0]
        else:
            first = self.rows.setdefault((row.table, row.id), (number, row))[0]
        if first != number:
            again = N_("each row once: it stands on line {line} too")
            self.wrong(number, again, f"{row.table} {row.id}", line=first)
        elif isinstance(row, CurriculumLine):
            self._curriculum(number, row)

    def end(self) -> None:
        """Check what only the whole file shows."""
        self._end_of_log()
        self._students_and_drafts()

    def _curriculum(self, number: int, row: CurriculumLine) -> None:
        """Check that a pinned curriculum is what its hash says."""
        if hashlib.sha256(row.curriculum).hexdigest() != row.id:
            self.wrong(number, N_("a curriculum whose SHA-256 is its id"), row.id)
            return
        try:
            msgspec.json.decode(row.curriculum, type=Curriculum)
        except _UNREADABLE as error:
            self.wrong(number, N_("a curriculum: {problem}"), row.id, problem=_why(error, row.curriculum))
        else:
            self.bodies[row.id] = bytes(row.curriculum)

    # --- logs ----------------------------------------------------------------------------------------------------

    def _end_of_log(self) -> None:
        """Check the log that was read, and give it away."""
        if not self._log:
            return
        lines = [self._log[seq] for seq in sorted(self._log)]
        self._log = {}
        name = lines[0][1].table
        self._logs.add(name)
        log = self._checked(name, lines)
        if subject_of(name) is STUDENT:
            said = None if log is None else tuple(log.row[field] for field in IDENTITY)
            self._people[STUDENT.id_of(name)] = min(number for number, _ in lines), said
        if log is not None and not self.bad:
            self.counts[log.subject.prefix] = self.counts.get(log.subject.prefix, 0) + 1
            self._take(log)

    def _checked(self, name: str, lines: Sequence[tuple[int, LogLine]]) -> Log[Any, Any] | None:
        """Return a log whose numbers, chain and events hold; None after its first fault: others follow from it."""
        subject = subject_of(name)
        events: list[Event[Any]] = []
        running, head = RunningFold(subject, self.pinned), first_hash(name)
        for place, (number, line) in enumerate(lines, 1):
            body = bytes(line.event)
            if line.id != place:
                self.wrong(number, N_("line {seq} of this log"), f"{name} {line.id}", seq=place)
                return None
            head = next_hash(head, body)
            if line.hash != head:
                self.wrong(number, N_("the hash {hash}: the chain of this log is broken"), line.hash, hash=head)
                return None
            try:
                events.append(self._next(subject, name, running, body))
            except ConsoleError as error:
                self.wrong(number, error.id, _excerpt(body), **error.parameters)
                return None
        return Log(subject, subject.id_of(name), tuple(events), running.state, head)

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

    def _students_and_drafts(self) -> None:
        """Check that each student is what their log says, and that each draft belongs to a log."""
        listed = {row.id for _, row in self.rows.values() if isinstance(row, StudentTableLine)}
        for id, (number, _said) in self._people.items():
            if id not in listed:
                self.wrong(number, N_("a row for this student too"), STUDENT.stream(id))
        for number, row in self.rows.values():
            if isinstance(row, StudentTableLine):
                if row.id in self._people and self._people[row.id][1] is None:
                    continue  # the fault of the log is noted already
                _first, said = self._people.get(row.id, (0, None))
                if said != tuple(getattr(row, field) for field in IDENTITY):
                    self.wrong(number, N_("the student as their log tells"), row.id)
            elif isinstance(row, DraftLine) and row.table.removeprefix(DRAFTS) not in self._logs:
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
            counts=self.counts,
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
