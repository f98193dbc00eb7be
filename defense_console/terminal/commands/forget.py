"""`forget`: everything the console holds of one student goes, after a look and a question."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import click

from defense_console import clocks
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line, visible
from defense_console.terminal.base import Session, shared
from defense_console.terminal.commands.serve import forgotten_by_serve
from defense_console.terminal.worded import WordedCommand
from defense_console.terminal.words import OK, REFUSED, say, say_all, say_error
from defense_console.words.translation import _, date_text, ngettext

if TYPE_CHECKING:
    from defense_console.desk.upkeep.forgetting import ForgetDesk, ForgettingStore, HeldOfStudent, SchoolForgetDesk
    from defense_console.settings import Settings


@click.command(
    "forget", cls=WordedCommand, help=N_("Remove a student from the store, its documents, its copies and the spool.")
)
@click.option("--dry-run", is_flag=True, help=N_("Say what would go, and change nothing."))
@click.option("--yes", is_flag=True, help=N_("Do not ask."))
@click.option("--early", is_flag=True, help=N_("Also before retention_years have passed."))
@click.argument("student", metavar="STUDENT")
@shared
@click.pass_obj
def forget(session: Session, student: str, dry_run: bool, yes: bool, early: bool) -> int:
    """Return a student, by id or by whole name."""
    with _desk(session, dry_run) as desk:
        return _forget(session, desk, student, dry_run=dry_run, yes=yes, early=early)


@contextmanager
def _desk(session: Session, dry_run: bool) -> Iterator[ForgetDesk | SchoolForgetDesk]:
    from defense_console.desk.upkeep.forgetting import ForgetDesk, SchoolForgetDesk
    from defense_console.store.sqlite.copies.backups import Backups
    from defense_console.terminal.opening import backups_of, school_address, spool_folder

    settings = session.settings
    if school_address(session.store) is not None:
        with session.store_of(writing=not dry_run) as store:
            yield SchoolForgetDesk(cast("ForgettingStore", store), spool_folder(settings))
        return
    folder = session.folder()
    with session.store_of(writing=not dry_run):
        pass  # what waited for it is written
    yield ForgetDesk((backups_of(folder, settings), Backups(folder)), spool_folder(settings))


def _forget(
    session: Session, desk: ForgetDesk | SchoolForgetDesk, student: str, *, dry_run: bool, yes: bool, early: bool
) -> int:
    from defense_console.desk.upkeep.forgetting import SchoolForgetDesk

    settings, known, in_school = session.settings, desk.look(student), isinstance(desk, SchoolForgetDesk)
    said_before = dry_run or not yes
    if said_before:
        say_all(_lines(known, settings, in_school=in_school))
    until = known.kept_until(settings.retention_years)
    early_now = bool(until) and instant(clocks.read().wall) < instant(until)
    if dry_run:
        say(_("Dry run: nothing was removed."))
        return OK
    if early_now and not early:
        raise ConsoleError(N_("This record must be kept until {date}: give --early to remove it all the same."),
                           date=date_text(until, settings.zone))  # fmt: skip
    if not yes and not _confirmed(known):
        say(_("Nothing was removed."))
        return REFUSED
    left = (*desk.forget(known.id), *forgotten_by_serve(session, known.id))
    if not said_before:  # the reader may be gone: what was asked for is done before it is said
        say_all(_lines(known, settings, in_school=in_school))
    say(_("Forgotten: {id}.", id=one_line(known.id)))
    for path in left:
        say_error(
            _(
                "{path} still speaks of this student and could not be changed: remove it when nobody needs it.",
                path=one_line(str(path)),
            )
        )
    return REFUSED if left else OK


def _confirmed(known: HeldOfStudent) -> bool:
    """Ask for the id, so that no key pressed by chance removes a person's record."""
    if not sys.stdin.isatty():
        raise ConsoleError(N_("Nobody can be asked here: give --yes."))
    question = _("This cannot be undone. Type {id} to go on", id=one_line(known.id))
    return bool(click.prompt(question, default="", show_default=False) == known.id)


def _lines(known: HeldOfStudent, settings: Settings, *, in_school: bool) -> Iterator[str]:
    who = ", ".join(visible(part) for part in (one_line(known.name), one_line(known.email)) if part)
    yield f"{one_line(known.id)}  {who}".rstrip()
    yield "  " + ngettext("{n} defense with everything recorded of it", "{n} defenses with everything recorded of them",
                          len(known.defenses))  # fmt: skip
    yield "  " + ngettext("{n} document received", "{n} documents received", len(known.documents))
    if known.copies:
        yield "  " + ngettext("out of {n} copy of the store as well", "out of {n} copies of the store as well",
                              len(known.copies))  # fmt: skip
    until = known.kept_until(settings.retention_years)
    if until:
        yield _("By retention_years the record must be kept until {date}.", date=date_text(until, settings.zone))
    elif known.defenses:
        yield _(
            "A certification or the law may require the record of an assessment to be kept for years; "
            "ask the school, and set retention_years."
        )
    for stream in known.mentions:
        yield _("The name is also in a text of {stream}, which stays as it is.", stream=visible(stream))
    if in_school:
        yield _("Private notes of others are not looked through for the name; those about this student go.")
        yield _("It stays in dumps and archives of the server until they are removed, and in what waits on the "
                "machines of mentors: docs/school.md says what to do with them.")  # fmt: skip
    yield _("Files you wrote yourself are not touched: exports, reports, calendars, copies on other disks.")
