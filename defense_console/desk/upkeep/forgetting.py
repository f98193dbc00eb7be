"""Forgetting a student: everything the console holds about a person is removed, after saying what must be kept.

A log cannot be thinned out: its hash chain would break at the first line taken away, and even without names it would
still tell who was meant. So all logs of the person are removed whole; docs/decisions.md says why no pseudonym stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

import msgspec
from dateutil.relativedelta import relativedelta

from defense_console.desk.exchange.clipboard import FILE_NAME
from defense_console.desk.logs.direct import DirectLogs
from defense_console.exchange.whole_store.files import received_files
from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.action import read_events
from defense_console.model.log.envelope import Stamp
from defense_console.model.student.fold import emails_ever, names_ever
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.model.text import searchable
from defense_console.store.base import FullDisk, Identity, Store, StoreError
from defense_console.store.private_copies import sweep_copies
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.forgetting import (
    all_copies,
    forget_in_copy,
    forget_in_spool,
    forget_in_store,
    holds_bytes,
    of_others,
    refuse_low_space,
    waiting,
)
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.half_made import HalfMade, copied_to
from defense_console.store.sqlite.opening.holding import alone
from defense_console.store.sqlite.rows import RowDatabase
from defense_console.store.sqlite.store import TinyStore


class HeldOfStudent(msgspec.Struct, frozen=True):
    """What the console holds of a student.

    Attributes:
        defenses: ids of the defenses, sorted.
        documents: SHA-256 of the documents that nobody else's log names, sorted.
        in_copies: those of them that only copies of the store name, by copy.
        copies: the copies of the store; what they hold of the student goes too.
        copied_to: folders on other disks that copies were made to; nothing whole in them is touched.
        last: ISO instant of the last thing recorded, "" for nothing.
        mentions: logs of others that hold a name of theirs, an earlier one too.
        called: every name and address they ever had.
        rehearsals: ids of their rehearsals.
    """

    id: str
    name: str
    email: str
    defenses: tuple[str, ...]
    documents: tuple[str, ...]
    in_copies: dict[Path, tuple[str, ...]]
    copies: tuple[Path, ...]
    copied_to: tuple[Path, ...]
    last: str
    mentions: tuple[str, ...]
    called: tuple[str, ...]
    rehearsals: tuple[str, ...] = ()

    @property
    def streams(self) -> tuple[str, ...]:
        """Return the names of the student's logs."""
        return (
            STUDENT.stream(self.id), *map(DEFENSE.stream, self.defenses), *map(REHEARSAL.stream, self.rehearsals),
        )  # fmt: skip

    def kept_until(self, years: int) -> str:
        """Return until when the record must be kept by the setting; "" where that was not settled."""
        return iso(instant(self.last) + relativedelta(years=years)) if years and self.last else ""


