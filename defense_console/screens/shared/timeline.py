"""The log of a defense, readable: when, who, what in words; what was undone is struck out, gaps are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content

from defense_console.desk.defense.wording import cancelled_actions, describe, requests_of
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Request
from defense_console.model.defense.timeline import instant
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.headlines import headline_of
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import (
    _,
    clock_text,
    clock_time,
    date_text,
    duration_text,
    language,
    ngettext,
    weekday,
)

if TYPE_CHECKING:
    from defense_console.desk.defense.base import DefenseDesk
    from defense_console.model.defense.kinds import DefenseEvent


class TimelineScreen(ConsoleScreen):
    """Everything recorded so far.

    Args:
        log: The defense, or the rehearsal.
    """

    CONTEXT = "timeline"
    DEFAULT_CSS = "#timeline { height: 1fr; max-width: 104; }"

    def __init__(self, log: DefenseDesk) -> None:
        super().__init__()
        self.defense_id = log.id
        self._log = log
        self._drawn = -1

    @property
    def stream(self) -> str:
        """The log that is read."""
        return self._log.stream

    def compose_body(self) -> ComposeResult:
        """Compose the list of events."""
        yield Panel(id="timeline")

    @property
    def headline(self) -> Headline:
        """Whose log it is."""
        return headline_of(self._log, _("Timeline"))

    @property
    def _lines(self) -> Panel:
        return self.query_one(Panel)

    def redraw(self) -> None:
        """Show what was added since the last drawing."""
        events, lines = self._log.events, self._lines
        number = ngettext("{n} line", "{n} lines", len(events))
        if len(events) == self._drawn:
            lines.name_frame(_("Everything recorded so far"), number)
            return
        at_end = self._drawn < 0 or lines.row == lines.row_count() - 1
        lines.show(_("Everything recorded so far"), tuple(self._items(events)), number)
        self._drawn = len(events)
        if at_end:
            lines.choose_end(last=True)
        lines.focus()

    def second(self) -> None:
        """Something may have been recorded."""
        self.redraw()

    def _items(self, events: tuple[DefenseEvent, ...]) -> Iterator[Item]:
        """Yield one item per event, before the first of each day its date."""
        struck, requests = cancelled_actions(events), requests_of(events)
        day, several = "", len({event.author for event in events}) > 1
        for event in events:
            today = date_text(event.at.wall, self.zone)
            if today != day:
                day = today
                yield Item(Content.styled(f"{weekday(event.at.wall, self.zone)} {today}", "bold"))
            lead = f"{event.seq:>3} {clock_time(event.at.wall, self.zone)} {self._clock_at(event):>6} "
            words = self._words(event, requests, event.seq in struck)
            if several and event.author:
                words = Content.assemble(words, "  ", content(event.author).stylize("$text-muted"))
            yield Item(words, str(event.seq), Content.styled(lead, "$text-muted"))

    def _words(self, event: DefenseEvent, requests: Mapping[str, Request], undone: bool) -> Content:
        """What happened; struck out when it was undone, marked when the system saw it or time was lost."""
        desk = self._log
        words = describe(event, desk.curriculum, language(), desk.project, requests, self.zone)
        text = content(words)
        if undone:
            return text.stylize("strike $text-muted") + Content(f" ({_('undone')})").stylize("$text-warning")
        if isinstance(event.what, ev.Suspended | ev.Recovered):
            return Content(mark("over") + " ").stylize("bold $text-warning") + text + self._gap_words(event)
        if event.what.fact:
            return Content(mark("system") + " ") + text
        return text

    def _clock_at(self, event: DefenseEvent) -> str:
        """What the clock of the defense showed; nothing before the start and after the end."""
        line = self._log.defense.timeline
        if line.started_at is None or instant(event.at.wall) < instant(line.started_at.wall):
            return ""
        return clock_text(line.shown_ms(event.at) // 1000)

    def _gap_words(self, event: DefenseEvent) -> Content:
        gap = next((gap for gap in self._log.defense.gaps if gap.seq == event.seq), None)
        if gap is None:
            return Content("")
        words = [_("now a pause")] if gap.paused else []
        if gap.gap_ms < 0:
            words.insert(0, _("the machine's clock went back by {length}", length=duration_text(-gap.gap_ms // 1000)))
        elif not gap.asleep:
            words.insert(0, _("gone for {length}", length=duration_text(gap.gap_ms // 1000)))
        return Content("".join(f" · {word}" for word in words))

    def action_timeline_replay(self) -> None:
        """Play it again."""
        from defense_console.desk.defense.replay import Replay
        from defense_console.screens.shared.replay import ReplayScreen

        self.app.push_screen(ReplayScreen(self._log, Replay(self._log)))

    def action_move_down(self) -> None:
        """Go to the next line."""
        self._lines.move(1)

    def action_move_up(self) -> None:
        """Go to the line before."""
        self._lines.move(-1)
