"""The log of a defense, readable: when, who, what in words; what was undone is struck out, gaps are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from defense_console.desk.defense.wording import cancelled_actions, describe, requests_of
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Request
from defense_console.model.defense.timeline import instant
from defense_console.safe_text import content, shortened
from defense_console.screens.base import ConsoleScreen
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
    from defense_console.desk.defense.brief import BriefDesk
    from defense_console.model.defense.kinds import DefenseEvent


WIDEST = 120
"""Cells of the longest line: wider terminals do not make it longer."""


class TimelineScreen(ConsoleScreen):
    """Everything recorded so far.

    Args:
        defense_id: Whole id.
    """

    CONTEXT = "timeline"
    DEFAULT_CSS = """
    TimelineScreen {
        .head { height: auto; padding: 0 1; background: $panel; }
        .head Static { height: auto; width: 1fr; }
        OptionList { height: 1fr; max-width: 120; border: none; padding: 0 1; background: transparent; }
        OptionList:focus { border: none; }
        OptionList:focus > .option-list--option-highlighted, OptionList > .option-list--option-highlighted {
            background: $panel; color: $foreground; text-style: bold;
        }
    }
    """

    def __init__(self, defense_id: str) -> None:
        super().__init__()
        self.defense_id = defense_id
        self._drawn = (-1, 0)
        self._desk_of_it: BriefDesk | None = None

    @property
    def _log(self) -> BriefDesk:
        if self._desk_of_it is None:
            self._desk_of_it = self.desk.brief(self.defense_id)
        return self._desk_of_it

    def compose_body(self) -> ComposeResult:
        """Head and list."""
        with Vertical(classes="head"):
            yield Static(id="timeline-title", markup=False)
        yield OptionList(markup=False)

    def redraw(self) -> None:
        """Show what was added since the last drawing."""
        events = self._log.events
        if (len(events), self.size.width) == self._drawn:
            return
        lines = self.query_one(OptionList)
        at_end = self._drawn[0] < 0 or lines.highlighted in (None, lines.option_count - 1)
        place = lines.highlighted
        lines.set_options([Option(line) for line in self._lines(events)])
        self._drawn = (len(events), self.size.width)
        name = self._log.student.name
        title = _("Timeline · {student}", student=name)
        number = ngettext("{n} line", "{n} lines", len(events))
        width = max(20, self.size.width - 4)
        text = Content.assemble((shortened(title, width - len(number) - 3), "bold"), f" · {number}")
        self.query_one("#timeline-title", Static).update(text)
        lines.highlighted = lines.option_count - 1 if at_end else place
        lines.focus()

    def on_resize(self) -> None:
        """Lines are wrapped anew."""
        self.update()

    def second(self) -> None:
        """Something may have been recorded."""
        self.redraw()

    def _lines(self, events: tuple[DefenseEvent, ...]) -> Iterator[Content]:
        """One text per event; the first of each day says the day."""
        struck, requests = cancelled_actions(events), requests_of(events)
        day, several = "", len({event.author for event in events}) > 1
        width = max(20, min(self.size.width, WIDEST) - 5)
        for event in events:
            today = date_text(event.at.wall, self.zone)
            head = "" if today == day else f"── {weekday(event.at.wall, self.zone)} {today} ──\n"
            day = today
            lead = f"{event.seq:>3} {clock_time(event.at.wall, self.zone)} {self._clock_at(event):>6} "
            who = content(f" · {event.author}") if several and event.author else Content("")
            words = self._words(event, requests, event.seq in struck) + who.stylize("$text-muted")
            indent = Content("\n" + " " * (len(lead) if width > 2 * len(lead) else 4))
            wrapped = indent.join(words.wrap(max(12, width - len(lead))))
            yield Content.assemble((head, "bold $text-accent"), (lead, "$text-muted"), wrapped)

    def _words(self, event: DefenseEvent, requests: Mapping[str, Request], undone: bool) -> Content:
        """What happened; struck out when it was undone, marked when the system saw it or time was lost."""
        desk = self._log
        words = describe(event, desk.curriculum, language(), desk.project, requests, self.zone)
        text = content(words)
        if undone:
            return text.stylize("strike $text-muted") + Content(" · " + _("undone")).stylize("$text-warning")
        if isinstance(event.what, ev.Suspended | ev.Recovered):
            return Content("! ").stylize("bold $text-warning") + text + self._gap_words(event)
        if event.what.fact:
            return Content("⚙ ") + text
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

    def action_move_down(self) -> None:
        """The next line."""
        self.query_one(OptionList).action_cursor_down()

    def action_move_up(self) -> None:
        """The line before."""
        self.query_one(OptionList).action_cursor_up()
