"""The audience view: what may be seen on a shared screen. Only the clock; no name, rating, note, role or message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from defense_console.model.errors import ConsoleError
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.live.wishes import CLOCK, OnLive
from defense_console.widgets.clock.big_clock import BigClock
from defense_console.widgets.clock.words import read_clock
from defense_console.widgets.frame.message_line import Tone
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.words.translation import _

if TYPE_CHECKING:
    from defense_console.desk.defense.live import LiveDesk


class AudienceScreen(ConsoleScreen):
    """The clock, its phase, its word, the end time. Messages wait until `a` leaves.

    Args:
        live: The use cases of the clock.
    """

    CONTEXT = "audience"
    WISHES = CLOCK
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    AudienceScreen {
        align: center middle;
        .audience--words { height: auto; width: 1fr; text-align: center; text-style: bold; margin: 1 0; }
        .audience--unsaved { height: auto; width: 1fr; text-align: center; color: $text-error; text-style: bold; }
        &.-flat .audience--words { margin: 0; }
    }
    """

    def __init__(self, live: LiveDesk) -> None:
        super().__init__()
        self.live = live
        self.defense_id = live.id
        self._waiting: list[tuple[str | Content, Tone]] = []

    # --- drawing -------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Nothing of what other screens share: no header, no keys."""
        yield QuietText(id="too-small")
        with Vertical():
            yield QuietText(classes="audience--words", id="audience-phase")
            yield BigClock()
            yield QuietText(classes="audience--words", id="audience-end")
            yield QuietText(classes="audience--unsaved")

    def update(self) -> None:
        """Draw the clock."""
        if self.is_mounted and self.query(BigClock):
            self.redraw()
            self.show_saved()

    def redraw(self) -> None:
        """Show the clock as it is now."""
        read = read_clock(self.live.defense.timeline, self.live.curriculum.rules, self.desk.now(), self.zone)
        self.query_one(BigClock).show_time(read.left, read.state)
        self.query_one("#too-small", QuietText).show(Content(f"{read.left} {read.phase}"))
        state = Content.assemble((f"{read.glyph} {read.sentence}", read.style))
        phase = Content.assemble(read.phase.upper(), "   ", state) if read.phase else state
        self.query_one("#audience-phase", QuietText).show(phase)
        ends = _("ends at {time}", time=read.ends) if read.ends and read.state != "ended" else ""
        self.query_one("#audience-end", QuietText).show(Content(ends))

    def second(self) -> None:
        """The clock moves."""
        self.redraw()

    def show_mode(self) -> None:
        """There is no row of keys here."""

    def show_saved(self) -> None:
        """Only what must not wait: that something could not be saved, in two words."""
        if not self.query(BigClock):
            return  # an answer of the recorder may come before the screen is drawn
        text = _("not saved") if self.desk.saved.state == "failed" else ""
        self.query_one(".audience--unsaved", QuietText).show(Content(text))

    # --- messages wait -------------------------------------------------------------------------------------------

    def tell(self, text: str | Content, tone: Tone = "plain") -> None:
        """Keep a message for the screen below."""
        self._waiting.append((text, tone))

    def refuse(self, error: ConsoleError) -> None:
        """A refusal is a message like others; one about a key pressed here is not worth telling later."""

    def hush(self) -> None:
        """There is nothing to take away."""

    # --- keys ----------------------------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Only the keys of this view act; all others are dead, those of the toolkit too."""
        command = self.command_at(event.key)
        event.stop()
        event.prevent_default()
        if command is not None:
            await self.do_command(command)

    def seen(self) -> OnLive:
        """The desk: nothing here has a cursor."""
        return OnLive(self.live)

    def action_live_audience(self) -> None:
        """Leave; the last message that waited is told."""
        self.app.pop_screen()
        under = self.app.screen
        if self._waiting and isinstance(under, ConsoleScreen):
            text, tone = self._waiting[-1]
            under.call_after_refresh(under.tell, text, tone)
