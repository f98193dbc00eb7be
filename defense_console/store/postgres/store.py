"""PostgresStore: the store of a school, in the tables of one PostgreSQL database.

| table | one row for each | key, after `school` |
|---|---|---|
| `school` | school: its id | |
| `log` | log: its end, and the row next to it (summary of a defense, student) | stream |
| `event` | event: its exact bytes and its hash | stream, seq |
| `private_line` | text of an event that only its author reads | stream, seq |
| `draft`, `aside` | text being typed; decision kept aside: each its author's | stream, account, field or name |
| `beside` | log that has rows in one of those three | stream |
| `lease`, `living` | log that a console writes on; console that lives | stream; name |
| `curriculum`, `fact` | pinned curriculum; fact about the store | hash; name |
| `claim`, `offer` | defense that was offered; one that nobody has taken: see `claims.py` | stream |
| `claim_change` | change of hands of a defense: by whom, why | stream, fence |
| `upload`, `upload_part` | document, by its content; its parts: see `vault.py` | copy; copy, part |
| `upload_of` | document that a log names | stream, SHA-256 |
| `writer` | object that has written, and how often: see `changes.py` | writer |
| `person`, `grants` | account; student of a mentor: see `people.py` | account; account, student |
| `pupil` | student: who registered them first, or was given them | student |
| `second_reader` | defense that a mentor was asked to read again | stream, account |
| `reading` | time that everything of a student was read | student, account |

Which rows an account sees is decided by the policies of the tables (`migrations/versions/rights.py`, `team.py`).
"""

from __future__ import annotations

import functools
import itertools
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import psycopg
from psycopg import errors

from defense_console.model import watching
from defense_console.model.curriculum import Curricula
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import SUMMARY_VERSION, Summary
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.chain import StoredLine
from defense_console.model.privacy import glance, note_lines
from defense_console.model.queue.searching import MOST, Closed, Found, Wanted, look_through
from defense_console.model.student.state import Student, has_day
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.store import log_rules
from defense_console.store.base import Append, Conflict, Identity, Problem, Size, StoreError
from defense_console.store.caches import row_of_log
from defense_console.store.claiming import may_write
from defense_console.store.id_digits import digits
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres import verifying
from defense_console.store.postgres.beside import RowsBeside
from defense_console.store.postgres.changes import Changes, Watch
from defense_console.store.postgres.claims import PostgresClaims, not_yours
from defense_console.store.postgres.people import People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.transactions import Transactions, raced_if, reads, writes
from defense_console.store.postgres.vault import PostgresVault
from defense_console.store.postgres.verifying import LogRow, line_of, lines_of
from defense_console.store.vault import named_in

T = TypeVar("T")
R = TypeVar("R", Summary, Student)

_ID_DIGITS: Final = 32
Kept = dict[str, tuple[list[object], R]]
"""Rows by stream, each with the end of its log."""
_PAGE: Final = 64
"""Logs that are read in one statement."""
_DECODE_CLOSED = msgspec.json.Decoder(Closed).decode


