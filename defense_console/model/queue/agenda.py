"""What is pending, for whom it waits, in which order, and what a search finds.

A `Summary` holds what does not depend on now; an `Entry` adds what does.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, get_args

import msgspec

from defense_console.model.curriculum import Rules, Text
from defense_console.model.defense.state import NOT_HELD, OutcomeValue, SessionState
from defense_console.model.defense.summary import Summary
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.model.text import searchable

Who = Literal["mentor", "student"]
Tab = Literal["today", "mentor", "student", "overdue", "closed", "to_take", "team"]
Place = Literal["mine", "to_take", "team"]
"""In a school: a defense that I assess, that I may take, or that another mentor has."""
Order = Literal["time", "student", "project"]
TABS: Final[tuple[Tab, ...]] = get_args(Tab)


class Entry(msgspec.Struct, frozen=True):
    """A line of the queue at one moment.

    Attributes:
        summary: the defense.
        student_name: as stored; made safe where it is shown.
        waiting_for: who has to act, None when nobody has to yet.
        tabs: where the line is listed besides "all pending"; a closed one is in "closed" alone, and in a school one
            that is not mine in "to_take" or "team" alone.
        text_id, parameters: what is waited for, as a message.
        next_at: the instant that matters next: the start, or what is due first; ISO 8601 UTC.
        title: of its project, None where that is not known.
        outcome_words: gives what a search calls an outcome, or a session that was not held, folded.
        zone: of the mentor.
    """

    summary: Summary
    student_name: str
    waiting_for: Who | None
    tabs: frozenset[Tab]
    text_id: str
    parameters: Mapping[str, object]
    next_at: str
    title: Text | None
    outcome_words: Callable[[str], str]
    zone: tzinfo

    @property
    def words(self) -> str:
        """Return what a search looks at, folded by `searchable`: made when something is sought."""
        return _words(self.student_name, self.summary.project, self.title, self.summary.curriculum)

    @property
    def facts(self) -> str:
        """Return its outcome and its dates; a search names the beginning of one of these words."""
        dates = dict.fromkeys((self.summary.planned_at, self.next_at))
        came_to = fact_of(self.summary.in_force, self.summary.session)
        outcome = self.outcome_words(came_to) if came_to else ""
        return f" {outcome}{''.join(date_words(at, self.zone) for at in dates)}"

    @property
    def mine(self) -> bool:
        """Return whether I assess it; false only in a school."""
        return not self.tabs & {"to_take", "team"}

    @property
    def is_due(self) -> bool:
        """Return whether `next_at` is a due date, not the start."""
        return self.next_at in (self.summary.mentor_due_at, self.summary.student_due_at)


def entry(
    summary: Summary,
    student_name: str,
    now: str,
    zone: tzinfo,
    rules: Rules,
    title: Text | None = None,
    outcome_words: Callable[[str], str] = lambda _name: "",
) -> Entry:
    """Return the line of a defense as it is now; `zone`, the mentor's, says which day today is."""
    if _is_far_ahead(summary, _far_day(now, rules.today_ahead_s)):  # most of a long queue
        at = summary.planned_at
        later = N_("planned later")
        return Entry(summary, student_name, None, frozenset(), later, _NOTHING, at, title, outcome_words, zone)
    moment = instant(now)
    today = _today(summary, moment, zone, rules)
    late = overdue(summary, moment, rules)
    who, text_id, parameters = _waits(summary, moment, today, _start_long_past(summary, moment, rules))
    tabs: set[Tab] = {who} if who else set()
    if today:
        tabs.add("today")
    if late:
        tabs.add("overdue")
    if not summary.pending:
        tabs = {"closed"}
    at = _next_at(summary)
    return Entry(summary, student_name, who, frozenset(tabs), text_id, parameters, at, title, outcome_words, zone)


_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def _is_far_ahead(summary: Summary, far: str) -> bool:
    """Return whether a start is so far ahead that nothing is due, whatever the zone: told from the text of its day."""
    planned = summary.pending and summary.session == "planned" and summary.planned_at[:10] > far
    return planned and summary.student_due_at is None and summary.mentor_due_at is None


