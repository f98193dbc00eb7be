"""Bringing data in and out: files of students and defenses, exports of a whole store, the demo cohort.

Each import is one transaction: a file is taken whole or not at all. Source: docs/exchange.md.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Final

import msgspec

from defense_console.desk.exchange.importing import ImportDesk
from defense_console.desk.logs.direct import DirectLogs
from defense_console.exchange.appointments import ImportPlan
from defense_console.exchange.calendar.matching import MatchSaid
from defense_console.exchange.calendar.weekly_sessions import SessionsPlan
from defense_console.exchange.calendar.writing import CalendarForm, ExportedStudent, write_calendar
from defense_console.exchange.data_file import DataFile
from defense_console.exchange.demo import Cohort, DemoDefense, cohort
from defense_console.exchange.exported import ExportedDefense
from defense_console.exchange.lists.defenses_csv import CsvForm, write_csv
from defense_console.exchange.whole_store import export as archive
from defense_console.exchange.whole_store.checking import Archive, Lines, read_archive
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.chain import StoredLine
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.subject import Subject
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.student.weekly import Holidays, no_holidays
from defense_console.model.watching import Passed, Watch, unwatched
from defense_console.store.base import DEMO, Draft, Lease, Store
from defense_console.store.vault import Vault
from defense_console.words.translation import Language

_SHOWN: Final = 10
"""Logs that a sentence names at most."""
_PAGE: Final = 256
"""Students that are held at once."""


class Taken(msgspec.Struct, frozen=True):
    """What an import did, or would do.

    Attributes:
        plan: the changes a list, the platform's sessions or a calendar asked for; else None.
        archive: what an export held; else None.
    """

    plan: ImportPlan | None = None
    archive: Archive | None = None
    documents: int = 0


class ExchangeDesk:
    """Imports, exports and the demo cohort of one store.

    Args:
        store: Written to directly; no console needs to wait here.
        shared: The store is a school's: an export is taken next to what others brought there.
    """

    def __init__(
        self,
        store: Store,
        clocks: Callable[[], Stamp],
        author: str,
        zone: str,
        shipped: Mapping[str, Curriculum],
        *,
        shared: bool = False,
    ) -> None:
        self.store = store
        self._shared = shared
        self.logs = DirectLogs(store, clocks, author, shipped)
        self._imports = ImportDesk(self.logs, zone)
        self.shipped = shipped

    # --- files ---------------------------------------------------------------------------------------------------

    def take(
        self, file: DataFile, *, sheet: str | None = None, dry_run: bool = False, watch: Watch = unwatched
    ) -> Taken:
        """Take a file of students and defenses, or an export into an empty store.

        Args:
            file: Not a ZIP, see `WholeStoreDesk`.
            sheet: Name of the sheet of a workbook, None for the only one.

        Raises:
            BadFile: Every line that cannot be taken; the store is untouched.
            ConsoleError: A calendar, an export for a store that is not empty, or another console wrote meanwhile.
        """
        if file.kind == "calendar":
            raise ConsoleError("This is a calendar: take it in with “calendar import”.")
        if file.kind == "export":
            return self.import_archive(file.lines, dry_run=dry_run, watch=watch)
        return Taken(self._imports.take_list(file, sheet=sheet, dry_run=dry_run))

    def take_calendar(
        self, data: bytes, said: Sequence[MatchSaid], horizon_days: int, *, dry_run: bool = False
    ) -> Taken:
        """Follow a calendar; see `ImportDesk.take_calendar`."""
        return Taken(self._imports.take_calendar(data, said, horizon_days, dry_run=dry_run))

    def take_sessions(
        self, data: bytes, said: Sequence[MatchSaid], horizon_days: int, *, dry_run: bool = False
    ) -> SessionsPlan:
        """Follow the weekly sessions of a calendar; see `ImportDesk.take_sessions`."""
        return self._imports.take_sessions(data, said, horizon_days, dry_run=dry_run)

    # --- exports -------------------------------------------------------------------------------------------------

    def export(self, watch: Watch = unwatched) -> Iterator[bytes]:
        """Write the whole store as JSON Lines, each with its line break; see `exchange/whole_store/export.py`."""
        store = self.store
        with store.reading():
            lines = store.size().lines
            with watch("rows", lines) as passed:
                logs = functools.partial(self._passed_logs, passed)
                yield from archive.export(self._exported_of(lines, logs, self._students, store.curricula()))

    def _passed_logs(self, passed: Passed, prefix: str) -> Iterator[tuple[str, Sequence[StoredLine]]]:
        for name, lines in self.store.logs(prefix):
            yield name, lines
            passed(len(lines))

    def _students(self) -> Iterator[Student]:
        """Yield every student, sorted by id; a page of them is held at a time."""
        ids = self.logs.ids(STUDENT)
        while page := tuple(itertools.islice(ids, _PAGE)):
            yield from self.store.students_by_ids(page)

    def export_of(self, student_id: str) -> Iterator[bytes]:
        """Write everything held about one student, as `export` writes a store: their logs, drafts, what was refused.

        Source: the right of access, GDPR article 15; private notes fall under it (CJEU C-434/16).
        """
        store = self.store
        with store.reading():
            pinned = {STUDENT.stream(student_id): None} | dict(self._of_student(student_id))
            logs = {stream: lines for stream in pinned if (lines := store.read_log(stream))}
            found = self._exported_of(
                lines=sum(map(len, logs.values())),
                logs=lambda prefix: ((name, logs[name]) for name in sorted(logs) if name.startswith(prefix)),
                people=lambda: store.students_by_ids([student_id]),
                curricula={hash: body for hash, body in store.curricula().items() if hash in pinned.values()},
                chosen=logs,
            )
            yield from archive.export(found)

    def _of_student(self, student_id: str) -> Iterator[tuple[str, str | None]]:
        """Yield the defenses and rehearsals of a student: the name of the log, the hash of the curriculum it pins."""
        subject: Subject[Any, Defense]
        for subject in (DEFENSE, REHEARSAL):
            for id in self.logs.ids(subject):
                state = self.logs.log(subject, id).state
                if state.student_id == student_id:
                    yield subject.stream(id), state.curriculum_hash

    def _exported_of(
        self,
        lines: int,
        logs: archive.LogsOf,
        people: Callable[[], Iterable[Student]],
        curricula: Mapping[str, bytes],
        chosen: Collection[str] | None = None,
    ) -> archive.Exported:
        """Return what an export is made of, with the texts being typed and the decisions kept aside of these logs."""
        store = self.store
        drafts = [
            archive.SavedDraft(log, field, draft.text, draft.first, draft.cursor)
            for log, fields in store.all_drafts().items()
            for field, draft in fields.items()
            if chosen is None or log in chosen
        ]
        asides = [
            archive.SavedAside(log, key, event)
            for log, events in store.all_asides().items()
            for key, event in events.items()
            if chosen is None or log in chosen
        ]
        withheld = store.withheld() if chosen is None else sum(map(store.withheld, chosen))
        return archive.Exported(lines, logs, people, curricula, drafts, asides, store.meta(DEMO) or "", withheld)

    def export_csv(self, form: CsvForm) -> Iterator[bytes]:
        """Write every defense as a row of a CSV file, in order of its start; see `exchange/lists/defenses_csv.py`."""
        summaries = self.store.summaries_by_ids(tuple(self.logs.ids(DEFENSE)))
        ordered = sorted(summaries, key=lambda one: (instant(one.planned_at), one.id))
        return write_csv(self._exported(one.id for one in ordered), form)

    def export_calendar(self, form: CalendarForm, holidays: Holidays = no_holidays) -> bytes:
        """Write every sitting of every defense, what is due and the weekly sessions, as iCalendar.

        Args:
            holidays: Days of the mentor's country without weekly sessions.
        """
        students = self._with_sessions() if form.sessions else ()
        return write_calendar(self._exported(self.logs.ids(DEFENSE)), form, students, holidays)

    def _with_sessions(self) -> Iterator[ExportedStudent]:
        for student in self.store.students():
            if student.standing.plans:
                log = self.logs.log(STUDENT, student.id)
                yield ExportedStudent(log.events, log.state)

    def _exported(self, ids: Iterable[str]) -> Iterator[ExportedDefense]:
        names = {student.id: student.name for student in self.store.students()}
        for id in ids:
            log = self.logs.log(DEFENSE, id)
            name = names.get(log.state.student_id, "")
            yield ExportedDefense(id, log.events, log.state, name, self.shipped.get(log.state.curriculum))

    # --- whole stores --------------------------------------------------------------------------------------------

    def import_archive(
        self,
        lines: Lines,
        *,
        dry_run: bool = False,
        watch: Watch = unwatched,
        look: Callable[[Log[Any, Any]], object] = lambda _log: None,
    ) -> Taken:
        """Fill an empty store with an export, or take it into a school.

        A log that the school has with the same lines stays as it is there.

        Args:
            lines: Of the export, see `read_archive`.
            look: Called with each log that holds.

        Raises:
            BadFile: Every line that does not hold; the store is untouched.
            ConsoleError: The store is not empty; a school has one of the logs with other lines.
        """
        self.check_empty()
        first = self.store.is_empty()
        there: set[str] = set()
        other: list[str] = []

        def take(log: Log[Any, Any]) -> None:
            look(log)
            if not first and (held := self.store.read_log(log.stream)):
                there.add(log.stream)
                if _bodies(held) != log.lines:
                    other.append(log.stream)
            elif not dry_run and not other:
                self.logs.write(log)

        with nullcontext() if dry_run else self.store.transaction():
            found = read_archive(lines, take, watch)
            if other:
                names = " · ".join((*other[:_SHOWN], *(["…"] if other[_SHOWN:] else [])))
                raise ConsoleError(
                    "The school has these logs with other lines: {names}. Nothing was imported.", names=names
                )
            if not dry_run:
                self._restore(found, there, first)
        return Taken(archive=found)

    def check_empty(self) -> None:
        """Refuse to mix an export with what is there, unless it is a school's."""
        if not self._shared and not self.store.is_empty():
            raise ConsoleError("An export is only taken into an empty store; this one holds defenses or students.")

    def _restore(self, found: Archive, there: Collection[str], first: bool) -> None:
        """Bring back what belongs to the logs; what was there before stays as it is."""
        for hash, body in found.curricula.items():
            self.store.pin(hash, body)
        for draft in found.drafts:
            if draft.log not in there:
                self.store.save_draft(draft.log, draft.field, Draft(draft.text, draft.first, draft.cursor))
        for aside in found.asides:
            if aside.log not in there:
                self.store.save_aside(aside.log, aside.key, aside.event)
        if found.demo and first:
            self.store.set_meta(DEMO, found.demo)

    # --- the demo cohort -----------------------------------------------------------------------------------------

    def fill_demo(self, now: str, language: Language = "fr", vault: Vault | None = None) -> bool:
        """Fill an empty store with the demo cohort; return whether it did: one that holds it already stays as it is.

        Args:
            now: ISO 8601 UTC instant the cohort is made for.
            language: What its mentor and students write in.
            vault: Takes the documents that the students sent; None leaves them out.

        Raises:
            ConsoleError: The store holds something else.
        """
        if self.store.meta(DEMO) is not None:
            return False
        if not self.store.is_empty():
            raise ConsoleError("This store holds a mentor's own defenses: the demo cohort needs an empty one.")
        found = cohort(now, self.shipped, language=language)
        if vault is not None:  # before the logs that name them
            with vault.taking() as taking:
                for body in found.documents.values():
                    taking.add([body])
        with self.store.transaction():
            self.write_cohort(found)
            self.store.set_meta(DEMO, now)
        return True

    def write_cohort(self, found: Cohort) -> None:
        """Write a cohort, or a part of one, into an empty store."""
        for hash, body in found.curricula.items():
            self.store.pin(hash, body)
        for student in found.students:
            self.logs.write(student)
        for played in found.defenses:
            self._write_played(played, found.host)

    def _write_played(self, played: DemoDefense, host: str) -> None:
        self.logs.write(played.log)
        if played.typing is not None:
            draft = Draft(played.typing.text, played.typing.first, len(played.typing.text))
            self.store.save_draft(played.log.stream, played.typing.field, draft)
        if played.lease is not None:
            # Its console is gone and its holder freed, so that any console may take the defense over.
            self.store.write_lease(played.log.stream, Lease("", host, 0, "", played.lease.boot_id, played.lease))


def _bodies(lines: Iterable[StoredLine]) -> tuple[bytes, ...]:
    return tuple(line.body for line in lines)
