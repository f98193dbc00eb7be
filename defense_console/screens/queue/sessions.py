"""Beside the defenses of the day: sessions, rehearsals, answers of the school that are due, each a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from defense_console.desk.student.due_words import answer_text
from defense_console.model.defense.subject import REHEARSAL
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.agenda import Entry
from defense_console.screens.queue.words import live_words, local_minute
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.queue_table import Listed, QueueRow
from defense_console.widgets.plots.day_line import Slot
from defense_console.words.translation import _, in_words, language, short_when, translator

if TYPE_CHECKING:
    from defense_console.desk.queue import GoingOn
    from defense_console.desk.student.students import DayAlert, DaySession

PREFIX = "session/"
"""Begins the id of a line that is a session; its day, "" for none, and the id of the student follow."""
ALERT_PREFIX = "alert/"
"""Begins the id of a line that is an alert; the id of the student follows."""
OPEN = ("planned", "running")
STYLES = {"running": "$text-error", "planned": "$foreground"}


def student_of(row: str | None) -> str:
    """Return the id of the student whose session a line is, "" for a defense."""
    return row.split("/", 2)[2] if row is not None and row.startswith(PREFIX) else ""


def rehearsal_of(row: str | None) -> str:
    """Return the id of the rehearsal that a line is, "" for none."""
    return REHEARSAL.id_of(row) if row is not None and row.startswith(REHEARSAL.prefix) else ""


def rehearsal_row(each: GoingOn, left_s: int | None, zone: str, now: str) -> QueueRow:
    """Return the line of a rehearsal that goes on."""
    return QueueRow(
        id=REHEARSAL.stream(each.id),
        turn=mark("my_turn"),
        mark=mark("live"),
        when=short_when(each.since, zone, now),
        student=each.student_name,
        project=each.project,
        documents="",
        following=rehearsal_words(left_s),
        turn_style="$text-accent",
        style="$text-error",
    )


def rehearsal_words(left_s: int | None) -> str:
    """Return that a rehearsal goes on, and how long it still is."""
    return _("rehearsal {left}", left=live_words(left_s))


def alert_of(row: str | None) -> str:
    """Return the id of the student whose alert a line is, "" for anything else."""
    return row.removeprefix(ALERT_PREFIX) if row is not None and row.startswith(ALERT_PREFIX) else ""


def still_open(sessions: Iterable[DaySession]) -> tuple[DaySession, ...]:
    """Return the sessions that are to be held or are being held."""
    return tuple(each for each in sessions if each.session.state in OPEN)


def session_row(each: DaySession, zone: str, now: str) -> QueueRow:
    """Return the line of a session."""
    session, running = each.session, each.session.state == "running"
    return QueueRow(
        id=f"{PREFIX}{session.day}/{each.student.id}",
        turn=mark("my_turn"),
        mark=mark("live") if running else "",
        when=short_when(session.at, zone, now),
        student=each.student.name,
        project=each.student.standing.curriculum,
        documents="",
        following=_following(each, zone, now),
        turn_style="$text-accent",
        style="$text-error" if running else "",
    )


def alert_row(each: DayAlert, zone: str, now: str) -> QueueRow:
    """Return the line of an alert whose answer is due."""
    overdue = each.due < now
    return QueueRow(
        id=ALERT_PREFIX + each.student.id,
        turn=mark("my_turn"),
        mark=mark("alert"),
        when=short_when(each.due, zone, now),
        student=each.student.name,
        project=each.student.standing.curriculum,
        documents="",
        following=_("alert: {answer}", answer=answer_text(each.due, zone, now, translator(language()))),
        turn_style="$text-accent",
        style="$text-warning" if overdue else "",
    )


def _following(each: DaySession, zone: str, now: str) -> str:
    session = each.session
    if session.state == "running":
        return _("session goes on")
    over = instant(session.at) + timedelta(minutes=session.length_min) <= instant(now)
    if over:
        return _("session: was it held?")
    return _("session {when}", when=in_words(session.at, zone, now))


def among(
    entries: Sequence[Entry], rows: Sequence[Listed], others: Iterable[tuple[str, Listed]], by_time: bool
) -> tuple[Listed, ...]:
    """Return the lines of defenses with those of sessions and alerts among them.

    Args:
        entries: The defenses, in the order of their `rows`.
        others: The other lines, each with its instant.
        by_time: Put each of them before the first defense that is later and not live; else all come last.
    """
    found, left = list[Listed](), sorted(others, key=lambda each: each[0])
    for entry, row in zip(entries, rows, strict=True):
        live = entry.summary.session in ("live", "waiting")
        while by_time and not live and left and left[0][0] <= entry.next_at:
            found.append(left.pop(0)[1])
        found.append(row)
    return (*found, *(row for _at, row in left))


def slots(sessions: Iterable[DaySession], zone: str) -> list[Slot]:
    """Return what sessions take of the mentor's day."""
    found = []
    for each in sessions:
        if each.session.state in ("planned", "running", "held"):
            _day, start = local_minute(each.session.at, zone)
            style = STYLES.get(each.session.state, "$text-muted")
            found.append(Slot(start, start + each.session.length_min, style))
    return found