@lru_cache(maxsize=64)
def _far_day(now: str, today_ahead_s: int) -> str:
    """Return the last day of UTC that may be today somewhere, or within what today looks ahead."""
    return f"{instant(now) + timedelta(days=2, seconds=today_ahead_s):%Y-%m-%d}"


@lru_cache(maxsize=65_536)
def _words(student_name: str, project: str, title: Text | None, curriculum: str) -> str:
    return searchable(" ".join((student_name, project, *((title.fr, title.en) if title else ()), curriculum)))


def fact_of(in_force: OutcomeValue | None, session: SessionState) -> str:
    """Return what a defense came to: its outcome in force, or why it was not held; "" for neither."""
    return in_force or (session if session in NOT_HELD else "")


@lru_cache(maxsize=65_536)
def date_words(at: str, zone: tzinfo) -> str:
    """Return the day of an instant as one types it, each form after a blank."""
    return said_on(instant(at).astimezone(zone).date())


@lru_cache(maxsize=65_536)
def said_on(day: date) -> str:
    """Return a day as one types it, each form after a blank."""
    return f" {day:%Y-%m-%d} {day:%d/%m/%Y} {day.day}/{day.month}/{day.year} {day:%m/%Y}"


def is_no_beginning(word: str) -> bool:
    """Whether a word of a search is too short to be meant as the beginning of an outcome, a date or a noted word."""
    return len(word) < _FACT_LETTERS and "/" not in word


def says_fact(facts: str, word: str) -> bool:
    """Whether a word of a search, long enough to mean it, begins an outcome or a date."""
    return not is_no_beginning(word) and f" {word}" in facts


def _today(summary: Summary, now: datetime, zone: tzinfo, rules: Rules) -> bool:
    """Return whether it is live, or comes on the mentor's day or so soon that midnight must not hide it."""
    if summary.session == "live":
        return True
    if summary.session not in ("planned", "waiting"):
        return False
    start = instant(summary.planned_at)
    soon = timedelta() <= start - now <= timedelta(seconds=rules.today_ahead_s)
    return soon or start.astimezone(zone).date() == now.astimezone(zone).date()


def _start_long_past(summary: Summary, now: datetime, rules: Rules) -> bool:
    """Return whether nobody came: the start is as far behind as today looks ahead, and past its calendar slot."""
    if summary.session not in ("planned", "waiting"):
        return False
    slot = timedelta(minutes=summary.duration_min or 0)
    return now - instant(summary.planned_at) > max(slot, timedelta(seconds=rules.today_ahead_s))


def overdue(summary: Summary, now: datetime, rules: Rules) -> bool:
    """Return whether a due date passed with something open, or the start went by long ago. It is only shown."""
    if not summary.pending:
        return False
    due = (summary.student_due_at, summary.mentor_due_at)
    return _start_long_past(summary, now, rules) or any(at is not None and instant(at) < now for at in due)


def _waits(
    summary: Summary, now: datetime, today: bool, late_start: bool
) -> tuple[Who | None, str, Mapping[str, object]]:
    """Return who has to act and what for, the most pressing first."""
    if not summary.pending:
        return None, _closed_as(summary), {}
    if summary.session == "live":
        return "mentor", N_("live"), {}
    if summary.session == "waiting":
        return "mentor", N_("start passed long ago") if late_start else N_("waiting room open"), {}
    if summary.session == "planned":
        if late_start:
            return "mentor", N_("start passed long ago"), {}
        return ("mentor", N_("defense today"), {}) if today else (None, N_("planned later"), {})
    if summary.session in NOT_HELD:
        return "mentor", N_("new date or close it"), {}
    return _verdict_waits(summary, now)


def _closed_as(summary: Summary) -> str:
    if summary.session in NOT_HELD:
        return N_("closed · not held")
    return N_("closed · validated") if summary.in_force == "validated" else N_("closed · to rework")


