"""The folders that a store needs elsewhere, looked at without leaving anything in them: for copies, for the spool."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.findings import Finding
from defense_console.store.sqlite.opening.half_made import HalfMade


def why_not_written(folder: Path) -> ConsoleError | None:
    """Return why nothing can be written into a folder, which may still have to be made; None when something can.

    By a try, since rights alone say nothing of what the system makes itself. The file that is tried has no name.
    """
    there = folder
    try:
        while not os.path.lexists(there):
            there = there.parent
        if not there.is_dir():
            return ConsoleError(N_("{place} is no folder."), place=there)
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return ConsoleError(
            N_("Nothing can be written to {place}: {reason}."),
            place=there,
            reason=system_reason(error),
        )


def of_copies(backups: Backups) -> Iterator[Finding]:
    """Yield what is wrong with where the copies of a store go, and with their instants."""
    if not backups.folder.is_relative_to(backups.store):  # next to the store it is looked at with the store
        problem = why_not_written(backups.folder)
        if problem is not None:
            remedy = ConsoleError(N_("Until backup_folder in settings.toml names another folder, no copy is made."))
            yield Finding("copies", str(backups.folder), problem, remedy, repairable=False)
    for backup in backups.all():
        if backup.doubtful:
            yield Finding(
                "copies", str(backup.path),
                ConsoleError(N_("The date of this copy is still to come: the clock was wrong.")),
                ConsoleError(N_("It counts as the oldest. Remove it once there are newer ones.")),
                repairable=False,
            )  # fmt: skip


def of_half_made(half_made: HalfMade) -> Iterator[Finding]:
    """Yield what kills left half-made, which may speak of anybody."""
    for left in half_made.left():
        yield Finding(
            "left", str(left),
            ConsoleError(N_("It was left half-made when a console or a command was killed.")),
            ConsoleError(N_("doctor --repair removes it.")),
            repairable=True,
        )  # fmt: skip


def of_spool(folder: Path, store: Path) -> Iterator[Finding]:
    """Yield what is wrong with where the spool goes.

    Args:
        store: The store's own folder, in which nothing is tried.
    """
    if folder.absolute().is_relative_to(store.absolute()):
        return
    problem = why_not_written(folder)
    if problem is not None:
        remedy = ConsoleError(
            N_("Until spool in settings.toml names another folder, what cannot be saved is in memory only.")
        )
        yield Finding("spool", str(folder), problem, remedy, repairable=False)
