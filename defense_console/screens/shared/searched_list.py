"""Screens that are one list in tabs: it is searched as one types, and a cursor that moves draws two lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from defense_console.desk.logs.one_log import LogDesk
from defense_console.keys.keymap import command
from defense_console.screens.shared.wishes import needs
from defense_console.screens.shared.writing import WritingScreen
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.search_field import SearchField
from defense_console.widgets.frame.tabs_line import TabsLine, TabTitle
from defense_console.widgets.frame.writer import Writer
from defense_console.widgets.lists.line_list import LineList
from defense_console.words.translation import _

L = TypeVar("L", bound=LogDesk[Any, Any])
MINUTE = 60
"""Seconds after which a list is drawn anew, should no full minute be met."""
PAGES = ("pageup", "pagedown", "home", "end")
"""Keys that move the cursor further than a line."""


class SearchedList(WritingScreen, Generic[L]):
    """A list in tabs, in whose place one searches. A subclass answers `table`.

    The list is about no log; a text is written on the log of the line that was selected when it was begun.
    """

    TABS: ClassVar[tuple[tuple[Any, str, str], ...]] = ()
    """Every tab with its long and its short title; None is the one of everything."""
    ORDERS: ClassVar[tuple[tuple[Any, str], ...]] = ()
    """Every order with its name."""
    NONE_SELECTED: ClassVar[str] = ""
    """Says that no line is selected on whose log a text could be written."""
    tab: Any = None
    """The one that is shown."""
    order: Any
    """The one the lines are in."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0
        """Since everything was drawn anew."""
        self.chose_tab = False
        """Whether the mentor has chosen a tab."""
        self._about: L | None = None

    # --- the log that is written on ----------------------------------------------------------------------------------

    @property
    def texts(self) -> L:
        """A text goes to the log that was selected when it was begun."""
        return needs(self._about, self.NONE_SELECTED)

    def write_on(self, log: L, field: str) -> None:
        """Write a text on a log."""
        self._about = log
        self.write(field)

    @property
    def stream(self) -> str:
        """The log that is being written on; the list itself is about all of them."""
        writing = self._about is not None and self.query(Writer) and self.writer.field_key
        return self.texts.stream if writing else ""

    @property
    def whose(self) -> str:
        """Whom the text is about."""
        return self.texts.whose if self.stream else ""

    def standing_line(self) -> str:
        """What is to know of the log on which a text is being written."""
        return super().standing_line() if self.stream else ""

    # --- what is on it -----------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """The tabs, in whose place one searches."""
        yield TabsLine()
        with Horizontal(classes="search-row"):
            yield Static("/ ", markup=False)
            yield SearchField()

    @property
    def table(self) -> LineList:
        """The list."""
        raise NotImplementedError

    @property
    def field(self) -> SearchField:
        """The search field."""
        return self.query_one(SearchField)

    def widen(self) -> None:
        """Something is sought: leave a tab that does not hold everything."""

    def on_mount(self) -> None:
        """The list has the focus."""
        self.set_focus(self.table)

    # --- drawing -----------------------------------------------------------------------------------------------------

    def is_due(self) -> bool:
        """Count a second. Return whether a minute is full, so that what is said of times is no longer true."""
        self._seconds += 1
        due = self._seconds >= MINUTE or self.desk.now().wall[17:19] == "00"
        if due:
            self._seconds = 0
        return due

    def show_search(self) -> None:
        """Show the field instead of the tabs while something is sought."""
        self.set_class(bool(self.field.value) or self.focused is self.field, "-searching")

    @property
    def tabs(self) -> tuple[tuple[Any, str, str], ...]:
        """Return the tabs that are shown, of those that there are."""
        return self.TABS

    @property
    def tab_title(self) -> str:
        """The long name of the tab that is shown."""
        return _(next(long for each, long, _short in self.TABS if each == self.tab))

    def show_tab(self, tab: Any) -> None:
        """Show another tab; what was sought is left."""
        self.tab, self.chose_tab = tab, True
        if self.field.value:
            self.field.value = ""

    def show_tabs(self, counts: Mapping[Any, int]) -> None:
        """Show every tab with its key and its count. Args: counts: by tab; one that is missing shows none."""
        found = []
        for tab, long, short in self.tabs:
            hint = self.hint_of(command(self._opens(tab)))
            key, count = hint.key if hint is not None else "", str(counts.get(tab, ""))
            found.append(TabTitle(self._opens(tab), key, _(long), _(short), count))
        self.query_one(TabsLine).show_tabs(found, self._opens(self.tab))

    def _opens(self, tab: str | None) -> str:
        """Return the id of the command that opens a tab."""
        return f"{self.CONTEXT}.tab_{tab or 'all'}"

    def on_tabs_line_clicked(self, event: TabsLine.Clicked) -> None:
        """A click on a tab is its key."""
        event.stop()
        self.run_worker(self.do_command(command(event.command)))

    def on_click(self, event: events.Click) -> None:
        """A second click on a line opens it."""
        if event.chain == 2 and event.widget is self.table:
            event.stop()
            self.run_worker(self.do_command(command(f"{self.CONTEXT}.open")))

    # --- searching ---------------------------------------------------------------------------------------------------

    def begin_search(self) -> None:
        """Search as one types."""
        self.add_class("-searching")
        self.set_focus(self.field)
        self.field.cursor_position = len(self.field.value)

    def on_input_changed(self, event: SearchField.Changed) -> None:
        """Show what is found, the cursor on the first: where it stood before says nothing about what is sought."""
        event.stop()
        sought = self.field.has_focus and bool(event.value.strip())
        if sought:
            self.widen()
        self.update()
        if sought:
            self.table.go_to(0)

    async def on_key(self, event: events.Key) -> None:
        """In the search field arrows move the selection, `Enter` and `Esc` leave it; the rest is the base class's."""
        if self.field.has_focus and event.key in ("escape", "enter", "up", "down", "tab"):
            event.stop()
            event.prevent_default()
            if event.key in ("escape", "enter", "tab"):
                self.set_focus(self.table)
                self.update()
            else:
                self.table.move(1 if event.key == "down" else -1)
        elif self.focused is self.table and event.key in PAGES:
            event.stop()
            event.prevent_default()
            self.hush()
            if event.key in ("home", "end"):
                self.table.go_to(0 if event.key == "home" else self.table.row_count() - 1)
            else:
                self.table.page(1 if event.key == "pagedown" else -1)

    def hints(self) -> tuple[Hint, ...]:
        """The search field has its own keys."""
        if self.field.has_focus:
            return (Hint("", _("Enter"), _("to the list")), Hint("", "↑ ↓", _("select")))
        return super().hints()

    # --- commands ----------------------------------------------------------------------------------------------------

    def after_writing(self) -> None:
        """Back to the list."""
        self.set_focus(self.table)

    def next_order(self) -> None:
        """List in the next order, and say which one it is."""
        ids = [order for order, _name in self.ORDERS]
        self.order, name = self.ORDERS[(ids.index(self.order) + 1) % len(ids)]
        self.tell(_("Order: {order}", order=_(name)))

    def action_move_down(self) -> None:
        """The next line."""
        self.table.move(1)

    def action_move_up(self) -> None:
        """The one before."""
        self.table.move(-1)