class ForgetDesk:
    """Forgets students of one store.

    Args:
        places: Of the store: every folder where copies of it may lie.
    """

    def __init__(self, places: Sequence[Backups], spool: Path) -> None:
        self._places = places
        self._folder = places[0].store
        self._spool = spool

    def look(self, student: str) -> HeldOfStudent:
        """Return what the console holds of a student.

        Args:
            student: Their id, or their whole name.

        Raises:
            ConsoleError: There is nobody of this name, or several; or something cannot be read, or may not go now.
        """
        with closing(TinyStore.open(self._folder, create=False, backups=self._places[0])) as store:
            return self._look(store, student)

    def forget(self, student: str) -> tuple[Path, ...]:
        """Forget a student. What is interrupted can be done again: the store itself comes last.

        What needs space comes first: as long as a file cannot be built again, nothing that only it names is removed.

        Returns:
            Files that still speak of the student and could not be built again, being damaged, or not be removed.

        Raises:
            ConsoleError: As `look`; or a console holds the store, or it could not be done: then it says what remains.
        """
        with alone(self._folder):
            with closing(TinyStore(self._folder, RowDatabase(place.prepare(self._folder, create=False)))) as store:
                known, identity = self._look(store, student), store.identity
            half_made = HalfMade(self._folder, (each.folder for each in self._places), self._spool, known.copied_to)
            half_made.sweep(alone=True)
            refuse_low_space((self._folder / place.FILE, *known.copies))
            try:
                copies = self._forget_in_copies(known)
                forget_in_store(self._folder, known.id, lambda: self._forget_beside(known, identity))
            except ConsoleError as problem:
                raise self._what_remains(known, problem) from problem
            theirs = of_others(self._spool, identity)
            left = (path for folder in half_made.left() for path in _files(folder))
            return tuple(path for path in (*copies, *self._damaged(), *left, *theirs) if _speaks_of(path, known))

    def _forget_in_copies(self, known: HeldOfStudent) -> list[Path]:
        """Build the copies again; return those that cannot be."""
        left = []
        for path in known.copies:
            only_here = known.in_copies.get(path, ())
            try:
                forget_in_copy(path, known.id, lambda: self._remove(only_here))  # noqa: B023 — called before the next
            except FullDisk:
                raise
            except StoreError:
                left.append(path)
        return left

    def _forget_beside(self, known: HeldOfStudent, identity: Identity) -> None:
        """Remove what is next to the store, which is whole without the student by now."""
        for folder in (self._folder, self._spool):
            with place.explained(folder):
                (folder / FILE_NAME).unlink(missing_ok=True)
        forget_in_spool(self._spool, identity, known.streams)
        sweep_copies()
        self._remove(known.documents)

    def _remove(self, documents: Iterable[str]) -> None:
        vault = FolderVault(self._folder)
        for sha256 in documents:
            vault.remove(sha256)

    def _what_remains(self, known: HeldOfStudent, problem: ConsoleError) -> ConsoleError:
        vault = FolderVault(self._folder)
        documents = sum(vault.holds(sha256) for sha256 in known.documents)
        copies = sum(_speaks_of(path, known) for path in known.copies)
        return ConsoleError(
            N_("{id} is not forgotten. {problem} Still there: the store, documents {documents}, copies {copies}."),
            id=known.id, problem=problem, documents=documents, copies=copies,
        )  # fmt: skip

    def _damaged(self) -> Iterator[Path]:
        """Yield what repairs have kept."""
        for aside in sorted(self._folder.glob(place.DAMAGED_FOLDER + "*")):
            yield from _files(aside)

    # --- looking -----------------------------------------------------------------------------------------------------

    def _look(self, store: TinyStore, student: str) -> HeldOfStudent:
        id = _id_of(store, student)
        held = _held(store, id)
        _refuse_waiting(self._spool, store.identity)
        known = _known(store, student, held)
        copies = all_copies(self._places)
        by_copy, others = _in_copies(copies, id)
        documents = held.documents.union(*by_copy.values()) - held.others_documents - others
        return msgspec.structs.replace(
            known,
            documents=tuple(sorted(documents)),
            in_copies={path: tuple(sorted(its & documents - held.documents)) for path, its in by_copy.items()},
            copies=tuple(copies),
            copied_to=tuple(copied_to(store)),
        )


class ForgettingStore(Store, Protocol):
    """A store on a server, which removes a student by itself."""

    def forget(self, student: str, streams: Collection[str]) -> None:
        """Remove every row about a student.

        Raises:
            StoreError: Who opened the store may not, or a console is writing on one of the logs.
        """


class SchoolForgetDesk:
    """Forgets students of a school: on its server, and in the spool of this machine."""

    def __init__(self, store: ForgettingStore, spool: Path) -> None:
        self._store, self._spool = store, spool

    def look(self, student: str) -> HeldOfStudent:
        """Return what the school holds of a student, by id or whole name.

        Raises:
            ConsoleError: There is nobody of this name, or several; or something cannot be read, or may not go now.
        """
        _refuse_waiting(self._spool, self._store.identity)
        held = _held(self._store, _id_of(self._store, student))
        documents = tuple(sorted(held.documents - held.others_documents))
        return msgspec.structs.replace(_known(self._store, student, held), documents=documents)

    def forget(self, student: str) -> tuple[Path, ...]:
        """Forget a student.

        Returns:
            Files of the spool that somebody else wrote and that speak of the student.

        Raises:
            ConsoleError: As `look`; or the server does not permit it.
        """
        known = self.look(student)
        self._store.forget(known.id, known.streams)
        with place.explained(self._spool):
            (self._spool / FILE_NAME).unlink(missing_ok=True)
        forget_in_spool(self._spool, self._store.identity, known.streams)
        sweep_copies()
        return tuple(path for path in of_others(self._spool, self._store.identity) if _speaks_of(path, known))


class _Held(msgspec.Struct):
    """What the logs of a store hold of a student: ids, documents by SHA-256, the instant of the last thing recorded."""

    id: str
    defenses: list[str] = []
    rehearsals: list[str] = []
    documents: set[str] = set()
    others_documents: set[str] = set()
    last: str = ""


