"""`import`: students and defenses from a list, the platform's sessions, or a whole store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from defense_console.exchange.lists.headings import HEADINGS, LIST_COLUMNS, REQUIRED
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line
from defense_console.settings import path_named
from defense_console.terminal.base import Session, settle_language, shared
from defense_console.terminal.files import at_terminal, opened_input, write
from defense_console.terminal.worded import WordedCommand
from defense_console.terminal.words import OK, REFUSED, say, say_all
from defense_console.words.translation import _, language, ngettext

if TYPE_CHECKING:
    from defense_console.desk.exchange.files import Taken
    from defense_console.exchange.data_file import DataFile
    from defense_console.store.opened import OpenedStore

_LISTS: Final = frozenset({"csv", "workbook", "json", "sessions"})
"""What is shown and asked about before it is written."""


class _ImportCommand(WordedCommand):
    """The command, whose help lists the columns."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the columns and their headings."""
        formatter.write_paragraph()
        with formatter.section(_("Columns of a list, in any order and any case; * has to be there")):
            formatter.write_dl([(f"{c}{' *' if c in REQUIRED else ''}", self._headings(c)) for c in LIST_COLUMNS])

    def _headings(self, column: str) -> str:
        names = ", ".join(HEADINGS[column])
        match column:
            case "student_name":
                return _("{names}; or two columns: {last}, and {first}", names=names,
                         last=" / ".join(HEADINGS["last_name"]), first=" / ".join(HEADINGS["first_name"]))  # fmt: skip
            case "planned_at":
                return _("{names}; the time may have a column of its own: {time}", names=names,
                         time=" / ".join(HEADINGS["planned_time"]))  # fmt: skip
        return names


@click.command(
    "import", cls=_ImportCommand,
    help=N_("Take students and defenses from .xlsx, .ods, CSV or JSON, the platform's sessions, "
            "or an export into an empty store."),
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help=N_("Show what is understood, check everything and change nothing."))
@click.option("--yes", is_flag=True, help=N_("Do not ask."))
@click.option("--offer", is_flag=True, help=N_("In a school: offer what it plans to the mentors at once."))
@click.option("--sheet", metavar="NAME", help=N_("The sheet of a workbook that has several."))
@click.option("--template", metavar="FILE", help=N_("Write an example list, as CSV, to fill in; nothing is imported."))
@click.argument("file", metavar="FILE", required=False)
@shared
@click.pass_obj
def import_command(
    session: Session, file: str | None, dry_run: bool, yes: bool, offer: bool, sheet: str | None, template: str | None
) -> int:
    """Return a file, decided by its content."""
    from defense_console.desk.exchange.whole_store import WholeStoreDesk
    from defense_console.exchange.data_file import data_file
    from defense_console.terminal.imported import changed_lines, import_lines, question_lines
    from defense_console.terminal.progress import watched

    if template is not None:
        _write_template(session, template, file)
        return OK
    if file is None:
        raise ConsoleError("{name} is missing.", name="FILE")
    settings = session.settings
    with opened_input(file) as stream:
        found = data_file(stream)
        if found.kind in ("zip", "export"):  # read in pieces, while the file is open
            sheet = _sheet(found, sheet) if found.kind == "export" else None
            with session.store_of(create=True, writing=not dry_run) as store:
                desk = session.exchange(store)
                if found.kind == "export":
                    taken = desk.take(found, dry_run=dry_run, watch=watched)
                else:
                    taken = WholeStoreDesk(desk, store.vault).take(stream, dry_run=dry_run, watch=watched)
            say_all(import_lines(taken, dry_run, settings.zone))
            return OK
    sheet = _sheet(found, sheet)
    ask = not dry_run and not yes and found.kind in _LISTS and _somebody_is_there()
    if ask:
        with session.store_of(create=True) as store:
            plan = session.exchange(store).take(found, sheet=sheet, dry_run=True).plan
        if plan is not None:
            say_all(question_lines(plan, settings.zone))
        if plan is None or plan.empty:
            return OK
        if not _agreed():
            say(_("Nothing was imported."))
            return REFUSED
    with session.store_of(create=True, writing=not dry_run) as store:
        take = partial(session.exchange(store).take, found, sheet=sheet, dry_run=dry_run)
        taken, offered = _offered(store, take) if offer and not dry_run else (take(), 0)
    say_all(
        changed_lines(taken.plan, settings.zone) if ask and taken.plan else import_lines(taken, dry_run, settings.zone)
    )
    if offered:
        say(ngettext("{n} defense is offered to the mentors.", "{n} defenses are offered to the mentors.", offered))
    return OK


def _offered(store: OpenedStore, take: Callable[[], Taken]) -> tuple[Taken, int]:
    """Take a file and offer the defenses that it plans, in one transaction; return how many are offered too."""
    from defense_console.desk.school import offer_all
    from defense_console.model.defense.summary import defense_id

    with store.transaction():
        taken = take()
        planned = taken.plan.appointments if taken.plan is not None else ()
        return taken, offer_all(store, [str(defense_id(*each.key)) for each in planned if each.before is None])


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and at_terminal()


def _agreed() -> bool:
    """Ask whether to write what was shown; anything but a yes in either language is a no."""
    answer: str = click.prompt(_("Import this? (y/n)"), default="n", show_default=False, prompt_suffix=" ")
    return answer.strip().lower() in ("y", "yes", "o", "oui")


def _sheet(found: DataFile, asked: str | None) -> str | None:
    """Return the sheet to read; a mentor who is there chooses one of several."""
    if found.kind != "workbook":
        if asked is not None:
            raise ConsoleError("--sheet belongs to workbooks, .xlsx and .ods; this file is none.")
        return None
    if asked is not None or not _somebody_is_there():
        return asked
    from defense_console.exchange.lists.workbook import Workbook, chosen

    names = Workbook(found.data).names
    if len(names) < 2:
        return None
    say(_("This workbook has several sheets:"))
    say_all(f"  {n}  {one_line(name)}" for n, name in enumerate(names, 1))
    while (
        name := chosen(
            names, click.prompt(_("Which one? Its number:"), default="", show_default=False, prompt_suffix=" ")
        )
    ) is None:
        pass
    return name


def _write_template(session: Session, template: str, file: str | None) -> None:
    """Write an example list into a new file."""
    from defense_console.exchange.lists.template import template_csv

    if file is not None:
        raise ConsoleError("--template writes a file and imports none: leave {file} out.", file=file)
    settle_language(session)
    if Path(template).suffix.lower() != ".csv":
        raise ConsoleError("The example is written as CSV: name it like {name}.", name="students.csv")
    if path_named(template).exists():
        raise ConsoleError("{file}: this file is already there; choose another name.", file=template)
    write(template, [template_csv(language())])
    say(_("{file} is written. Fill it in, save it, and give it to “import”; .xlsx and .ods are read too.",
          file=one_line(template)))  # fmt: skip
