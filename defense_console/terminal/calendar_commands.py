"""`calendar …`: the mentor's calendar in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from defense_console import clocks
from defense_console.i18n import language
from defense_console.model.errors import N_
from defense_console.terminal.base import Session, command, ready, shared
from defense_console.terminal.files import write
from defense_console.terminal.words import OneOf, WordedGroup

if TYPE_CHECKING:
    from defense_console.desk.calendar import CalendarDesk
    from defense_console.store.tiny import TinyStore


@click.group("calendar", cls=WordedGroup, help=N_("Planned defenses from a calendar, defenses and deadlines into one."))
@shared
def calendar() -> None:
    """Calendars."""


def _desk(session: Session, store: TinyStore) -> CalendarDesk:
    from defense_console.desk.calendar import CalendarDesk

    return CalendarDesk(store, clocks.read, session.settings.name, session.shipped)


@command(calendar, "export", N_("Write defenses and deadlines as an iCalendar file."))
@click.option("--names", is_flag=True, help=N_("Whole names of students; otherwise initials."))
@click.option(
    "--deadlines", type=OneOf("tasks", "events", "both", "none"), default="tasks",
    help=N_("Deadlines as tasks, as events for calendars that show no tasks, both, or none."),
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help=N_("Write into a file."))
def export_command(session: Session, names: bool, deadlines: Any, output: str | None) -> None:
    """Defenses and deadlines."""
    from defense_console.exchange.calendar_writing import CalendarForm
    from defense_console.terminal.opening import opened_store

    ready(session)
    form = CalendarForm(language(), names, session.settings.calendar_alarm_min, deadlines)
    with opened_store(session.folder(), create=False) as store:
        write(output, [_desk(session, store).export(form)])
