"""Desk: everything a mentor can do on one store, on one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from defense_console.desk.agenda import AgendaDesk
from defense_console.desk.brief import BriefDesk
from defense_console.desk.comments import CommentBank
from defense_console.desk.daily_backup import DailyBackup
from defense_console.desk.intake import Intake
from defense_console.desk.leases import RENEW_MS, Holder, ProcessStart, held_by_other, read_only_reason
from defense_console.desk.ledger import Answer, Ledger, SaveState
from defense_console.desk.live import LiveDesk
from defense_console.desk.revisions import RevisionsDesk
from defense_console.desk.verdict import VerdictDesk
from defense_console.documents.limits import Limits
from defense_console.model.curriculum import Curriculum
from defense_console.model.errors import ConsoleError
from defense_console.model.events import Stamp
from defense_console.settings import Settings
from defense_console.store.base import Lease, Store, Student, WriteLease
from defense_console.store.recorder import Recorder
from defense_console.store.vault import Vault

D = TypeVar("D", bound=VerdictDesk)


class Desk:
    """The mentor's desk. Each method gives the use cases of one screen.

    Args:
        store: Read connection, used on this thread only.
        recorder: Started; its answers must reach `acknowledge` on this thread.
        clocks: Reads the machine's clocks.
        process_start: Tells when a process of this machine started.
        settings: The mentor's settings.
        shipped: Curricula by code.
        daily: Copies the store once a day; None does not.
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
    ) -> None:
        self.store = store
        self.recorder = recorder
        self.settings = settings
        self.now = clocks
        self.ledger = Ledger(store, recorder, clocks, settings.name, shipped)
        self._daily = daily
        self._process_start = process_start
        self._me = Holder.of_this_process(process_start)
        self._renewed: dict[str, Stamp] = {}
        self._live: dict[str, LiveDesk] = {}
        self._signed: set[tuple[str, int]] = set()
        self.agenda = AgendaDesk(self.ledger, settings)
        self.comments = CommentBank(self.ledger, settings, shipped)

    # --- use cases -----------------------------------------------------------------------------------------------

    def brief(self, defense_id: str) -> BriefDesk:
        """Brief and waiting room of a defense."""
        return BriefDesk(self.ledger, defense_id, self._read_only(defense_id))

    def live(self, defense_id: str) -> LiveDesk:
        """The running defense; one and the same object as long as the console runs, so that ticks see every gap."""
        if defense_id not in self._live:
            lease = self.store.leases().get(defense_id)
            ours = defense_id in self._renewed
            read_only = self._read_only(defense_id)
            self._live[defense_id] = LiveDesk(
                self.ledger, defense_id, read_only, None if ours else lease, self._renew
            )
        return self._live[defense_id]

    def verdict(self, defense_id: str) -> VerdictDesk:
        """Verdict of a defense."""
        return self._deciding(VerdictDesk, defense_id)

    def revisions(self, defense_id: str) -> RevisionsDesk:
        """Documents to revise after a conditional verdict, and the verdict they lead to."""
        return self._deciding(RevisionsDesk, defense_id)

    def intake(self, defense_id: str) -> Intake:
        """What comes in for a defense: looked at, then taken.

        Raises:
            ConsoleError: This store has no folder, or there is no such defense.
        """
        settings = self.settings
        limits = Limits(settings.max_archive_mb, settings.max_files, settings.max_ratio)
        return Intake(self.ledger, defense_id, self._read_only(defense_id), self.vault, limits, settings.zone)

    @property
    def vault(self) -> Vault:
        """Where the documents received are kept.

        Raises:
            ConsoleError: This store has no folder.
        """
        if self.folder is None:
            raise ConsoleError("Documents are kept beside a store in a folder; this one has none.")
        return Vault(self.folder)

    def _deciding(self, kind: type[D], defense_id: str) -> D:
        return kind(
            self.ledger,
            defense_id,
            self._read_only(defense_id),
            countdown_s=self.settings.release_countdown_s,
            signed_here=lambda id, version: (id, version) in self._signed,
            announce=lambda id, version: self._signed.add((id, version)),
            zone=self.settings.zone,
        )

    def student(self, student_id: str) -> Student | None:
        """A student of the store, or None."""
        return self.store.student(student_id)

    def live_here(self) -> str | None:
        """The one live defense this machine was running: the console opens on it. None for none or several."""
        leases = self.store.leases()
        here = [s.id for s in self.store.pending() if s.session == "live" and self._was_here(leases.get(s.id))]
        return here[0] if len(here) == 1 else None

    def _was_here(self, lease: Lease | None) -> bool:
        return lease is not None and lease.host == self._me.host

    # --- once a second -------------------------------------------------------------------------------------------

    def tick(self) -> tuple[str, ...]:
        """Let a second pass: leases, suspends, the day's copy, and signed verdicts whose countdown has ended.

        Returns:
            Ids of the defenses whose verdict has just been released, as their dialog announced.
        """
        for live in self._live.values():
            live.tick()
        self._drop_leases()
        if self._daily is not None:
            self._daily.look(self.now())
        released: list[str] = []
        for defense_id, _version in tuple(self._signed):
            verdict = self.verdict(defense_id)
            if verdict.countdown_s() == 0:
                verdict.release()
                released.append(defense_id)
            if verdict.defense.signed is None:
                self._signed = {pair for pair in self._signed if pair[0] != defense_id}
        return tuple(released)

    def _read_only(self, defense_id: str) -> ConsoleError | None:
        lease = self.store.leases().get(defense_id)
        if lease is not None and held_by_other(lease, self._me, self.now(), self._process_start):
            return read_only_reason(lease, self.settings.zone)
        return None

    def _renew(self, defense_id: str, now: Stamp) -> None:
        """Rewrite this console's lease when it is new or old enough."""
        last = self._renewed.get(defense_id)
        if last is None or last.boot_id != now.boot_id or now.boot_ms - last.boot_ms >= RENEW_MS:
            self._renewed[defense_id] = now
            self.recorder.submit(WriteLease(defense_id, self._me.lease(now)))

    def _drop_leases(self) -> None:
        """A defense that is not live any more needs no sign of life: what comes later is no absence of the console."""
        for defense_id in [id for id in self._renewed if self.ledger.defense(id).session != "live"]:
            del self._renewed[defense_id]
            self.recorder.submit(WriteLease(defense_id, None))

    def copy_problem(self) -> ConsoleError | None:
        """Why there is no copy of the day; told once."""
        return self._daily.problem() if self._daily is not None else None

    # --- saving --------------------------------------------------------------------------------------------------

    def acknowledge(self, answer: Answer) -> None:
        """Take an answer of the recorder, on this thread."""
        self.ledger.acknowledge(answer)

    @property
    def folder(self) -> Path | None:
        """The store's folder, where a mentor finds what was copied; None when the store has none."""
        return getattr(self.store, "folder", None)

    @property
    def saved(self) -> SaveState:
        """What the saved line says."""
        return self.ledger.saved

    def close(self, timeout_s: float = 2.0) -> bool:
        """Free the leases, wait for the recorder, close the store.

        Returns:
            Whether everything was written.
        """
        now = self.now()
        self._drop_leases()
        for defense_id in self._renewed:
            lease = Lease("", self._me.host, self._me.pid, self._me.process_start, now.boot_id, now)
            self.recorder.submit(WriteLease(defense_id, lease))
        written = self.recorder.close(timeout_s)
        self.store.close()
        return written
