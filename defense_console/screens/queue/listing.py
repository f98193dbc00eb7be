"""What the queue lists: tabs, sections, limits, what an empty list says, and the day above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import msgspec

from defense_console.desk.searching import Search
from defense_console.model.defense.summary import Summary
from defense_console.model.queue import agenda
from defense_console.model.queue.agenda import Entry, Order, Tab
from defense_console.model.queue.filtering import Filter
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.queue.day import DayLine, among
from defense_console.screens.queue.words import DAY_STYLES, PERIOD_LABELS, filter_words, listed, local_minute
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


class Listing(msgspec.Struct, frozen=True):
    """What is listed, and how.

    Attributes:
        pending: The pending defenses that the filter keeps, in no order.
        found: What the search finds besides.
        tab: None for everything that is pending.
        search: As typed.
    """

    pending: tuple[Entry, ...] = ()
    found: Search = Search()
    tab: Tab | None = None
    order: Order = "time"
    search: str = ""
    filter: Filter = Filter()

    @property
    def chosen(self) -> tuple[Tab | None, str, Filter]:
        """Return what the mentor chose to see, apart from the order."""
        return self.tab, self.search, self.filter

    @property
    def searches(self) -> bool:
        """Return whether something is sought."""
        return bool(self.search.strip())

    def sections(self, lines: Sequence[DayLine], zone: str, now: str) -> list[QueueSection]:
        """Return the rows under their headings. Args: lines: of the day, listed among its defenses."""
        headed = self.headed(zone, now)
        sections = [QueueSection(title, tuple(map(listed, entries))) for title, entries in headed]
        if self.tab == "today" and not self.search and not self.filter:
            title, entries = headed[0]
            sections[0] = QueueSection(title, among(entries, lines, self.order == "time"))
        return sections

    def headed(self, zone: str, now: str) -> list[tuple[str, tuple[Entry, ...]]]:
        """Return the defenses under their headings, "" for none."""
        if self.tab == "closed":
            pending = self._queue() if self.searches else ()
            return [("", self.found.closed), *([(_("All pending"), pending)] if pending else [])]
        found = self._queue(self.tab)
        if self.searches and self.tab is None:
            return [("", found), (_("Closed"), self.found.closed)]
        if self.tab != "today":
            return [("", found)]
        return [(_("Today"), found), *_below_today(self._queue("mentor"), zone, now)]

    def _queue(self, tab: Tab | None = None) -> tuple[Entry, ...]:
        """Return the pending defenses of a tab that are found, in order."""
        return agenda.queue(self.pending, self.order, self.search, tab, self.found.pending)

    @property
    def notice(self) -> str:
        """Return what is to know of the search besides what it finds, "" for nothing."""
        if not self.searches:
            return ""
        if self.found.total > (n := len(self.found.closed)):
            text = N_("{total} closed defenses found, the latest {n} are listed: more letters find the others.")
            return _(text, total=self.found.total, n=n)
        return "" if self.found.whole else _("Notes are not searched yet: their index is being made.")

    @property
    def empty(self) -> str:
        """Return what is said where nothing is listed, with the key that changes that."""
        if self.found.waits:
            return _("Searching…")
        if self.searches:
            return _("Nothing found for “{search}”; {key:console.back} shows everything again.", search=self.search)
        if self.filter:
            return _("Nothing here with this filter; {key:console.back} takes it away.")
        if self.tab == "closed":
            return _("No defense is closed yet.")
        if self.tab == "to_take":
            return _("Nothing is offered to you.")
        if self.tab == "team":
            return _("The other mentors have nothing pending.")
        if self.pending:
            return _("Nothing here; {key:queue.tab_all} shows every pending defense.")
        text = N_(
            "Nothing is pending: {key:queue.new} types a defense in, defense-console import FILE brings a list in."
        )
        return _(text)


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


def _below_today(mine: Iterable[Entry], zone: str, now: str) -> list[tuple[str, tuple[Entry, ...]]]:
    """Return what waits for the mentor and is not in the tab of today, under headings: of this day, of other days."""
    today, _minute = local_minute(now, zone)
    left = [entry for entry in mine if "today" not in entry.tabs]
    here = tuple(entry for entry in left if local_minute(entry.next_at, zone)[0] == today)
    others = tuple(entry for entry in left if entry not in here)
    return [(_("Waits for me too, today"), here), (_("Waits for me, other days"), others)]


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


def title_of_tab(entry: Entry) -> str:
    """The title of the tab where a defense is now."""
    return _(next((title for tab, title, _short in TAB_LABELS if tab in entry.tabs), N_("All pending")))
