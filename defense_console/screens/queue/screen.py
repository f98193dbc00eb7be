"""The queue: pending defenses in order, and a brief of the selected one beside them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.defense.brief import BriefDesk
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.errors import ConsoleError
from defense_console.model.queue import agenda
from defense_console.model.queue.agenda import Entry, Order, Tab
from defense_console.safe_text import cells, shortened
from defense_console.screens.before.rescheduling import ask_close, ask_date, ask_what_follows
from defense_console.screens.queue import words as queue_words
from defense_console.screens.queue.wishes import QUEUE, OnQueue
from defense_console.screens.shared.writing import WritingScreen
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.search_field import SearchField
from defense_console.widgets.frame.writer import Writer
from defense_console.widgets.lists.line_list import LineList
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.lists.queue_table import QueueTable
from defense_console.words.translation import N_, _, error_text

TAB_LABELS: tuple[tuple[Tab | None, str, str], ...] = (
    ("today", N_("Today"), N_("Day")),
    ("mentor", N_("Waits for me"), N_("Me")),
    ("student", N_("Waits for the student"), N_("Student")),
    ("overdue", N_("Overdue"), N_("Late")),
    (None, N_("All pending"), N_("All")),
    ("closed", N_("Closed"), N_("Closed")),
)
"""Every tab with its long and its short title."""
MINUTE = 60


class QueueScreen(WritingScreen):
    """What is pending, in order. Lies under every other screen."""

    CONTEXT = "queue"
    WISHES = QUEUE

    def __init__(self) -> None:
        super().__init__()
        self.tab: Tab | None = "today"
        self.order: Order = "time"
        self._entries: tuple[Entry, ...] = ()
        self._found_closed: tuple[Entry, ...] = ()
        self._listed: tuple[Tab | None, str] = (None, "")
        """Tab and search of the last drawing."""
        self._gone: Entry | None = None
        """The defense under the cursor, when it has left what is listed."""
        self._about: BriefDesk | None = None
        self._seconds = 0
        self._first_drawing = True

    # --- what is on it -----------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Tabs, the search field, the list and the brief beside it."""
        yield Static(id="queue-tabs", markup=False)
        with Horizontal(id="queue-search"):
            yield Static("/ ", markup=False)
            yield SearchField(id="queue-field")
        with Horizontal(id="queue-body"):
            with Vertical(id="queue-main"):
                yield QueueTable(id="queue-table")
            yield Panel(id="queue-card")

    @property
    def table(self) -> QueueTable:
        """The list."""
        return self.query_one(QueueTable)

    @property
    def field(self) -> SearchField:
        """The search field."""
        return self.query_one(SearchField)

    @property
    def texts(self) -> DefenseDesk:
        """A note goes to the defense that was selected when it was begun."""
        if self._about is None:
            raise ConsoleError("No defense is selected.")
        return self._about

    @property
    def about(self) -> str:
        """The defense whose note is being written; the list itself is about all of them."""
        return self.texts.id if self._about is not None and self.query(Writer) and self.writer.field_key else ""

    def field_label(self, field: str) -> str:
        """Whose note it is."""
        return _("Private note on {student}", student=shortened(self.texts.student.name, 24))

    def text_kept(self, field: str, known: int) -> None:
        """Say that it is kept."""
        if self.texts.defense.seq != known:
            self.desk.agenda.did(self.texts.id)
            self.tell(_("Note kept, private."))

    def on_mount(self) -> None:
        """Begin in the first tab that shows something."""
        self.set_focus(self.table)

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Read what is pending and show it."""
        now = self.desk.now().wall
        self._entries = self.desk.agenda.entries()
        search = self.field.value
        with_closed = self.tab == "closed" or bool(search.strip())
        self._found_closed, found = self.desk.agenda.closed(search) if with_closed else ((), 0)
        if self._first_drawing:
            self._first_drawing = False
            if not any("today" in entry.tabs for entry in self._entries):
                self.tab = None
        shown = self._shown()
        rows = [queue_words.queue_line(entry, self.zone, now) for entry in shown]
        self._gone = self._left_behind(shown)
        if self._gone is not None:
            rows.insert(self.table.row, queue_words.queue_line(self._gone, self.zone, now, _new_tab(self._gone)))
        titles = (_("when"), _("student"), _("project"), _("docs"), _("◆ me  ◇ student"))
        self.table.show_rows(rows, titles, self._empty(search))
        if found > len(self._found_closed) and search.strip():
            text = N_("{total} closed defenses found, the latest {n} are listed: more letters find the others.")
            self.tell(_(text, total=found, n=len(self._found_closed)))
        self.query_one("#queue-search").set_class(bool(search) or self.focused is self.field, "-open")
        self._draw_tabs()
        self._draw_brief()

    def _left_behind(self, shown: Sequence[Entry]) -> Entry | None:
        """Return the defense under the cursor if something else than another tab or search took it off the list."""
        before, self._listed = self._listed, (self.tab, self.field.value)
        chosen = self.table.chosen
        if chosen is None or before != self._listed or any(entry.summary.id == chosen for entry in shown):
            return None
        return self.desk.agenda.entry(chosen)

    def _empty(self, search: str) -> str:
        if search.strip():
            return _("Nothing found for “{search}”; {key:console.back} shows everything again.", search=search)
        if self.tab == "closed":
            return _("No defense is closed yet.")
        if self._entries:
            return _("Nothing here; {key:queue.tab_all} shows every pending defense.")
        return _("Nothing is pending. defense-console import FILE brings defenses in.")

    def _draw_tabs(self) -> None:
        counts = agenda.tab_counts(self._entries)
        width = self.size.width - 2
        numbers = [f"{counts[tab]} " if tab != "closed" else "" for tab, _long, _short in TAB_LABELS]
        long = [
            f" {n} {_(tab[1])} {number}" for n, (tab, number) in enumerate(zip(TAB_LABELS, numbers, strict=True), 1)
        ]
        short = [
            f" {n} {_(tab[2])} {number}" for n, (tab, number) in enumerate(zip(TAB_LABELS, numbers, strict=True), 1)
        ]
        texts = long if sum(map(cells, long)) + 1 <= width else short
        if sum(map(cells, texts)) > width:
            texts = [text[1:] for text in texts]
        parts: list[tuple[str, str] | str] = []
        for (tab, _long, _short), text in zip(TAB_LABELS, texts, strict=True):
            chosen = tab == self.tab
            marked = f"▸{text[1:]}" if chosen and text.startswith(" ") else text
            parts.append((marked, "bold reverse" if chosen else "$text-muted"))
        self.query_one("#queue-tabs", Static).update(Content.assemble(*parts))

    def _draw_brief(self) -> None:
        panel = self.query_one("#queue-card", Panel)
        chosen = self._selected()
        if chosen is None or False:
            panel.show("", ())
            return
        try:
            heading, lines = queue_words.card(self.desk.agenda.card(chosen), self.zone, self.desk.now().wall)
        except ConsoleError as error:
            heading, lines = Content(error_text(error)), ()
        panel.show(heading, [Item(each) for each in lines])

    def on_resize(self) -> None:
        """The brief stands beside the list from 110 columns on."""
        self.set_class(self.size.width >= 110, "-beside")
        self.set_class(self.size.width >= 160, "-broad")

    def second(self) -> None:
        """What another console changed, and how far away everything is, once a minute."""
        self._seconds += 1
        if self.desk.agenda.refresh() or self._seconds >= MINUTE or self._edge_of_minute():
            self._seconds = 0
            self.update()

    def _edge_of_minute(self) -> bool:
        return self.desk.now().wall[17:19] == "00"

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """Another defense is selected."""
        event.stop()
        if self._gone is not None and self.table.chosen != self._gone.summary.id:
            self.update()
            return
        self._draw_brief()
        self.show_mode()

    # --- searching ---------------------------------------------------------------------------------------------------

    def action_queue_search(self) -> None:
        """Search as one types."""
        self.query_one("#queue-search").add_class("-open")
        self.set_focus(self.field)
        self.field.cursor_position = len(self.field.value)
        self.call_after_refresh(self._prepare_search)

    def _prepare_search(self) -> None:
        with suppress(ConsoleError):  # the search itself says what cannot be read
            self.desk.agenda.prepare_search()

    def on_input_changed(self, event: SearchField.Changed) -> None:
        """Show what is found, the cursor on the first: where it stood before says nothing about what is sought."""
        event.stop()
        sought = self.field.has_focus and bool(event.value.strip())
        if sought and self.tab != "closed":
            self.tab = None
        self.update()
        if sought:
            self.table.go_to(0)

    def _leave_search(self) -> None:
        self.set_focus(self.table)
        self.update()

    async def on_key(self, event: events.Key) -> None:
        """In the search field arrows move the selection, `Enter` and `Esc` leave it; the rest is the base class's."""
        if self.field.has_focus and event.key in ("escape", "enter", "up", "down", "tab"):
            event.stop()
            event.prevent_default()
            if event.key in ("escape", "enter", "tab"):
                self._leave_search()
            else:
                self.table.move(1 if event.key == "down" else -1)

    def action_console_back(self) -> None:
        """First the search is taken away; the queue itself is never left by Esc."""
        if self.field.value:
            self.field.value = ""
            self.update()
        else:
            self.tell(_("{key:console.quit} leaves the console."))

    # --- commands ----------------------------------------------------------------------------------------------------

    def hints(self) -> tuple[Hint, ...]:
        """The search field has its own keys; there is no screen below to go back to."""
        if self.field.has_focus:
            return (Hint("", "↵", _("to the list")), Hint("", "↑ ↓", _("select")))
        return tuple(hint for hint in super().hints() if hint.command != "console.back" or self.field.value)

    def seen(self) -> OnQueue:
        """The list, and the defense under the cursor."""
        entry = self._selected()
        return OnQueue(self.desk.agenda, entry.summary if entry is not None else None)

    def after_writing(self) -> None:
        """Back to the list."""
        self.set_focus(self.table)

    def action_move_down(self) -> None:
        """The next defense."""
        self.table.move(1)

    def action_move_up(self) -> None:
        """The one before."""
        self.table.move(-1)

    def _selected(self) -> Entry | None:
        known = (*self._entries, *self._found_closed, *filter(None, (self._gone,)))
        return next((entry for entry in known if entry.summary.id == self.table.chosen), None)

    async def action_queue_open(self) -> None:
        """Open the selected defense where it stands; after one that was not held the mentor says what follows."""
        entry = self._selected()
        if entry is None:
            return
        if entry.summary.pending and entry.summary.session in NOT_HELD:
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
            self._about = self.desk.brief(self.table.chosen)
            self.write("note")

    def _show_tab(self, tab: Tab | None) -> None:
        self.tab = tab
        if self.field.value:
            self.field.value = ""

    def action_queue_tab_today(self) -> None:
        """Today."""
        self._show_tab("today")

    def action_queue_tab_mentor(self) -> None:
        """Waits for me."""
        self._show_tab("mentor")

    def action_queue_tab_student(self) -> None:
        """Waits for the student."""
        self._show_tab("student")

    def action_queue_tab_overdue(self) -> None:
        """Overdue."""
        self._show_tab("overdue")

    def action_queue_tab_all(self) -> None:
        """Everything pending."""
        self._show_tab(None)

    def action_queue_tab_closed(self) -> None:
        """What is closed."""
        self._show_tab("closed")

    def action_queue_order(self) -> None:
        """The next order."""
        orders = queue_words.ORDER_LABELS
        ids = [order for order, _title in orders]
        self.order, title = orders[(ids.index(self.order) + 1) % len(orders)]
        self.tell(_("Order: {order}", order=_(title)))

    def action_queue_next_waiting(self) -> None:
        """The next one that waits for me, in every tab."""
        everything = agenda.queue(self._entries, self.order)
        following = agenda.next_waiting(everything, self.table.chosen)
        if following is None:
            self.tell(_("Nothing waits for you."))
            return
        if all(entry is not following for entry in self._shown()):
            self._show_tab("mentor")
            self.update()
        self.table.choose(following.summary.id)

    def _shown(self) -> tuple[Entry, ...]:
        search = self.field.value
        if self.tab == "closed":
            return self._found_closed
        found = agenda.queue(self._entries, self.order, search, self.tab)
        return (*found, *self._found_closed) if search.strip() and self.tab is None else found

    def action_queue_park(self) -> None:
        """To the end of the list, or back."""
        entry = self._selected()
        if entry is not None and self.attempt(lambda: self.desk.agenda.park(entry.summary.id)) is not None:
            name = shortened(entry.student_name, 40)
            back, parked = N_("Back in its place: {student}"), N_("Parked: {student}; {key:edit.undo} takes it back")
            self.tell(_(back if entry.summary.parked else parked, student=name))

    async def action_defense_reschedule(self) -> None:
        """Another date for the selected defense."""
        if self.table.chosen:
            id = self.table.chosen
            if await ask_date(self, self.desk.brief(id)):
                self.desk.agenda.did(id)

    async def action_defense_close(self) -> None:
        """No other date for the selected defense."""
        if self.table.chosen:
            id = self.table.chosen
            if await ask_close(self, self.desk.brief(id)):
                self.desk.agenda.did(id)

    def action_edit_undo(self) -> None:
        """Take back what the queue did."""
        if self.attempt(self.desk.agenda.undo) is not None:
            self.tell(_("Undone."))


def _new_tab(entry: Entry) -> str:
    """The title of the tab where a defense is now."""
    return _(next((title for tab, title, _short in TAB_LABELS if tab in entry.tabs), N_("All pending")))
