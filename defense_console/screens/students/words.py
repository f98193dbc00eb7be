"""What the list of students says, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from textual.content import Content

from defense_console.desk.student.board import BoardRow, StudentOrder, StudentTab
from defense_console.desk.student.outlook import Outlook
from defense_console.desk.student.outlook_words import forecast_short
from defense_console.model.curriculum import Project
from defense_console.model.queue.path import ProjectStatus
from defense_console.safe_text import line
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.column_table import Column, TableRow
from defense_console.widgets.plots.path_strip import PATH_MARKS
from defense_console.widgets.plots.year_strip import year_strip
from defense_console.words.translation import N_, _, language, ngettext, short_when, translator

TAB_LABELS: tuple[tuple[StudentTab | None, str, str], ...] = (
    ("week", N_("This week"), N_("Week")),
    ("mine", N_("Needs me"), N_("Me")),
    ("drifting", N_("Drifting"), N_("Drift")),
    ("away", N_("Away"), N_("Away")),
    (None, N_("All"), N_("All")),
)
"""Every tab with its long and its short title."""
ORDER_LABELS: tuple[tuple[StudentOrder, str], ...] = (
    ("mine", N_("what waits for me, then the longest silence, then the furthest behind the plan")),
    ("silence", N_("the longest silence first")),
    ("pace", N_("the furthest behind the plan first")),
    ("name", N_("by name")),
)
EMPTY: Mapping[StudentTab, str] = {
    "week": N_("Nobody has a session or a goal due this week; {key:students.tab_all} shows everybody."),
    "mine": N_("Nobody waits for you; {key:students.tab_all} shows everybody."),
    "drifting": N_("Nobody drifts away; {key:students.tab_all} shows everybody."),
    "away": N_("Nobody is away; {key:students.tab_all} shows everybody."),
}


def columns() -> tuple[Column, ...]:
    """Return the columns: student, curriculum, path, sessions, silence, goal, next session."""
    return (
        Column(_("student")),
        Column(""),
        Column(_("path")),
        Column(_("held"), 1),
        Column(_("seen")),
        Column(_("goals")),
        Column(_("end"), 2),
        Column(_("output"), 3),
        Column(_("next session"), 4),
    )


def table_row(row: BoardRow, ahead: Outlook | None, zone: str, now: str, today: date) -> TableRow:
    """Return one line of the list."""
    sessions, standing = row.line.sessions, row.line.student.standing
    held = f"{sessions.held}/{sessions.planned}" if sessions.planned else ""
    following = row.line.next
    shown, style = _mark(row)
    return TableRow(
        row.line.student.id,
        (
            line(row.line.student.name),
            line(row.curriculum),
            path_marks(row.path),
            Content(held),
            seen(row),
            goals_cell(standing.open_goals, standing.next_due, today),
            end_cell(ahead, today),
            Content(year_strip(ahead.output) if ahead is not None and any(ahead.output) else ""),
            Content(short_when(following.at, zone, now) if following is not None else ""),
        ),
        mark(shown) if shown else "",
        style,
        muted="away" in row.tabs,
    )


def _mark(row: BoardRow) -> tuple[str, str]:
    if row.is_live:
        return "live", "$text-error"
    if "mine" in row.tabs:
        return "my_turn", "$text-accent"
    if "drifting" in row.tabs:
        return "to_decide", "$text-warning"
    if "away" in row.tabs:
        return "parked", "$text-muted"
    return "", ""


def end_cell(ahead: Outlook | None, today: date) -> Content:
    """Return the likely month of the end, in the colour of a warning where the planned end is unlikely."""
    said = ahead.forecast if ahead is not None else None
    text = forecast_short(said, today, translator(language()))
    late = ahead is not None and ahead.late
    return Content.styled(text, "$text-warning" if late else "" if said is not None and said.end else "$text-muted")


def path_marks(path: Sequence[tuple[Project, ProjectStatus]]) -> Content:
    """Return the marks of the projects without their numbers; a locked one has none."""
    shown = [PATH_MARKS[status] for _project, status in path]
    return Content.assemble(*((mark(name), style) for name, style in shown if mark(name)))


def seen(row: BoardRow) -> Content:
    """Return how long ago the last session was, always short: a column that grows pushes others out of the list."""
    if row.is_live:
        return Content.styled(_("live"), "$text-error")
    if row.silent_days is None:
        return Content("")
    return Content.styled(days_text(row.silent_days), "$text-warning" if "drifting" in row.tabs else "")


def days_text(n: int) -> str:
    """Return a number of days in as few cells as possible."""
    return _("{n} d", n=n)


def due_text(due: str, today: date) -> Content:
    """Return a day as it is shown at the right end: late ones by how much, the others in one short form."""
    day = date.fromisoformat(due)
    late = (today - day).days
    if late > 0:
        return Content.styled(_("late {days}", days=days_text(late)), "$text-warning")
    if late == 0:
        return Content.styled(_("today"), "$text-warning")
    return Content(short_when(f"{due}T12:00:00Z", "UTC", f"{today.isoformat()}T12:00:00Z"))


def goals_cell(count: int, due: str, today: date) -> Content:
    """Return the next due date of the open goals, and how many there are where there is more than one."""
    if not count:
        return Content("")
    if not due:
        return Content(ngettext("{n} goal", "{n} goals", count))
    shown = due_text(due, today)
    return shown if count == 1 else shown + Content.styled(f" +{count - 1}", "$text-muted")


def empty(search: str, tab: StudentTab | None) -> str:
    """Return what an empty list says, with the key that fills it."""
    if search.strip():
        return _("Nothing found for “{search}”; {key:console.back} shows everything again.", search=search)
    if tab is not None:
        return _(EMPTY[tab])
    text = N_("No student yet: {key:queue.new} types one in, defense-console import FILE brings a list in.")
    return _(text)
