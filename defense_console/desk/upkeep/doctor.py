"""The doctor: what is wrong with a store and what belongs to it, and mending what can be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from defense_console.desk.logs.leases import ProcessStart, clear_void
from defense_console.desk.uploads.named import missing_documents
from defense_console.model.curriculum import Curriculum, canonical_json, curriculum_hash
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.watching import Watch, unwatched
from defense_console.store.base import Append, SpooledJob, Store, StoreError
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.diagnosis import REBUILT, examined, mend_rights
from defense_console.store.sqlite.damage.findings import Finding
from defense_console.store.sqlite.damage.folders_beside import of_half_made, of_spool
from defense_console.store.sqlite.damage.repairing import Repaired, repair
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening.half_made import HalfMade, copied_to
from defense_console.store.sqlite.opening.holding import alone
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.keeping_aside import can_be_kept
from defense_console.store.unsaved.replay import replay
from defense_console.store.unsaved.spool_files import (
    ASIDE,
    DAMAGED_SPOOL,
    END,
    belongs,
    read_jobs,
    taken,
    why_not_trusted,
)


class Mended(msgspec.Struct, frozen=True):
    """What was done, and what is still wrong afterwards.

    Attributes:
        rebuilt: None where the store was not built again.
        notice: where the copy made before an earlier schema was brought up lies, when that is not with the others.
    """

    rebuilt: Repaired | None
    left: tuple[Finding, ...]
    notice: ConsoleError | None = None


class Doctor:
    """Looks after one store."""

    def __init__(
        self,
        backups: Backups,
        now: Stamp,
        process_start: ProcessStart,
        shipped: Mapping[str, Curriculum],
        spool: Path,
        watch: Watch = unwatched,
    ) -> None:
        self._backups = backups
        self._now = now
        self._process_start = process_start
        self._shipped = shipped
        self._spool = spool
        self._watch = watch

    def examine(self) -> tuple[Finding, ...]:
        """Return everything that is wrong. Empty when the store is sound.

        Raises:
            ConsoleError: There is no store, or it cannot be looked at.
        """
        with examined(self._backups, self._watch) as (found, store):
            others = (*of_half_made(self._half_made(store)), *of_spool(self._spool, self._backups.store))
            return (*found, *others, *(self._of_documents_and_spool(store) if store is not None else ()))

    def _half_made(self, store: Store | None) -> HalfMade:
        elsewhere: list[Path] = []
        if store is not None:
            with suppress(StoreError):
                elsewhere = copied_to(store)
        return HalfMade(self._backups.store, [self._backups.folder], self._spool, elsewhere)

    def _of_documents_and_spool(self, store: TinyStore) -> Iterator[Finding]:
        """Yield what is wrong with documents and spool; rows that cannot be read were reported before."""
        yield from self._of_documents(store)
        with suppress(StoreError):
            yield from self._of_spool(store)

    def repair(self, found: tuple[Finding, ...]) -> Mended:
        """Mend what can be mended of what was found.

        Raises:
            ConsoleError: A console holds the store, or there is no space; what was not mended is as it was.
        """
        folder = self._backups.store
        kinds = {each.kind for each in found if each.repairable}
        if "rights" in kinds:
            mend_rights(folder)
            kinds |= {each.kind for each in self.examine() if each.repairable}
        if "left" in kinds:
            with examined(self._backups) as (_found, store):
                half_made = self._half_made(store)
            with alone(folder):
                half_made.sweep(alone=True)
        rebuilt = None
        if kinds.intersection(REBUILT):
            shipped = {curriculum_hash(each): canonical_json(each) for each in self._shipped.values()}
            rebuilt = repair(self._backups, self._now.wall, shipped)
        with closing(TinyStore.open(folder, create=False, backups=self._backups)) as store:
            # What could not be saved belongs at the end of the logs, now that they are whole again.
            replay(self._spool, store, store.identity)
            clear_void(store, self._now, self._process_start)
            if "index" in kinds:
                store.make_index()
        return Mended(rebuilt, self.examine(), store.notice)

    # --- documents ---------------------------------------------------------------------------------------------------

    def _of_documents(self, store: Store) -> Iterator[Finding]:
        vault = FolderVault(self._backups.store)
        remedy = ConsoleError(N_("Receive it again, or take it from a copy with documents (restore, import)."))
        for found in vault.verify():
            problem = ConsoleError(found.text_id, **found.parameters)
            yield Finding("document", found.stream, problem, remedy, repairable=False)
        missing: tuple[str, ...] = ()
        with suppress(ConsoleError):
            missing = missing_documents(store, vault)
        for sha256 in missing:
            problem = ConsoleError(N_("A document that a log names is missing."))
            where = vault.path(sha256).relative_to(vault.folder).as_posix()
            yield Finding("document", where, problem, remedy, repairable=False)

    # --- the spool ---------------------------------------------------------------------------------------------------

    def _of_spool(self, store: TinyStore) -> Iterator[Finding]:
        files: list[Path] = []
        with suppress(OSError):
            files = sorted(self._spool.iterdir())
        for path in files:
            if path.suffix not in (END, ASIDE, DAMAGED_SPOOL) or path.is_symlink() or not belongs(path, store.identity):
                continue
            if (why := why_not_trusted(path)) is not None:
                remedy = ConsoleError(N_("Ask who owns it. If it is yours, take the others' right to write away."))
                yield Finding("spool", str(path), why, remedy, repairable=False)
                continue
            with taken(path) as handle:
                if handle is not None:
                    yield self._waiting(path, store)
                elif finding := self._held_back(path):
                    yield finding

    @staticmethod
    def _held_back(path: Path) -> Finding | None:
        """Return what a console that lives could not save yet; None when it just did."""
        jobs: list[SpooledJob] = []
        with suppress(OSError):
            jobs, _damaged = read_jobs(path)
        if not jobs:
            return None
        problem = ConsoleError(N_("An open console could not save {n} writes yet; they wait here."), n=len(jobs))
        remedy = ConsoleError(N_("Look at its red line. It saves them by itself when the store can be written again."))
        return Finding("spool", str(path), problem, remedy, repairable=False)

    @staticmethod
    def _waiting(path: Path, store: Store) -> Finding:
        """Return what a file outside of the store holds, and how it comes in."""
        jobs, _damaged = read_jobs(path)
        if path.suffix == END:
            problem = ConsoleError(N_("What could not be saved waits here: {n} writes."), n=len(jobs))
            remedy = ConsoleError(N_("doctor --repair saves it, and so does the console when it is opened."))
        elif path.suffix == ASIDE and any(isinstance(job, Append) and can_be_kept(store, job) for job in jobs):
            problem = ConsoleError(
                N_("What could not be saved because another console wrote first is here: {n} writes."), n=len(jobs)
            )
            remedy = ConsoleError(
                N_("doctor --repair brings it to its defense, where you choose; so does the console when it is opened.")
            )
        else:
            problem = ConsoleError(N_("It holds what was never saved: its defense is not here, or it is damaged."))
            remedy = ConsoleError(N_("Write down elsewhere what matters in it, then remove the file."))
            return Finding("spool", str(path), problem, remedy, repairable=False)
        return Finding("spool", str(path), problem, remedy, repairable=True)
