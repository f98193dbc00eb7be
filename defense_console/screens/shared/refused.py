"""What is not in the record because another console was first: the mentor keeps or drops it, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.content import Content

from defense_console.desk.logs.one_log import LogDesk
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.wishes import Seen, Wishes, needs, reads, unless
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, clock_time, date_text, error_text, language, ngettext

if TYPE_CHECKING:
    from defense_console.model.log.refused import Aside


OnAside = Seen[LogDesk[Any, Any]]
WISHES: Final[Wishes[OnAside]] = {
    "aside.keep": lambda seen: (seen.desk.taking_up(needs(seen.key, "Everything is settled.")),),
    "aside.drop": lambda seen: unless(seen.desk.read_only) or reads(seen.key, "Everything is settled."),
}


class AsideScreen(ConsoleScreen):
    """Every decision that waits for the mentor's choice, oldest first.

    Args:
        log: Whose decisions they are.
    """

    CONTEXT = "aside"
    WISHES = WISHES
    DEFAULT_CSS = """
    AsideScreen {
        #aside { height: 1fr; max-width: 104; }
        #aside-why { height: auto; padding: 0 1; }
    }
    """

    def __init__(self, log: LogDesk[Any, Any]) -> None:
        super().__init__()
        self._log_desk = log

    @property
    def about(self) -> str:
        """Id of what the log is about."""
        return self._log_desk.id

    @property
    def stream(self) -> str:
        """Name of the log."""
        return self._log_desk.stream

    @property
    def whose(self) -> str:
        """Whom it is about."""
        return self._log_desk.whose

    def compose_band(self) -> ComposeResult:
        """What happened, and what the keys do."""
        yield QuietText(id="aside-why")

    def compose_body(self) -> ComposeResult:
        """Compose the list of what is not in the record."""
        yield Panel(id="aside")

    @property
    def headline(self) -> Headline:
        """Whose decisions they are."""
        return Headline(_("Not in the record"), self.whose)

    def redraw(self) -> None:
        """Show what is left."""
        asides = self._log_desk.aside
        why = _("Another console wrote first. What you keep is recorded now; what you drop is gone.")
        if (reason := self._log_desk.read_only) is not None:
            why = error_text(reason)
        self.query_one("#aside-why", QuietText).show(content(why))
        panel = self.query_one("#aside", Panel)
        settled = Item(Content.styled(_("Everything is settled."), "$text-muted"))
        hints = self.hints_of("aside.keep", "aside.drop")
        panel.show(_("Decisions"), [self._item(aside) for aside in asides] or [settled], str(len(asides) or ""), hints)
        if panel.can_focus and self.focused is None:
            self.set_focus(panel)

    def _item(self, aside: Aside) -> Item:
        """When, and what in words."""
        event = aside.event
        at = clock_time(event.at.wall, self.zone)
        if (day := date_text(event.at.wall, self.zone)) != date_text(self.desk.now().wall, self.zone):
            at = f"{day} {at}"
        words = content(self._log_desk.said(event, language()))
        return Item(words, aside.key, Content(f"{at}  ").stylize("$text-muted"))

    def seen(self) -> OnAside:
        """The desk, and the row under the cursor."""
        return OnAside(self._log_desk, "aside", self.query_one("#aside", Panel).key)

    def action_move_down(self) -> None:
        """Go to the next row."""
        self.query_one("#aside", Panel).move(1)

    def action_move_up(self) -> None:
        """Go to the row before."""
        self.query_one("#aside", Panel).move(-1)

    def action_aside_keep(self) -> None:
        """Record it now."""
        key = self.query_one("#aside", Panel).key
        if self.attempt(lambda: self._log_desk.take_up(key)) is not None:
            self._say_left(_("Recorded."))

    async def action_aside_drop(self) -> None:
        """Give it up, after a question."""
        key = self.query_one("#aside", Panel).key
        found = next((aside for aside in self._log_desk.aside if aside.key == key), None)
        if found is None:
            return
        details = self._item(found).text
        if await self.app.push_screen_wait(Confirm(_("Drop this for good?"), details, yes=_("drop"))):
            self._log_desk.give_up(key)
            self._say_left(_("Dropped."))

    def _say_left(self, told: str) -> None:
        self.update()
        left = len(self._log_desk.aside)
        if left:
            told = told + " " + ngettext("{n} row is left.", "{n} rows are left.", left)
        self.tell(told)
