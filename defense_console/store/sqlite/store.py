"""TinyStore: the embedded store, TinyDB documents in one SQLite file.

| table | one document per | id |
|---|---|---|
| `defense/<uuid>`, `student/<id>`, `rehearsal/<id>` | event: its exact bytes and its hash | sequence number |
| `pending`, `closed` | defense: its summary | first 63 bits of the UUID |
| `students` | student, folded, with the hash of the last event | 63 bits of SHA-256 of the id |
| `rehearsals` | rehearsal: whose it is, with the hash of the last event | 63 bits of SHA-256 of the id |
| `drafts` | text being typed: of a defense and a field | of both |
| `aside` | decision kept aside: the exact bytes of its event | of the defense and its key |
| `leases` | defense that a console writes on | as `pending` |
| `other_leases` | other log that a console writes on | of its name |
| `curricula` | pinned curriculum: its exact bytes | of its hash |
| `changed` | write that a search must look at again | counted |
| `meta` | fact about the store | of its name |
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.log.chain import StoredLine
from defense_console.model.queue.searching import Closed, Found, Wanted
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import LOG_PREFIXES, subject_of
from defense_console.model.watching import Watch, unwatched
from defense_console.store import log_rules
from defense_console.store.base import Append, Draft, Identity, Lease, Problem, Size
from defense_console.store.caches import changes_notes
from defense_console.store.sqlite import verifying
from defense_console.store.sqlite.changes import Changes
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.keys import REHEARSALS, name_key
from defense_console.store.sqlite.leases import LeaseRows
from defense_console.store.sqlite.named_rows import NamedRows
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.half_made import HalfMade
from defense_console.store.sqlite.opening.holding import Held, hold_name, name_held, share
from defense_console.store.sqlite.opening.leftover_log import refuse_mixture
from defense_console.store.sqlite.opening.upgrading import copy_before_upgrade
from defense_console.store.sqlite.rows import RowDatabase
from defense_console.store.sqlite.students import Students
from defense_console.store.sqlite.summaries import Summaries
from defense_console.store.sqlite.tables import Documents, holds_another, log_names, stored_line

if TYPE_CHECKING:
    from defense_console.store.sqlite.search.searching import Searching
    from defense_console.store.vault import Vault


def _explained(store: type[TinyStore]) -> type[TinyStore]:
    """Make every error that leaves a method of the store say what to do."""

    def explained(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: TinyStore, /, *args: Any, **options: Any) -> Any:
            if self._explains:  # one of these methods calls another
                return method(self, *args, **options)
            self._explains = True
            try:
                with place.explained(self.folder):
                    return method(self, *args, **options)
            finally:
                self._explains = False

        return call

    for name, method in tuple(vars(store).items()):
        if isfunction(method) and not name.startswith("_"):
            setattr(store, name, explained(method))
    return store


@_explained
class TinyStore:
    """A store in a folder. One object belongs to the thread that opened it."""

    claims = None
    people = None
    """A mentor's own store is not shared."""
    _explains = False
    """Whether a method is running whose errors say what to do."""
    no_console: ConsoleError | None = None

    def __init__(self, folder: Path, database: RowDatabase, held: Held | None = None) -> None:
        self.folder = folder
        self.notice: ConsoleError | None = None
        """A notice for the person who opened the store, or None: its copy could not be put with the other copies."""
        self._held = held
        self._names: list[Held] = []
        self._new: set[str] = set()
        """Logs that the open transaction begins, of which there is nothing yet."""
        self._documents = Documents(database)
        self.identity = Identity(os.path.realpath(folder), self._documents.own_id())
        self._rows = self._documents.rows
        self._rows.tell_from_another(lambda path: holds_another(path, self.identity.id))
        self._summaries = Summaries(self._documents)
        self._students = Students(self._documents)
        self._changes = Changes(self._rows)
        as_draft = functools.partial(msgspec.convert, type=Draft)
        self._drafts = NamedRows(self._documents, "drafts", "field", "draft", as_draft, msgspec.to_builtins)
        self._asides = NamedRows(self._documents, "aside", "key", "event", str.encode, bytes.decode)
        self._leases = LeaseRows(self._documents)

    @property
    def vault(self) -> Vault:
        """Return where the documents of the store are kept; most commands need none."""
        from defense_console.store.sqlite.folder_vault import FolderVault

        return FolderVault(self.folder)

    @classmethod
    def open(cls, folder: Path, *, create: bool = True, backups: Backups | None = None) -> TinyStore:
        """Open the store in a folder.

        Args:
            create: Make the folder and an empty store when there is none.
            backups: Where a copy goes before an earlier schema is brought up; next to the store when None.

        Raises:
            StoreError: It cannot be used; the subclass and the sentence say why.
        """
        path = place.prepare(folder, create=create)
        backups = backups or Backups(folder)
        notices: list[ConsoleError | None] = [None]
        with place.explained(folder):
            refuse_mixture(path)
            held = share(folder)
            try:
                rows = RowDatabase(path, before_upgrade=lambda: notices.append(copy_before_upgrade(backups)))
                store = cls(folder, rows, held)
            except BaseException:
                held.release()
                raise
        HalfMade(folder, [backups.folder]).sweep()
        store.notice = notices[-1]
        return store

    def another(self) -> TinyStore:
        """Open the same store once more, for another thread."""
        return TinyStore.open(self.folder, create=False)

    @property
    def read_only(self) -> ConsoleError | None:
        """Return why nothing can be written, None when it can; see `reading.py`."""
        refusal = self._rows.refusal
        return refusal if isinstance(refusal, ConsoleError) else None

    def reclaim(self) -> bool:
        """Use the space in the store's own files again, since the disk is full; return whether there was any."""
        return self._rows.reclaim()

    def close(self) -> None:
        """Let go of the store. Closing twice is harmless."""
        if "_searching" in vars(self):
            self._searching.close()
        self._rows.close()
        for held in (*self._names, *(() if self._held is None else (self._held,))):
            held.release()

    @contextmanager
    def transaction(self, begins: Sequence[str] = ()) -> Iterator[None]:
        """Group several writes: all of them, or none when the block raises; see `Store.transaction`."""
        with place.explained(self.folder), self._transaction():
            self._new = verifying.not_begun(self._rows, begins) if begins else set()
            try:
                yield
            finally:
                self._new = set()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._rows.transaction():
                yield
        except BaseException:
            self._changes.forget()
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read several times from one view of the store, while others may write. Nothing is written in it."""
        with place.explained(self.folder), self._rows.reading():
            yield

    def subscribe(self) -> Callable[[], bool]:
        """Watch what is written from now on; the question costs a look into shared memory."""
        seen = self._rows.data_version()

        def changed() -> bool:
            nonlocal seen
            with place.explained(self.folder):
                self._rows.check_unmoved()
                before, seen = seen, self._rows.data_version()
            return before != seen

        return changed

    # --- logs ----------------------------------------------------------------------------------------------------

    def append(self, job: Append) -> tuple[int, str]:
        """Append one action in one transaction; see `Store.append`."""
        with self._rows.together() if job.stream in self._new else self._transaction():
            seq, hash = log_rules.append(self, job)
            self._new.discard(job.stream)
            if job.row is None and job.lines:
                self._changes.add(job.stream, hash)  # nobody knows what changed
            return seq, hash

    def read_log(self, stream: str) -> tuple[StoredLine, ...]:
        """Return every line of a log in order; empty when there is no such log.

        Raises:
            DamagedStore: A line is damaged, changed or missing, or the end is cut: no state is folded from that.
        """
        with self._rows.reading():
            lines = self._documents.lines(stream)
            verifying.refuse_cut(self._rows, stream, lines[-1] if lines else None)
        return log_rules.checked(stream, lines)

    def logs(self, prefix: str) -> Iterator[tuple[str, tuple[StoredLine, ...]]]:
        """Yield the logs of one subject, by name, a page of them from one view; see `Store.logs`."""
        with place.explained(self.folder):
            for low, high, names in self._rows.pages_of_names(prefix):
                with self._rows.reading():
                    begun, ends = set(names), verifying.known_ends(self._rows, names)
                    for name, rows in verifying.in_order(names, self._rows.groups(low, high)):
                        if name in begun:
                            lines = log_rules.checked(name, (stored_line(name, row) for row in rows))
                            last = lines[-1] if lines else None
                            verifying.refuse_end(name, last, ends.get(name), begun=True)
                            yield name, lines

    def size(self, prefix: str = "") -> Size:
        """Return how many logs and lines there are, by the numbers of the last lines; see `Store.size`."""
        with self._rows.reading():
            prefixes = (prefix,) if prefix else LOG_PREFIXES
            return Size(sum(map(self._rows.count_names, prefixes)), sum(map(self._rows.sum_of_last_ids, prefixes)))

    def last(self, stream: str) -> StoredLine | None:
        """Return the last line of a log."""
        return None if stream in self._new else self._documents.last(stream)

    def lines(self, stream: str, low: int, high: int) -> Sequence[StoredLine]:
        """Return the lines with a number from `low` to `high`, in order; for `append`."""
        return self._documents.lines(stream, low, high)

    def add(self, stream: str, after: StoredLine | None, lines: Sequence[StoredLine]) -> None:
        """Write lines that follow `after`; for `append`, which checks them."""
        if stream in self._new:
            self._rows.register(stream)
        else:
            verifying.refuse_cut(self._rows, stream, after)
        self._documents.add_lines(stream, lines)
        if lines and subject_of(stream) is DEFENSE and changes_notes(line.body for line in lines):
            self._changes.add(stream, lines[-1].hash)

    def put_row(self, stream: str, row: Mapping[str, Any]) -> None:
        """Write the row next to a log; for `append`."""
        subject = subject_of(stream)
        if subject is REHEARSAL:
            self._documents.put(REHEARSALS, name_key(row["id"]), row, "id")
        elif (self._students if subject is STUDENT else self._summaries).put(row, new=stream in self._new):
            self._changes.add(stream, str(row["hash"]))

    def streams(self, prefix: str = "") -> tuple[str, ...]:
        """Return the names of the logs that begin with `prefix`, sorted."""
        if prefix.startswith(LOG_PREFIXES):
            return tuple(self._rows.names(prefix))
        return tuple(name for name in log_names(self._rows) if name.startswith(prefix))

    def is_empty(self) -> bool:
        """Return whether there is no log at all."""
        return not log_names(self._rows, 1)

    # --- summaries -----------------------------------------------------------------------------------------------

    def pending(self) -> tuple[Summary, ...]:
        """Return the summaries of the defenses that are not closed, in order of their ids."""
        return self._summaries.pending()

    def find(self, prefix: str) -> tuple[Summary, ...]:
        """Return the defenses whose id begins with these digits; see `Store.find`."""
        return tuple(self._summaries.find(prefix))

    def summary(self, id: str) -> Summary | None:
        """Return the summary of one defense."""
        return next(iter(self._summaries.of_ids([id])), None)

    def summaries_by_ids(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        """Return the summaries in the order of `ids`; those that do not exist are left out."""
        return tuple(self._summaries.of_ids(ids))

    def closed(self) -> tuple[Closed, ...]:
        """Return what a search looks at of the closed defenses, as their rows say, the latest first."""
        return self._summaries.closed()

    @functools.cached_property
    def _searching(self) -> Searching:
        """What answers searches; loaded by the first one, since few commands search."""
        from defense_console.store.sqlite.search.searching import Searching

        indexed = self._held is not None
        return Searching(
            self.folder, self._documents, self._summaries, self._students, self.identity.id, indexed=indexed
        )

    def search(self, wanted: Wanted) -> Found:
        """Return what a search finds; see `Store.search`."""
        return self._searching.find(wanted)

    def make_index(self) -> None:
        """Make the index for searches anew, while others may write to the store."""
        self._searching.make()

    def index_problem(self) -> str | None:
        """Return what is wrong with the index for searches; None when nothing is, or there is none."""
        return self._searching.problem()

    # --- students ------------------------------------------------------------------------------------------------

    def students(self) -> tuple[Student, ...]:
        """Return every student, sorted by id."""
        return self._students.all()

    def of_the_day(self) -> tuple[str, ...]:
        """Return the ids of those who may have something in a day, sorted; see `Store.of_the_day`."""
        return self._students.of_the_day()

    def students_by_ids(self, ids: Sequence[str]) -> tuple[Student, ...]:
        """Return students in the order of `ids`, without those that do not exist."""
        with self._rows.reading():
            return self._students.some(ids)

    def student(self, id: str) -> Student | None:
        """Return one student."""
        return self._students.one(id)

    # --- what has no place in a log yet, leases ----------------------------------------------------------------------

    def all_drafts(self) -> dict[str, dict[str, Draft]]:
        """Return every draft by stream and field key, sorted, without damaged ones; `verify_all` reports those."""
        return self._drafts.all()

    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        """Overwrite a draft; None drops it."""
        self._drafts.put(stream, field, draft)

    def all_asides(self) -> dict[str, dict[str, bytes]]:
        """Return every decision that is kept aside, by stream and key, sorted; without damaged rows."""
        return self._asides.all()

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        """Keep a decision aside; None drops it."""
        self._asides.put(stream, key, event)

    def leases(self) -> dict[str, Lease]:
        """Return the leases by log, without damaged ones; `verify_all` reports those."""
        return self._leases.all()

    def write_lease(self, stream: str, lease: Lease | None, over: Collection[str] | None = None) -> None:
        """Overwrite a lease, None drops it; the row of a holder that is not named in `over` stays as it is."""
        with self._rows.transaction():
            if log_rules.may_write_lease(self._leases.all().get(stream), over):
                self._leases.put(stream, lease)

    def hold_name(self, name: str) -> bool:
        """Hold a name until the store is closed; see `Store.hold_name`."""
        held = hold_name(self.folder, name)
        if held is not None:
            self._names.append(held)
        return held is not None

    def name_held(self, name: str) -> bool:
        """Return whether somebody holds a name; see `Store.name_held`."""
        return name_held(self.folder, name)

    # --- curricula and facts -------------------------------------------------------------------------------------

    def curriculum(self, hash: str) -> bytes | None:
        """Return the canonical JSON of a pinned curriculum."""
        return self._documents.curriculum(hash)

    def curricula(self) -> dict[str, bytes]:
        """Return every pinned curriculum by hash, sorted."""
        found = {document["hash"]: document["body"].encode() for document in self._documents.table("curricula").all()}
        return dict(sorted(found.items()))

    def pin(self, hash: str, body: bytes) -> None:
        """Keep a curriculum; one that is there already stays as it is."""
        self._documents.pin(hash, body)

    def meta(self, key: str) -> str | None:
        """Return a fact about the store itself, such as what it was made for."""
        return self._documents.meta(key)

    def set_meta(self, key: str, value: str) -> None:
        """Write such a fact."""
        self._documents.set_meta(key, value)

    # --- checking ------------------------------------------------------------------------------------------------

    def verify(self, stream: str) -> tuple[Problem, ...]:
        """Check the chain of one log: every changed, missing, cut and damaged line. Empty when it is sound."""
        return tuple(verifying.check_log(self._rows, stream))

    def verify_all(self, watch: Watch = unwatched) -> tuple[Problem, ...]:
        """Check every log and every other row. Empty when the store is sound."""
        return tuple(verifying.check_all(self._rows, watch))

    def withheld(self, prefix: str = "") -> int:
        """Return 0: who has the folder reads all of it."""
        return 0

    def begin_access(self, student: str) -> None:
        """Do nothing: who has the folder reads all of it."""
