"""The whole defense as a bar in clock time, pauses left out: what has passed, where it is, what is to come. Pure.

One cell is a share of the defense; `►` hides the window's brackets, these hide the ends of phases.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

import msgspec
from textual.content import Content

from defense_console.model.curriculum import Phase
from defense_console.model.defense.timeline import Timeline
from defense_console.model.log.envelope import Stamp
from defense_console.safe_text import capital, cells, shortened
from defense_console.widgets.clock.words import phase_word
from defense_console.widgets.frame.marks import mark


class Stretch(msgspec.Struct, frozen=True):
    """One phase on the bar, in milliseconds from its start: what it took, or will take."""

    phase: str
    start_ms: int
    target_ms: int
    end_ms: int


def stretches(timeline: Timeline, now: Stamp) -> tuple[Stretch, ...]:
    """Return the phases in order: past ones as long as they were, the current one at least as long as planned."""
    found: list[Stretch] = []
    at, here = 0, [phase.id for phase in timeline.phases].index(timeline.phase) if timeline.phase else -1
    for place, phase in enumerate(timeline.phases):
        took, target = timeline.elapsed_ms(now, phase.id), 1000 * phase.target_s
        ended = place < here or timeline.state == "ended"
        length = took if ended else max(took, target) if place == here else target
        found.append(Stretch(phase.id, at, at + (took if ended else target), at + length))
        at += length
    return tuple(found)


Stroke = tuple[int, int, str, str]
"""Cells of the bar, from the first one to the one after the last: what stands in each, and its style."""


def bar(timeline: Timeline, now: Stamp, width: int) -> Content:
    """Return the bar in so many cells."""
    parts = stretches(timeline, now)
    total = max(1, parts[-1].end_ms) if parts else 1
    gone = timeline.elapsed_ms(now)
    strokes: list[Stroke] = []

    def cell(ms: int) -> int:
        return min(width - 1, max(0, round(ms / total * width)))

    def put(ms: int, sign: str, style: str) -> None:
        strokes.append((cell(ms), cell(ms) + 1, sign, style))

    strokes.append((0, cell(gone), mark("passed_time"), "$foreground"))
    for part in parts:
        if gone > part.target_ms:
            strokes.append((cell(part.target_ms), cell(min(gone, part.end_ms)), mark("over_time"), "$text-error"))
    for part in parts[:-1] if parts and parts[-1].target_ms == total else parts:
        put(part.target_ms if timeline.phase == part.phase else part.end_ms, mark("phase_end"), "$foreground")
    current = timeline.current or _first_windowed(timeline)
    if current is not None and timeline.state != "ended" and current.min_s is not None and current.max_s is not None:
        start = next(part.start_ms for part in parts if part.phase == current.id)
        put(start + 1000 * current.min_s, "[", "bold $warning")
        put(start + 1000 * current.max_s, "]", "bold $warning")
    if timeline.state != "ended":
        put(gone, mark("here"), "bold $foreground")
    return _painted(tuple(strokes), mark("planned_time"), width)


@lru_cache(maxsize=4)
def _painted(strokes: Sequence[Stroke], ground: str, width: int) -> Content:
    """Return the bar with these strokes, later ones over earlier ones: it changes less often than every second."""
    shown = [(ground, "$frame")] * width
    for first, end, sign, style in strokes:
        for place in range(first, end):
            shown[place] = (sign, style)
    runs = groupby(shown, itemgetter(1))
    return Content.assemble(*(("".join(sign for sign, _style in run), style) for style, run in runs))


def strip(done: int, width: int) -> Content:
    """Return a bar of so many cells, the first of them done."""
    done = min(width, max(0, done))
    rest = mark("planned_time") * (width - done)
    return Content.assemble((mark("passed_time") * done, "$foreground"), (rest, "$frame"))


def _first_windowed(timeline: Timeline) -> Phase | None:
    """Return the phase whose window is shown before the start."""
    return next((phase for phase in timeline.phases if phase.min_s is not None), None)


def between(start: str, end: str, timeline: Timeline, now: Stamp, width: int) -> tuple[Content, Content]:
    """Return the bar between two local times, and the names of the phases under it. Args: width: cells of the row."""
    room = max(10, width - cells(start) - cells(end) - 2)
    line = Content.assemble(f"{start} ", bar(timeline, now, room), (f" {end}", "bold"))
    return line, Content(" " * (cells(start) + 1)) + names(timeline, now, room)


def names(timeline: Timeline, now: Stamp, width: int) -> Content:
    """Return the phases with their minutes, each under its stretch of the bar."""
    parts = stretches(timeline, now)
    total = max(1, parts[-1].end_ms) if parts else 1
    found = []
    for part in parts:
        start, end = round(part.start_ms / total * width), round(part.end_ms / total * width)
        text = f"{capital(phase_word(part.phase))} {round((part.end_ms - part.start_ms) / 60_000)}"
        found.append((start, end, text, "bold" if part.phase == timeline.phase else "$text-muted"))
    return _written(tuple(found), width)


@lru_cache(maxsize=4)
def _written(texts: Sequence[Stroke], width: int) -> Content:
    """Return a line with each text in the middle of its stretch, as far as there is room."""
    line = Content("")
    for start, end, text, style in texts:
        place = min(start + max(0, end - start - cells(text)) // 2, width - cells(text))
        before = max(1 if line.plain else 0, place - line.cell_length)
        shown = shortened(text, max(0, width - line.cell_length - before))
        line = line + Content(" " * before) + Content.styled(shown, style)
    return line
