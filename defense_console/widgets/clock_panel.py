"""ClockPanel: the phase timer in big digits, its state in words, its window, and when the defense ends."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Digits

from defense_console.i18n import N_, _, clock_text, time_of_day
from defense_console.model.clock import ClockState, Timeline, instant, later, state_of
from defense_console.model.curriculum import Rules
from defense_console.model.events import Stamp
from defense_console.safe_text import cells
from defense_console.widgets.quiet_text import QuietText

PHASES: Mapping[str, str] = {
    "presentation": N_("presentation"),
    "discussion": N_("discussion"),
    "debriefing": N_("debriefing"),
}
STATES: Mapping[ClockState, tuple[str, str, str]] = {
    "ok": ("●", N_("on time"), "$text-success"),
    "early": ("◔", N_("too short if it ended now"), "$text-accent"),
    "warn": ("◑", N_("soon over"), "$text-warning"),
    "danger": ("◕", N_("almost over"), "$text-warning"),
    "over": ("▲", N_("overtime"), "$text-error"),
    "out": ("✖", N_("out of the window"), "$text-error"),
}
"""Glyph, word and colour of a state of the clock."""


def phase_word(phase_id: str | None) -> str:
    """The name of a phase, translated; an unknown one by its id."""
    if phase_id is None:
        return _("not started")
    return _(PHASES[phase_id]) if phase_id in PHASES else phase_id


def seconds_left(timeline: Timeline, now: Stamp) -> int:
    """Whole seconds to the target, rounded so that the full target shows first and 0 only when it has passed."""
    return -(-timeline.left_ms(now) // 1000)


class ClockPanel(Horizontal):
    """The clock. `-short` screens show the time in the first line instead of big digits."""

    DEFAULT_CSS = """
    ClockPanel {
        height: 3;
        padding: 0 1;
        Digits { width: auto; min-width: 15; height: 3; padding: 0 2 0 0; text-style: bold; }
        Static { width: 1fr; height: 3; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-ok Digits { color: $text-success; }
        &.-early Digits { color: $text-accent; }
        &.-warn Digits, &.-danger Digits { color: $text-warning; }
        &.-over Digits, &.-out Digits { color: $text-error; }
        &.-paused Digits, &.-ended Digits, &.-idle Digits { color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        """Digits and three lines."""
        yield Digits("--:--")
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
        phase = timeline.current
        left_s = seconds_left(timeline, now)
        state: ClockState = "ok" if phase is None else state_of(phase, timeline.elapsed_ms(now, phase.id), rules)
        digits = self.query_one(Digits)
        text = clock_text(left_s).replace("\N{MINUS SIGN}", "-")
        if digits.value != text:
            digits.update(text)
        shown = state if timeline.state == "running" else timeline.state
        for name in (*STATES, "paused", "ended", "idle"):
            self.set_class(name == shown, f"-{name}")
        short = not digits.display
        first = Content.assemble((f"{clock_text(left_s)}  ", "bold") if short else "", self._phase(timeline, now))
        lines = [first, self._state(timeline, state), self._end(timeline, now, zone, following)]
        self.query_one(QuietText).show(Content("\n").join(lines))

    def _phase(self, timeline: Timeline, now: Stamp) -> Content:
        """The phase, its place in the plan, and how far it is."""
        ids = [phase.id for phase in timeline.phases]
        place = f" {ids.index(timeline.phase) + 1}/{len(ids)}" if timeline.phase in ids else ""
        text = ""
        if (phase := timeline.current) is not None:
            text = f"  {clock_text(timeline.elapsed_ms(now, phase.id) // 1000)} / {clock_text(phase.target_s)}"
        return Content.assemble((phase_word(timeline.phase).upper() + place, "bold"), text)

    def _state(self, timeline: Timeline, state: ClockState) -> Content:
        """The state in a glyph and a word, and what the window allows; shorter where there is less room."""
        glyph, word, style = STATES[state]
        if timeline.state == "paused":
            glyph, word, style = "⏸", _("PAUSED: t resumes"), "bold $text-warning"
        elif timeline.state == "ended":
            glyph, word, style = "■", _("ended"), "bold"
        else:
            word = _(word)
        long, short = _window(timeline, state)
        room = self.query_one(QuietText).size.width or 80
        after = next((f" · {text}" for text in (long, short) if text and cells(f"{glyph} {word} · {text}") <= room), "")
        return Content.assemble((f"{glyph} {word}", style), after)

    def _end(self, timeline: Timeline, now: Stamp, zone: str, following: str) -> Content:
        """When the defense ends, and what comes after."""
        if timeline.state == "ended" and timeline.ended_at is not None:
            text = _("ended at {time}", time=time_of_day(timeline.ended_at.wall, zone))
        else:
            ends = later(now.wall, timeline.ends_in_ms(now) // 1000)
            text = _("ends at {time}", time=time_of_day(instant(ends), zone))
        return Content(text + (f" · {following}" if following else ""))


def _window(timeline: Timeline, state: ClockState) -> tuple[str, str]:
    """What the window of the phase allows, long and short; empty without a window."""
    phase = timeline.current
    if phase is None or phase.max_s is None or timeline.state == "ended":
        return "", ""
    high = clock_text(phase.max_s)
    if state == "out":
        return _("it ended at {time}", time=high), high
    if state == "early" and phase.min_s is not None:
        low = clock_text(phase.min_s)
        return _("window from {low} to {high}", low=low, high=high), f"{low}–{high}"
    return _("in the window until {time}", time=high), f"→ {high}"
