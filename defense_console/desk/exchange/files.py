"""Bringing data in and out: files of students and defenses, exports of a whole store, the demo cohort.

Each import is one transaction: a file is taken whole or not at all. Source: docs/exchange.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from defense_console.desk.exchange.calendar import CalendarDesk
from defense_console.desk.logs.direct import DirectLogs
from defense_console.desk.logs.ledger import stream_of
from defense_console.exchange.calendar.lines import is_calendar
from defense_console.exchange.demo import Cohort, DemoDefense, cohort
from defense_console.exchange.lists import importing
from defense_console.exchange.lists import plan as import_plan
from defense_console.exchange.lists.defenses_csv import Form, Listed, write_csv
from defense_console.exchange.lists.plan import Key, Plan
from defense_console.exchange.lists.table import BLANK, kind_of
from defense_console.exchange.platform.plan import SessionDirectory, SessionPlan, plan_sessions
from defense_console.exchange.platform.session_list import is_session_list, read_sessions
from defense_console.exchange.whole_store import export as archive
from defense_console.exchange.whole_store.checking import Archive, Chain, read_archive
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.kinds import Planned
from defense_console.model.defense.state import Defense
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.queue.agenda import Summary, defense_id, summarize
from defense_console.model.student.state import fold_student
from defense_console.store.base import Append, Draft, Lease, Store, Student, beside
from defense_console.store.chain import first_hash, next_hash

DEMO = "demo"
"""The store's own note that it holds the demo cohort and nothing of a mentor's."""


class Taken(msgspec.Struct, frozen=True):
    """What an import did, or would do.

    Attributes:
        plan: the changes a file of students and defenses asked for; else None.
        archive: what an export held; else None.
        documents: how many documents came with it.
        sessions: what a list of the platform's sessions asked for and told; else None.
    """

    plan: Plan | None = None
    archive: Archive | None = None
    sessions: SessionPlan | None = None
    documents: int = 0


class ExchangeDesk:
    """Imports, exports and the demo cohort of one store.

    Args:
        store: Written to directly; no console needs to wait here.
        clocks: Reads the machine's clocks.
        author: Name of the mentor.
        zone: IANA name of the mentor's zone.
        shipped: Curricula by code.
    """

    def __init__(
        self,
        store: Store,
        clocks: Callable[[], Stamp],
        author: str,
        zone: str,
        shipped: Mapping[str, Curriculum],
    ) -> None:
        self.store = store
        self.logs = DirectLogs(store, clocks, author)
        self.zone = zone
        self.shipped = shipped

    # --- files ---------------------------------------------------------------------------------------------------

    def import_file(self, data: bytes, *, dry_run: bool = False) -> Taken:
        """Take a file: what it is, is decided by its content.

        Args:
            data: CSV or JSON of students and defenses, a list of the platform's sessions, or an export for an empty
                store.
            dry_run: Check everything and change nothing.

        Raises:
            BadFile: Every line that cannot be taken; the store is untouched.
            ConsoleError: An export for a store that is not empty, or another console wrote meanwhile.
        """
        if is_calendar(data):
            raise ConsoleError("This is a calendar: take it in with “calendar import”.")
        if data.lstrip(BLANK)[:1] in (b"[", b"{") and is_session_list(data):
            return Taken(sessions=self._take_sessions(data, dry_run))
        if kind_of(data) == "archive":
            return self.import_archive(data, dry_run=dry_run)
        wanted = importing.read(data, self.shipped, self.zone)
        students = {row.id: held for row in wanted.students if (held := self.store.student(row.id)) is not None}
        plan = import_plan.plan(wanted, students, self._defenses(wanted.defenses), self.zone)
        if not dry_run and not plan.empty:
            self._carry_out(plan)
        return Taken(plan=plan)

    def _take_sessions(self, data: bytes, dry_run: bool) -> SessionPlan:
        """Follow a list of sessions; see `exchange/platform/plan.py`."""
        found = read_sessions(data, self.shipped, self.zone)
        directory = SessionDirectory(self.store.students(), self.shipped, found)
        known = CalendarDesk(self.logs, self.shipped).known(directory.events(), {}, directory)
        at = self.logs.now()
        plan = plan_sessions(found, directory, known, at.wall, self.zone)
        if not dry_run and not plan.empty:
            with self.store.transaction():
                for student in plan.students:
                    self.logs.decide_student(student.student_id, student.what, at)
                for action in plan.plan.actions:
                    self.logs.decide(_id(action.key), action.whats, at)
        return plan

    def _defenses(self, rows: Sequence[importing.DefenseRow]) -> dict[Key, Defense]:
        """What is known of the defenses of a file and of the attempts before them."""
        found: dict[Key, Defense] = {}
        for row in rows:
            for attempt in range(1, row.attempt + 1):
                key = (row.student_id, row.project, attempt)
                if key not in found and (defense := self.logs.defense(_id(key))) is not None:
                    found[key] = defense
        return found

    def _carry_out(self, plan: Plan) -> None:
        at = self.logs.now()
        with self.store.transaction():
            for student in plan.students:
                self.logs.decide_student(student.student_id, student.what, at)
            for defense in plan.defenses:
                self.logs.decide(_id(defense.key), defense.whats, at)

    # --- exports -------------------------------------------------------------------------------------------------

    def export(self) -> Iterator[bytes]:
        """The whole store as JSON Lines, each with its line break; see `exchange/whole_store/export.py`."""
        store = self.store
        return archive.export(
            store.streams(), store.read_log, store.students(), store.curricula(), store.all_drafts(), store.all_asides()
        )

    def export_csv(self, form: Form) -> Iterator[bytes]:
        """Every defense as a row of a CSV file, in order of its start; see `exchange/lists/defenses_csv.py`.

        Args:
            form: Separator, byte order mark, zone and language.
        """
        names = {student.id: student.name for student in self.store.students()}
        summaries = ((instant(s.planned_at), s.id) for s in self._summaries())
        ordered = [id for _start, id in sorted(summaries)]
        return write_csv((self._listed(id, names) for id in ordered), form)

    def _summaries(self) -> Iterator[Summary]:
        return iter(self.store.summaries_by_ids(tuple(self.logs.ids())))

    def _listed(self, id: str, names: Mapping[str, str]) -> Listed:
        defense = self.logs.known(id)
        curriculum = defense.pinned or self.shipped.get(defense.curriculum)
        return Listed(id, defense, names.get(defense.student_id, ""), curriculum)

    def import_archive(self, data: bytes, *, dry_run: bool = False) -> Taken:
        """Fill an empty store with an export.

        Raises:
            BadFile: Every line that does not hold; the store is untouched.
            ConsoleError: The store is not empty.
        """
        self.check_empty()
        found = read_archive(data, Chain(first_hash, next_hash))
        if not dry_run:
            with self.store.transaction():
                self._restore(found)
        return Taken(archive=found)

    def check_empty(self) -> None:
        """Refuse to mix an export with what is there.

        Raises:
            ConsoleError: The store holds something.
        """
        if not self.store.is_empty():
            raise ConsoleError("An export is only taken into an empty store; this one holds defenses or students.")

    def _restore(self, found: Archive) -> None:
        for hash, body in found.curricula.items():
            self.store.pin(hash, body)
        for stream, lines in found.logs.items():
            kind, _, id = stream.partition("/")
            if kind == "defense":
                self.store.append(Append(stream, 0, lines, row=beside(summarize(id, found.defenses[id]))))
            else:
                known = found.students[id]
                student = Student(known.id, known.name, known.email, known.timezone, known.seq)
                self.store.append(Append(stream, 0, lines, row=beside(student)))
        for draft in found.drafts:
            self.store.save_draft(draft.log, draft.field, Draft(draft.text, draft.first, draft.cursor))
        for aside in found.asides:
            self.store.save_aside(aside.log, aside.key, aside.event)

    # --- the demo cohort -----------------------------------------------------------------------------------------

    def fill_demo(self, now: str) -> bool:
        """Fill an empty store with the demo cohort; one that holds it already stays as it is.

        Args:
            now: ISO 8601 UTC instant the cohort is made for.

        Returns:
            Whether the store was filled now.

        Raises:
            ConsoleError: The store holds something else.
        """
        if self.store.meta(DEMO) is not None:
            return False
        if not self.store.is_empty():
            raise ConsoleError("This store holds a mentor's own defenses: the demo cohort needs an empty one.")
        found = cohort(now, self.shipped)
        with self.store.transaction():
            self.write_cohort(found)
            self.store.set_meta(DEMO, now)
        return True

    def write_cohort(self, found: Cohort) -> None:
        """Write a cohort, or a part of one, into an empty store."""
        for hash, body in found.curricula.items():
            self.store.pin(hash, body)
        for event in found.students:
            self.logs.append_student(f"{archive.STUDENT}{fold_student([event]).id}", 0, [event])
        for played in found.defenses:
            self._write_played(played, found.host)

    def _write_played(self, played: DemoDefense, host: str) -> None:
        first = played.events[0].what
        if not isinstance(first, Planned):
            raise ConsoleError("This log does not begin with a planned defense.")
        id = _id((first.student_id, first.project, first.attempt))
        self.logs.append(id, 0, played.events, played.defense)
        if played.typing is not None:
            draft = Draft(played.typing.text, played.typing.first, len(played.typing.text))
            self.store.save_draft(stream_of(id), played.typing.field, draft)
        if played.lease is not None:
            # Its console is gone and its holder freed, so that any console may take the defense over.
            self.store.write_lease(id, Lease("", host, 0, "", played.lease.boot_id, played.lease))


def _id(key: Key) -> str:
    return str(defense_id(*key))
