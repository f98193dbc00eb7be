"""The clock of a defense in words, for the header of the verdict and the audience view."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from defense_console.i18n import N_, _, clock_text, time_of_day
from defense_console.model import clock
from defense_console.model.curriculum import Rules
from defense_console.model.defense import Defense
from defense_console.model.events import Stamp
from defense_console.widgets.clock_panel import STATES, phase_word, seconds_left

STILL = {
    "paused": ("‖", N_("paused"), "$text-warning"),
    "ended": ("■", N_("ended"), "$text-muted"),
    "idle": ("○", N_("not started"), "$text-muted"),
}
"""Glyph, word and style of a clock that does not run."""


class Reading(msgspec.Struct, frozen=True):
    """What the clock shows at one moment.

    Attributes:
        phase: word of the current phase, "" before the start.
        left: time to the target of the phase, negative in overtime.
        glyph, word, style: its state: what the colour says, the sign and the word say too.
        ends: local time of the planned end, "" when it has ended or not begun.
    """

    phase: str
    left: str
    glyph: str
    word: str
    style: str
    ends: str


def read_clock(defense: Defense, rules: Rules, now: Stamp, zone: str) -> Reading:
    """The clock of the latest sitting as it stands at `now`."""
    line = defense.timeline
    phase = line.current
    if phase is None:
        glyph, word, style = STILL["idle"]
        return Reading("", clock_text(0), glyph, _(word), style, "")
    state = clock.state_of(phase, line.elapsed_ms(now, phase.id), rules)
    glyph, word, style = STILL[line.state] if line.state in STILL else STATES[state]
    text = _(word)
    if line.state == "running" and state == "over" and phase.max_s is not None:
        text = f"{text} · " + _("in the window until {time}", time=clock_text(phase.max_s))
    ends = ""
    if line.state != "ended":
        ends = time_of_day(clock.instant(now.wall) + timedelta(milliseconds=line.ends_in_ms(now)), zone)
    return Reading(phase_word(phase.id), clock_text(seconds_left(line, now)), glyph, text, style, ends)