def _held(store: Store, id: str) -> _Held:
    logs, held = DirectLogs(store, _no_clock, "", {}), _Held(id)
    for defense_id in logs.ids(DEFENSE):
        log = logs.log(DEFENSE, defense_id)
        defense = log.state
        mine = defense.student_id == id
        (held.documents if mine else held.others_documents).update(file.sha256 for file in received_files(log.events))
        if mine:
            _refuse_open(defense_id, defense.session, signed=defense.signed is not None)
            held.defenses.append(defense_id)
            held.last = max(held.last, defense.at.wall)
    for rehearsal in logs.ids(REHEARSAL):
        state = logs.log(REHEARSAL, rehearsal).state
        if state.student_id == id:
            _refuse_open(rehearsal, state.session, signed=False)
            held.rehearsals.append(rehearsal)
            held.last = max(held.last, state.at.wall)
    return held


def _known(store: Store, typed: str, held: _Held) -> HeldOfStudent:
    """Return what is known of a student, without documents and copies."""
    id, known = held.id, store.student(held.id)
    if known is None and not held.defenses:
        raise ConsoleError(N_("There is no student {id} here."), id=typed)
    name, email = ("", "") if known is None else (known.name, known.email)
    events = DirectLogs(store, _no_clock, "", {}).events(STUDENT, id)
    names = dict.fromkeys((*names_ever(events), name))
    called = (*names, *dict.fromkeys((*emails_ever(events), email)))
    found = HeldOfStudent(
        id, name, email, tuple(held.defenses), (), {}, (), (), held.last, (), called, tuple(held.rehearsals)
    )
    return msgspec.structs.replace(found, mentions=tuple(_mentions(store, set(found.streams), names)))


def _refuse_waiting(spool: Path, identity: Identity) -> None:
    if waiting(spool, identity):
        raise ConsoleError(
            N_("Something waits in {place} to be saved: open the console once, then forget."), place=spool
        )


def _speaks_of(path: Path, known: HeldOfStudent) -> bool:
    try:
        return holds_bytes(path, (*known.called, *known.streams))
    except OSError:
        return True  # what cannot be read may


def _id_of(store: Store, typed: str) -> str:
    """Return the id of the student who is meant: of this id, or alone of this name."""
    students = store.students()
    if any(each.id == typed for each in students):
        return typed
    named = [each.id for each in students if searchable(each.name) == searchable(typed)]
    if len(named) > 1:
        raise ConsoleError(N_("Several students have this name: {ids}."), ids=", ".join(named))
    return named[0] if named else typed


def _refuse_open(defense_id: str, session: str, *, signed: bool) -> None:
    if session == "live":
        raise ConsoleError(N_("The defense {id} is live: finish it first."), id=defense_id[:8])
    if signed:
        raise ConsoleError(N_("The verdict of {id} is signed and not released: release it first."), id=defense_id[:8])


def _files(path: Path) -> list[Path]:
    """Return a file itself, and those in a folder."""
    return [each for each in (path, *sorted(path.rglob("*"))) if each.is_file() and not each.is_symlink()]


def _in_copies(copies: Sequence[Path], student: str) -> tuple[dict[Path, set[str]], set[str]]:
    """Return the documents that logs of the student name in copies, by copy, and those that logs of others do."""
    mine: dict[Path, set[str]] = {path: set() for path in copies}
    others: set[str] = set()
    for path in copies:
        with (
            suppress(ConsoleError),
            place.explained(path),
            closing(TinyStore(path.parent, RowDatabase(path, read_only=True))) as store,
        ):
            logs = DirectLogs(store, _no_clock, "", {})
            for defense_id in logs.ids(DEFENSE):
                events = logs.events(DEFENSE, defense_id)
                owner = getattr(events[0].what, "student_id", "") if events else ""
                (mine[path] if owner == student else others).update(file.sha256 for file in received_files(events))
    return mine, others


def _mentions(store: Store, streams: set[str], names: Iterable[str]) -> Iterator[str]:
    """Yield the logs of others whose texts hold one of these whole names."""
    wanted = [name.casefold() for name in names if name]
    for stream in store.streams() if wanted else ():
        events = read_events(subject_of(stream), stream, store.read_log(stream))
        texts = (str(msgspec.to_builtins(event)).casefold() for event in events)
        if stream not in streams and any(name in text for text in texts for name in wanted):
            yield stream


def _no_clock() -> Stamp:
    raise NotImplementedError  # nothing is recorded here
