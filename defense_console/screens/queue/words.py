"""What the queue says of a defense, as values."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from defense_console.desk.defense.brief import BriefDesk
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.agenda import Entry, Order
from defense_console.model.queue.path import glyph
from defense_console.safe_text import content
from defense_console.screens.live.words import short_when
from defense_console.widgets.lists.queue_table import QueueRow
from defense_console.words.translation import N_, _, in_words, language, ngettext, when
from defense_console.words.values import OUTCOMES, SESSIONS

ORDERS: tuple[tuple[Order, str], ...] = (
    ("time", N_("by time")),
    ("student", N_("by student")),
    ("project", N_("by project")),
)
MARKS: Mapping[str, tuple[str, str]] = {
    "live": ("▶", "$text-error"),
    "waiting": ("◔", "$text-accent"),
    "planned": ("○", ""),
    "held": ("■", "$text-accent"),
}
"""Glyph and colour of a session in the list."""


def row(entry: Entry, zone: str, now: str) -> QueueRow:
    """One line of the list."""
    summary = entry.summary
    ahead_s = int((instant(entry.next_at) - instant(now)).total_seconds())
    mark, style = MARKS.get(summary.session, ("·", "$text-muted"))
    if summary.parked:
        mark = "‖"
    return QueueRow(
        id=summary.id,
        when=short_when(entry.next_at, zone, now),
        ahead=in_words(ahead_s, due=entry.is_due),
        mark=mark,
        student=entry.student_name,
        project=summary.project + (f"·{summary.attempt}" if summary.attempt > 1 else ""),
        documents=documents(entry),
        waits=waits(entry),
        style=style if summary.pending and entry.waiting_for != "student" else "$text-muted",
    )


def documents(entry: Entry) -> str:
    """Received of expected: documents to revise once they are asked for, else the deliverables."""
    summary = entry.summary
    if summary.rows_required:
        return f"{summary.rows_received}/{summary.rows_required}"
    return f"{len(summary.received)}"


def waits(entry: Entry) -> str:
    """Who is waited for (◆ me, ◇ the student), and for what."""
    what = _(entry.text_id, **dict(entry.parameters))
    if entry.waiting_for == "mentor":
        return f"◆ {what}"
    if entry.waiting_for == "student":
        return f"◇ {what}"
    return what


def brief(desk: BriefDesk, zone: str, now: str) -> tuple[Content, tuple[Content, ...]]:
    """Heading and lines of the brief beside the list."""
    defense, project, tongue = desk.defense, desk.project, language()
    heading = content(desk.student.name)
    lines = [
        Content.assemble((f"{project.id} ", "bold"), project.title.in_(tongue)),
        content(" · ".join((when(defense.planned_at, zone, now), _(SESSIONS[defense.session])))),
    ]
    if defense.attempt > 1:
        lines.append(Content(_("attempt {n}", n=defense.attempt)))
    if kept := len(desk.aside):
        lines.append(
            Content("! " + ngettext("{n} decision to choose", "{n} decisions to choose", kept)).stylize("bold")
        )
    strip = " ".join(f"{each.n}{glyph(status)}" for each, status in desk.path)
    lines += [Content(""), Content.assemble((_("Path") + "  ", "$text-muted"), strip)]
    if desk.previous and desk.previous[-1].outcome:
        last = desk.previous[-1]
        outcome = _(OUTCOMES[last.outcome or "rework"])
        lines.append(content(_("attempt {n}: {outcome}", n=last.attempt, outcome=outcome)))
    lines.append(Content(""))
    received = sum(1 for got in defense.declared.values() if got)
    lines.append(Content.assemble((_("Documents") + f"  {received}/{len(project.deliverables)}", "bold")))
    for deliverable in project.deliverables:
        got = bool(defense.declared.get(deliverable.n))
        lines.append(Content.assemble(("✓ " if got else "○ ", "$text-success" if got else "$text-muted"),
                                      f"{deliverable.n}. {deliverable.title.in_(tongue)}"))  # fmt: skip
    done, checks = len(defense.checks), len(desk.curriculum.checks)
    lines += [Content(""), Content(_("Checks {done}/{total}", done=done, total=checks))]
    if notes := len(defense.notes):
        lines.append(Content(ngettext("{n} note", "{n} notes", notes)))
    return heading, tuple(lines)
