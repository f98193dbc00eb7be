"""What the list of the queue is made of: tabs, sections, limits, and the day above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import msgspec

from defense_console.model.defense.summary import Summary
from defense_console.model.queue.agenda import Entry, Tab
from defense_console.model.queue.filtering import Filter
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.queue.words import DAY_STYLES, PERIOD_LABELS, filter_words, local_minute
from defense_console.widgets.lists.queue_table import Listed, QueueSection
from defense_console.widgets.plots.day_line import Slot
from defense_console.words.translation import N_, _

TAB_LABELS: tuple[tuple[Tab | None, str, str], ...] = (
    ("today", N_("Today"), N_("Day")),
    ("mentor", N_("Waits for me"), N_("Me")),
    ("student", N_("Waits for the student"), N_("Student")),
    ("overdue", N_("Overdue"), N_("Late")),
    (None, N_("All pending"), N_("All")),
    ("closed", N_("Closed"), N_("Closed")),
    ("to_take", N_("To take"), N_("Take")),
    ("team", N_("Team"), N_("Team")),
)
"""Every tab with its long and its short title."""


def slots_of_day(entries: Iterable[Entry], length_min: Callable[[Summary], int], zone: str, now: str) -> list[Slot]:
    """Return what of the mentor's day is taken; what is live covers the others."""
    today, _minute = local_minute(now, zone)
    near = {f"{today + timedelta(days=days):%Y-%m-%d}" for days in (-1, 0, 1)}  # in UTC it may be the day beside
    of_day = (entry for entry in entries if entry.summary.planned_at[:10] in near)
    slots = []
    for entry in sorted(of_day, key=lambda entry: entry.summary.session == "live"):
        summary = entry.summary
        day, start = local_minute(summary.planned_at, zone)
        if day == today:
            style = DAY_STYLES.get(summary.session, "$text-muted")
            slots.append(Slot(start, start + length_min(summary), style))
    return slots


def below_today(mine: Iterable[Entry], zone: str, now: str) -> list[tuple[str, tuple[Entry, ...]]]:
    """Return what waits for the mentor and is not in the tab of today, under headings: of this day, of other days."""
    today, _minute = local_minute(now, zone)
    left = [entry for entry in mine if "today" not in entry.tabs]
    here = tuple(entry for entry in left if local_minute(entry.next_at, zone)[0] == today)
    others = tuple(entry for entry in left if entry not in here)
    return [(_("Waits for me too, today"), here), (_("Waits for me, other days"), others)]


def empty(search: str, limited: bool, tab: Tab | None, pending: bool) -> str:
    """Return what an empty list says, with the key that fills it.

    Args:
        search: As typed.
        limited: Whether a filter leaves something out.
        tab: The one that is shown.
        pending: Whether there is something in another tab.
    """
    if search.strip():
        return _("Nothing found for “{search}”; {key:console.back} shows everything again.", search=search)
    if limited:
        return _("Nothing here with this filter; {key:console.back} takes it away.")
    if tab == "closed":
        return _("No defense is closed yet.")
    if tab == "to_take":
        return _("Nothing is offered to you.")
    if tab == "team":
        return _("The other mentors have nothing pending.")
    if pending:
        return _("Nothing here; {key:queue.tab_all} shows every pending defense.")
    text = N_("Nothing is pending: {key:queue.new} types a defense in, defense-console import FILE brings a list in.")
    return _(text)


async def ask_filter(screen: ConsoleScreen, now: Filter, codes: Sequence[str]) -> Filter | None:
    """Ask for a curriculum or a period: each is chosen by itself, and the last line takes both away.

    Args:
        screen: Where the dialog opens.
        now: What the list is limited to.
        codes: Of the curricula to choose from.

    Returns:
        What the list is limited to from now on; None when the mentor went back.
    """
    from defense_console.screens.shared.dialogs import Choose

    options = [*codes, *(_(word) for word in PERIOD_LABELS.values()), _("everything")]
    limits = filter_words(now.curriculum, now.period)
    details = _("Now: only {what}.", what=limits) if limits else ""
    choice = await screen.app.push_screen_wait(Choose(_("What is shown?"), options, details, whose=""))
    if choice is None:
        return None
    if choice < len(codes):
        return msgspec.structs.replace(now, curriculum=codes[choice])
    if choice < len(options) - 1:
        return msgspec.structs.replace(now, period=tuple(PERIOD_LABELS)[choice - len(codes)])
    return Filter()


def with_row(sections: Sequence[QueueSection], place: int, row: Listed) -> list[QueueSection]:
    """Return sections with one more row, at a place counted over all of them."""
    found, left = list[QueueSection](), place
    for section in sections:
        count = len(section.rows)
        if 0 <= left <= count and (section.rows or not any(each.rows for each in sections)):
            found.append(QueueSection(section.title, (*section.rows[:left], row, *section.rows[left:])))
            left = -1
        else:
            found.append(section)
            left -= count if left > count else 0
    return found if left < 0 else [*found, QueueSection("", (row,))]


def new_tab(entry: Entry) -> str:
    """The title of the tab where a defense is now."""
    return _(next((title for tab, title, _short in TAB_LABELS if tab in entry.tabs), N_("All pending")))
