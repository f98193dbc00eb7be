"""`calendar …`: the mentor's calendar in and out."""

from __future__ import annotations

from typing import Any

import click

from defense_console.model.errors import N_
from defense_console.terminal.base import Session, settle_language, shared, store_command
from defense_console.terminal.files import read, write
from defense_console.terminal.worded import OneOf, WordedGroup
from defense_console.terminal.words import say_all
from defense_console.words.translation import language


@click.group("calendar", cls=WordedGroup, help=N_("Planned defenses from a calendar, defenses and deadlines into one."))
@shared
def calendar() -> None:
    """Bring calendars in and out."""


@store_command(calendar, "import", N_("Take planned defenses from an iCalendar file."))
@click.option("--dry-run", is_flag=True, help=N_("Check everything and change nothing."))
@click.option(
    "--match", "said", multiple=True, metavar="UID=STUDENT/PROJECT",
    help=N_("Which defense an event is, where it does not say so; may be given several times."),
)  # fmt: skip
@click.option("--all", "every", is_flag=True, help=N_("List also the events that speak of no defense."))
@click.option("--sessions", is_flag=True, help=N_("Take the weekly sessions of students instead: --match UID=STUDENT."))
@click.option("--match-file", metavar="FILE", help=N_("A file of such matches, one a line."))
@click.argument("file", metavar="FILE")
def calendar_import(
    session: Session,
    file: str,
    said: tuple[str, ...],
    match_file: str | None,
    dry_run: bool,
    every: bool,
    sessions: bool,
) -> None:
    """Import planned defenses."""
    from defense_console.exchange.calendar.matching import MatchSaid, said_in
    from defense_console.terminal.imported import import_lines, session_lines

    settings = session.settings
    data = read(file)
    wanted = (*(said_in(read(match_file)) if match_file else ()), *(MatchSaid(0, text) for text in said))
    with session.store_of(create=True, writing=not dry_run) as store:
        desk = session.exchange(store)
        if sessions:
            plan = desk.take_sessions(data, wanted, settings.calendar_horizon_days, dry_run=dry_run)
            say_all(session_lines(plan, dry_run, settings.zone))
            return
        taken = desk.take_calendar(data, wanted, settings.calendar_horizon_days, dry_run=dry_run)
    say_all(import_lines(taken, dry_run, settings.zone, every=every))


@store_command(calendar, "export", N_("Write defenses and deadlines as an iCalendar file."))
@click.option("--names", is_flag=True, help=N_("Whole names of students; otherwise initials."))
@click.option(
    "--deadlines", type=OneOf("tasks", "events", "both", "none"), default="tasks",
    help=N_("Deadlines as tasks, as events for calendars that show no tasks, both, or none."),
)  # fmt: skip
@click.option("--no-sessions", is_flag=True, help=N_("Leave the weekly sessions out."))
@click.option("-o", "--output", metavar="FILE", help=N_("Write into a file."))
def calendar_export(session: Session, names: bool, deadlines: Any, no_sessions: bool, output: str | None) -> None:
    """Export defenses and deadlines."""
    from defense_console.desk.student.holidays import holidays_of
    from defense_console.exchange.calendar.writing import CalendarForm

    settle_language(session)
    form = CalendarForm(language(), names, session.settings.calendar_alarm_min, deadlines, not no_sessions)
    holidays = holidays_of(session.settings.holidays, language())
    with session.store_of() as store:
        write(output, [session.exchange(store).export_calendar(form, holidays)])
