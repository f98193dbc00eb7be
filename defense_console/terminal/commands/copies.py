"""`backup` and `restore`: copies of the whole store, made now and put back."""

from __future__ import annotations

import click

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line
from defense_console.settings import path_named
from defense_console.terminal.base import Session, shared
from defense_console.terminal.worded import WordedCommand
from defense_console.terminal.words import say, say_error
from defense_console.words.translation import _, ngettext


@click.command("backup", cls=WordedCommand, help=N_("Copy the store now, check the copy, and say where it is."))
@click.option(
    "-o", "--output", metavar="FOLDER", help=N_("Into another folder, best on another disk, with the documents.")
)
@shared
@click.pass_obj
def backup(session: Session, output: str | None) -> None:
    """Make a copy, also while consoles write."""
    from defense_console.desk.upkeep.copies import back_up, back_up_elsewhere
    from defense_console.terminal.opening import backups_of
    from defense_console.terminal.progress import watched

    if output is not None and not output.strip():  # it would read as the folder one is in
        raise ConsoleError("{name} is missing.", name="FOLDER")
    backups = backups_of(session.folder(), session.settings)
    with session.store_of():  # updates an earlier schema, and says what there is to say of it
        at = clocks.read().wall
        other = None if output is None else path_named(output)
        copied = back_up(backups, at, watched) if other is None else back_up_elsewhere(backups, other, at, watched)
    path = one_line(str(copied.backup.path))
    say(ngettext("{n} log copied and checked: {path}", "{n} logs copied and checked: {path}", copied.logs, path=path))
    if output is not None:
        say(ngettext("{n} document copied with it.", "{n} documents copied with it.", copied.documents))
        _say_missing(copied.missing)


@click.command(
    "restore", cls=WordedCommand, help=N_("Replace the store by a copy of it; what it replaces is kept and named.")
)
@click.argument("source", metavar="FILE_OR_FOLDER")
@shared
@click.pass_obj
def restore(session: Session, source: str) -> None:
    """Put a copy back; of a folder of copies, the last sound one."""
    from defense_console.desk.upkeep.copies import put_back
    from defense_console.terminal.opening import backups_of

    if not source.strip():  # it would read as the folder one is in
        raise ConsoleError("{name} is missing.", name="FILE_OR_FOLDER")
    backups = backups_of(session.folder(), session.settings)
    done = put_back(path_named(source), backups, clocks.read().wall)
    taken = one_line(str(done.restored.source))
    say(ngettext("{n} log restored from {path}.", "{n} logs restored from {path}.", done.restored.logs, path=taken))
    if done.documents:
        say(ngettext("{n} document came with it.", "{n} documents came with it.", done.documents))
    if done.restored.kept is not None:
        say(_("What was there before is kept: {path}", path=one_line(str(done.restored.kept))))
    _say_missing(done.missing)


def _say_missing(missing: tuple[str, ...]) -> None:
    if missing:
        say_error(
            ngettext(
                "{n} document is missing: {first}",
                "{n} documents are missing, the first: {first}",
                len(missing),
                first=missing[0],
            )
        )
