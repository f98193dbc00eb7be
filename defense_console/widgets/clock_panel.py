"""ClockPanel: the phase timer in big digits, its state in words, its window, and when the defense ends."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Digits, Static

from defense_console.i18n import N_, _, clock_text, time_of_day
from defense_console.model.clock import ClockState, Timeline, instant, later, state_of
from defense_console.model.curriculum import Rules
from defense_console.model.events import Stamp

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
        yield Static(markup=False)

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
        first = Content.assemble((f"{clock_text(left_s)}  ", "bold") if short else "", self._phase(timeline, state))
        lines = [first, self._window(timeline, state, now), self._end(timeline, now, zone, following)]
        self.query_one(Static).update(Content("\n").join(lines))

    def _phase(self, timeline: Timeline, state: ClockState) -> Content:
        """The phase and the state, each with its word."""
        ids = [phase.id for phase in timeline.phases]
        place = f" {ids.index(timeline.phase) + 1}/{len(ids)}" if timeline.phase in ids else ""
        name = (phase_word(timeline.phase).upper() + place, "bold")
        if timeline.state == "paused":
            return Content.assemble(name, "  ", ("⏸ " + _("PAUSED: t resumes"), "bold $text-warning"))
        if timeline.state == "ended":
            return Content.assemble(name, "  ", ("■ " + _("ended"), "bold"))
        glyph, word, style = STATES[state]
        return Content.assemble(name, "  ", (f"{glyph} {_(word)}", style))

    def _window(self, timeline: Timeline, state: ClockState, now: Stamp) -> Content:
        """How far the phase is, and what its window allows."""
        phase = timeline.current
        if phase is None:
            return Content("")
        elapsed_s = timeline.elapsed_ms(now, phase.id) // 1000
        text = f"{clock_text(elapsed_s)} / {clock_text(phase.target_s)}"
        if phase.max_s is None:
            return Content(text)
        if state == "out":
            return Content(f"{text} · " + _("the window ended at {time}", time=clock_text(phase.max_s)))
        if phase.min_s is not None and elapsed_s < phase.min_s:
            return Content(f"{text} · " + _("window from {low} to {high}", low=clock_text(phase.min_s),
                                            high=clock_text(phase.max_s)))  # fmt: skip
        return Content(f"{text} · " + _("in the window until {time}", time=clock_text(phase.max_s)))

    def _end(self, timeline: Timeline, now: Stamp, zone: str, following: str) -> Content:
        """When the defense ends, and what comes after."""
        if timeline.state == "ended" and timeline.ended_at is not None:
            text = _("ended at {time}", time=time_of_day(timeline.ended_at.wall, zone))
        else:
            ends = later(now.wall, timeline.ends_in_ms(now) // 1000)
            text = _("ends at {time}", time=time_of_day(instant(ends), zone))
        return Content(text + (f" · {following}" if following else ""))
