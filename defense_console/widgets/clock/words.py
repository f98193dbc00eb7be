"""The clock of a defense in words, for its panel, the header of the verdict and the audience view."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from defense_console.model.curriculum import Rules
from defense_console.model.defense.timeline import ClockState, Timeline, instant, state_of
from defense_console.model.log.envelope import Stamp
from defense_console.widgets.frame.marks import mark
from defense_console.words.translation import N_, _, clock_text, time_of_day
from defense_console.words.values import PHASES

RUNNING: Mapping[ClockState, tuple[str, str, str]] = {
    "ok": ("on_time", N_("on time"), "$text-success"),
    "early": ("early", N_("too early to end"), "$text-primary"),
    "warn": ("soon_over", N_("soon over"), "$text-warning"),
    "danger": ("soon_over", N_("last seconds"), "bold reverse $text-warning"),
    "over": ("over", N_("overtime"), "$text-error"),
    "out": ("out", N_("out of the window"), "bold reverse $text-error"),
}
"""Mark, word and style of a clock that runs."""
STILL: Mapping[str, tuple[str, str, str]] = {
    "paused": ("paused", N_("paused"), "$text-warning"),
    "ended": ("saved", N_("ended"), "$text-muted"),
    "idle": ("open", N_("not started"), "$text-muted"),
}
"""Mark, word and style of a clock that does not run."""
STATES = (*RUNNING, *STILL)


class ClockReading(msgspec.Struct, frozen=True):
    """What the clock shows at one moment.

    Attributes:
        state: One of `STATES`: how it runs, or why it stands still.
        phase: Word of the current phase, "" before the start.
        left: Time to the target of the phase, negative in overtime.
        glyph, word, style: The state: what the colour says, the sign and the word say too.
        window: What the window of the phase allows, "" without one; `short_window` says it in few cells.
        ends: Local time of the planned end, or of the end once it has ended; "" before the start.
    """

    state: str
    phase: str
    left: str
    glyph: str
    word: str
    style: str
    window: str
    short_window: str
    ends: str

    @property
    def sentence(self) -> str:
        """The word, and in overtime how long the window stays open."""
        return f"{self.word} · {self.window}" if self.state == "over" and self.window else self.word


def phase_word(phase_id: str | None) -> str:
    """The name of a phase, translated; an unknown one by its id."""
    if phase_id is None:
        return _("not started")
    return _(PHASES[phase_id]) if phase_id in PHASES else phase_id


def read_clock(timeline: Timeline, rules: Rules, now: Stamp, zone: str) -> ClockReading:
    """The clock of a sitting as it stands at `now`.

    Args:
        timeline: Of the sitting.
        rules: Warning thresholds.
        now: The present stamp.
        zone: IANA name of the zone in which its end is told.
    """
    phase = timeline.current
    if phase is None:
        name, word, style = STILL["idle"]
        return ClockReading("idle", "", clock_text(0), mark(name), _(word), style, "", "", "")
    within = state_of(phase, timeline.elapsed_ms(now, phase.id), rules)
    state = within if timeline.state == "running" else timeline.state
    name, word, style = STILL[state] if state in STILL else RUNNING[within]
    # Rounded up, so that the full target shows first and 0 only when it has passed.
    left = clock_text(-(-timeline.left_ms(now) // 1000))
    window, short = _window(timeline, within)
    if timeline.state == "ended" and timeline.ended_at is not None:
        end = instant(timeline.ended_at.wall)
    else:
        end = instant(now.wall) + timedelta(milliseconds=timeline.ends_in_ms(now))
    return ClockReading(
        state, phase_word(phase.id), left, mark(name), _(word), style, window, short, time_of_day(end, zone)
    )


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
    return _("in the window until {time}", time=high), _("to {time}", time=high)
