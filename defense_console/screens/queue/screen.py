"""The queue: pending defenses in order, and a brief of the selected one beside them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partialmethod

import msgspec
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
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.queue import team as school
from defense_console.screens.queue import words as queue_words
from defense_console.screens.queue.day import Day, DayLine
from defense_console.screens.queue.listing import TAB_LABELS, Listing, ask_filter, slots_of_day, title_of_tab, with_row
from defense_console.screens.queue.wishes import NONE_SELECTED, QUEUE, OnQueue
from defense_console.screens.shared.searched_list import SearchedList
from defense_console.screens.shared.wishes import needs
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.hint_bar import Hint, hint_words
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.line_list import LineList
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.lists.queue_table import QueueRow, QueueSection, QueueTable
from defense_console.widgets.plots.day_line import day_line
from defense_console.words.translation import N_, _, error_text, language


class QueueScreen(SearchedList[BriefDesk]):
    """What is pending, in order. Lies under every other screen."""

    CONTEXT = "queue"
    WISHES = QUEUE
    TABS = TAB_LABELS
    ORDERS = queue_words.ORDER_LABELS
    NONE_SELECTED = NONE_SELECTED

    def __init__(self) -> None:
        super().__init__()
        self.tab: Tab | None = "today"
        self.order: Order = "time"
        self._waits = False
        self.filter = Filter()
        self._day = Day()
        """Its rehearsals are those of the last drawing; the rest is asked for when nothing waits."""
        self._listing = Listing()
        """What was drawn last."""
        self._by_id: dict[str, Entry] = {}
        """Defenses that may be under the cursor."""
        self._others: dict[str, DayLine] = {}
        """Lines that may be under it and are no defenses, by id of their row."""
        self._timed: tuple[str, ...] = ()
        """Ids of rows that say a time that runs."""
        self._gone: Entry | None = None
        """The defense under the cursor, when it has left what is listed."""
        self._worded: dict[str, tuple[object, QueueRow]] = {}
        """Rows of defenses that have been in view, by id, each behind what it was made of."""
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
        self.soon(self._look_at_day)
        self.soon(self.desk.agenda.prepare_cards)

    def _look_at_day(self) -> None:
        students, before = self.desk.students, self._day
        students.look()
        self._day = Day(students.sessions_today(), students.alerts_today(), before.rehearsals)
        if self._day != before:
            if self.tab is None and not self.chose_tab and not (before.sessions or before.alerts):
                self.tab = "today"
            self.update()

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Read what is pending and show it."""
        agenda_desk, search = self.desk.agenda, self.field.value
        pending = agenda_desk.entries()
        if self.filter:
            pending = agenda_desk.filtered(pending, self.filter)
        self._day = msgspec.structs.replace(self._day, rehearsals=agenda_desk.rehearsals())
        with_closed = self.tab == "closed" or bool(search.strip())
        found = agenda_desk.search.of(search, self.filter) if with_closed else Search()
        if self._first_drawing:
            self._first_drawing = False
            if not self._day.rehearsals and not any(entry.tabs & {"today", "mentor"} for entry in pending):
                self.tab = None
        self._draw_list(Listing(pending, found, self.tab, self.order, search, self.filter))
        if found.problem is not None:
            self.refuse(found.problem)
        elif notice := self._listing.notice:
            self.tell(notice)
        self.show_search()
        self._draw_tabs()
        self._draw_day()
        self._draw_card()

    def _draw_list(self, listing: Listing) -> None:
        before, self._listing = self._listing, listing
        self._others = {each.id: each for each in self._day.lines(self.desk.agenda.left_s)}
        sections = listing.sections(tuple(self._others.values()), self.zone, self.desk.now().wall)
        live = (entry.summary.id for entry in listing.pending if entry.text_id == "live")
        self._timed = (*live, *(each.id for each in self._others.values() if each.goes_on))
        self._gone = self._left_behind(sections) if listing.chosen == before.chosen else None
        self._by_id = {each.summary.id: each for each in (*listing.found.closed, *listing.pending, self._gone) if each}
        if self._gone is not None:
            sections = with_row(sections, self.table.row, queue_words.listed(self._gone))
        titles = (_("when"), _("student"), _("project"), _("docs"), _("what comes next"))
        self.table.show_sections(sections, titles, listing.empty)
        counted = sections[:1] if self.tab == "today" else sections  # as the tab counts
        self._name_list(listing.search, sum(len(section.rows) for section in counted))

    def _left_behind(self, sections: Iterable[QueueSection]) -> Entry | None:
        """Return the defense under the cursor that is not listed any more, None where it is."""
        chosen = self.table.chosen
        if chosen is None or any(row.id == chosen for section in sections for row in section.rows):
            return None
        return self.desk.agenda.entry(chosen)

    def _word(self, id: str) -> QueueRow:
        """Return a listed row in words, as it is now."""
        now, agenda_desk = self.desk.now().wall, self.desk.agenda
        if (other := self._others.get(id)) is not None:
            return other.row(self.zone, now)
        entry = self._by_id[id]
        left_s = agenda_desk.left_s(id) if entry.text_id == "live" else None
        new_tab = title_of_tab(entry) if entry is self._gone else ""
        made_of = entry, left_s, new_tab, now[:16], self.zone, language()
        made = self._worded.get(id)
        if made is None or made[0] != made_of:
            row = queue_words.queue_row(entry, agenda_desk.expected(entry.summary), left_s, self.zone, now, new_tab)
            made = self._worded[id] = made_of, row
        return made[1]

    def _name_list(self, search: str, count: int) -> None:
        """Write into the frame what is listed, in which order, and what it is limited to."""
        found = _("Found “{text}”", text=shortened(search, 24)) if search.strip() else ""
        limits = queue_words.filter_words(self.filter.curriculum, self.filter.period)
        only = "  " + _("only {what}", what=limits) if limits else ""
        order = _(dict(self.ORDERS)[self.order])
        keys = hint_words(self.hints_of("queue.order", "queue.search", "queue.filter"))
        subtitle = Content.assemble((order, "$text-muted"), "  ", keys)
        self.table.name_frame(found or self.tab_title, f"{count}{only}", subtitle)

    def _draw_tabs(self) -> None:
        counts = agenda.tab_counts(self._listing.pending)
        del counts["closed"]  # nobody counts the closed ones
        self._waits = counts["mentor"] > 0
        counts["today"] += len(self._others)
        self.show_tabs(counts)

    def _draw_day(self) -> None:
        """Show what of the day is taken, and where it is now."""
        now = self.desk.now().wall
        slots = slots_of_day(self._listing.pending, self.desk.agenda.length_min, self.zone, now)
        slots += self._day.slots(self.zone)
        _day, minute = queue_words.local_minute(now, self.zone)
        self.query_one("#queue-day", QuietText).show(day_line(slots, minute, self.row_width))

    def _draw_card(self) -> None:
        panel, chosen = self.query_one("#queue-card", Panel), self._selected()
        if chosen is None:
            self._draw_other(panel)
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

    def _draw_other(self, panel: Panel) -> None:
        """Say whose session, rehearsal or alert is selected; of an empty list, what is shown here."""
        if (other := self._other()) is None:
            panel.show("", (Item(Content.styled(_("The defense under the cursor is shown here."), "$text-muted")),))
        else:
            row = other.row(self.zone, self.desk.now().wall)
            panel.show(line(row.student), [Item(content(row.following))], hints=self.hints_of("queue.open"))

    def second(self) -> None:
        """The time left of live ones; what another console changed; once a minute how far away everything is."""
        due = self.is_due()
        if due:
            self.desk.agenda.look_at_claims()
        if self.desk.agenda.refresh() or due:
            self._look_at_day()
            self.update()
            return
        for id in self._timed:
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
            self._listing = Listing()  # the cursor holds no defense
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
        entry, other = self._selected(), self._other()
        selected = entry.summary if entry is not None else None
        return OnQueue(self.desk.agenda, selected, other.student_id if other is not None else "", self._waits)

    def _selected(self) -> Entry | None:
        return self._by_id.get(self.table.chosen or "")

    @property
    def _meant(self) -> Entry:
        """The defense that a key acts on: without one it is refused before."""
        return needs(self._selected(), NONE_SELECTED)

    def _other(self) -> DayLine | None:
        return self._others.get(self.table.chosen or "")

    async def action_queue_open(self) -> None:
        """Open the selected defense where it stands; after one that was not held the mentor says what follows."""
        from defense_console.screens.before.rescheduling import ask_what_follows

        if (other := self._other()) is not None:
            self.console_app.go(*other.opens)
        entry = self._selected()
        if entry is None or await school.settles_who_has_it(self, entry):
            return
        if entry.mine and entry.summary.pending and entry.summary.session in NOT_HELD:
            await self._ask(ask_what_follows)
        else:
            self.console_app.go_on(entry.summary)

    async def _ask(self, ask: Callable[[ConsoleScreen, BriefDesk], Awaitable[bool]]) -> None:
        """Ask something about the selected defense; the queue can undo what was answered."""
        id = self._meant.summary.id
        if await ask(self, self.desk.brief(id)):
            self.desk.agenda.did(id)

    def action_queue_brief(self) -> None:
        """The brief, whatever its state."""
        self.console_app.go("brief", self._meant.summary.id)

    def action_live_note(self) -> None:
        """A private note on the selected defense."""
        self.write_on(self.desk.brief(self._meant.summary.id), "note")

    async def action_queue_offer(self) -> None:
        """Offer the selected defense, or give it back."""
        await school.ask_offer(self, self._meant)

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

        read_again(self, self._meant.summary.id)

    async def action_queue_hand_over(self) -> None:
        """Hand the selected defense over."""
        await school.ask_hand_over(self, self._meant)

    action_queue_order = SearchedList.next_order

    def action_queue_next_waiting(self) -> None:
        """The next one that waits for me, in every tab."""
        everything = agenda.queue(self._listing.pending, self.order)
        following = agenda.next_waiting(everything, self.table.chosen)
        if following is None:
            return  # nothing waits any more
        if not self._lists(following.summary.id):
            self.show_tab("mentor")
            self.update()
        self.table.choose(following.summary.id)

    def _lists(self, id: str) -> bool:
        """Return whether a defense is among those that are listed."""
        headed = self._listing.headed(self.zone, self.desk.now().wall)
        return any(entry.summary.id == id for _title, entries in headed for entry in entries)

    async def action_queue_filter(self) -> None:
        """Limit the list."""
        chosen = await ask_filter(self, self.filter, self.desk.agenda.curricula)
        if chosen is not None:
            self.filter = chosen
            self.update()

    async def action_queue_new(self) -> None:
        """A student and a defense, typed."""
        from defense_console.screens.queue.enrolling import add

        if (id := await add(self)) is not None:
            self.filter = Filter()
            self.update()
            if not self._lists(id):
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
        entry = self._meant
        if self.attempt(lambda: self.desk.agenda.park(entry.summary.id)) is not None:
            name = shortened(entry.student_name, 40)
            back, parked = N_("Back in its place: {student}"), N_("Parked: {student}; {key:edit.undo} takes it back")
            self.tell(_(back if entry.summary.parked else parked, student=name))

    async def action_defense_reschedule(self) -> None:
        """Another date for the selected defense."""
        from defense_console.screens.before.rescheduling import ask_date

        await self._ask(ask_date)

    async def action_defense_close(self) -> None:
        """No other date for the selected defense."""
        from defense_console.screens.before.rescheduling import ask_close

        await self._ask(ask_close)

    def action_edit_undo(self) -> None:
        """Take back what the queue did."""
        done = self.attempt(self.desk.agenda.undo)
        if done is not None:
            self.tell(_("Undone.") if done.action else _("Taken back: the defense is closed."))
