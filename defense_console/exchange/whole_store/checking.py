"""Reads an export and believes nothing: every line, hash, event, student and curriculum is checked before it is taken.

Source: docs/exchange.md; product.md §2 (hash chain, legality).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.whole_store.export import (
    ARCHIVE,
    CURRICULA,
    DEFENSE,
    DRAFTS,
    STUDENT,
    STUDENTS,
    VERSION,
    CurriculumLine,
    DraftLine,
    Header,
    LogLine,
    StudentLine,
    line_of_aside,
)
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.fold import fold, pinned_hash
from defense_console.model.defense.kinds import DefenseEvent, decode_event
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.refused import PREFIX, aside_of, key_of
from defense_console.model.defense.state import Defense
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Event, Stamp, encode_event
from defense_console.model.queue.agenda import defense_id
from defense_console.model.student.kinds import StudentEvent, decode_student_event
from defense_console.model.student.state import KnownStudent, check_student, fold_student

_SHOWN: Final = 60
"""Longest excerpt of a wrong line in a message, in characters."""
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError)
"""Not JSON, not the fields expected, or not UTF-8."""


class Chain(NamedTuple):
    """How hashes follow each other: of the log's name, then of the hash before and the event's bytes."""

    first: Callable[[str], str]
    next: Callable[[str, bytes], str]


class SavedDraft(msgspec.Struct, frozen=True):
    """A draft of an export."""

    log: str
    field: str
    text: str
    first: Stamp
    cursor: int


class SavedAside(msgspec.Struct, frozen=True):
    """A decision kept aside of an export."""

    log: str
    key: str
    event: bytes


class Archive(msgspec.Struct, frozen=True):
    """An export that holds: what a store needs to be as it was.

    Attributes:
        logs: the events' own bytes, in order, by the name of the log.
        defenses: every defense folded, by id.
        students: by id.
        curricula: canonical JSON by hash.
        drafts, asides: in the order of the file.
    """

    logs: dict[str, tuple[bytes, ...]]
    defenses: dict[str, Defense]
    students: dict[str, KnownStudent]
    curricula: dict[str, bytes]
    drafts: tuple[SavedDraft, ...]
    asides: tuple[SavedAside, ...]


def read_archive(data: bytes, hashes: Chain) -> Archive:
    """What an export holds.

    Args:
        data: The whole file.
        hashes: The store's hash chain.

    Raises:
        BadFile: Every line that cannot be taken: a wrong header, a line that cannot be read or stands twice, a broken
            chain, an event that is not legal where it stands, a curriculum under another hash, a student who is not
            what their log says.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines and not lines[-1].strip():
        lines.pop()
    check = _Check(hashes)
    check.header(lines)
    for number, line in enumerate(lines[1:], 2):
        check.row(number, line)
    check.curricula()
    for name in sorted(check.logs):
        check.log(name)
    check.students_and_drafts()
    if check.bad:
        raise BadFile(check.bad)
    return check.archive()


