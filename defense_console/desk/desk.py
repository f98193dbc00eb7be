"""Desk: everything a mentor can do on one store, on one thread.

What only one screen needs is imported when that screen is first opened, so that the queue appears before the rest is
loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from defense_console.desk.defense.brief import BriefDesk
from defense_console.desk.defense.countdowns import Countdowns
from defense_console.desk.logs.leases import Leases, ProcessStart
from defense_console.desk.logs.ledger import Ledger, SaveState
from defense_console.desk.logs.one_log import LogDesk, S, W
from defense_console.desk.queue import AgendaDesk
from defense_console.desk.team import Team
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.subject import DEFENSE, REHEARSAL, Defenses
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.student.state import Student
from defense_console.model.subjects import subject_of
from defense_console.settings import Settings, changed, save
from defense_console.store.base import Ack, Answer, Append, Lease, Refused, Searched, Store
from defense_console.store.recorder import Recorder

if TYPE_CHECKING:
    from defense_console.desk.defense.comments import CommentBank
    from defense_console.desk.defense.live import LiveDesk
    from defense_console.desk.defense.revisions import RevisionsDesk
    from defense_console.desk.defense.second_reading import ReadingDesk
    from defense_console.desk.defense.verdict import VerdictDesk
    from defense_console.desk.enrolment import Enrolment
    from defense_console.desk.insight import InsightDesk
    from defense_console.desk.logs.searches import Searches
    from defense_console.desk.student.outlook import OutlookDesk
    from defense_console.desk.student.rehearsing import RehearsalsDesk
    from defense_console.desk.student.student import StudentDesk
    from defense_console.desk.student.students import StudentsDesk
    from defense_console.desk.upkeep.daily_backup import DailyBackup
    from defense_console.desk.uploads.intake import Intake
    from defense_console.store.vault import Vault

D = TypeVar("D", bound="VerdictDesk")


SEARCHES_END_S = 0.5
"""So long the end waits for a search that is being answered."""


class Desk:
    """The mentor's desk. Each method gives the use cases of one screen.

    Args:
        store: Read connection, used on this thread only.
        recorder: Started; its answers must reach `acknowledge` on this thread.
        daily: Copies the store once a day; None does not.
        vault: Where received documents are kept; None for a desk that takes none.
        folder: Where a mentor finds what was copied; None for no such place.
        searches: Asks the store what a search finds; its answers must reach `heard`. None asks at once.
    """

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        clocks: Callable[[], Stamp],
        process_start: ProcessStart,
        settings: Settings,
        shipped: Mapping[str, Curriculum],
        daily: DailyBackup | None = None,
        vault: Vault | None = None,
        folder: Path | None = None,
        searches: Searches | None = None,
    ) -> None:
        self.store = store
        self.folder = folder
        self.recorder = recorder
        self.settings = settings
        self.now = clocks
        self.ledger = Ledger(store, recorder, clocks, settings.name, shipped)
        self.team = Team(self.ledger, settings.zone, settings.capacity_min)
        self.ledger.signature = settings.signature
        self._daily = daily
        self._vault = vault
        self.leases = Leases(
            self._stored_leases, recorder.submit, clocks, process_start, settings.zone, self.ledger.read_only, store,
            self.team.not_mine,
        )  # fmt: skip
        self._live: dict[str, LiveDesk] = {}
        self._countdowns = Countdowns(settings.release_countdown_s, clocks)
        self.agenda = AgendaDesk(self.ledger, self.leases, self.team, searches)
        self._shipped = shipped
        self._searches = searches

    @cached_property
    def comments(self) -> CommentBank:
        """Return the comment bank."""
        from defense_console.desk.defense.comments import CommentBank

        return CommentBank(self.ledger, self.settings, self._shipped)

    @cached_property
    def enrolment(self) -> Enrolment:
        """New students and defenses, typed in the console."""
        from defense_console.desk.enrolment import Enrolment

        return Enrolment(self.ledger, self.agenda, self._shipped)

    def change_settings(self, changes: Mapping[str, str]) -> None:
        """Use other settings from now on; `save_settings` keeps them."""
        self.settings = settings = changed(self.settings, changes)
        self.ledger.author, self.ledger.signature = settings.name, settings.signature
        self.leases.zone = self.team.zone = settings.zone
        if self._daily is not None:
            self._daily.zone = settings.zone
        for known in ("comments", "students"):
            self.__dict__.pop(known, None)  # made with the settings before

    def save_settings(self, changes: Mapping[str, str]) -> None:
        """Keep changed settings in their file. May be called on another thread, since a disk may be slow.

        Raises:
            ConsoleError: The file cannot be written.
        """
        save(self.settings, changes)

    # --- use cases -----------------------------------------------------------------------------------------------

    def brief(self, defense_id: str) -> BriefDesk:
        """Return the brief and waiting room of a defense."""
        self.leases.look()
        return BriefDesk(self.ledger, defense_id, self.leases)

    def live(self, defense_id: str) -> LiveDesk:
        """Return the running defense. The same object is given every time, because its ticks must see every gap."""
        from defense_console.desk.defense.live import LiveDesk

        if defense_id not in self._live:
            self.leases.look()
            self._live[defense_id] = LiveDesk(self.ledger, defense_id, self.leases)
        return self._live[defense_id]

    def verdict(self, defense_id: str) -> VerdictDesk:
        """Return the verdict of a defense."""
        from defense_console.desk.defense.verdict import VerdictDesk

        return self._verdict_desk(VerdictDesk, defense_id)

    def revisions(self, defense_id: str) -> RevisionsDesk:
        """Return the documents to revise after a conditional verdict, and the verdict they lead to."""
        from defense_console.desk.defense.revisions import RevisionsDesk

        return self._verdict_desk(RevisionsDesk, defense_id)

    def second_reading(self, defense_id: str) -> ReadingDesk:
        """Return the second reading of a defense."""
        from defense_console.desk.defense.second_reading import ReadingDesk

        self.leases.look()
        return ReadingDesk(self.ledger, defense_id, self.leases)

    def intake(self, defense_id: str) -> Intake:
        """Return the documents that come in for a defense: they are looked at first, then taken.

        Raises:
            ConsoleError: There is no such defense.
        """
        from defense_console.desk.uploads.intake import Intake
        from defense_console.uploads.opening.limits import Limits

        settings = self.settings
        limits = Limits(settings.max_archive_mb, settings.max_files, settings.max_ratio)
        self.leases.look()
        return Intake(self.ledger, defense_id, self.leases, self.vault, limits, settings.zone)

    @property
    def vault(self) -> Vault:
        """Return where the documents received are kept."""
        if self._vault is None:
            raise RuntimeError("a desk that was given no vault")
        return self._vault

    def _verdict_desk(self, kind: type[D], defense_id: str) -> D:
        self.leases.look()
        return kind(self.ledger, defense_id, self.leases, self._countdowns, zone=self.settings.zone)

    @cached_property
    def rehearsals(self) -> RehearsalsDesk:
        """Return the rehearsals of students; nothing of them is in the queue or in a record."""
        from defense_console.desk.student.rehearsing import RehearsalsDesk

        return RehearsalsDesk(self.ledger, self.leases)

    def rehearsal(self, id: str) -> LiveDesk:
        """Return a rehearsal as the live screen runs it; the same object every time, as `live` gives it."""
        from defense_console.desk.defense.live import LiveDesk

        if id not in self._live:
            self.leases.look()
            self._live[id] = LiveDesk(self.ledger, id, self.leases, REHEARSAL)
        return self._live[id]

    def outcome_of(self, live: LiveDesk) -> VerdictDesk:
        """Return what a defense or a rehearsal would come to: suggestion and documents."""
        from defense_console.desk.defense.verdict import VerdictDesk

        subject, zone = (REHEARSAL if live.subject is REHEARSAL else DEFENSE), self.settings.zone
        return VerdictDesk(self.ledger, live.id, self.leases, self._countdowns, zone=zone, subject=subject)

    def follow(self, student_id: str) -> StudentDesk:
        """Return a student of the mentor's: sessions, goals, notes."""
        from defense_console.desk.student.student import StudentDesk

        self.leases.look()
        return StudentDesk(self.ledger, student_id, self.leases, self.settings)

    @cached_property
    def outlooks(self) -> OutlookDesk:
        """Return what lies ahead of all students: forecasts, proposals of alerts."""
        from defense_console.desk.student.outlook import OutlookDesk

        return OutlookDesk(self.ledger, self.settings, self._waiting_for_mentor)

    @cached_property
    def insight(self) -> InsightDesk:
        """Return what the mentor's defenses say together."""
        from defense_console.desk.insight import InsightDesk

        return InsightDesk(self.ledger, self.settings)

    def _waiting_for_mentor(self) -> frozenset[str]:
        """Return the ids of the students whose next step is the mentor's."""
        return frozenset(each.summary.student_id for each in self.agenda.entries() if each.waiting_for == "mentor")

    @cached_property
    def students(self) -> StudentsDesk:
        """Return all students at once."""
        from defense_console.desk.student.students import StudentsDesk

        return StudentsDesk(self.ledger, self.agenda, self.settings, lambda: self.outlooks.rules.alerts)

    def _stored_leases(self) -> Mapping[str, Lease]:
        """Return the leases as the store holds them now."""
        self.ledger.snapshot.refresh()
        return self.ledger.snapshot.leases()

    def student(self, student_id: str) -> Student | None:
        """Return a student of the store, or None."""
        return self.ledger.snapshot.student(student_id)

    def live_here(self) -> str | None:
        """Return the only defense that was live on this machine, on which the console opens; else None."""
        self.leases.look()
        live = [summary.id for summary in self.ledger.snapshot.pending() if summary.session == "live"]
        streams = {id: DEFENSE.stream(id) for id in live}
        here = [id for id in live if self.leases.was_here(streams[id]) and self.leases.not_mine(streams[id]) is None]
        return here[0] if len(here) == 1 else None

    def rehearsal_here(self) -> str | None:
        """Return the rehearsal that was going on on this machine, None for none or several."""
        self.leases.look()
        here = [each.id for each in self.agenda.rehearsals() if self.leases.was_here(REHEARSAL.stream(each.id))]
        return here[0] if len(here) == 1 else None

    # --- two consoles --------------------------------------------------------------------------------------------

    def take_over(self, log: LogDesk[W, S]) -> S:
        """Take a log from the console that holds it, which may only read it from then on.

        From this event on the store refuses what that console still appends, and keeps it aside.

        Raises:
            ConsoleError: No other console holds it.
        """
        self.leases.look()
        return log.take_over()

    # --- once a second -------------------------------------------------------------------------------------------

    def tick(self, shown: Collection[str] = ()) -> frozenset[str]:
        """Do what is due once a second: see what other consoles did and whether the machine slept, copy, release.

        Args:
            shown: Names of the logs that have a screen open: they stay held once they are.

        Returns:
            Names of the logs that have changed: another console wrote on them, took them over or let them go, or the
            verdict of the defense has just been released, as its dialog announced.
        """
        self.leases.look()
        turned = self.leases.turned() | self.ledger.refresh() | self.team.turned()
        for live in self._live.values():
            live.tick()
        self.leases.free_for_others(self._is_live)
        self.leases.free_all_but([held for held in self.leases.held if held in shown or self._is_live(held)])
        for stream in self.leases.held:
            self.leases.hold(stream)
        if self._daily is not None:
            self._daily.look(self.now())
        return turned | self._release()

    def _is_live(self, stream: str) -> bool:
        """Return whether a defense is live; if its log cannot be read any more, what the row next to it says."""
        subject = subject_of(stream)
        if not isinstance(subject, Defenses):
            return False
        defense_id = subject.id_of(stream)
        try:
            return self.ledger.state(subject, defense_id).session == "live"
        except ConsoleError:
            with suppress(ConsoleError):
                summary = self.ledger.snapshot.summaries([defense_id]).get(defense_id)
                return summary is not None and summary.session == "live"
            return True  # its last sign of life stays for the next console that can read it

    def _release(self) -> frozenset[str]:
        """Release the verdicts signed here whose countdown has ended; one that was taken over is released there."""
        released = set()
        for defense_id in self._countdowns.ids:
            verdict = self.verdict(defense_id)
            if verdict.countdown_s() == 0 and verdict.read_only is None:
                verdict.release()
                released.add(verdict.stream)
            if verdict.defense.signed is None or verdict.read_only is not None:
                self._countdowns.end(defense_id)
        return frozenset(released)

    def copy_problem(self) -> ConsoleError | None:
        """Return why there is no copy of the day, once; then None."""
        return self._daily.problem() if self._daily is not None else None

    # --- saving --------------------------------------------------------------------------------------------------

    def acknowledge(self, answer: Answer) -> None:
        """Take an answer of the recorder, on this thread."""
        self.ledger.acknowledge(answer)
        if isinstance(answer, Ack):
            self.leases.written(answer.job)
        elif isinstance(answer, Refused) and isinstance(answer.job, Append):
            self._record_facts_again(answer.job)

    def heard(self, answer: Searched) -> bool:
        """Take an answer to a search, on this thread; return whether anybody still waits for it."""
        return self.agenda.search.heard(answer)

    def _record_facts_again(self, job: Append) -> None:
        """Record what the system saw after what the other console wrote: it is true in any order."""
        subject = subject_of(job.stream)
        id = subject.id_of(job.stream)
        self.leases.look()
        facts = [what for line in job.lines if (what := subject.decode(line).what).fact]
        if facts and self.leases.read_only(job.stream) is None and self.ledger.unread(job.stream) is None:
            self.ledger.act(subject, id, *facts)

    @property
    def saved(self) -> SaveState:
        """Return what the saved line says."""
        return self.ledger.saved

    def unsaved_text(self, language: str) -> str:
        """Return everything that is not in the store, in words; empty when everything is."""
        from defense_console.desk.logs.unsaved import unsaved_text

        return unsaved_text(self.ledger, language, self.settings.zone)

    @property
    def spool_folder(self) -> Path | None:
        """Return where what is not saved is kept, outside of the store's folder; None when there is no such place."""
        return self.recorder.spool_folder

    def close(self, timeout_s: float = 2.0) -> bool:
        """Free the leases, wait for the recorder, close the store; return whether everything was written."""
        self.leases.end(self._is_live)
        if self._searches is not None:
            self._searches.close(SEARCHES_END_S)
        written = self.recorder.close(timeout_s)
        self.store.close()
        return written
