"""What is not in the record because another console was first: the mentor keeps or drops it, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.content import Content

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.defense.wording import describe, requests_of
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.wishes import Seen, Wishes, needs, reads, unless
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, clock_time, date_text, error_text, language, ngettext

if TYPE_CHECKING:
    from defense_console.desk.defense.brief import BriefDesk
    from defense_console.model.log.refused import Aside


OnAside = Seen[DefenseDesk]
WISHES: Final[Wishes[OnAside]] = {
    "aside.keep": lambda seen: (seen.desk.taking_up(needs(seen.key, "Everything is settled.")),),
    "aside.drop": lambda seen: unless(seen.desk.read_only) or reads(seen.key, "Everything is settled."),
}


class AsideScreen(ConsoleScreen):
    """Every decision that waits for the mentor's choice, oldest first.

    Args:
        defense_id: Whole id.
    """

    CONTEXT = "aside"
    WISHES = WISHES
    DEFAULT_CSS = """
    AsideScreen {
        #aside { height: 1fr; max-width: 104; }
        #aside-why { height: auto; padding: 0 1; }
    }
    """

    def __init__(self, defense_id: str) -> None:
        super().__init__()
        self.defense_id = defense_id
        self._desk_of_it: BriefDesk | None = None

    @property
    def _log(self) -> BriefDesk:
        if self._desk_of_it is None:
            self._desk_of_it = self.desk.brief(self.defense_id)
        return self._desk_of_it

    def compose_band(self) -> ComposeResult:
        """What happened, and what the keys do."""
        yield QuietText(id="aside-why")

    def compose_body(self) -> ComposeResult:
        """The rows."""
        yield Panel(id="aside")

    @property
    def headline(self) -> Headline:
        """Whose decisions they are."""
        return headline_of(self._log, _("Not in the record"))

    def redraw(self) -> None:
        """Show what is left."""
        asides = self._log.aside
        why = _("Another console wrote first. What you keep is recorded now; what you drop is gone.")
        if (reason := self._log.read_only) is not None:
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
        event, desk = aside.event, self._log
        at = clock_time(event.at.wall, self.zone)
        if (day := date_text(event.at.wall, self.zone)) != date_text(self.desk.now().wall, self.zone):
            at = f"{day} {at}"
        words = describe(event, desk.curriculum, language(), desk.project, requests_of(desk.events), self.zone)
        return Item(content(words), aside.key, Content(f"{at}  ").stylize("$text-muted"))

    def seen(self) -> OnAside:
        """The desk, and the row under the cursor."""
        return OnAside(self._log, "aside", self.query_one("#aside", Panel).key)

    def action_move_down(self) -> None:
        """The next row."""
        self.query_one("#aside", Panel).move(1)

    def action_move_up(self) -> None:
        """The row before."""
        self.query_one("#aside", Panel).move(-1)

    def action_aside_keep(self) -> None:
        """Record it now."""
        key = self.query_one("#aside", Panel).key
        if self.attempt(lambda: self._log.take_up(key)) is not None:
            self._say_left(_("Recorded."))

    async def action_aside_drop(self) -> None:
        """Give it up, after a question."""
        key = self.query_one("#aside", Panel).key
        found = next((aside for aside in self._log.aside if aside.key == key), None)
        if found is None:
            return
        details = self._item(found).text
        if await self.app.push_screen_wait(Confirm(_("Drop this for good?"), details, yes=_("drop"))):
            self._log.give_up(key)
            self._say_left(_("Dropped."))

    def _say_left(self, told: str) -> None:
        self.update()
        left = len(self._log.aside)
        if left:
            told = told + " " + ngettext("{n} row is left.", "{n} rows are left.", left)
        self.tell(told)
