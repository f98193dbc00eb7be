"""The index itself: what a search looks at of every defense, and the words of it for SQLite's FTS5.

A row of `docs` holds what a search looks at. `words` holds the pieces that a search can ask for, one text a row:

| piece | of | asked by |
|---|---|---|
| `a` and the rest of it from each letter on | each word of the name | a word of four letters, as a beginning |
| `b` and one, two or three letters that follow each other | each word of the name | a shorter word |
| `p` and a number | project with its curriculum | a word of its titles |
| `f` and the outcome | | a word of it |
| `i` and the id | | the beginning of one |
| `n` and a word | each word of the notes | the beginning of one |

So a part of a name is found by one look, whatever its length, and every answer is exact. The place of a defense in
the index is its start, then its id: the latest hundred are read without sorting. What is pending has a negative place.
Where SQLite lacks FTS5, `docs` is looked through, which finds the same. Source: sqlite.org/fts5.html.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from defense_console.model.defense.timeline import instant
from defense_console.model.queue.searching import MOST, Searched, Wanted, Ways

VERSION: Final = "1"
"""Another one has other rows or pieces: the file is made again."""
_LONGEST: Final = 24
"""Letters of a piece; whoever types more is answered from `docs`."""
_SHORT: Final = 3
_SECOND_BITS: Final = 30
_DIGITS: Final = 32
_MOST_SECONDS: Final = 2**32 - 1
_EPOCH: Final = instant("1970-01-01T00:00:00Z")
_ALL: Final = (1, 2**63 - 1)
"""Places of what is closed."""
_ENDS: Final = "abcdefghijklmnopqrstuvwxy0123456789"
_TABLES: Final = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE pairs (
        n INTEGER PRIMARY KEY, project TEXT NOT NULL, curriculum TEXT NOT NULL, UNIQUE (project, curriculum)
    )
    """,
    """
    CREATE TABLE docs (
        place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, bare TEXT NOT NULL, student TEXT NOT NULL,
        pair INTEGER NOT NULL, planned_at TEXT NOT NULL, fact TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL,
        notes TEXT NOT NULL
    )
    """,
    "CREATE INDEX docs_of_student ON docs (student)",
)
WORDS: Final = (
    "CREATE VIRTUAL TABLE words USING fts5 (piece, content = '', detail = none, columnsize = 0, tokenize = 'ascii')"
)
_DOC: Final = "place, id, bare, student, pair, planned_at, fact, seq, name, notes"


class Doc(NamedTuple):
    """What the index holds of one defense. Attributes: seq: last line of its log when it was read."""

    what: Searched
    student: str
    seq: int
    pending: bool


class Hits(NamedTuple):
    """Ids of the latest closed ones, the latest first; how many there are in all; ids of the pending ones."""

    closed: tuple[str, ...]
    total: int
    pending: frozenset[str]


