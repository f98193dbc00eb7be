"""Searches of a school: each word that may be asked for is a row, and the beginning of one is looked up in an index.

What a search looks at of each log is kept with the number of the log's last line, so that a search knows what it has
to take in first, whoever wrote. It is a cache: whoever may not write it looks through the rows next to the logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, Protocol

from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.searching import MOST, Found, Searched, Wanted, Ways, look_through, searched
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.model.text import searchable
from defense_console.store.base import DamagedStore, Store, StoreError, Unreachable
from defense_console.store.caches import notes_of_log
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.transactions import OnServer

AT_ONCE: Final = 200
"""Logs that are taken in within one transaction."""
_LONGEST: Final = 200
"""Letters of a word that are kept; a longer one that is asked for is cut as well."""
_AFTER: Final = b"\xff"
_NAME, _NOTE, _ID = "a", "n", "i"
"""How words begin: where they stand."""


class Logs(Store, OnServer, Protocol):
    """A store on a server."""

    def version(self) -> tuple[int, int]:
        """Return another value after every write, of this object or of another one."""


class SchoolSearches:
    """What searches of one school read and write, inside the operations of a store.

    Args:
        store: Whose rows and logs are taken in.
        school: Its name.
    """

    def __init__(self, store: Logs, school: str) -> None:
        self._store = store
        self._transactions = store.transactions
        self._school = school
        self._taken_in: tuple[int, int] | None = None

    def search(self, wanted: Wanted) -> Found:
        """Return what a search finds; see `Store.search`."""
        store, whole = self._store, self._take_all_in()
        if whole:
            closed, pending = self._transactions.read(lambda: self._find(wanted))
        else:
            names = {student.id: student.name for student in store.students()}
            closed, pending = look_through(wanted, store.closed(), store.pending(), names.get)
        return Found(wanted, store.summaries_by_ids(closed[:MOST]), len(closed), frozenset(pending), whole)

    def _summary(self, id: str) -> Summary | None:
        with suppress(DamagedStore):
            return self._store.summary(id)
        return None

    def _name(self, id: str) -> str | None:
        with suppress(DamagedStore):
            student = self._store.student(id)
            return None if student is None else student.name
        return None

    def _notes(self, stream: str) -> str:
        with suppress(DamagedStore):
            return notes_of_log(stream, self._store.read_log(stream), self._store.curriculum)
        return ""

    # --- taking in ---------------------------------------------------------------------------------------------------

    def _take_all_in(self) -> bool:
        """Take in what was written since; return whether everything is."""
        if self._taken_in == self._store.version():
            return True
        if self._store.read_only is not None:
            return False
        try:
            behind = self._transactions.read(self._behind)
            for start in range(0, len(behind), AT_ONCE):
                self._transactions.write(partial(self._take_some, behind[start : start + AT_ONCE]))
        except Unreachable:
            raise
        except StoreError:  # this account may not write there
            return False
        self._taken_in = self._store.version()
        return True

    def _take_some(self, behind: Sequence[tuple[str, int]]) -> None:
        for stream, seq in behind:
            self._take(stream, seq)

    def _behind(self) -> list[tuple[str, int]]:
        """Return the logs that have lines which no search knows of, each with the number of its last line."""
        return self._transactions.execute(sql.BEHIND, (self._school,)).fetchall()

    def _take(self, stream: str, seq: int) -> None:
        """Take a log in, as it is now."""
        if subject_of(stream) is STUDENT:
            self._take_student(STUDENT.id_of(stream), stream, seq)
        else:
            self._take_defense(stream, seq)

    def _take_student(self, id: str, stream: str, seq: int) -> None:
        name = searchable(self._name(id) or id)
        before = self._transactions.execute(sql.NAME_SEARCHED, (self._school, stream)).fetchone()
        row = (self._school, stream, seq, id, name, "", "", "", "", False)
        self._transactions.execute(sql.PUT_SEARCHED, row)
        if before == (name,):
            return
        for other, known in self._transactions.execute(sql.SEARCHED_OF, (self._school, id, stream)).fetchall():
            self._take_defense(other, known)

    def _take_defense(self, stream: str, seq: int) -> None:
        summary = self._summary(DEFENSE.id_of(stream))
        if summary is None:  # its log cannot be folded, and has no row: nothing is found of it
            self._transactions.execute(sql.PUT_SEARCHED, (self._school, stream, seq, "", "", "", "", "", "", False))
            return
        notes = self._notes(stream) if summary.notes else ""
        what = searched(summary, self._name(summary.student_id), notes)
        row = (
            self._school, stream, seq, summary.student_id, what.name, what.project, what.curriculum, what.fact,
            what.planned_at, summary.pending,
        )  # fmt: skip
        self._transactions.execute(sql.PUT_SEARCHED, row)
        self._transactions.execute(sql.DROP_WORDS, (self._school, stream))
        words = [(self._school, word, stream) for word in dict.fromkeys(_words(what))]
        self._transactions.execute_many(sql.PUT_WORD, words)

    # --- finding -----------------------------------------------------------------------------------------------------

    def _find(self, wanted: Wanted) -> tuple[list[str], list[str]]:
        """Return the ids of the closed defenses that are found, the latest first, and of the pending ones."""
        pairs = {(project, curriculum) for project, curriculum in self._all(sql.PAIRS)}
        ways = wanted.ways(pairs)
        found: set[str] | None = None
        for way in ways:
            streams = self._of_word(wanted, way)
            found = streams if found is None else found & streams
        keeps = wanted.keeps.keeps
        closed = [
            (at, DEFENSE.id_of(stream))
            for stream, at, curriculum in self._all(sql.SEARCHED_CLOSED)
            if (found is None or stream in found) and keeps(curriculum, at)
        ]
        pending = [] if found is None else [s for (s,) in self._all(sql.SEARCHED_PENDING) if s in found]
        return [id for _at, id in sorted(closed, reverse=True)], [DEFENSE.id_of(stream) for stream in pending]

    def _all(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._transactions.execute(statement, (self._school, *values)).fetchall()

    def _of_word(self, wanted: Wanted, way: Ways) -> set[str]:
        """Return the logs that one word finds."""
        begun = [_NAME + way.word] + [_NOTE + way.word] * way.long
        bare = way.word.replace("-", "")
        begun += [_ID + bare] * (len(bare) >= 4)
        rows = [row for each in begun for row in self._all(sql.OF_WORDS, _kept(each), _kept(each) + _AFTER)]
        rows += [row for pair in way.pairs for row in self._all(sql.OF_PROJECT, *pair)]
        if way.facts:
            rows += self._all(sql.OF_FACT, sorted(way.facts))
        if way.days:
            first, last = self._all(sql.ENDS)[0]
            for span in wanted.spans(way.word, first, last) if first else ():
                rows += self._all(sql.OF_DAYS, *span)
        return {row[0] for row in rows}


def _words(what: Searched) -> Iterator[bytes]:
    """Yield what a word that is asked for may begin: each rest of a word of the name, the id, the words of notes."""
    for word in what.name.split():
        yield from (_kept(_NAME + word[start:]) for start in range(len(word)))
    yield _kept(_ID + what.id.replace("-", ""))
    yield from (_kept(_NOTE + word) for word in what.notes.split())


def _kept(word: str) -> bytes:
    """Return a word as it is kept: bytes, which every server compares in the same order."""
    return word[:_LONGEST].encode("utf-8", "surrogatepass")
