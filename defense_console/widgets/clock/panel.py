"""ClockPanel: the phase timer in big digits, its state in words, its window, when the defense ends, and the bar."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from defense_console.model.curriculum import Rules
from defense_console.model.defense.timeline import Timeline
from defense_console.model.log.envelope import Stamp
from defense_console.safe_text import cells
from defense_console.widgets.clock import phase_bar
from defense_console.widgets.clock.big_clock import BigClock
from defense_console.widgets.clock.words import ClockReading, phase_word, read_clock
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.words.translation import _, clock_text, time_of_day

LARGE_FROM_COLUMNS, LARGE_FROM_ROWS = 100, 34
"""From this size on the digits are five rows high and the phases have their names under the bar."""
RECORDING_FROM = 70
"""From so many cells beside the digits on the time of the recording is shown: it is sent with every second."""
BAR_MS = 5_000
"""How often the bar is drawn: one of its cells is longer."""


class Around(msgspec.Struct, frozen=True):
    """What the clock says besides itself, in words.

    Attributes:
        following: When the next defense starts and whose it is; `following_short` without the name; "" for none.
        recording: How long it has run; `recording_short` without the time; "" without one.
        keys: The keys of the clock, for a large panel.
    """

    following: str = ""
    following_short: str = ""
    recording: str = ""
    recording_short: str = ""
    keys: Content = msgspec.field(default_factory=Content)


class ClockPanel(Vertical):
    """The clock: digits with three lines beside them, and the bar below; the bar stands beside large digits."""

    DEFAULT_CSS = """
    ClockPanel {
        height: 4;
        padding: 0 1;
        Horizontal { height: 3; }
        BigClock { width: 21; height: 3; content-align: left top; }
        QuietText { width: 1fr; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        #clock-bar { height: 1; }
        &.-large {
            height: 5;
            Horizontal { height: 5; }
            BigClock { width: 42; height: 5; }
            #clock-bar { display: none; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bar_drawn: tuple[Timeline | None, int, int, str] = (None, 0, 0, "")
        """What the bar was drawn for."""
        self._bar_shown = (Content(), Content())

    def compose(self) -> ComposeResult:
        """Digits, the lines beside them, the bar."""
        with Horizontal():
            yield BigClock()
            yield QuietText(id="clock-words")
        yield QuietText(id="clock-bar")

    def show_clock(self, timeline: Timeline, now: Stamp, rules: Rules, zone: str, around: Around) -> None:
        """Draw the clock at `now`.

        Args:
            timeline: Of the sitting.
            now: The present stamp.
            rules: Warning thresholds.
            zone: Of the mentor.
            around: What to say besides.
        """
        read = read_clock(timeline, rules, now, zone)
        width = self.show_digits(read.left, read.state)
        lines = [self._phase(timeline, now, around, width), self._state(read, timeline, now, width)]
        if self.large:
            ends = self._end(read, around, width - lines[0].cell_length - 3)
            gap = max(2, width - lines[0].cell_length - ends.cell_length)
            lines = [lines[0] + Content(" " * gap) + ends, lines[1]]
        else:
            lines.append(self._end(read, around, width))
        drawn = (timeline, timeline.elapsed_ms(now) // BAR_MS, self.bar_width, read.ends)
        if drawn[1:] != self._bar_drawn[1:] or timeline is not self._bar_drawn[0]:
            self._bar_drawn, self._bar_shown = drawn, self._bar(read, timeline, now, self.bar_width, zone)
        self.show_words(lines, *self._bar_shown, around.keys)

    @property
    def large(self) -> bool:
        """Whether there is room for the large digits, with the bar beside them."""
        size = self.screen.size
        return size.width >= LARGE_FROM_COLUMNS and size.height >= LARGE_FROM_ROWS

    def show_digits(self, text: str, state: str) -> int:
        """Draw a time in the colour of a state. Return the cells of the lines beside it."""
        self.set_class(self.large, "-large")
        self.query_one(BigClock).show_time(text, state)
        return self.screen.size.width - 2 - (42 if self.large else 21)

    @property
    def bar_width(self) -> int:
        """Cells of the row of the bar."""
        return self.screen.size.width - 2 - (42 if self.large else 0)

    def show_words(self, lines: Sequence[Content], bar: Content, names: Content, keys: Content | None = None) -> None:
        """Show the lines beside the digits, and the bar; names and keys where there is room for them."""
        shown = [*lines, bar, names, keys or Content()] if self.large else lines
        self.query_one("#clock-words", QuietText).show(*shown)
        if not self.large:
            self.query_one("#clock-bar", QuietText).show(bar)

    def _phase(self, timeline: Timeline, now: Stamp, around: Around, room: int) -> Content:
        """The phase, its place in the plan, how far it is, and the recording where there is room."""
        ids = [phase.id for phase in timeline.phases]
        place = f" {ids.index(timeline.phase) + 1}/{len(ids)}" if timeline.phase in ids else ""
        text = ""
        if (phase := timeline.current) is not None:
            spent, target = timeline.elapsed_ms(now, phase.id) // 1000, phase.target_s
            text = "  " + _("{time} of {target}", time=clock_text(spent), target=clock_text(target))
        line = phase_word(timeline.phase).upper() + place + text
        recording = around.recording if room >= RECORDING_FROM else around.recording_short
        beside = f" · {recording}" if recording else ""
        # One style, since a line is sent from its beginning: another one would be sent with every second.
        return Content.styled(line + beside if cells(line + beside) <= room else line, "bold")

    def _state(self, read: ClockReading, timeline: Timeline, now: Stamp, room: int) -> Content:
        """The state in a mark and a word, and what the window allows; shorter where there is less room."""
        if read.state == "paused":
            since = clock_text(timeline.pause_ms(now) // 1000)
            text = _("PAUSED {time}, {key:clock.toggle} resumes", time=since)
            return Content.styled(f"{mark('paused')} {text}", "bold reverse $text-warning")
        allowed = (text for text in (read.window, read.short_window) if text)
        after = next((f"  {text}" for text in allowed if cells(f"{read.glyph} {read.word}  {text}") <= room), "")
        return Content.assemble((f"{read.glyph} {read.word}", f"bold {read.style}"), after)

    def _end(self, read: ClockReading, around: Around, room: int) -> Content:
        """When the defense ends, and what comes after, where there is room."""
        ended = read.state == "ended"
        text = _("ended {time}", time=read.ends) if ended else _("ends {time}", time=read.ends)
        text = text if read.ends else ""
        for following in (around.following, around.following_short):
            if following and cells(text) + 2 + cells(following) <= room:
                return Content.assemble((text, "bold"), "  ", following)
        return Content.styled(text, "bold")

    def _bar(
        self, read: ClockReading, timeline: Timeline, now: Stamp, width: int, zone: str
    ) -> tuple[Content, Content]:
        """Return the bar between its two local times, and the names under it."""
        if timeline.started_at is None or not read.ends:
            return Content(""), Content("")
        start = time_of_day(timeline.started_at.wall, zone)
        return phase_bar.between(start, read.ends, timeline, now, width)