def _verdict_waits(summary: Summary, now: datetime) -> tuple[Who, str, Mapping[str, object]]:
    """Return what a held defense waits for."""
    if summary.verdict_state == "signed":
        return "mentor", N_("verdict to release"), {}
    if summary.drafting == "amendment":
        return "mentor", N_("new version of the verdict to sign"), {}
    if summary.contested:
        return "mentor", N_("verdict contested"), {}
    if summary.in_force != "conditional":
        return "mentor", N_("verdict to sign"), {}
    if summary.mentor_due_at is not None and instant(summary.mentor_due_at) < now:
        return "mentor", N_("decision overdue"), {}
    if summary.all_settled:
        return "mentor", N_("all settled: validate"), {}
    places = {"n": summary.rows_received or summary.rows_open, "total": summary.rows_required}
    if summary.rows_received:
        return "mentor", N_("documents to review: {n}/{total}"), places
    if summary.rows_expired:
        return "mentor", N_("documents expired: decide"), {}
    if summary.reception_complete:
        return "mentor", N_("reception complete: decide"), {}
    if summary.student_due_at is not None and instant(summary.student_due_at) < now:
        # A row written before the due dates were kept knows the first of them only.
        late = sum(1 for due in summary.student_dues if instant(due) < now) or 1
        return "student", N_("documents overdue: {n}/{total}"), {**places, "n": late}
    return "student", N_("documents awaited: {n}/{total}"), places


def _next_at(summary: Summary) -> str:
    """Return the first due date of a condition in force, else the start."""
    due = [at for at in (summary.mentor_due_at, summary.student_due_at) if at is not None]
    return min(due, key=instant) if due else summary.planned_at


# --- order, search, next -------------------------------------------------------------------------------------------


ID_DIGITS: Final = 4
"""Fewer digits would find a defense by chance."""
_FACT_LETTERS: Final = 4
"""Fewer letters are the beginning of a name."""


def matches(found: Entry, search: str) -> bool:
    """Return whether a search finds this line; an empty one finds every line.

    Every word has to be in the student's name, the project, its title or the curriculum, or to begin the id, the
    outcome or a date.
    """
    return all(
        word in found.words or begins(found.summary.id, word) or says_fact(found.facts, word)
        for word in searchable(search).split()
    )


def begins(id: str, word: str) -> bool:
    """Return whether a word of a search, with digits enough, begins the id of a defense."""
    digits = word.replace("-", "")
    return len(digits) >= ID_DIGITS and id.replace("-", "").startswith(digits)


def queue(
    entries: Iterable[Entry],
    order: Order = "time",
    search: str = "",
    tab: Tab | None = None,
    also: Container[str] = frozenset(),
) -> tuple[Entry, ...]:
    """Return the lines to show.

    Args:
        entries: Any entries; those that are not pending are left out.
        order: "time" puts first what matters first, "student" and "project" sort by these, then by time.
        search: As typed.
        tab: One tab, None for all that are mine; a search there finds those of others too.
        also: Ids of defenses that the search finds by what a line does not say, such as their notes.

    Returns:
        In order; live ones always first, parked ones always last.
    """
    everywhere = tab is None and bool(search.strip())
    listed = (e for e in entries if e.summary.pending and (everywhere or (e.mine if tab is None else tab in e.tabs)))
    shown = (e for e in listed if e.summary.id in also or matches(e, search))
    return tuple(sorted(shown, key=lambda e: _place(e, order)))


def _place(found: Entry, order: Order) -> tuple[object, ...]:
    summary = found.summary
    first = (summary.session != "live", summary.parked)
    by_time = (instant(found.next_at), summary.id)
    match order:
        case "student":
            return (*first, searchable(found.student_name), *by_time)
        case "project":
            return (*first, summary.curriculum, summary.project, *by_time)
        case "time":
            return (*first, summary.session != "waiting", *by_time)


def next_waiting(entries: Sequence[Entry], after: str | None = None) -> Entry | None:
    """Return the next line, in the order given, that waits for the mentor.

    Returns:
        It, starting again at the top; the line `after` itself comes last. None when nothing waits for the mentor.
    """
    start = next((i + 1 for i, e in enumerate(entries) if e.summary.id == after), 0)
    turned = (*entries[start:], *entries[:start])
    return next((e for e in turned if e.waiting_for == "mentor"), None)


def tab_counts(entries: Iterable[Entry]) -> dict[Tab | None, int]:
    """Return how many pending lines each tab has; None counts all that are mine."""
    counts: dict[Tab | None, int] = dict.fromkeys((*TABS, None), 0)
    for found in entries:
        if found.summary.pending:
            for tab in (*found.tabs, *((None,) if found.mine else ())):
                counts[tab] += 1
    return counts
