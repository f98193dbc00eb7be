"""The day besides its defenses: sessions, rehearsals, answers of the school that are due, each a line of the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from defense_console.desk.student.due_words import answer_text
from defense_console.model.defense.subject import REHEARSAL, Defenses
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.agenda import Entry
from defense_console.screens.console import Place
from defense_console.screens.queue.words import listed, live_words, local_minute
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.queue_table import Listed, QueueRow
from defense_console.widgets.plots.day_line import Slot
from defense_console.words.translation import _, in_words, language, short_when, translator

if TYPE_CHECKING:
    from defense_console.desk.queue import GoingOn
    from defense_console.desk.student.students import DayAlert, DaySession

LeftS = Callable[[str, Defenses], int | None]
"""Tells the seconds that something live has left, by its id and its kind; None where that is not known."""
STYLES = {"running": "$text-error", "planned": "$foreground"}
"""Of a session on the day's row; muted where it is over."""


class DayLine(msgspec.Struct, frozen=True):
    """A line of the day that is no defense.

    Attributes:
        id: Of its row.
        at: The instant that places it among the defenses, ISO 8601 UTC.
        student_id: Whom it is about.
        student, project: The columns.
        opens: The screen that it opens, and of whom.
        said: Says what comes next, and its style, in a zone at an instant.
        sign: Name of its mark, "" for none.
        goes_on: Whether it stands first.
    """

    id: str
    at: str
    student_id: str
    student: str
    project: str
    opens: tuple[Place, str]
    said: Callable[[str, str], tuple[str, str]]
    sign: str = ""
    goes_on: bool = False

    @property
    def listed(self) -> Listed:
        """Return what is known of it before it comes into view."""
        return Listed(self.id, self.student, self.project)

    def row(self, zone: str, now: str) -> QueueRow:
        """Return it in words, as it is now."""
        following, style = self.said(zone, now)
        return QueueRow(
            id=self.id,
            turn=mark("my_turn"),
            mark=mark(self.sign) if self.sign else "",
            when=short_when(self.at, zone, now),
            student=self.student,
            project=self.project,
            documents="",
            following=following,
            turn_style="$text-accent",
            style=style,
        )


class Day(msgspec.Struct, frozen=True):
    """What the mentor has to do today besides defenses.

    Attributes:
        sessions: The weekly ones of today, also those that are over.
        alerts: Those whose answer is due.
        rehearsals: Those that go on.
    """

    sessions: tuple[DaySession, ...] = ()
    alerts: tuple[DayAlert, ...] = ()
    rehearsals: tuple[GoingOn, ...] = ()

    def lines(self, left_s: LeftS) -> tuple[DayLine, ...]:
        """Return the lines of what is to do or goes on."""
        sessions = (each for each in self.sessions if each.session.state in ("planned", "running"))
        return (
            *(_rehearsal(each, left_s) for each in self.rehearsals),
            *(_session(each) for each in sessions),
            *(_alert(each) for each in self.alerts),
        )

    def slots(self, zone: str) -> list[Slot]:
        """Return what sessions take of the mentor's day."""
        found = []
        for each in self.sessions:
            if each.session.state in ("planned", "running", "held"):
                _day, start = local_minute(each.session.at, zone)
                style = STYLES.get(each.session.state, "$text-muted")
                found.append(Slot(start, start + each.session.length_min, style))
        return found


def _rehearsal(each: GoingOn, left_s: LeftS) -> DayLine:
    def said(_zone: str, _now: str) -> tuple[str, str]:
        return _("rehearsal {left}", left=live_words(left_s(each.id, each.subject))), "$text-error"

    return DayLine(
        id=REHEARSAL.stream(each.id),
        at=each.since,
        student_id=each.student_id,
        student=each.student_name,
        project=each.project,
        opens=("rehearsal", each.id),
        said=said,
        sign="live",
        goes_on=True,
    )


def _session(each: DaySession) -> DayLine:
    session, student = each.session, each.student
    running = session.state == "running"

    def said(zone: str, now: str) -> tuple[str, str]:
        if running:
            return _("session goes on"), "$text-error"
        if instant(session.at) + timedelta(minutes=session.length_min) <= instant(now):
            return _("session: was it held?"), ""
        return _("session {when}", when=in_words(session.at, zone, now)), ""

    return DayLine(
        id=f"session/{session.day}/{student.id}",
        at=session.at,
        student_id=student.id,
        student=student.name,
        project=student.standing.curriculum,
        opens=("check_in", student.id),
        said=said,
        sign="live" if running else "",
        goes_on=running,
    )


def _alert(each: DayAlert) -> DayLine:
    def said(zone: str, now: str) -> tuple[str, str]:
        answer = answer_text(each.due, zone, now, translator(language()))
        return _("alert: {answer}", answer=answer), "$text-warning" if each.due < now else ""

    return DayLine(
        id=f"alert/{each.student.id}",
        at=each.due,
        student_id=each.student.id,
        student=each.student.name,
        project=each.student.standing.curriculum,
        opens=("alerts", each.student.id),
        said=said,
        sign="alert",
    )


def among(entries: Sequence[Entry], lines: Sequence[DayLine], by_time: bool) -> tuple[Listed, ...]:
    """Return the rows of defenses with the lines of the day among them.

    Args:
        entries: The defenses in order, live ones first; the lines that go on come after these.
        lines: Of the day.
        by_time: Put each other line before the first defense that is later and not waiting; else all come last.
    """
    live = sum(entry.summary.session == "live" for entry in entries)
    found = [*map(listed, entries[:live]), *(each.listed for each in lines if each.goes_on)]
    left = sorted((each for each in lines if not each.goes_on), key=lambda each: each.at)
    for entry in entries[live:]:
        while by_time and entry.summary.session != "waiting" and left and left[0].at <= entry.next_at:
            found.append(left.pop(0).listed)
        found.append(listed(entry))
    return (*found, *(each.listed for each in left))
