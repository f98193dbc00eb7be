"""What the queue says of a defense, as values."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from defense_console.desk.queue import Card
from defense_console.model.queue.agenda import Entry, Order
from defense_console.safe_text import content
from defense_console.widgets.lists.queue_table import QueueRow
from defense_console.widgets.plots.path_strip import path_strip
from defense_console.words.translation import N_, _, in_words, language, ngettext, short_when, when
from defense_console.words.values import OUTCOMES, SESSIONS

ORDER_LABELS: tuple[tuple[Order, str], ...] = (
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


def queue_line(entry: Entry, zone: str, now: str, new_tab: str = "") -> QueueRow:
    """One line of the list. Args: new_tab: where the defense is now, if it has left the tab that is shown."""
    summary = entry.summary
    mark, style = MARKS.get(summary.session, ("·", "$text-accent"))
    if summary.parked:
        mark = "‖"
    return QueueRow(
        id=summary.id,
        when=short_when(entry.next_at, zone, now),
        ahead=in_words(entry.next_at, zone, now, due=entry.is_due),
        mark=mark,
        student=entry.student_name,
        project=summary.project + (f"·{summary.attempt}" if summary.attempt > 1 else ""),
        documents=documents_cell(entry),
        waits=_("now in “{tab}”", tab=new_tab) if new_tab else waits(entry),
        gone=bool(new_tab),
        style=style if summary.pending and entry.waiting_for != "student" else "$text-muted",
    )


def documents_cell(entry: Entry) -> str:
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


def card(shown: Card, zone: str, now: str) -> tuple[Content, tuple[Content, ...]]:
    """Heading and lines of the card next to the list."""
    summary, project, tongue = shown.entry.summary, shown.project, language()
    heading = content(shown.entry.student_name)
    lines = [
        Content.assemble((f"{project.id} ", "bold"), project.title.in_(tongue)),
        content(" · ".join((when(summary.planned_at, zone, now), _(SESSIONS[summary.session])))),
    ]
    if summary.attempt > 1:
        lines.append(Content(_("attempt {n}", n=summary.attempt)))
    if kept := shown.aside:
        lines.append(
            Content("! " + ngettext("{n} decision to choose", "{n} decisions to choose", kept)).stylize("bold")
        )
    strip = path_strip(shown.path).plain
    lines += [Content(""), Content.assemble((_("Path") + "  ", "$text-muted"), strip)]
    if shown.previous is not None and shown.previous.outcome:
        last = shown.previous
        outcome = _(OUTCOMES[last.outcome or "rework"])
        lines.append(content(_("attempt {n}: {outcome}", n=last.attempt, outcome=outcome)))
    lines.append(Content(""))
    received = len(summary.received)
    lines.append(Content.assemble((_("Documents") + f"  {received}/{len(project.deliverables)}", "bold")))
    for deliverable in project.deliverables:
        got = deliverable.n in summary.received
        lines.append(Content.assemble(("✓ " if got else "○ ", "$text-success" if got else "$text-muted"),
                                      f"{deliverable.n}. {deliverable.title.in_(tongue)}"))  # fmt: skip
    lines += [Content(""), Content(_("Checks {done}/{total}", done=summary.checks_done, total=shown.checks))]
    if notes := summary.notes:
        lines.append(Content(ngettext("{n} note", "{n} notes", notes)))
    return heading, tuple(lines)