class _Check:
    """Takes an export line by line and remembers what is wrong."""

    def __init__(self, hashes: Chain) -> None:
        self.hashes = hashes
        self.bad: list[BadLine] = []
        self.logs: dict[str, dict[int, tuple[int, LogLine]]] = {}
        self.rows: dict[tuple[str, str], tuple[int, StudentLine | CurriculumLine | DraftLine]] = {}
        self.pinned: dict[str, Curriculum] = {}
        self.defenses: dict[str, Defense] = {}
        self.students: dict[str, KnownStudent] = {}

    def wrong(self, number: int, expected: str, found: str | None = None, /, **parameters: object) -> None:
        """Remember a line that cannot be taken."""
        self.bad.append(BadLine(number, "", found, expected, parameters))

    # --- lines ---------------------------------------------------------------------------------------------------

    def header(self, lines: Sequence[bytes]) -> None:
        """The first line; after a wrong one nothing else is worth reading."""
        expected = N_("the header of an export: {header}")
        places = {"header": f'{{"format":"{ARCHIVE}","version":{VERSION},"lines":…}}'}
        first = lines[0] if lines else b""
        try:
            header = msgspec.json.decode(first, type=Header)
        except _UNREADABLE:
            raise BadFile([BadLine(1, "", _excerpt(first), expected, places)]) from None
        if header.format != ARCHIVE:
            raise BadFile([BadLine(1, "", header.format, expected, places)])
        if header.version != VERSION:
            text = N_("version {version}: this export was written by another version of the console")
            raise BadFile([BadLine(1, "", str(header.version), text, {"version": VERSION})])
        if header.lines != len(lines) - 1:
            text = N_("{lines} lines after the header, as it says")
            self.wrong(len(lines), text, str(len(lines) - 1), lines=header.lines)

    def row(self, number: int, line: bytes) -> None:
        """Any other line: read strictly, and once."""
        try:
            table = msgspec.json.decode(line, type=_Table).table
            row: Any = msgspec.json.decode(line, type=_kind_of(table))
        except _UNREADABLE as error:
            self.wrong(number, N_("a line of an export: {problem}"), _excerpt(line), problem=str(error))
            return
        except KeyError:
            self.wrong(number, N_("a table that exports have"), _excerpt(line))
            return
        if isinstance(row, LogLine):
            first = self.logs.setdefault(row.table, {}).setdefault(row.id, (number, row))[0]
        else:
            first = self.rows.setdefault((row.table, row.id), (number, row))[0]
        if first != number:
            again = N_("each row once: it stands on line {line} too")
            self.wrong(number, again, f"{row.table} {row.id}", line=first)

    # --- curricula -----------------------------------------------------------------------------------------------

    def curricula(self) -> None:
        """Each pinned curriculum is what its hash says."""
        for number, row in self.rows.values():
            if not isinstance(row, CurriculumLine):
                continue
            if hashlib.sha256(row.curriculum).hexdigest() != row.id:
                self.wrong(number, N_("a curriculum whose SHA-256 is its id"), row.id)
                continue
            try:
                self.pinned[row.id] = msgspec.json.decode(row.curriculum, type=Curriculum)
            except _UNREADABLE as error:
                self.wrong(number, N_("a curriculum: {problem}"), row.id, problem=str(error))

    # --- logs ----------------------------------------------------------------------------------------------------

    def log(self, name: str) -> None:
        """One log: its numbers, its chain, its events; only the first fault is told, the others follow from it."""
        lines = [self.logs[name][seq] for seq in sorted(self.logs[name])]
        before = self.hashes.first(name)
        events: list[Any] = []
        for place, (number, line) in enumerate(lines, 1):
            body = bytes(line.event)
            if line.id != place:
                self.wrong(number, N_("line {seq} of this log"), f"{name} {line.id}", seq=place)
                return
            before = self.hashes.next(before, body)
            if line.hash != before:
                self.wrong(number, N_("the hash {hash}: the chain of this log is broken"), line.hash, hash=before)
                return
            try:
                events.append(self._event(name, events, body, place))
            except ConsoleError as error:
                self.wrong(number, error.id, _excerpt(body), **error.parameters)
                return
        if name.startswith(STUDENT):
            self.students[name.removeprefix(STUDENT)] = fold_student(events)

    def _event(self, name: str, events: Sequence[Any], body: bytes, seq: int) -> Event[Any]:
        """The next event of a log, legal where it stands.

        Raises:
            ConsoleError: What is expected instead.
        """
        event: Any
        try:
            event = decode_event(body) if name.startswith(DEFENSE) else decode_student_event(body)
        except _UNREADABLE as error:
            raise ConsoleError("an event: {problem}", problem=str(error)) from None
        if encode_event(event) != body:
            raise ConsoleError("an event in its canonical form, without other fields")
        if event.seq != seq or event.action not in (seq, events[-1].action if events else seq):
            raise ConsoleError("an event with its own number, and the action of its key press")
        try:
            if name.startswith(STUDENT):
                self._student_event(name, events, event)
            else:
                self._defense_event(name, events, event)
        except ConsoleError as error:
            raise ConsoleError("an event that is legal here: {problem}", problem=error) from None
        return event  # type: ignore[no-any-return]

    def _student_event(self, name: str, events: Sequence[StudentEvent], event: StudentEvent) -> None:
        check_student(events, event.what)
        if not events and fold_student([event]).id != name.removeprefix(STUDENT):
            raise ConsoleError("This log is another student's.")

    def _defense_event(self, name: str, events: Sequence[DefenseEvent], event: DefenseEvent) -> None:
        """Checked with the pinned curriculum from the start on; before it, nothing says which one was in force."""
        id = name.removeprefix(DEFENSE)
        before = self.defenses.get(id)
        check_legal(before, event.what, event.at, before.pinned if before is not None else None)
        after = (*events, event)
        pinned = pinned_hash(after)
        defense = fold(after, self.pinned.get(pinned) if pinned else None)
        if pinned is not None and defense.pinned is None:
            raise ConsoleError("The curriculum this defense was started with is missing: {hash}.", hash=pinned)
        if str(defense_id(defense.student_id, defense.project, defense.attempt)) != id:
            raise ConsoleError("This log is another defense's.")
        self.defenses[id] = defense

    # --- the rest ------------------------------------------------------------------------------------------------

    def students_and_drafts(self) -> None:
        """Each student is what their log says, and each draft belongs to a log."""
        listed = {row.id for _, row in self.rows.values() if isinstance(row, StudentLine)}
        for name, lines in self.logs.items():
            if name.startswith(STUDENT) and name.removeprefix(STUDENT) not in listed:
                self.wrong(min(number for number, _ in lines.values()), N_("a row for this student too"), name)
        for number, row in self.rows.values():
            if isinstance(row, StudentLine):
                known = self.students.get(row.id)
                if known is None and STUDENT + row.id in self.logs:
                    continue  # the fault of the log is told already
                if known != KnownStudent(row.id, row.name, row.email, row.timezone, row.seq):
                    self.wrong(number, N_("the student as their log tells"), row.id)
            elif isinstance(row, DraftLine) and row.table.removeprefix(DRAFTS) not in self.logs:
                self.wrong(number, N_("the log this draft belongs to"), row.table)
            elif isinstance(row, DraftLine) and row.id.startswith(PREFIX):
                self._aside(number, row)

    def _aside(self, number: int, row: DraftLine) -> None:
        """A decision kept aside, which stands among the drafts."""
        saved = _aside_of(row)
        try:
            aside = aside_of(saved.key, saved.event)
            found = line_of_aside(saved.log, key_of(aside.base, aside.event), encode_event(aside.event))
        except (*_UNREADABLE, ValueError) as error:
            self.wrong(number, N_("an event: {problem}"), _excerpt(saved.event), problem=str(error))
            return
        if found != row:
            self.wrong(number, N_("an event in its canonical form, under its own key"), _excerpt(saved.event))

    def archive(self) -> Archive:
        """What was read, once nothing was wrong."""
        return Archive(
            logs={
                name: tuple(bytes(lines[seq][1].event) for seq in sorted(lines))
                for name, lines in sorted(self.logs.items())
            },
            defenses=self.defenses,
            students=self.students,
            curricula={row.id: bytes(row.curriculum) for row in self._of(CurriculumLine)},
            drafts=tuple(
                SavedDraft(row.table.removeprefix(DRAFTS), row.id, row.text, row.first, row.cursor)
                for row in self._of(DraftLine)
                if not row.id.startswith(PREFIX)
            ),
            asides=tuple(_aside_of(row) for row in self._of(DraftLine) if row.id.startswith(PREFIX)),
        )

    def _of(self, kind: type[Any]) -> list[Any]:
        return [row for _, row in self.rows.values() if isinstance(row, kind)]


def _aside_of(row: DraftLine) -> SavedAside:
    return SavedAside(row.table.removeprefix(DRAFTS), row.id.removeprefix(PREFIX), row.text.encode())


class _Table(msgspec.Struct):
    table: str


_EXACT: Final[Mapping[str, type[Any]]] = {CURRICULA: CurriculumLine, STUDENTS: StudentLine}
_PREFIXES: Final[Mapping[str, type[Any]]] = {DEFENSE: LogLine, STUDENT: LogLine, DRAFTS: DraftLine}


def _kind_of(table: str) -> type[Any]:
    """How a line of this table is read.

    Raises:
        KeyError: There is no such table.
    """
    for prefix, kind in _PREFIXES.items():
        if table.startswith(prefix):
            return kind
    return _EXACT[table]


def _excerpt(line: bytes) -> str:
    text = line.decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
