"""What the queue says of a defense, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Literal

from textual.content import Content
from textual.geometry import Size

from defense_console.desk.queue import Card
from defense_console.model.curriculum import Project
from defense_console.model.defense.summary import Summary
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.agenda import Entry, Order
from defense_console.model.queue.filtering import Period
from defense_console.safe_text import content, line, shortened, wrapped
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.queue_table import Listed, QueueRow
from defense_console.widgets.plots.path_strip import path_strip
from defense_console.words.translation import (
    N_,
    _,
    clock_text,
    in_words,
    language,
    length_to,
    ngettext,
    short_day,
    short_when,
    when,
    zone_of,
)
from defense_console.words.values import OUTCOMES, SESSIONS

ORDER_LABELS: tuple[tuple[Order, str], ...] = (
    ("time", N_("by time")),
    ("student", N_("by student")),
    ("project", N_("by project")),
)
PERIOD_LABELS: Mapping[Period, str] = {
    "week": N_("this week"),
    "next_week": N_("next week"),
    "month": N_("this month"),
    "last_month": N_("last month"),
}
STATES: Mapping[str, tuple[str, str]] = {"live": ("live", "$text-error"), "waiting": ("room_open", "$text-accent")}
"""Mark and style of a session that is open."""
DAY_STYLES: Mapping[str, str] = {"live": "$text-error", "planned": "$foreground", "waiting": "$text-accent"}
"""Of a defense on the day's row; muted where it is over."""
COLUMN_GAP = 2
BLOCKS = 3
"""Columns of a wide card."""
CardForm = Literal["rows", "columns", "stacked"]


def queue_row(entry: Entry, expected: int, left_s: int | None, zone: str, now: str, new_tab: str = "") -> QueueRow:
    """Return one line of the list.

    Args:
        entry: The defense.
        expected: How many deliverables its project has, 0 where that is not known.
        left_s: Seconds left of a live one, None for any other.
        zone: Of the mentor.
        now: The present instant.
        new_tab: Where the defense is now, if it has left the tab that is shown.
    """
    summary = entry.summary
    name, style = STATES.get(summary.session, ("", ""))
    if not name and "overdue" in entry.tabs:
        name, style = "to_decide", "$text-warning"
    if summary.parked and not name:
        name, style = "parked", "$text-muted"
    turn = {"mentor": mark("my_turn"), "student": mark("student_turn")}.get(entry.waiting_for or "", "")
    if not style and entry.waiting_for != "mentor":
        style = "$text-muted"
    return QueueRow(
        id=summary.id,
        turn=turn,
        mark=mark(name) if name else "",
        when=short_when(entry.next_at, zone, now),
        student=entry.student_name,
        project=project_cell(summary),
        documents=documents_cell(entry, expected),
        following=_("now in “{tab}”", tab=new_tab) if new_tab else following(entry, left_s, zone, now),
        turn_style="$text-accent" if entry.waiting_for == "mentor" else "$text-muted",
        style=style,
        gone=bool(new_tab),
    )


def listed(entry: Entry) -> Listed:
    """Return what is known of a line before it comes into view."""
    return Listed(entry.summary.id, entry.student_name, project_cell(entry.summary))


def project_cell(summary: Summary) -> str:
    """Return a project with its attempt; a first one is not counted."""
    return summary.project + (f"·{summary.attempt}" if summary.attempt > 1 else "")


def following(entry: Entry, left_s: int | None, zone: str, now: str) -> str:
    """Return what comes next, with how far away it is."""
    summary, n = entry.summary, entry.parameters.get("n", 0)
    match entry.text_id:
        case "live":
            return live_words(left_s)
        case "waiting room open" | "defense today" | "planned later":
            start = _in_time(summary.planned_at, zone, now)
            return _("room open, {start}", start=start) if summary.session == "waiting" else start
        case "verdict to release":
            return _("signed, not released")
        case "keep it?":
            return _("keep it? {length} to answer", length=length_to(entry.next_at, zone, now, due=True))
        case "to take":
            since = in_words(str(entry.parameters["since"]), zone, now)
            return _("to take, {length} min, offered {since}", length=entry.parameters["length"], since=since)
        case "with {holder}":
            since = in_words(str(entry.parameters["since"]), zone, now)
            holder = shortened(str(entry.parameters.get("holder", "")), 24)
            return f"{_(entry.text_id, holder=holder)}, {since}"
        case "decision overdue":
            return _("overdue {length}: decide", length=length_to(entry.next_at, zone, now, due=True))
        case "documents to review: {n}/{total}":
            if summary.mentor_due_at is None:
                return _("{n} to review", n=n)
            return _("{n} to review, {length} left", n=n, length=length_to(summary.mentor_due_at, zone, now, due=True))
        case "documents awaited: {n}/{total}" if summary.student_due_at is not None:
            return _("{n} awaited, {length} left", n=n, length=length_to(summary.student_due_at, zone, now, due=True))
        case "documents overdue: {n}/{total}" if summary.student_due_at is not None:
            return _("{n} awaited, {length} late", n=n, length=length_to(summary.student_due_at, zone, now, due=True))
    return _(entry.text_id, **dict(entry.parameters))