class SearchIndex:
    """One file of the index. Belongs to the thread that opened it.

    Args:
        path: The file, made when it is missing.
        busy_timeout_s: How long a write waits for another writer.

    Raises:
        sqlite3.Error: It cannot be opened, or is something else.
    """

    def __init__(self, path: Path, busy_timeout_s: float = 0.5) -> None:
        self._connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
        try:
            self._connection.execute("PRAGMA cell_size_check = ON").fetchall()
            self._connection.execute("PRAGMA journal_mode = WAL").fetchall()
            # A power cut may take the last rows away, which are then taken in again, and leaves the file whole.
            self._connection.execute("PRAGMA synchronous = NORMAL").fetchall()
            self._prepare()
            self.has_words = self._has_table("words")
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        if self._has_table("facts"):
            return
        with suppress(sqlite3.OperationalError):  # another console may be first
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            if not self._has_table("facts"):
                for statement in _TABLES:
                    self._connection.execute(statement)
                with suppress(sqlite3.OperationalError):  # this SQLite has no FTS5
                    self._connection.execute(WORDS)
                self._connection.execute("INSERT INTO facts VALUES ('version', ?)", (VERSION,))
        finally:
            self._connection.execute("COMMIT")

    def _has_table(self, name: str) -> bool:
        return self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._connection.close()

    # --- facts -------------------------------------------------------------------------------------------------------

    def fact(self, name: str) -> str:
        """Return a fact about the index, "" for none."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return "" if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Write such a fact."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def problems(self) -> list[str]:
        """Return what is wrong with the file, in SQLite's words; empty when it is sound."""
        found = [str(line) for (line,) in self._connection.execute("PRAGMA integrity_check(10)")]
        if found == ["ok"] and self.has_words:
            self._connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        return [] if found == ["ok"] else found

    # --- writing -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a transaction. Raises: sqlite3.OperationalError: another console is writing."""
        self._connection.execute("BEGIN IMMEDIATE")

    def end(self, *, keep: bool = True) -> None:
        """End the transaction that `begin` opened; keep what was written in it, or not."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT" if keep else "ROLLBACK")

    def put(self, doc: Doc) -> None:
        """Take in a defense, over what was known of it."""
        self.drop(doc.what.id)
        what, pair = doc.what, self._pair(doc.what.project, doc.what.curriculum)
        place = self._free_place(what, pending=doc.pending)
        bare = what.id.replace("-", "")
        row = (place, what.id, bare, doc.student, pair, what.planned_at, what.fact, doc.seq, what.name, what.notes)
        self._connection.execute("INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        if self.has_words:
            self._connection.execute("INSERT INTO words (rowid, piece) VALUES (?, ?)", (place, _pieces(row)))

    def drop(self, id: str) -> None:
        """Take a defense out."""
        row = self._connection.execute(f"SELECT {_DOC} FROM docs WHERE id = ?", (id,)).fetchone()
        if row is None:
            return
        self._connection.execute("DELETE FROM docs WHERE place = ?", (row[0],))
        if self.has_words:
            gone = (row[0], _pieces(row))
            self._connection.execute("INSERT INTO words (words, rowid, piece) VALUES ('delete', ?, ?)", gone)

    def _pair(self, project: str, curriculum: str) -> int:
        pair = (project, curriculum)
        self._connection.execute("INSERT OR IGNORE INTO pairs (project, curriculum) VALUES (?, ?)", pair)
        (n,) = self._connection.execute("SELECT n FROM pairs WHERE project = ? AND curriculum = ?", pair).fetchone()
        return int(n)

    def _free_place(self, what: Searched, *, pending: bool) -> int:
        place = _place(what.planned_at, what.id)
        while True:
            found = ~place if pending else place
            if self._connection.execute("SELECT 1 FROM docs WHERE place = ?", (found,)).fetchone() is None:
                return found
            place += 1

    def optimize(self) -> None:
        """Put the pieces together after many were written."""
        if self.has_words:
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")

    # --- what it knows -----------------------------------------------------------------------------------------------

    def ids_of_student(self, student: str) -> list[str]:
        """Return the ids of the defenses of a student."""
        return [id for (id,) in self._connection.execute("SELECT id FROM docs WHERE student = ?", (student,))]

    def names(self) -> Iterator[tuple[str, str, str, bool]]:
        """Yield the id of every defense, its student, how they are called, and whether it is pending."""
        rows = self._connection.execute("SELECT id, student, name, place < 0 FROM docs")
        return ((id, student, name, bool(pending)) for id, student, name, pending in rows)

    # --- finding -----------------------------------------------------------------------------------------------------

    def find(self, wanted: Wanted) -> Hits:
        """Return what a search finds."""
        pairs = {(project, curriculum): n for n, project, curriculum in self._connection.execute("SELECT * FROM pairs")}
        ways = wanted.ways(pairs)
        fast = self.has_words and all(len(way.word) <= _LONGEST for way in ways)
        look = _Pieces(pairs) if fast else _Texts(pairs)
        spans = [self._spans(wanted, way) for way in ways]
        limits: list[_Condition] = []
        if wanted.keeps.curriculum:
            kept = [n for (_project, curriculum), n in pairs.items() if curriculum == wanted.keeps.curriculum]
            limits.append(look.of_pairs(kept))
        if wanted.keeps.until:
            limits.append(_within([_places(wanted.keeps.since, wanted.keeps.until)], closed=True))
        closed = self._places_of(look, ways, spans, limits, closed=True)
        total = int(self._one(f"SELECT count(*) FROM {closed.sql}", closed.values))
        latest = self._connection.execute(
            f"SELECT place FROM {closed.sql} ORDER BY place DESC LIMIT {MOST}", closed.values
        )
        ids = [self._id(place) for (place,) in latest]
        pending: list[str] = []
        if ways:
            others = self._places_of(look, ways, spans, [], closed=False)
            found = self._connection.execute(f"SELECT place FROM {others.sql}", others.values)
            pending = [self._id(place)[1] for (place,) in found]
        return Hits(tuple(id for _at, id in sorted(ids, reverse=True)), total, frozenset(pending))

    def _id(self, place: int) -> tuple[str, str]:
        row = self._connection.execute("SELECT planned_at, id FROM docs WHERE place = ?", (place,)).fetchone()
        return row or ("", "")

    def _one(self, sql: str, values: Sequence[object]) -> int:
        (found,) = self._connection.execute(sql, values).fetchone()
        return int(found)

    def _spans(self, wanted: Wanted, way: Ways) -> list[tuple[int, int]]:
        """Return between which places the days lie that a word means."""
        if not way.days:
            return []
        ends = "SELECT (SELECT min(planned_at) FROM docs), (SELECT max(planned_at) FROM docs)"
        first, last = self._connection.execute(ends).fetchone()
        return [_places(*span) for span in wanted.spans(way.word, first, last)] if first else []

    @staticmethod
    def _places_of(
        look: _Pieces | _Texts,
        ways: Sequence[Ways],
        spans: Sequence[list[tuple[int, int]]],
        limits: Sequence[_Condition],
        *,
        closed: bool,
    ) -> _Condition:
        """Return a subselect of the places that are found."""
        conditions = [_within([_ALL], closed=closed), *limits]
        plain = [look.of(way) for way, days in zip(ways, spans, strict=True) if not days]
        for way, days in zip(ways, spans, strict=True):
            if days:
                conditions.append(_any([_within(days, closed=closed), look.of(way).as_places()]))
        return look.select([*plain, *conditions])


class _Condition(NamedTuple):
    """A part of a statement. Attributes: match: it is no SQL, but what FTS5 is asked."""

    sql: str
    values: tuple[object, ...] = ()
    match: bool = False

    def as_places(self) -> _Condition:
        if not self.match:
            return self
        return _Condition("place IN (SELECT rowid FROM words WHERE words MATCH ?)", (self.sql,))


def _within(spans: Iterable[tuple[int, int]], *, closed: bool) -> _Condition:
    """Return that a place lies in one of some spans."""
    between = [(low, high) if closed else (~high, ~low) for low, high in spans]
    values = tuple(end for span in between for end in span)
    return _Condition("(" + " OR ".join(["place BETWEEN ? AND ?"] * len(between)) + ")", values)


def _any(conditions: Sequence[_Condition]) -> _Condition:
    values = tuple(value for each in conditions for value in each.values)
    return _Condition("(" + " OR ".join(each.sql for each in conditions) + ")", values)


class _Pieces:
    """Asks FTS5."""

    def __init__(self, pairs: dict[tuple[str, str], int]) -> None:
        self._pairs = pairs

    def of(self, way: Ways) -> _Condition:
        word = _coded(way.word)
        found = [f'"b{word}"' if len(way.word) <= _SHORT else f'"a{word}"*']
        found += [f'"p{n}"' for pair, n in self._pairs.items() if pair in way.pairs]
        found += [f'"f{_coded(fact)}"' for fact in sorted(way.facts)]
        if bare := _of_id(way):
            found.append(f'"i{_coded(bare)}"*')
        if way.long:
            found.append(f'"n{word}"*')
        return _Condition("(" + " OR ".join(found) + ")", match=True)

    @staticmethod
    def of_pairs(numbers: Iterable[int]) -> _Condition:
        return _Condition("(" + " OR ".join(f'"p{n}"' for n in (*numbers, 0)) + ")", match=True)

    @staticmethod
    def select(conditions: Sequence[_Condition]) -> _Condition:
        matches = [each.sql for each in conditions if each.match]
        others = [each for each in conditions if not each.match]
        values: tuple[object, ...] = (" AND ".join(matches),) if matches else ()
        source = "(SELECT rowid AS place FROM words WHERE words MATCH ?" if matches else "(SELECT place FROM docs"
        where = " AND ".join(each.sql.replace("place ", "rowid ") if matches else each.sql for each in others)
        joint = " AND " if matches else " WHERE "
        return _Condition(f"{source}{joint}{where})", (*values, *(v for each in others for v in each.values)))


class _Texts:
    """Looks through the texts, where FTS5 cannot be asked."""

    def __init__(self, pairs: dict[tuple[str, str], int]) -> None:
        self._pairs = pairs

    def of(self, way: Ways) -> _Condition:
        numbers = [n for pair, n in self._pairs.items() if pair in way.pairs]
        found = [_Condition("instr(name, ?) > 0", (way.word,)), self.of_pairs(numbers)]
        found.append(_Condition(f"fact IN ({','.join('?' * len(way.facts))})", tuple(way.facts)))
        if bare := _of_id(way):
            found.append(_Condition("substr(bare, 1, ?) = ?", (len(bare), bare)))
        if way.long:
            found.append(_Condition("instr(notes, ?) > 0", (f" {way.word}",)))
        return _any(found)

    @staticmethod
    def of_pairs(numbers: Sequence[int]) -> _Condition:
        return _Condition(f"pair IN ({','.join('?' * len(numbers))})", tuple(numbers))

    @staticmethod
    def select(conditions: Sequence[_Condition]) -> _Condition:
        values = tuple(value for each in conditions for value in each.values)
        return _Condition(f"(SELECT place FROM docs WHERE {' AND '.join(each.sql for each in conditions)})", values)


# --- places and pieces -----------------------------------------------------------------------------------------------


def _place(at: str, id: str) -> int:
    """Return where a defense lies: by its second, then by the first bits of its id."""
    try:
        bits = int(id.replace("-", "")[:8], 16) >> (_DIGITS - _SECOND_BITS)
    except ValueError:
        bits = 0
    return (_second(at) << _SECOND_BITS) | bits


def _places(since: str, until: str) -> tuple[int, int]:
    """Return the first and the last place between two instants; the later one does not count."""
    return _second(since) << _SECOND_BITS, (_second(until) << _SECOND_BITS) - 1


def _second(at: str) -> int:
    try:
        seconds = (instant(at) - _EPOCH).total_seconds()
    except ValueError:
        return 1
    return min(max(int(seconds // 1), 1), _MOST_SECONDS)


def _of_id(way: Ways) -> str:
    """Return the digits of an id that a word begins, "" for none."""
    bare = way.word.replace("-", "")
    return bare if len(bare) >= 4 else ""


def _pieces(row: Sequence[object]) -> str:
    """Return the pieces of a row of `docs`: the same ones for the same row, since this is how they are taken out."""
    _place, _id, bare, _student, pair, _planned_at, fact, _seq, name, notes = row
    found = {f"p{pair}": None, f"f{_coded(str(fact))}": None, f"i{_coded(str(bare))}": None}
    for word in str(name).split():
        for start in range(len(word)):
            found["a" + _coded(word[start : start + _LONGEST])] = None
            for size in range(1, min(_SHORT, len(word) - start) + 1):
                found["b" + _coded(word[start : start + size])] = None
    for word in str(notes).split():
        found["n" + _coded(word[:_LONGEST])] = None
    return " ".join(found)


def _coded(word: str) -> str:
    """Return a word in small letters and digits, so that the beginning of a word is the beginning of its code."""
    if word.isascii() and word.isalnum() and "z" not in word and word.islower():
        return word
    return "".join(c if c in _ENDS else "zz" if c == "z" else f"z{ord(c):x}z" for c in word)
