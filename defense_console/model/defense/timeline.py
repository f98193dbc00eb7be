"""The timer as a pure fold over stamps: spans that ran or paused, phase times, windows.

All durations are whole milliseconds on one axis that starts at 0 when the sitting starts. Source: product.md §4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from defense_console.model.curriculum import Phase, Rules
from defense_console.model.log.envelope import Stamp

ClockState = Literal["early", "ok", "warn", "danger", "over", "out"]
TimerState = Literal["idle", "running", "paused", "ended"]


def instant(wall: str) -> datetime:
    """The aware UTC instant of an ISO 8601 text as the log holds it (`…Z`)."""
    return datetime.fromisoformat(wall).astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 UTC with milliseconds and Z: the one form of an instant in the log."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(wall: str, seconds: int) -> str:
    """The instant so many real seconds after `wall`, whatever local clocks do in between."""
    return iso(instant(wall) + timedelta(seconds=seconds))


def between_ms(a: Stamp, b: Stamp) -> int:
    """Milliseconds from `a` to `b`; negative when the clock that had to be used went back.

    Boot clocks where both stamps are of one boot, wall clocks otherwise.
    """
    if a.boot_id == b.boot_id:
        return b.boot_ms - a.boot_ms
    return wall_ms(a, b)


def wall_ms(a: Stamp, b: Stamp) -> int:
    """Milliseconds from `a` to `b` on the wall clock."""
    return round((instant(b.wall) - instant(a.wall)) / timedelta(milliseconds=1))


SUSPENDED_MS = 2_000
"""A machine that slept for less than this between two looks was only slow: its lid was not closed."""


def suspended_ms(a: Stamp, b: Stamp) -> int:
    """Milliseconds the machine slept between two stamps of one boot, else 0."""
    if a.boot_id != b.boot_id:
        return 0
    return max(0, (b.boot_ms - a.boot_ms) - (b.awake_ms - a.awake_ms))


def wall_step_ms(a: Stamp, b: Stamp) -> int:
    """By how many milliseconds the wall clock was set between two stamps of one boot, else 0."""
    return wall_ms(a, b) - (b.boot_ms - a.boot_ms) if a.boot_id == b.boot_id else 0


class Span(msgspec.Struct, frozen=True):
    """A stretch of the axis spent in a phase, running or paused."""

    start_ms: int
    end_ms: int
    phase: str
    running: bool


class Timeline(msgspec.Struct, frozen=True):
    """What happened on the clock of one sitting, up to its last mark.

    Attributes:
        state: idle before the start, then running or paused, ended when held or aborted.
        phase: the current one, None when idle; the last one when ended.
        phases: the plan, with moved targets.
        spans: closed spans in order, without holes; zero-length ones are left out.
        mark, mark_ms: the stamp of the last change of state and its place on the axis; what follows is open.
        anchors: the first (stamp, place) of each boot seen, so that any stamp of these boots has a place.
        started_at: stamp of the start, None when idle.
        by_wall: some stretch had to be measured with the wall clock.
    """

    state: TimerState = "idle"
    phase: str | None = None
    phases: tuple[Phase, ...] = ()
    spans: tuple[Span, ...] = ()
    mark: Stamp | None = None
    mark_ms: int = 0
    anchors: tuple[tuple[Stamp, int], ...] = ()
    started_at: Stamp | None = None
    ended_at: Stamp | None = None
    by_wall: bool = False

    def place_ms(self, stamp: Stamp) -> int:
        """Where a stamp lies on the axis, in milliseconds from the start; never negative."""
        for anchor, place in reversed(self.anchors):
            if anchor.boot_id == stamp.boot_id:
                return max(0, place + stamp.boot_ms - anchor.boot_ms)
        if self.mark is None:
            return 0
        return self.mark_ms + max(0, wall_ms(self.mark, stamp))

    def at(self, now: Stamp | None = None) -> tuple[Span, ...]:
        """The spans up to `now`; without it up to the last mark."""
        if now is None or self.state not in ("running", "paused") or self.phase is None:
            return self.spans
        end = self.place_ms(now)
        if end <= self.mark_ms:
            return self.spans
        return (*self.spans, Span(self.mark_ms, end, self.phase, self.state == "running"))

    def elapsed_ms(self, now: Stamp | None = None, phase: str | None = None) -> int:
        """Running time, pauses out, of one phase or of all."""
        return _sum(self.at(now), True, phase)

    def paused_ms(self, now: Stamp | None = None, phase: str | None = None) -> int:
        """Paused time of one phase or of all."""
        return _sum(self.at(now), False, phase)

    def pause_ms(self, now: Stamp) -> int:
        """How long the pause that lasts now has lasted; 0 while the clock runs."""
        return max(0, self.place_ms(now) - self.mark_ms) if self.state == "paused" else 0

    def shown_ms(self, stamp: Stamp) -> int:
        """What the clock of the defense showed at `stamp`: pauses out, 0 before the start."""
        if self.state == "idle":
            return 0
        end, shown_ms = self.place_ms(stamp), 0
        for span in self.at(stamp):  # a plain loop: every note of a log asks, so it weighs in each fold
            if span.start_ms >= end:
                break
            if span.running:
                shown_ms += (span.end_ms if span.end_ms < end else end) - span.start_ms
        return shown_ms

    def since_ms(self, first: Stamp, later: Stamp) -> int:
        """Time between two stamps, pauses in: on the axis where a reboot parts them, so that it never runs back.

        Args:
            first: Of a boot the axis knows, or from before the start.
            later: Any stamp of the sitting.

        Returns:
            Milliseconds; negative when `later` is the earlier one.
        """
        if self.started_at is None or first.boot_id == later.boot_id:
            return between_ms(first, later)
        for anchor, place in self.anchors:
            if anchor.boot_id == first.boot_id:
                return self.place_ms(later) - place - first.boot_ms + anchor.boot_ms
        return self.place_ms(later) + max(0, wall_ms(first, self.started_at))

    @property
    def plan_ms(self) -> int:
        """The plan with its moved targets."""
        return 1000 * sum(phase.target_s for phase in self.phases)

    @property
    def current(self) -> Phase | None:
        """The current phase with its moved target, None when idle."""
        return next((p for p in self.phases if p.id == self.phase), None)

    @property
    def next_phase(self) -> Phase | None:
        """The phase after the current one, None in the last."""
        ids = [p.id for p in self.phases]
        place = ids.index(self.phase) + 1 if self.phase in ids else len(ids)
        return self.phases[place] if place < len(ids) else None

    def left_ms(self, now: Stamp) -> int:
        """Time to the target of the current phase; negative when it has passed; 0 when idle."""
        phase = self.current
        return 0 if phase is None else 1000 * phase.target_s - self.elapsed_ms(now, phase.id)

    def ends_in_ms(self, now: Stamp) -> int:
        """Time until the planned end: what is left of this phase (at least 0) and the phases after it."""
        if self.state == "ended":
            return 0
        if self.phase is None:
            return self.plan_ms
        ids = [p.id for p in self.phases]
        rest = sum(p.target_s for p in self.phases[ids.index(self.phase) + 1 :])
        return max(0, self.left_ms(now)) + 1000 * rest


def _sum(spans: Sequence[Span], running: bool, phase: str | None) -> int:
    return sum(s.end_ms - s.start_ms for s in spans if s.running == running and (phase is None or s.phase == phase))


def state_of(phase: Phase, elapsed_ms: int, rules: Rules) -> ClockState:
    """How a phase stands, the highest state that applies (product.md §4).

    `out` past the window's maximum · `over` past the target · `danger` and `warn` before it · `early` below the
    window's minimum · `ok`. Phases without a window have no `early` and no `out`.
    """
    left_ms = 1000 * phase.target_s - elapsed_ms
    if phase.max_s is not None and elapsed_ms > 1000 * phase.max_s:
        return "out"
    if left_ms < 0:
        return "over"
    if left_ms <= 1000 * rules.danger_s:
        return "danger"
    if left_ms <= 1000 * rules.warn_s:
        return "warn"
    if phase.min_s is not None and elapsed_ms < 1000 * phase.min_s:
        return "early"
    return "ok"


# --- the fold of the clock: each takes a timeline and gives the next one ------------------------------------------


def start(phases: tuple[Phase, ...], at: Stamp) -> Timeline:
    """A sitting starts in its first phase."""
    return Timeline("running", phases[0].id, phases, (), at, 0, ((at, 0),), at)


def checkpoint(line: Timeline, at: Stamp) -> Timeline:
    """Close the open span at `at`; the state goes on. A new boot is measured from the last mark by the wall clock."""
    place = line.place_ms(at)
    anchors, by_wall = line.anchors, line.by_wall
    if not any(stamp.boot_id == at.boot_id for stamp, _ in anchors):
        anchors, by_wall = (*anchors, (at, place)), True
    if place < line.mark_ms:
        return msgspec.structs.replace(line, anchors=anchors, by_wall=by_wall)
    return msgspec.structs.replace(line, spans=line.at(at), mark=at, mark_ms=place, anchors=anchors, by_wall=by_wall)


def pause(line: Timeline, at: Stamp) -> Timeline:
    """Stop the running clock."""
    return msgspec.structs.replace(checkpoint(line, at), state="paused")


def resume(line: Timeline, at: Stamp) -> Timeline:
    """Let a paused clock run."""
    return msgspec.structs.replace(checkpoint(line, at), state="running")


def enter(line: Timeline, phase: str, at: Stamp) -> Timeline:
    """Go to another phase, running or paused as before."""
    return msgspec.structs.replace(checkpoint(line, at), phase=phase)


def move_target(line: Timeline, phase: str, by_s: int) -> Timeline:
    """Move the target of a phase; never its window."""
    phases = tuple(msgspec.structs.replace(p, target_s=p.target_s + by_s) if p.id == phase else p for p in line.phases)
    return msgspec.structs.replace(line, phases=phases)


def end(line: Timeline, at: Stamp) -> Timeline:
    """The sitting ends."""
    return msgspec.structs.replace(checkpoint(line, at), state="ended", ended_at=at)


def reopen(line: Timeline, at: Stamp) -> Timeline:
    """An ended sitting goes on; the time since its end is a pause."""
    waiting = msgspec.structs.replace(line, state="paused", ended_at=None)
    return msgspec.structs.replace(checkpoint(waiting, at), state="running")


def pause_between(line: Timeline, start_ms: int, end_ms: int) -> Timeline:
    """Turn what ran between two places of the axis into a pause."""
    spans: list[Span] = []
    for span in line.spans:
        low, high = max(span.start_ms, start_ms), min(span.end_ms, end_ms)
        if not span.running or low >= high:
            spans.append(span)
            continue
        pieces = ((span.start_ms, low, True), (low, high, False), (high, span.end_ms, True))
        spans.extend(Span(a, b, span.phase, running) for a, b, running in pieces if b > a)
    return msgspec.structs.replace(line, spans=tuple(spans))


def end_at(line: Timeline, at: Stamp) -> Timeline:
    """The sitting ended at `at`, which may lie before the last mark: what came after it is dropped."""
    place = line.place_ms(at)
    if place >= line.mark_ms:
        return end(line, at)
    kept = (msgspec.structs.replace(s, end_ms=min(s.end_ms, place)) for s in line.spans if s.start_ms < place)
    return msgspec.structs.replace(line, state="ended", spans=tuple(kept), mark=at, mark_ms=place, ended_at=at)