def live_words(left_s: int | None) -> str:
    """Return that a defense is live, and how long it still is."""
    if left_s is None:
        return _("live")
    if left_s < 0:
        return _("live, over by {time}", time=clock_text(-left_s))
    return _("live, {time} left", time=clock_text(left_s))


def _in_time(start: str, zone: str, now: str) -> str:
    """Return when a defense starts; one that should have started, since when."""
    if start < now:
        return _("should have started {ago}", ago=in_words(start, zone, now))
    return _("starts {ahead}", ahead=in_words(start, zone, now))


def documents_cell(entry: Entry, expected: int) -> str:
    """Received of expected: documents to revise once they are asked for, else the deliverables."""
    summary = entry.summary
    if summary.rows_required:
        return f"{summary.rows_received}/{summary.rows_required}"
    return f"{len(summary.received)}/{expected}" if expected else f"{len(summary.received)}"


def local_minute(at: str, zone: str) -> tuple[date, int]:
    """Return the day of an instant in a zone, and the minutes since its midnight."""
    local = instant(at).astimezone(zone_of(zone))
    return local.date(), local.hour * 60 + local.minute


# --- the card ------------------------------------------------------------------------------------------------------


def card_lines(shown: Card, form: CardForm, size: Size, zone: str, now: str) -> tuple[Content, ...]:
    """Return the card in so many cells and rows: three rows, three columns, or blocks one below the other."""
    if form == "rows":
        return side_by_side([card_rows(shown)], size)
    if form == "stacked":
        return one_below_the_other(card_blocks(shown, zone, now, size.width))
    return side_by_side(card_blocks(shown, zone, now, column_width(size.width, BLOCKS)), size)


def card_rows(shown: Card) -> tuple[Content, ...]:
    """Return the card in three rows: what is defended, how far everything is, what is missing."""
    summary, project = shown.entry.summary, shown.project
    first = Content.assemble((f"{project.id} {project.title.in_(language())}", "bold"), f", {_attempt(shown)}")
    if shown.aside:
        first = _aside(shown) + Content("  ") + first
    ticked = sum(done for _check, done in shown.checks)
    counts = Content("   ").join(
        [
            Content.assemble((_("path") + " ", "$text-muted"), path_strip(shown.path, project.id)),
            Content.assemble((_("documents") + " ", "$text-muted"),
                             _("{n} of {total}", n=len(summary.received), total=len(project.deliverables))),
            Content.assemble((_("checks") + " ", "$text-muted"),
                             _("{n} of {total}", n=ticked, total=len(shown.checks))),
        ]
    )  # fmt: skip
    missing = [f"{d.n} {d.title.in_(language())}" for d in project.deliverables if d.n not in summary.received]
    if not missing or summary.session == "held":
        last = Content.assemble((_("last") + " ", "$text-muted"), _before(shown))
    else:
        last = Content.assemble((_("missing") + " ", "$text-muted"), ", ".join(missing))
    return first, counts, last


def card_blocks(shown: Card, zone: str, now: str, room: int) -> tuple[tuple[Content, ...], ...]:
    """Return the card in three blocks of lines: project and path, documents, checks or what follows.

    Args:
        shown: What is on it.
        zone: Of the mentor.
        now: The present instant.
        room: Cells of a block; what is said by a mark already is left out where it does not fit.
    """
    summary, project = shown.entry.summary, shown.project
    facts = [
        Content(f"{project.id} {project.title.in_(language())}").stylize("bold"),
        Content(", ".join(filter(None, (_attempt(shown), _length(project))))),
        content(f"{when(summary.planned_at, zone, now)}, {_(SESSIONS[summary.session])}"),
    ]
    if shown.aside:
        facts.append(_aside(shown))
    words = (_("path"), _("last"), _("goal"))
    width = max(len(word) for word in words) + 2
    told = (path_strip(shown.path, project.id, room - width), Content(_before(shown)), _goal(shown))
    facts += [
        Content.assemble((word.ljust(width), "$text-muted"), text) for word, text in zip(words, told, strict=True)
    ]
    if notes := summary.notes:
        facts.append(Content(ngettext("{n} note", "{n} notes", notes)))
    third = _verdict(summary, zone, now) if summary.session == "held" else _checks(shown)
    return tuple(facts), tuple(_documents(shown, room)), tuple(third)


def _attempt(shown: Card) -> str:
    return _("attempt {n}", n=shown.entry.summary.attempt)


def _aside(shown: Card) -> Content:
    text = ngettext("{n} decision to choose", "{n} decisions to choose", shown.aside)
    return Content.styled(f"{mark('to_decide')} {text}", "bold $text-warning")


