"""The queue: pending defenses in order, and a brief of the selected one beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, partialmethod
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region

from defense_console.desk.defense.brief import BriefDesk
from defense_console.desk.searching import Search
from defense_console.keys.keymap import command
from defense_console.keys.table import Command
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.errors import ConsoleError
from defense_console.model.queue import agenda
from defense_console.model.queue.agenda import Entry, Order, Tab
from defense_console.model.queue.filtering import Filter
from defense_console.safe_text import content, line, shortened
from defense_console.screens.queue import listing
from defense_console.screens.queue import sessions as day_sessions
from defense_console.screens.queue import team as school
from defense_console.screens.queue import words as queue_words
from defense_console.screens.queue.wishes import NONE_SELECTED, QUEUE, OnQueue
from defense_console.screens.shared.searched_list import SearchedList
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.hint_bar import Hint, hint_words
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.line_list import LineList
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.lists.queue_table import Listed, QueueRow, QueueSection, QueueTable
from defense_console.widgets.plots.day_line import day_line
from defense_console.words.translation import N_, _, error_text, language

if TYPE_CHECKING:
    from defense_console.desk.queue import GoingOn
    from defense_console.desk.student.students import DayAlert, DaySession


class QueueScreen(SearchedList[BriefDesk]):
    """What is pending, in order. Lies under every other screen."""

    CONTEXT = "queue"
    WISHES = QUEUE
    TABS = listing.TAB_LABELS
    ORDERS = queue_words.ORDER_LABELS
    NONE_SELECTED = NONE_SELECTED

    def __init__(self) -> None:
        super().__init__()
        self.tab: Tab | None = "today"
        self.order: Order = "time"
        self.filter = Filter()
        self._entries: tuple[Entry, ...] = ()
        self._by_id: dict[str, Entry] = {}  # what may be under the cursor
        self._found = Search()
        self._listed: tuple[Tab | None, str, Filter] = (None, "", Filter())
        """Tab, search and filter of the last drawing."""
        self._worded: dict[str, tuple[Entry, QueueRow]] = {}
        """Rows of this minute that have been in view, by id."""
        self._worded_in = ("", "", "")
        """Minute, zone and language of these rows."""
        self._others: dict[str, Callable[[str], QueueRow]] = {}
        """Words the listed rows that are no defenses at an instant, by id."""
        self._live: tuple[str, ...] = ()
        """Ids of the live ones that are listed."""
        self._gone: Entry | None = None
        """The defense under the cursor, when it has left what is listed."""
        self._sessions: tuple[DaySession, ...] = ()
        """Weekly sessions of today; asked for when nothing waits."""
        self._rehearsals: tuple[GoingOn, ...] = ()
        """Those that go on."""
        self._alerts: tuple[DayAlert, ...] = ()
        """Alerts whose answer is due; asked for with the sessions."""
        self._first_drawing = True

    # --- what is on it -----------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """The tabs, in whose place one searches, and the day."""
        yield from super().compose_band()
        yield QuietText(id="queue-day")

    def compose_body(self) -> ComposeResult:
        """The list, and the card of the selected defense."""
        yield QueueTable(self._word, id="queue-table")
        yield Panel(id="queue-card")

    @property
    def tabs(self) -> tuple[tuple[Tab | None, str, str], ...]:
        """Return also what the mentors of a school share, where there is one."""
        shared = self.desk.agenda.team.shared
        return tuple(each for each in self.TABS if shared or each[0] not in ("to_take", "team"))

    @property
    def headline(self) -> Headline:
        """Whose defenses they are."""
        return Headline(name=_("Defenses"), title=self.desk.settings.name)

    def writing_region(self) -> Region:
        """A note is written in the card, where there is one."""
        card = self.query_one("#queue-card").region
        return card if card.area else super().writing_region()

    @property
    def table(self) -> QueueTable:
        """The list."""
        return self.query_one(QueueTable)

    def field_label(self, field: str) -> str:
        """Whose note it is."""
        return _("Private note on {student}", student=shortened(self.texts.student.name, 24))

    def text_kept(self, field: str, known: int) -> None:
        """Say that it is kept."""
        if self.texts.defense.seq != known:
            self.desk.agenda.did(self.texts.id)
            self.tell(_("Note kept, private."))

    def on_screen_resume(self) -> None:
        """Whose sessions are today, and the other cards, are asked for when nothing waits: they are not drawn first."""
        self.soon(self._look_at_sessions)
        self.soon(self.desk.agenda.prepare_cards)

    def _look_at_sessions(self) -> None:
        self.desk.students.look()
        found = self.desk.students.sessions_today(), self.desk.students.alerts_today()
        before = self._sessions, self._alerts
        if any(found) and self.tab is None and not any(before) and not self.chose_tab:
            self.tab = "today"
        if found != before:
            self._sessions, self._alerts = found
            self.update()

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Read what is pending and show it."""
        agenda_desk, search = self.desk.agenda, self.field.value
        pending = agenda_desk.entries()
        self._entries = agenda_desk.filtered(pending, self.filter) if self.filter else pending
        self._rehearsals = agenda_desk.rehearsals()
        with_closed = self.tab == "closed" or bool(search.strip())
        self._found = agenda_desk.search.of(search, self.filter) if with_closed else Search()
        if self._found.problem is not None:
            self.refuse(self._found.problem)
        if self._first_drawing:
            self._first_drawing = False
            if not self._rehearsals and not any(entry.tabs & {"today", "mentor"} for entry in self._entries):
                self.tab = None
        self._draw_list(search)
        if self._found.total > len(self._found.closed) and search.strip():
            text = N_("{total} closed defenses found, the latest {n} are listed: more letters find the others.")
            self.tell(_(text, total=self._found.total, n=len(self._found.closed)))
        elif not self._found.whole and search.strip():
            self.tell(_("Notes are not searched yet: their index is being made."))
        self.show_search()
        self._draw_tabs()
        self._draw_day()
        self._draw_card()

    def _draw_list(self, search: str) -> None:
        shown, self._others = self._sections(), {}
        listed = tuple(entry for _title, entries in shown for entry in entries)
        self._live = tuple(entry.summary.id for entry in listed if entry.text_id == "live")
        sections = [self._section(title, entries) for title, entries in shown]
        self._gone = self._left_behind(listed)
        self._by_id = {each.summary.id: each for each in (*self._found.closed, *self._entries, self._gone) if each}
        if self._gone is not None:
            sections = listing.with_row(sections, self.table.row, queue_words.listed(self._gone))
        titles = (_("when"), _("student"), _("project"), _("docs"), _("what comes next"))
        empty = listing.empty(search, bool(self.filter), self.tab, bool(self._entries))
        self.table.show_sections(sections, titles, _("Searching…") if self._found.waits else empty)
        counted = sections[:1] if self.tab == "today" else sections  # as the tab counts
        self._name_list(search, sum(len(section.rows) for section in counted))

    def _section(self, title: str, entries: Sequence[Entry]) -> QueueSection:
        rows = [queue_words.listed(entry) for entry in entries]
        if self.tab != "today" or title != _("Today") or self.field.value or self.filter:
            return QueueSection(title, tuple(rows))
        sessions = self._open_sessions
        running = [each for each in sessions if each.session.state == "running"]
        planned = [each for each in sessions if each not in running]
        live = [self._other(partial(self._rehearsal_row, each)) for each in self._rehearsals]
        live += [self._other(partial(day_sessions.session_row, each, self.zone)) for each in running]
        first = sum(entry.summary.session == "live" for entry in entries)  # which stand first in every order
        others = [(each.session.at, self._other(partial(day_sessions.session_row, each, self.zone)))
                  for each in planned]  # fmt: skip
        others += [(each.due, self._other(partial(day_sessions.alert_row, each, self.zone))) for each in self._alerts]
        rest = day_sessions.among(entries[first:], rows[first:], others, self.order == "time")
        return QueueSection(title, (*rows[:first], *live, *rest))

    def _other(self, word: Callable[[str], QueueRow]) -> Listed:
        """Take note of how a row is worded that is no defense."""
        row = word(self.desk.now().wall)
        self._others[row.id] = word
        return Listed(row.id, row.student, row.project)

    def _word(self, id: str) -> QueueRow:
        """Return a listed row in words, as it is now."""
        now = self.desk.now().wall
        if (other := self._others.get(id)) is not None:
            return other(now)
        entry = self._by_id[id]
        return self._row(entry, now, listing.new_tab(entry) if entry is self._gone else "")

    @property
    def _open_sessions(self) -> tuple[DaySession, ...]:
        return day_sessions.still_open(self._sessions)

    def _rehearsal_row(self, each: GoingOn, now: str) -> QueueRow:
        left_s = self.desk.agenda.left_s(each.id, each.subject)
        return day_sessions.rehearsal_row(each, left_s, self.zone, now)

    def _row(self, entry: Entry, now: str, new_tab: str = "") -> QueueRow:
        summary, agenda_desk = entry.summary, self.desk.agenda
        if self._worded_in != (now[:16], self.zone, language()):
            self._worded_in, self._worded = (now[:16], self.zone, language()), {}
        live = entry.text_id == "live"
        known = self._worded.get(summary.id)
        if known is not None and known[0] is entry and not (live or new_tab):
            return known[1]
        left_s = agenda_desk.left_s(summary.id) if live else None
        row = queue_words.queue_row(entry, agenda_desk.expected(summary), left_s, self.zone, now, new_tab)
        if not new_tab:
            self._worded[summary.id] = (entry, row)
        return row

    def _name_list(self, search: str, count: int) -> None:
        """Write into the frame what is listed, in which order, and what it is limited to."""
        found = _("Found “{text}”", text=shortened(search, 24)) if search.strip() else ""
        limits = queue_words.filter_words(self.filter.curriculum, self.filter.period)
        only = "  " + _("only {what}", what=limits) if limits else ""
        order = _(dict(self.ORDERS)[self.order])
        keys = hint_words(self.hints_of("queue.order", "queue.search", "queue.filter"))
        subtitle = Content.assemble((order, "$text-muted"), "  ", keys)
        self.table.name_frame(found or self.tab_title, f"{count}{only}", subtitle)

    def _sections(self) -> list[tuple[str, tuple[Entry, ...]]]:
        """Return what is listed: headings, "" for none, with their lines."""
        search = self.field.value
        if self.tab == "closed":
            pending = self._queue() if search.strip() else ()
            return [("", self._found.closed), *([(_("All pending"), pending)] if pending else [])]
        found = self._queue(self.tab)
        if search.strip() and self.tab is None:
            return [("", found), (_("Closed"), self._found.closed)]
        if self.tab != "today":
            return [("", found)]
        return [(_("Today"), found), *listing.below_today(self._queue("mentor"), self.zone, self.desk.now().wall)]

    def _queue(self, tab: Tab | None = None) -> tuple[Entry, ...]:
        """Return the pending lines of a tab that are found, in order."""
        return agenda.queue(self._entries, self.order, self.field.value, tab, self._found.pending)

    def _shown(self) -> tuple[Entry, ...]:
        return tuple(entry for _title, entries in self._sections() for entry in entries)

    def _left_behind(self, shown: Sequence[Entry]) -> Entry | None:
        """Return the defense under the cursor if something else than another tab or search took it off the list."""
        before, self._listed = self._listed, (self.tab, self.field.value, self.filter)
        chosen = self.table.chosen
        if chosen is None or before != self._listed or any(entry.summary.id == chosen for entry in shown):
            return None
        return self.desk.agenda.entry(chosen)

    def _draw_tabs(self) -> None:
        counts = agenda.tab_counts(self._entries)
        del counts["closed"]  # nobody counts the closed ones
        counts["today"] += len(self._open_sessions) + len(self._rehearsals) + len(self._alerts)
        self.show_tabs(counts)

    def _draw_day(self) -> None:
        """Show what of the day is taken, and where it is now."""
        now = self.desk.now().wall
        slots = listing.slots_of_day(self._entries, self.desk.agenda.length_min, self.zone, now)
        slots += day_sessions.slots(self._sessions, self.zone)
        _day, minute = queue_words.local_minute(now, self.zone)
        self.query_one("#queue-day", QuietText).show(day_line(slots, minute, self.row_width))

    def _draw_card(self) -> None:
        panel, chosen = self.query_one("#queue-card", Panel), self._selected()
        if chosen is None:
            self._draw_session(panel)
            return
        keys = self.hints_of("queue.open", "queue.brief", "live.note")
        now, size = self.desk.now().wall, panel.view
        try:
            shown = self.desk.agenda.card(chosen)
        except ConsoleError as error:
            panel.show(line(chosen.student_name), [Item(content(error_text(error)))], hints=keys)
            return
        high = self.has_class("-wide") and self.has_class("-high")
        form: queue_words.CardForm = "stacked" if self.has_class("-broad") else "columns" if high else "rows"
        lines = queue_words.card_lines(shown, form, size, self.zone, now)
        panel.show(line(chosen.student_name), [Item(each) for each in lines], hints=keys)

    def _draw_session(self, panel: Panel) -> None:
        """Say whose session, rehearsal or alert is selected; of an empty list, what is shown here."""
        now, chosen = self.desk.now().wall, self.table.chosen
        rows = [day_sessions.session_row(each, self.zone, now) for each in self._sessions]
        rows += [self._rehearsal_row(each, now) for each in self._rehearsals]
        rows += [day_sessions.alert_row(each, self.zone, now) for each in self._alerts]
        row = next((each for each in rows if each.id == chosen), None)
        if row is None:
            panel.show("", (Item(Content.styled(_("The defense under the cursor is shown here."), "$text-muted")),))
        else:
            panel.show(line(row.student), [Item(content(row.following))], hints=self.hints_of("queue.open"))

    def second(self) -> None:
        """The time left of live ones; what another console changed; once a minute how far away everything is."""
        due = self.is_due()
        if due:
            self.desk.agenda.look_at_claims()
        if self.desk.agenda.refresh() or due:
            self._look_at_sessions()
            self.update()
            return
        for id in (*self._live, *(each.subject.stream(each.id) for each in self._rehearsals)):
            self.table.reword(id)

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """Another defense is selected."""
        event.stop()
        if self._gone is not None and self.table.chosen != self._gone.summary.id:
            self.update()
            return
        self.preview_soon()

    def preview(self) -> None:
        """Show the card of the selected defense, and which keys act on it."""
        self._draw_card()
        self.show_mode()

    # --- searching ---------------------------------------------------------------------------------------------------

    def action_queue_search(self) -> None:
        """Search as one types."""
        self.begin_search()
        self.desk.agenda.search.prepare()

    def show_found(self) -> None:
        """What a search finds has come: while one types, the cursor stays on the first."""
        typing = self.field.has_focus and self.table.row == 0
        if typing:
            self._listed = (None, "", Filter())
        self.update()
        if typing:
            self.table.go_to(0)

    def widen(self) -> None:
        """Seek in everything that is pending, or among the closed ones."""
        if self.tab != "closed":
            self.tab = None

    def action_console_back(self) -> None:
        """First the search is taken away, then the filter; the queue itself is never left by Esc."""
        if self.field.value:
            self.field.value = ""
            self.update()
        elif self.filter:
            self.filter = Filter()
            self.update()
        else:
            self.tell(_("{key:console.quit} leaves the console."))

    # --- commands ----------------------------------------------------------------------------------------------------

    def hints(self) -> tuple[Hint, ...]:
        """There is no screen below to go back to."""
        if self.field.has_focus:
            return super().hints()
        limited, way_out = bool(self.field.value or self.filter), self.hint_of(command("console.quit"))
        hints = [hint for hint in super().hints() if hint.command != "console.back" or limited]
        if way_out is not None and not limited and not self.writing:
            hints.insert(-1, way_out)
        return tuple(hints)

    def label(self, command: Command) -> str:
        """The key that opens a defense takes one that is offered."""
        entry = self._selected() if command.id == "queue.open" else None
        return _("take it") if entry is not None and "to_take" in entry.tabs else super().label(command)

    def seen(self) -> OnQueue:
        """The list, and the defense under the cursor."""
        entry, chosen = self._selected(), self.table.chosen
        rehearsing = (each.student_id for each in self._rehearsals if each.id == day_sessions.rehearsal_of(chosen))
        followed = day_sessions.student_of(chosen) or day_sessions.alert_of(chosen) or next(rehearsing, "")
        return OnQueue(self.desk.agenda, entry.summary if entry is not None else None, followed)

    def _selected(self) -> Entry | None:
        return self._by_id.get(self.table.chosen or "")

    async def action_queue_open(self) -> None:
        """Open the selected defense where it stands; after one that was not held the mentor says what follows."""
        from defense_console.screens.before.rescheduling import ask_what_follows

        if student := day_sessions.student_of(self.table.chosen):
            self.console_app.go("check_in", student)
        if rehearsal := day_sessions.rehearsal_of(self.table.chosen):
            self.console_app.go("rehearsal", rehearsal)
        if student := day_sessions.alert_of(self.table.chosen):
            self.console_app.go("alerts", student)
        entry = self._selected()
        if entry is None:
            return
        if await school.settles_who_has_it(self, entry):
            return
        if entry.mine and entry.summary.pending and entry.summary.session in NOT_HELD:
            if await ask_what_follows(self, self.desk.brief(entry.summary.id)):
                self.desk.agenda.did(entry.summary.id)
        else:
            self.console_app.go_on(entry.summary)

    def action_queue_brief(self) -> None:
        """The brief, whatever its state."""
        if self.table.chosen:
            self.console_app.go("brief", self.table.chosen)

    def action_live_note(self) -> None:
        """A private note on the selected defense."""
        if self.table.chosen:
            self.write_on(self.desk.brief(self.table.chosen), "note")

    async def action_queue_offer(self) -> None:
        """Offer the selected defense, or give it back."""
        if (entry := self._selected()) is not None:
            await school.ask_offer(self, entry)

    action_queue_tab_today = partialmethod(SearchedList.show_tab, "today")
    action_queue_tab_mentor = partialmethod(SearchedList.show_tab, "mentor")
    action_queue_tab_student = partialmethod(SearchedList.show_tab, "student")
    action_queue_tab_overdue = partialmethod(SearchedList.show_tab, "overdue")
    action_queue_tab_all = partialmethod(SearchedList.show_tab, None)
    action_queue_tab_closed = partialmethod(SearchedList.show_tab, "closed")
    action_queue_tab_to_take = partialmethod(SearchedList.show_tab, "to_take")
    action_queue_tab_team = partialmethod(SearchedList.show_tab, "team")

    def action_queue_second_reading(self) -> None:
        """Rate the selected defense a second time."""
        from defense_console.screens.verdict.second_reading import read_again

        if self.table.chosen:
            read_again(self, self.table.chosen)

    async def action_queue_hand_over(self) -> None:
        """Hand the selected defense over."""
        if (entry := self._selected()) is not None:
            await school.ask_hand_over(self, entry)

    action_queue_order = SearchedList.next_order

    def action_queue_next_waiting(self) -> None:
        """The next one that waits for me, in every tab."""
        everything = agenda.queue(self._entries, self.order)
        following = agenda.next_waiting(everything, self.table.chosen)
        if following is None:
            self.tell(_("Nothing waits for you."))
            return
        if all(entry is not following for entry in self._shown()):
            self.show_tab("mentor")
            self.update()
        self.table.choose(following.summary.id)

    async def action_queue_filter(self) -> None:
        """Limit the list."""
        chosen = await listing.ask_filter(self, self.filter, self.desk.agenda.curricula)
        if chosen is not None:
            self.filter = chosen
            self.update()

    async def action_queue_new(self) -> None:
        """A student and a defense, typed."""
        from defense_console.screens.queue.enrolling import add

        if (id := await add(self)) is not None:
            self.filter = Filter()
            self.update()
            if all(entry.summary.id != id for entry in self._shown()):
                self.show_tab(None)
                self.update()
            self.table.choose(id)

    async def action_queue_student(self) -> None:
        """Change the selected student."""
        from defense_console.screens.students.changing import change_student

        if student := self.seen().student:
            desk = self.desk.follow(student)
            if await change_student(self, desk):
                self.desk.agenda.changed(desk.id, desk.student.undo[-1])

    def action_queue_students(self) -> None:
        """All my students."""
        self.console_app.go("students", "")

    def action_queue_park(self) -> None:
        """To the end of the list, or back."""
        entry = self._selected()
        if entry is not None and self.attempt(lambda: self.desk.agenda.park(entry.summary.id)) is not None:
            name = shortened(entry.student_name, 40)
            back, parked = N_("Back in its place: {student}"), N_("Parked: {student}; {key:edit.undo} takes it back")
            self.tell(_(back if entry.summary.parked else parked, student=name))

    async def action_defense_reschedule(self) -> None:
        """Another date for the selected defense."""
        from defense_console.screens.before.rescheduling import ask_date

        if self.table.chosen:
            id = self.table.chosen
            if await ask_date(self, self.desk.brief(id)):
                self.desk.agenda.did(id)

    async def action_defense_close(self) -> None:
        """No other date for the selected defense."""
        from defense_console.screens.before.rescheduling import ask_close

        if self.table.chosen:
            id = self.table.chosen
            if await ask_close(self, self.desk.brief(id)):
                self.desk.agenda.did(id)

    def action_edit_undo(self) -> None:
        """Take back what the queue did."""
        done = self.attempt(self.desk.agenda.undo)
        if done is not None:
            self.tell(_("Undone.") if done.action else _("Taken back: the defense is closed."))
