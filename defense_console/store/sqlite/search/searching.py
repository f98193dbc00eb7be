"""Answers searches of a store in a folder: from the index, once it has taken in what was written since.

The index is a cache. Where it cannot be read or written, is damaged or not made yet, the rows of the store are looked
through: no search fails by it, and nothing is lost with it.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.searching import MOST, Closed, Found, Wanted, look_through, searched
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.model.text import searchable
from defense_console.store.base import StoreError
from defense_console.store.caches import notes_of_log
from defense_console.store.sqlite.changes import Change, Changes
from defense_console.store.sqlite.engine import DamagedRow
from defense_console.store.sqlite.opening.half_made import TEMPORARY
from defense_console.store.sqlite.opening.holding import hold_name, name_held
from defense_console.store.sqlite.opening.place import SEARCH, index_files, make_index, remove_index
from defense_console.store.sqlite.search.index import VERSION, Doc, Hits, SearchIndex
from defense_console.store.sqlite.students import Students
from defense_console.store.sqlite.summaries import Summaries
from defense_console.store.sqlite.tables import Documents
from defense_console.store.work_folder import work_folder

if TYPE_CHECKING:
    import subprocess

AT_ONCE: Final = 500
"""So many defenses are taken in before the answer; for more a process of its own makes the index."""
_BATCH: Final = 500
_MAKER: Final = "index"
"""Name that whoever makes the index holds."""
_STORE, _UPTO, _HASH, _MADE = "store", "upto", "hash", "made"
"""Facts of the index: whose it is, the last change that it has taken in, and whether it is whole."""
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TROUBLE: Final = (sqlite3.Error, OSError, DamagedRow, StoreError, UnicodeError, ValueError)
"""What may be wrong with a cache, and must not stop a search."""


class Searching:
    """The searches of one store object.

    Args:
        folder: Of the store.
        documents: Of the store.
        summaries, students: Its caches.
        store_id: Of the store.
        indexed: Whether there may be an index; a copy that is only looked at has none.
    """

    def __init__(
        self,
        folder: Path,
        documents: Documents,
        summaries: Summaries,
        students: Students,
        store_id: str,
        *,
        indexed: bool,
    ) -> None:
        self._path = folder / SEARCH
        self._documents, self._rows = documents, documents.rows
        self._summaries, self._students = summaries, students
        self._changes = Changes(self._rows)
        self._store_id = store_id
        self._indexed = indexed
        self._index: SearchIndex | None = None
        self._file = (0, 0)
        self._looked = False
        """Whether everything was read into memory, for want of the index."""
        self._maker: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """Close the index. Closing twice is harmless."""
        if self._index is not None:
            self._index.close()
            self._index = None

    # --- finding -----------------------------------------------------------------------------------------------------

    def find(self, wanted: Wanted) -> Found:
        """Return what a search finds; see `Store.search`."""
        hits: Hits | None = None
        if self._indexed and self._rows.refusal is None:
            with self._unharmed():
                index = self._current()
                hits = None if index is None else index.find(wanted)
        if hits is not None:
            if self._looked:
                self._looked = False
                self._summaries.let_go()
                self._students.let_go()
            return self._found(wanted, hits, whole=True)
        return self._found(wanted, *self._looked_through(wanted))

    def _found(self, wanted: Wanted, hits: Hits, whole: bool) -> Found:
        read = self._summaries.closed_of_ids if whole else self._summaries.of_ids
        closed = tuple(each for each in self._readable(hits.closed, read) if not each.pending)
        return Found(wanted, closed, hits.total, hits.pending, whole)

    @staticmethod
    def _readable(ids: Sequence[str], read: Callable[[Sequence[str]], list[Summary]]) -> list[Summary]:
        """Return summaries in the order of `ids`; one that is damaged, with its log, hides no other."""
        try:
            return read(ids)
        except StoreError:
            found = []
            for id in ids:
                with suppress(StoreError):
                    found += read([id])
            return found

    def _looked_through(self, wanted: Wanted) -> tuple[Hits, bool]:
        """Return what is found without the index, and whether that is all: many logs are not read for their notes."""
        closed, pending = self._summaries.closed(), self._summaries.pending()
        names = {student.id: student.name for student in self._students.all()} if wanted.text.strip() else {}
        few = len(closed) + len(pending) <= AT_ONCE
        notes = (lambda id: self._notes(DEFENSE.stream(id))) if few else lambda _id: ""
        found, others = look_through(wanted, closed, pending, names.get, notes)
        self._looked = True
        return Hits(tuple(found[:MOST]), len(found), frozenset(others)), few

    # --- the state of the index --------------------------------------------------------------------------------------

    @contextmanager
    def _unharmed(self) -> Iterator[None]:
        """Go on without the index when something is wrong with it; a damaged one is removed, and made again."""
        try:
            yield
        except _TROUBLE as error:
            self.close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                remove_index(self._path.parent)

    def _current(self) -> SearchIndex | None:
        """Return the index once it has taken in everything, None while it has to be made."""
        index = self._opened()
        behind = self._behind(index)
        if behind is None or len(behind) > AT_ONCE:
            if self._rows.count_names(DEFENSE.prefix) > AT_ONCE:
                self._let_make()
                return None
            self.make()
            index = self._opened()
        elif behind:
            self._take_in(index, behind)
        return index

    def _opened(self) -> SearchIndex:
        """Return the index as it is; another one where the file was put in the place of the one that was open."""
        with suppress(FileNotFoundError):
            status = self._path.stat()
            if self._index is not None and self._file == (status.st_dev, status.st_ino):
                return self._index
        self.close()
        make_index(self._path.parent)
        self._index = SearchIndex(self._path)
        status = self._path.stat()
        self._file = status.st_dev, status.st_ino
        return self._index

    def _behind(self, index: SearchIndex) -> list[Change] | None:
        """Return what was written since; None where the index is not of this history, and has to be made again."""
        if (index.fact("version"), index.fact(_MADE), index.fact(_STORE)) != (VERSION, "yes", self._store_id):
            return None
        number, later = int(index.fact(_UPTO)), None
        there = self._changes.of(number)
        if number and (there is None or there.hash != index.fact(_HASH)):
            return None
        later = self._changes.after(number)
        return later if not later or later[0].number == number + 1 else None

    # --- taking in ---------------------------------------------------------------------------------------------------

    def _take_in(self, index: SearchIndex, changes: list[Change]) -> None:
        with _transaction(index):
            self._put_all(index, self._defenses_of(index, changes))
            self._note(index, changes[-1])

    def _note(self, index: SearchIndex, last: Change | None) -> None:
        for name, value in ((_UPTO, "0" if last is None else str(last.number)), (_HASH, last.hash if last else "")):
            index.set_fact(name, value)

    def _defenses_of(self, index: SearchIndex, changes: Iterable[Change]) -> list[str]:
        """Return the ids of the defenses that changes are about."""
        found: dict[str, None] = {}
        for change in changes:
            subject = subject_of(change.stream)
            if subject is DEFENSE:
                found[DEFENSE.id_of(change.stream)] = None
            elif subject is STUDENT:
                found.update(dict.fromkeys(index.ids_of_student(STUDENT.id_of(change.stream))))
        return [*found]

    def _put_all(self, index: SearchIndex, ids: list[str]) -> None:
        there = {each.id: each for each in self._readable(ids, self._summaries.of_ids)}
        names = {each.id: each.name for each in self._students.some([*{each.student_id for each in there.values()}])}
        for id in ids:
            if (summary := there.get(id)) is None:
                index.drop(id)
            else:
                index.put(self._doc(summary, names.get(summary.student_id)))

    def _doc(self, summary: Summary, name: str | None) -> Doc:
        notes = self._notes(DEFENSE.stream(summary.id)) if summary.notes else ""
        return Doc(searched(summary, name, notes), summary.student_id, summary.seq, summary.pending)

    def _notes(self, stream: str) -> str:
        with suppress(DamagedRow, StoreError):
            return notes_of_log(stream, self._documents.lines(stream), self._documents.curriculum)
        return ""

    # --- making it ---------------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Make the index anew, while others may write to the store.

        Raises:
            sqlite3.Error, OSError: It cannot be written.
        """
        if (held := hold_name(self._path.parent, _MAKER)) is None and name_held(self._path.parent, _MAKER):
            return  # somebody does
        try:
            self.close()
            remove_index(self._path.parent)
            index, last = self._opened(), self._changes.of(self._changes.last())
            ids = [DEFENSE.id_of(name) for name in self._rows.names(DEFENSE.prefix)]
            for start in range(0, len(ids), _BATCH):
                with _transaction(index):
                    self._put_all(index, ids[start : start + _BATCH])
            with _transaction(index):
                index.optimize()
                self._note(index, last)
                index.set_fact(_STORE, self._store_id)
                index.set_fact(_MADE, "yes")
        finally:
            if held is not None:
                held.release()

    def _let_make(self) -> None:
        """Let a process of its own make the index: it would take too much from a running clock."""
        import subprocess

        if self._maker is None:
            command = [sys.executable, "-P", "-m", "defense_console.store.sqlite.search.making", str(self._path.parent)]
            self._maker = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self._maker.poll()

    # --- checking ----------------------------------------------------------------------------------------------------

    def problem(self) -> str | None:
        """Return what is wrong with the index, in a word; None when it is sound, not made yet or not up to date."""
        if not self._path.exists():
            return None
        try:
            with work_folder(Path(tempfile.gettempdir()), TEMPORARY) as elsewhere:
                return self._problem_of(self._copied(elsewhere))
        except _TROUBLE as error:
            return getattr(error, "sqlite_errorname", "") or type(error).__name__

    def _copied(self, elsewhere: Path) -> Path:
        """Copy the index, since looking at it changes its files."""
        for path in index_files(self._path.parent):
            if path.exists() and not path.name.endswith("-shm"):
                shutil.copyfile(path, elsewhere / path.name)
        return elsewhere / self._path.name

    def _problem_of(self, path: Path) -> str | None:
        with closing(SearchIndex(path)) as index:
            if found := index.problems():
                return found[0]
            return self._first_wrong(index) if self._behind(index) == [] else None

    def _first_wrong(self, index: SearchIndex) -> str | None:
        """Return the id of the first defense of which the index says something else than the store."""
        names = {student.id: searchable(student.name) for student in self._students.all()}
        known = {id: (student, name, pending) for id, student, name, pending in index.names()}
        rows: list[Summary | Closed] = [*self._summaries.pending(), *self._summaries.closed()]
        for summary in rows:
            name = names.get(summary.student_id, searchable(summary.student_id))
            if known.pop(summary.id, None) != (summary.student_id, name, isinstance(summary, Summary)):
                return summary.id
        return next(iter(known), None)


@contextmanager
def _transaction(index: SearchIndex) -> Iterator[None]:
    index.begin()
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            index.end(keep=False)
        raise
    index.end()