def _length(project: Project) -> str:
    """Return how long the plan is, and the window of its presentation."""
    minutes = f"{project.plan_s // 60} min"
    windows = [(p.min_s, p.max_s) for p in project.phases if p.min_s is not None and p.max_s is not None]
    if not windows:
        return minutes
    low, high = windows[0]
    return _("{length}, window {low}–{high}", length=minutes, low=(low or 0) // 60, high=(high or 0) // 60)


def _before(shown: Card) -> str:
    """Return what the attempt before came to."""
    if shown.previous is None or shown.previous.outcome is None:
        return _("no defense before this one")
    outcome = _(OUTCOMES[shown.previous.outcome])
    return _("attempt {n}: {outcome}", n=shown.previous.attempt, outcome=outcome)


def _goal(shown: Card) -> Content:
    """Return what the student promised next, after its day, which is never cut."""
    goal, due = shown.goal
    return line(_("{name}: {text}", name=short_day(f"{due}T00:00:00Z"), text=goal) if due else goal or "–")


def _documents(shown: Card, room: int) -> Iterable[Content]:
    summary, project = shown.entry.summary, shown.project
    count = _("{n} of {total}", n=len(summary.received), total=len(project.deliverables))
    yield Content(f"{_('Documents')} {count}").stylize("bold")
    for each in project.deliverables:
        got = each.n in summary.received
        sign = (mark("passed"), "$text-success") if got else (mark("open"), "$text-muted")
        text = Content.assemble(sign, f" {each.n} {each.title.in_(language())}")
        rest = Content.styled("" if got else f" {_('not received')}", "$text-muted")
        yield text + rest if text.cell_length + rest.cell_length <= room else text


def _checks(shown: Card) -> Iterable[Content]:
    ticked = sum(done for _check, done in shown.checks)
    count = _("{n} of {total}", n=ticked, total=len(shown.checks))
    yield Content(f"{_('Before the call')} {count}").stylize("bold")
    for check, done in shown.checks:
        sign = (mark("passed"), "$text-success") if done else (mark("open"), "$text-muted")
        yield Content.assemble(sign, " ", check.text.in_(language()))


def _verdict(summary: Summary, zone: str, now: str) -> Iterable[Content]:
    """Yield what came of a defense that was held, and what is due."""
    yield Content(_("After the call")).stylize("bold")
    if summary.outcome is None:
        yield Content(_("no verdict yet"))
    else:
        signed = summary.verdict_state == "signed"
        yield Content(f"{_(OUTCOMES[summary.outcome])}, {_('signed, not released') if signed else _('released')}")
    if summary.rows_required:
        settled = summary.rows_required - summary.rows_open - summary.rows_expired
        count = _("{n} of {total}", n=settled, total=summary.rows_required)
        yield Content.assemble((_("documents settled") + " ", "$text-muted"), count)
    for words, at in ((_("from the student"), summary.student_due_at), (_("from me"), summary.mentor_due_at)):
        if at is not None:
            yield Content.assemble((f"{words} ", "$text-muted"), when(at, zone, now))


def column_width(width: int, columns: int) -> int:
    """Return the cells of each of some columns."""
    return max(1, (width - COLUMN_GAP * (columns - 1)) // max(1, columns))


def side_by_side(blocks: Sequence[Sequence[Content]], size: Size) -> tuple[Content, ...]:
    """Return blocks of lines as columns of one width; lines that are too long are cut where not all rows fit."""
    each = column_width(size.width, len(blocks))
    rows = []
    for lines in zip_longest(*(_in_column(block, each, size.height) for block in blocks), fillvalue=Content("")):
        row = Content("")
        for cut in (text.truncate(each, ellipsis=True) for text in lines):
            gap = Content(" " * COLUMN_GAP) if row.cell_length else Content("")
            row = row + gap + cut.extend_right(max(0, each - cut.cell_length))
        rows.append(row.rstrip())
    return tuple(rows)


def _in_column(block: Sequence[Content], width: int, height: int) -> Sequence[Content]:
    """Return the lines of a column: from the first on, those that are too long go on in a next row while all fit."""
    spare, rows = height - len(block), list[Content]()
    for text in block:
        found = wrapped(text, width)
        if len(found) - 1 <= spare:
            spare -= len(found) - 1
            rows += found
        else:
            rows.append(text)
    return rows


def one_below_the_other(blocks: Sequence[Sequence[Content]]) -> tuple[Content, ...]:
    """Return blocks of lines with an empty line between two of them."""
    found: list[Content] = []
    for block in blocks:
        found += [Content(""), *block] if found else block
    return tuple(found)


def filter_words(curriculum: str, period: Period | None) -> str:
    """Return what a list is limited to, "" for nothing."""
    words = [shortened(curriculum, 20) if curriculum else "", _(PERIOD_LABELS[period]) if period else ""]
    return ", ".join(filter(None, words))