class PostgresStore(RowsBeside):
    """One object on a school's server, for one thread.

    Args:
        server: Shared with the objects of other threads; whoever made it closes it.
        watched: What others write is looked for on a thread, from the first `subscribe` on, and told up to a second
            later; otherwise each question is an exchange with the server.
    """

    notice: ConsoleError | None = None
    folder: Path | None = None

    def __init__(self, server: Server, *, watched: bool = False) -> None:
        self.server = server
        self.identity = Identity(server.place, f"{server.school_id} {server.account}")
        self._name = uuid.uuid4().hex
        super().__init__(Transactions(server, self._name), server.school)
        self.vault = PostgresVault(server)
        self.claims = PostgresClaims(self.transactions, self.school, server.account)
        self.people = People(self)
        self._changes: Changes | Watch = Changes(self.transactions, self.school, self._name)
        self._watched = watched
        self._closed: tuple[tuple[int, int], tuple[Closed, ...]] | None = None
        self._waiting: Kept[Summary] = {}
        self._asked_for: Kept[Student] = {}
        """The pending defenses and the students asked for, as they were read last."""
        self._people: tuple[tuple[int, int], tuple[Student, ...]] | None = None

    def another(self) -> PostgresStore:
        """Return another object on the same school, for another thread."""
        return PostgresStore(self.server)

    @property
    def read_only(self) -> ConsoleError | None:
        """Return why nothing can be written, None when it can."""
        return self.server.refusal

    @property
    def no_console(self) -> ConsoleError | None:
        """Return that the account writes only what students do."""
        if self.server.kind != "service":
            return None
        return ConsoleError(N_("This account belongs to the pages for students: open the school with your own."))

    def close(self) -> None:
        """Let go of the names. Closing twice is harmless."""
        if isinstance(self._changes, Watch):
            self._changes.close()
        self.let_go()

    def transaction(self, begins: Sequence[str] = ()) -> AbstractContextManager[None]:
        """Group several writes: all of them, or none when the block raises."""
        return self.transactions.block()

    def reading(self) -> AbstractContextManager[None]:
        """Read several times from one view of the store, while others may write; see `Store.reading`."""
        return self.transactions.view()

    def subscribe(self) -> Callable[[], bool]:
        """Watch what is written from now on."""
        if self._watched and isinstance(self._changes, Changes):
            self._changes = Watch(Changes(Transactions(self.server, self._name), self.school, self._name))
        seen = self._changes.look()

        def changed() -> bool:
            nonlocal seen
            before, seen = seen, self._changes.look()
            return before != seen

        return changed

    def version(self) -> tuple[int, int]:
        """Return another value after every write, of this object or of another one."""
        return self._changes.look(), self.transactions.writes

    # --- logs --------------------------------------------------------------------------------------------------------

    @writes
    def append(self, job: Append) -> tuple[int, str]:
        """Append one action in one transaction; see `Store.append`.

        Raises:
            Conflict: The log does not end at `job.expected`, or its claim is no longer the one of `job.fence`.
        """
        if job.fence is not None:
            self._check_fence(job, job.fence)
        written = log_rules.append(self, job)
        if any(glance(line).turns for line in job.lines):
            self._turn_notes(job.stream)
        if any(glance(line).ends_reading for line in job.lines):
            self.transactions.execute(sql.READING_DONE, (self.school, job.stream))
        return written

    def _turn_notes(self, stream: str) -> None:
        """Withhold the texts of notes that are private now, and show those that no longer are.

        Only its author can show a text. What was undone or withdrawn is its author's again, unless others undid it.
        """
        subject = subject_of(stream)
        try:
            log = Log.read(subject, subject.id_of(stream), self.read_log(stream), Curricula({}, self.curriculum))
        except StoreError:
            raise
        except ConsoleError:  # of a newer console: what it wrote as private stays so
            return
        rows = self.transactions.execute(sql.STANDINGS, (self.school, stream))
        known = {seq: (own, withheld) for seq, own, withheld in rows}
        for line in note_lines(log):
            own, withheld = known[line.seq]
            place = {"school": self.school, "stream": stream, "seq": line.seq, "note": line.note}
            if withheld and line.standing == "shared":
                self.transactions.execute(sql.SHOW, place)
                self.transactions.execute(sql.SHOWN, place)
            elif not withheld and (line.standing == "private" or (own and line.standing == "taken_back")):
                self.transactions.execute(sql.BESIDE, (self.school, stream))
                self.transactions.execute(sql.HIDE, place)
                self.transactions.execute(sql.HIDDEN, place)

    def _check_fence(self, job: Append, fence: int) -> None:
        """Refuse what is written under a claim that has changed, unless it is there already."""
        row = self.transactions.execute(sql.FENCED, (self.school, job.stream)).fetchone()
        if not may_write(fence, self.claims.me, row):
            last = self.last(job.stream)
            if last is None or last.seq <= job.expected:
                raise not_yours(job.stream)

    @reads
    def read_log(self, stream: str) -> tuple[StoredLine, ...]:
        """Return every line of a log in order; empty when there is no such log.

        Raises:
            DamagedStore: A line is missing or is not what was written.
        """
        return _checked(stream, self._page([stream]).get(stream, []))

    def logs(self, prefix: str) -> Iterator[tuple[str, tuple[StoredLine, ...]]]:
        """Yield the logs of one subject, by name, in pages; see `Store.logs`."""
        for page in self._pages(prefix):
            found = self._page(page)
            yield from ((name, _checked(name, found[name])) for name in page if name in found)

    def _pages(self, prefix: str = "") -> Iterator[list[str]]:
        """Yield the names of the logs that begin with `prefix`, sorted, some at a time."""
        names = iter(self.streams(prefix))
        while page := list(itertools.islice(names, _PAGE)):
            yield page

    @reads
    def _page(self, streams: list[str]) -> dict[str, list[LogRow]]:
        """Return the rows of some logs, from one statement."""
        found: dict[str, list[LogRow]] = {}
        for stream, *row in self.transactions.execute(sql.WHOLE_LOGS, (self.school, streams)):
            found.setdefault(stream, []).append(LogRow(*row))
        return found

    @reads
    def size(self, prefix: str = "") -> Size:
        """Return how many logs and lines there are, by the rows of the logs; see `Store.size`."""
        row = self.transactions.execute(sql.SIZE, (self.school, prefix, prefix)).fetchone()
        return Size(0, 0) if row is None else Size(*row)

    @reads
    def last(self, stream: str) -> StoredLine | None:
        """Return the last line of a log."""
        row = self.transactions.execute(sql.LAST, (self.school, stream)).fetchone()
        if row is None:
            return None
        end, hash, seq, body, action = row
        if seq is None:
            raise log_rules.end_is_gone(stream, end - 1)
        return line_of(end, body, hash, action)

    @reads
    def lines(self, stream: str, low: int, high: int) -> Sequence[StoredLine]:
        """Return the lines with a number from `low` to `high`, in order; for `append`."""
        rows = self.transactions.execute(sql.LINES, (self.school, stream, low, high))
        return [line_of(*row) for row in rows]

    @writes
    def add(self, stream: str, after: StoredLine | None, lines: Sequence[StoredLine]) -> None:
        """Write lines that follow `after`; for `append`, which checks them.

        Raises:
            DamagedStore: There are lines after the end that the row of the log names.
            Conflict: The log is about a student of somebody else, or this account only reads it.
        """
        end = lines[-1] if lines else after
        if end is None:
            return
        seen = [glance(line.body) for line in lines]
        if after is None:
            self._begin(stream, end, seen[0].student)
        else:
            going_on = {
                "school": self.school, "stream": stream, "seq": end.seq, "hash": end.hash, "after": after.seq,
                "after_hash": after.hash, "waiting": bool(lines) and subject_of(stream) is DEFENSE,
            }  # fmt: skip
            if self.transactions.execute(sql.GO_ON, going_on).rowcount == 0:
                raced_if(self.last(stream) != after)
                raise not_yours(stream)  # it ends where it did: this account may read it and not write it
        rows = [
            {"school": self.school, "stream": stream, "seq": line.seq, "body": line.body, "hash": line.hash,
             "shared": None if said.private else line.body, "private": said.private, "action": said.action,
             "author": said.author.replace("\0", "\ufffd")}
            for line, said in zip(lines, seen, strict=True)
        ]  # fmt: skip
        if rows:
            try:
                self.transactions.execute_many(sql.ADD_LINE, rows)
            except errors.UniqueViolation as error:  # not by another writer, who would have changed the row of the log
                raise log_rules.end_is_gone(stream, 0 if after is None else after.seq) from error
        if named := [(self.school, stream, sha256) for line in lines for sha256 in named_in(line.body)]:
            self.transactions.execute_many(sql.NAME_OF_UPLOAD, named)
        if private := [row for row in rows if row["private"]]:
            self.transactions.execute(sql.BESIDE, (self.school, stream))
            self.transactions.execute_many(sql.ADD_PRIVATE, private)

    def _begin(self, stream: str, end: StoredLine, student: str) -> None:
        about = subject_of(stream)
        if student:
            self.transactions.execute(sql.ADD_PUPIL, (self.school, student))
            self.transactions.execute(sql.OWN_PUPIL, (self.school, student))
        place = (
            self.school, stream, about.prefix.rstrip("/"), _uuid(stream), student, end.seq, end.hash, about is DEFENSE,
        )  # fmt: skip
        try:
            begun = self.transactions.execute(sql.BEGIN_LOG, place).rowcount
        except errors.InsufficientPrivilege as error:
            raise Conflict(
                N_("The student {id} is another mentor's in this school: ask who looks after it."), id=student or stream
            ) from error
        raced_if(begun == 0)

    @writes
    def put_row(self, stream: str, row: Mapping[str, Any]) -> None:
        """Write the row next to a log; for `append`."""
        self._put_row(stream, row)

    def _put_row(self, stream: str, row: Mapping[str, Any]) -> None:
        if subject_of(stream) is STUDENT:
            version, waiting, released = msgspec.convert(row, Student).standing.version, False, False
        elif subject_of(stream) is not DEFENSE:
            version, waiting, released = 0, False, False
        else:
            summary = msgspec.convert(row, Summary)
            version, waiting, released = summary.version, summary.pending, summary.released_at is not None
        values = {
            "school": self.school, "stream": stream, "seq": row["seq"], "version": version, "waiting": waiting,
            "released": released, "body": msgspec.json.encode(row),
        }  # fmt: skip
        self.transactions.execute(sql.PUT_ROW, values)

    @reads
    def streams(self, prefix: str = "") -> tuple[str, ...]:
        """Return the names of the logs that begin with `prefix`, sorted."""
        return tuple(sorted(row[0] for row in self.transactions.execute(sql.STREAMS, (self.school, prefix, prefix))))

    @reads
    def is_empty(self) -> bool:
        """Return whether there is no log at all."""
        return self.transactions.execute(sql.HAS_LOGS, (self.school,)).fetchone() is None

    # --- rows next to logs -------------------------------------------------------------------------------------------

    def _rows(self, kind: type[R], statement: str, *parameters: object) -> list[R]:
        """Return the rows next to some logs; one that lags, or that an older console computed, folded from its log."""
        rows = self.transactions.execute(statement, (self.school, *parameters)).fetchall()
        found = (self._row(kind, *row) for row in rows)
        return sorted((each for each in found if each is not None), key=attrgetter("id"))

    def _row(self, kind: type[R], stream: str, seq: int, row_seq: int, version: int, body: bytes | None) -> R | None:
        known: R | None = None
        with suppress(msgspec.MsgspecError):
            known = None if body is None else msgspec.json.decode(body, type=kind)
        current = known.standing.current if isinstance(known, Student) else version >= SUMMARY_VERSION
        if known is not None and row_seq == seq and current:
            return known
        lines = self.read_log(stream)
        row = row_of_log(stream, lines, self.curriculum)
        if row is None:
            return known
        whole = not any(line.withheld for line in lines)  # who sees less counts fewer notes
        if whole and not self.transactions.open and self.read_only is None:
            with suppress(psycopg.Error):  # without it, the next look is only slower
                self._put_row(stream, row)
        return msgspec.convert(row, kind)

    @reads
    def pending(self) -> tuple[Summary, ...]:
        """Return the summaries of the defenses that are not closed, in order of their ids."""
        self._waiting = self._kept(Summary, self._waiting, sql.WAITING_ENDS)
        return tuple(sorted((row for _end, row in self._waiting.values() if row.pending), key=attrgetter("id")))

    def _kept(self, kind: type[R], before: Kept[R], statement: str, *parameters: object) -> Kept[R]:
        """Return rows of which only those are read that are not the ones before: their ends are, by a statement."""
        ends = {stream: end for stream, *end in self.transactions.execute(statement, (self.school, *parameters))}
        kept = {stream: before[stream] for stream, end in ends.items() if stream in before and before[stream][0] == end}
        if new := [stream for stream in ends if stream not in kept]:
            about = STUDENT if kind is Student else DEFENSE
            found = {about.stream(row.id): row for row in self._rows(kind, sql.SOME_ROWS, new)}
            kept.update((stream, (ends[stream], row)) for stream, row in found.items())
        return kept

    def closed(self) -> tuple[Closed, ...]:
        """Return what a search looks at of the closed defenses, the latest first; kept until anybody writes."""
        version = self.version()
        if self._closed is None or self._closed[0] != version:
            self._closed = version, self._read_closed()
        return self._closed[1]

    @reads
    def _read_closed(self) -> tuple[Closed, ...]:
        found = []
        for (body,) in self.transactions.execute(sql.CLOSED, (self.school,)):
            with suppress(msgspec.MsgspecError):
                found.append(_DECODE_CLOSED(body))
        return tuple(sorted(found, key=attrgetter("planned_at", "id"), reverse=True))

    def search(self, wanted: Wanted) -> Found:
        """Return what a search finds, by looking through what this account sees; notes are not looked at.

        An index of a school would hold words that not everybody may read.
        """
        names = {student.id: student.name for student in self.students()}
        closed, pending = look_through(wanted, self.closed(), self.pending(), names.get)
        return Found(wanted, self.summaries_by_ids(closed[:MOST]), len(closed), frozenset(pending))

    @reads
    def find(self, prefix: str) -> tuple[Summary, ...]:
        """Return the defenses whose id begins with these digits; see `Store.find`."""
        wanted = digits(prefix)
        if wanted is None:
            return ()
        low, high = (uuid.UUID(wanted.ljust(_ID_DIGITS, end)) for end in "0f")
        return tuple(self._rows(Summary, sql.FOUND, low, high))

    def summary(self, id: str) -> Summary | None:
        """Return the summary of one defense."""
        return next(iter(self.summaries_by_ids([id])), None)

    @reads
    def summaries_by_ids(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        """Return summaries in the order of `ids`, without those that do not exist."""
        wanted = [key for id in ids if (key := _uuid(DEFENSE.stream(id))) is not None]
        found = {each.id: each for each in self._rows(Summary, sql.DEFENSES, wanted)} if wanted else {}
        return tuple(found[id] for id in ids if id in found)

    def students(self) -> tuple[Student, ...]:
        """Return every student, sorted by id; kept until anybody writes."""
        version = self.version()
        if self._people is None or self._people[0] != version:
            self._people = version, self._read_students()
        return self._people[1]

    @reads
    def _read_students(self) -> tuple[Student, ...]:
        return tuple(self._rows(Student, sql.ALL_STUDENTS))

    def of_the_day(self) -> tuple[str, ...]:
        """Return the ids of those who may have something in a day, sorted."""
        return tuple(student.id for student in self.students() if has_day(student))

    @reads
    def students_by_ids(self, ids: Sequence[str]) -> tuple[Student, ...]:
        """Return students in the order of `ids`, without those that do not exist."""
        wanted = [STUDENT.stream(id) for id in ids]
        there = self._kept(Student, self._asked_for, sql.SOME_ENDS, wanted) if wanted else {}
        self._asked_for |= there
        found = {row.id: row for _end, row in there.values()}
        return tuple(found[id] for id in ids if id in found)

    def student(self, id: str) -> Student | None:
        """Return one student."""
        return next(iter(self.students_by_ids([id])), None)

    # --- forgetting --------------------------------------------------------------------------------------------------

    @writes
    def forget(self, student: str, streams: Collection[str]) -> None:
        """Remove every row about a student, in one transaction; private texts of others too, unseen.

        Args:
            streams: Names of their logs, as far as they are known; what names the student goes in any case.

        Raises:
            StoreError: This account may not, or a console is writing on one of the logs.
        """
        if self.server.kind not in (None, "administrator"):
            raise StoreError(N_("Only an administrator or the owner of the school removes a student."))
        found = {row[0] for row in self.transactions.execute(sql.OF_STUDENT, (self.school, student))}
        gone = {*found, *streams, STUDENT.stream(student), STUDENT.stream("")}
        leases = self.leases()
        for stream in sorted(gone & leases.keys()):
            if leases[stream].holder and self.name_held(leases[stream].holder):
                raise StoreError(N_("A console writes on {stream} now: it must be closed first."), stream=stream)
        values = {"school": self.school, "student": student, "streams": sorted(gone)}
        for statement in sql.FORGET:
            self.transactions.execute(statement, values)

    # --- checking ----------------------------------------------------------------------------------------------------

    def verify(self, stream: str) -> tuple[Problem, ...]:
        """Check the chain of one log: every changed, missing and cut line. Empty when it is sound."""
        return tuple(verifying.check_rows(stream, self._page([stream]).get(stream, []), self._has_curriculum))

    def verify_all(self, watch: watching.Watch = watching.unwatched) -> tuple[Problem, ...]:
        """Check every log, page by page, and every pinned curriculum. Empty when all are sound."""
        problems: list[Problem] = list(self._verify_beside())
        pinned = functools.cache(self._has_curriculum)
        with watch("rows", self.size().lines) as passed:
            for page in self._pages():
                with self.reading():
                    found, noted = self._page(page), self._documents_of(page)
                for name in page:
                    problems += verifying.check_rows(name, found.get(name, []), pinned)
                    problems += verifying.check_documents(name, found.get(name, []), noted.get(name, set()))
                passed(sum(map(len, found.values())))
        return tuple(problems)

    @reads
    def _documents_of(self, streams: list[str]) -> dict[str, set[str]]:
        """Return the documents that are noted with some logs."""
        found: dict[str, set[str]] = {}
        for stream, sha256 in self.transactions.execute(sql.UPLOADS_OF, (self.school, streams)):
            found.setdefault(stream, set()).add(sha256)
        return found

    @reads
    def withheld(self, prefix: str = "") -> int:
        """Return of how many lines this account may not read the text."""
        row = self.transactions.execute(sql.WITHHELD, (self.school, prefix, prefix)).fetchone()
        return 0 if row is None else int(row[0])

    def begin_access(self, student: str) -> None:
        """Record that everything held about a student is read now; until it is committed, none of it can be read.

        Raises:
            StoreError: This is not the account for it.
        """
        if self.server.kind != "access":
            raise StoreError(
                N_("In a school everything held about a student is read with the account for that, and each time is "
                   "recorded. This account is none: see docs/school.md.")
            )  # fmt: skip
        place = (self.school, student, uuid.uuid4())
        self.transactions.read(lambda: self.transactions.execute(sql.RECORD_READING, place))

    @reads
    def _has_curriculum(self, hash: str) -> bool:
        return self.transactions.execute(sql.CURRICULUM, (self.school, hash)).fetchone() is not None

    @reads
    def _verify_beside(self) -> tuple[Problem, ...]:
        return tuple(verifying.check_beside(self.transactions, self.school))


def _checked(stream: str, rows: Sequence[LogRow]) -> tuple[StoredLine, ...]:
    """Return the lines of a log.

    Raises:
        DamagedStore: A line is missing or is not what was written.
    """
    lines = log_rules.checked(stream, lines_of(rows))
    end = (lines[-1].seq, lines[-1].hash) if lines else (0, "")
    if rows and rows[0].end != end:
        raise log_rules.end_is_gone(stream, end[0])
    return lines


def _uuid(stream: str) -> uuid.UUID | None:
    """Return the id of a defense as the server keeps it, None for another log or another id."""
    if subject_of(stream) is DEFENSE:
        with suppress(ValueError):
            return uuid.UUID(DEFENSE.id_of(stream))
    return None
