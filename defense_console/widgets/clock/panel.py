"""ClockPanel: the phase timer in big digits, its state in words, its window, and when the defense ends."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from defense_console.model.curriculum import Rules
from defense_console.model.defense.timeline import Timeline
from defense_console.model.log.envelope import Stamp
from defense_console.safe_text import cells
from defense_console.widgets.clock.big_clock import BigClock
from defense_console.widgets.clock.words import RUNNING, STATES, ClockReading, phase_word, read_clock
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.words.translation import _, clock_text


class ClockPanel(Horizontal):
    """The clock. `-short` screens show the time in the first line instead of big digits."""

    DEFAULT_CSS = """
    ClockPanel {
        height: 3;
        padding: 0 1;
        BigClock { width: auto; height: 3; margin: 0 2 0 0; content-align: left top; }
        Static { width: 1fr; height: 3; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-ok BigClock { color: $text-success; }
        &.-early BigClock { color: $text-primary; }
        &.-warn BigClock, &.-danger BigClock { color: $text-warning; }
        &.-over BigClock, &.-out BigClock { color: $text-error; }
        &.-paused BigClock, &.-ended BigClock, &.-idle BigClock { color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        """Digits and three lines."""
        yield BigClock()
        yield QuietText(markup=False)

    def show_clock(self, timeline: Timeline, now: Stamp, rules: Rules, zone: str, following: str = "") -> None:
        """Draw the clock at `now`.

        Args:
            timeline: Of the sitting.
            now: The present stamp.
            rules: Warning thresholds.
            zone: Of the mentor.
            following: When the next defense starts, in words, "" when none does.
        """
        read = read_clock(timeline, rules, now, zone)
        digits = self.query_one(BigClock)
        digits.text = read.left
        for name in STATES:
            self.set_class(name == read.state, f"-{name}")
        short = not digits.display
        first = Content.assemble((f"{read.left}  ", "bold") if short else "", self._phase(timeline, now))
        lines = [first, self._state(read), self._end(read, following)]
        self.query_one(QuietText).show(Content("\n").join(lines))

    def _phase(self, timeline: Timeline, now: Stamp) -> Content:
        """The phase, its place in the plan, and how far it is."""
        ids = [phase.id for phase in timeline.phases]
        place = f" {ids.index(timeline.phase) + 1}/{len(ids)}" if timeline.phase in ids else ""
        text = ""
        if (phase := timeline.current) is not None:
            text = f"  {clock_text(timeline.elapsed_ms(now, phase.id) // 1000)} / {clock_text(phase.target_s)}"
        return Content.assemble((phase_word(timeline.phase).upper() + place, "bold"), text)

    def _state(self, read: ClockReading) -> Content:
        """The state in a glyph and a word, and what the window allows; shorter where there is less room."""
        word = _("PAUSED: {key:clock.toggle} resumes") if read.state == "paused" else read.word
        room = self.query_one(QuietText).size.width or 80
        allowed = (text for text in (read.window, read.short_window) if text)
        after = next((f" · {text}" for text in allowed if cells(f"{read.glyph} {word} · {text}") <= room), "")
        style = read.style if read.state in RUNNING else f"bold {read.style}"
        return Content.assemble((f"{read.glyph} {word}", style), after)

    def _end(self, read: ClockReading, following: str) -> Content:
        """When the defense ends, and what comes after."""
        ended = read.state == "ended"
        text = _("ended at {time}", time=read.ends) if ended else _("ends at {time}", time=read.ends)
        return Content(" · ".join(part for part in (text if read.ends else "", following) if part))
