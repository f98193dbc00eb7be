"""The timer as a pure fold over stamps: spans that ran or paused, phase times, windows.

All durations are whole milliseconds on one axis that starts at 0 when the sitting starts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from operator import attrgetter
from typing import Literal

import msgspec

from defense_console.model.curriculum import Phase, Rules
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.instants import instant as instant
from defense_console.model.log.instants import iso as iso
from defense_console.model.log.instants import later as later

ClockState = Literal["early", "ok", "warn", "danger", "over", "out"]
TimerState = Literal["idle", "running", "paused", "ended"]
PauseReason = Literal["technical", "student", "mentor"]
GapAnswer = Literal["counted", "pause", "ended"]


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
    """A stretch of the axis spent in a phase, running or paused. `shown_ms`: what the clock showed at its start."""

    start_ms: int
    end_ms: int
    phase: str
    running: bool
    shown_ms: int


_start_of = attrgetter("start_ms")
_end_of = attrgetter("end_ms")


class Spans:
    """Spans in order, without holes: a value that never changes, and that one more span does not copy.

    One that grew out of another shares its list, and each knows how many of it are its own.
    """

    __slots__ = ("_count", "_held")

    def __init__(self, held: Iterable[Span] = ()) -> None:
        self._held = list(held)
        self._count = len(self._held)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Span]:
        return islice(self._held, self._count)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and self._held[: self._count] == other._held[: other._count]

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Spans({self._held[: self._count]!r})"

    def followed_by(self, span: Span) -> Spans:
        """Return these and one more."""
        grown = Spans.__new__(Spans)
        grown._held = self._held if len(self._held) == self._count else self._held[: self._count]
        grown._held.append(span)
        grown._count = self._count + 1
        return grown

    def parted_at(self, place_ms: int) -> tuple[list[Span], list[Span]]:
        """Return those that end at a place of the axis or before it, and those after them."""
        count = bisect_right(self._held, place_ms, hi=self._count, key=_end_of)
        return self._held[:count], self._held[count : self._count]

    def before(self, place_ms: int) -> Span | None:
        """Return the last span that starts before a place of the axis."""
        if self._count and (last := self._held[self._count - 1]).start_ms < place_ms:  # nearly always: a note is of now
            return last
        count = bisect_left(self._held, place_ms, hi=self._count, key=_start_of)
        return self._held[count - 1] if count else None


class Timeline(msgspec.Struct, frozen=True):
    """What happened on the clock of one sitting, up to its last mark.

    Attributes:
        state: idle before the start, then running or paused, ended when held or aborted.
        phase: the current one, None when idle; the last one when ended.
        phases: the plan, with moved targets.
        spans: closed spans; zero-length ones are left out.
        sums_ms: how long the closed spans are together, by phase and whether they ran.
        mark, mark_ms: the stamp of the last change of state and its place on the axis; what follows is open.
        anchors: the first (stamp, place) of each boot seen, so that any stamp of these boots has a place.
        started_at: stamp of the start, None when idle.
        by_wall: some stretch had to be measured with the wall clock.
    """

    state: TimerState = "idle"
    phase: str | None = None
    phases: tuple[Phase, ...] = ()
    spans: Spans = msgspec.field(default_factory=Spans)
    sums_ms: Mapping[tuple[str, bool], int] = msgspec.field(default_factory=dict)
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

    def open_span(self, now: Stamp) -> Span | None:
        """The span from the last mark to `now`; None where there is none."""
        return self.open_until(self.place_ms(now))

    def open_until(self, end_ms: int) -> Span | None:
        """The span from the last mark to a place of the axis; None where there is none."""
        if end_ms <= self.mark_ms or self.phase is None or self.state not in ("running", "paused"):
            return None
        return Span(self.mark_ms, end_ms, self.phase, self.state == "running", self._sum_ms(True))

    def elapsed_ms(self, now: Stamp | None = None, phase: str | None = None) -> int:
        """Running time, pauses out, of one phase or of all; without `now` up to the last mark."""
        return self._sum_ms(True, now, phase)

    def paused_ms(self, now: Stamp | None = None, phase: str | None = None) -> int:
        """Paused time of one phase or of all; without `now` up to the last mark."""
        return self._sum_ms(False, now, phase)

    def _sum_ms(self, running: bool, now: Stamp | None = None, phase: str | None = None) -> int:
        sum_ms = 0
        for (of, ran), ms in self.sums_ms.items():
            if ran == running and (phase is None or phase == of):
                sum_ms += ms
        last = None if now is None else self.open_span(now)
        if last is not None and last.running == running and phase in (None, last.phase):
            sum_ms += last.end_ms - last.start_ms
        return sum_ms

    def pause_ms(self, now: Stamp) -> int:
        """How long the pause that lasts now has lasted; 0 while the clock runs."""
        return max(0, self.place_ms(now) - self.mark_ms) if self.state == "paused" else 0

    def shown_ms(self, stamp: Stamp) -> int:
        """What the clock of the defense showed at `stamp`: pauses out, 0 before the start."""
        if self.state == "idle":
            return 0
        end_ms = self.place_ms(stamp)
        span = self.open_until(end_ms) or self.spans.before(end_ms)
        if span is None:
            return 0
        return span.shown_ms + (min(end_ms, span.end_ms) - span.start_ms if span.running else 0)

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


def state_of(phase: Phase, elapsed_ms: int, rules: Rules) -> ClockState:
    """Return how a phase stands: the highest state that applies.

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
    return Timeline("running", phases[0].id, phases, mark=at, anchors=((at, 0),), started_at=at)


def checkpoint(line: Timeline, at: Stamp, **changes: object) -> Timeline:
    """Close the open span at `at`. A new boot is measured from the last mark by the wall clock.

    Args:
        changes: Fields that change with it; without them the state goes on.
    """
    place = line.place_ms(at)
    anchors, by_wall = line.anchors, line.by_wall
    for stamp, _place in anchors:
        if stamp.boot_id == at.boot_id:
            break
    else:
        anchors, by_wall = (*anchors, (at, place)), True
    if place < line.mark_ms:
        return msgspec.structs.replace(line, anchors=anchors, by_wall=by_wall, **changes)
    spans, sums_ms, closed = line.spans, line.sums_ms, line.open_until(place)
    if closed is not None:
        of = closed.phase, closed.running
        spans = spans.followed_by(closed)
        sums_ms = {**sums_ms, of: sums_ms.get(of, 0) + closed.end_ms - closed.start_ms}
    return msgspec.structs.replace(
        line, spans=spans, sums_ms=sums_ms, mark=at, mark_ms=place, anchors=anchors, by_wall=by_wall, **changes
    )


def _sums(sums_ms: Mapping[tuple[str, bool], int], spans: Iterable[Span], sign: int = 1) -> dict[tuple[str, bool], int]:
    found = dict(sums_ms)
    for span in spans:
        of = span.phase, span.running
        found[of] = found.get(of, 0) + sign * (span.end_ms - span.start_ms)
    return found


def _with_end(line: Timeline, kept: list[Span], out: Sequence[Span], into: Iterable[Span]) -> Timeline:
    """Put other spans in the place of the last ones."""
    shown_ms = out[0].shown_ms if out else 0
    placed = []
    for span in into:
        placed.append(msgspec.structs.replace(span, shown_ms=shown_ms))
        shown_ms += span.end_ms - span.start_ms if span.running else 0
    sums_ms = _sums(_sums(line.sums_ms, out, -1), placed)
    return msgspec.structs.replace(line, spans=Spans([*kept, *placed]), sums_ms=sums_ms)


def pause(line: Timeline, at: Stamp) -> Timeline:
    """Stop the running clock."""
    return checkpoint(line, at, state="paused")


def resume(line: Timeline, at: Stamp) -> Timeline:
    """Let a paused clock run."""
    return checkpoint(line, at, state="running")


def enter(line: Timeline, phase: str, at: Stamp) -> Timeline:
    """Go to another phase, running or paused as before."""
    return checkpoint(line, at, phase=phase)


def move_target(line: Timeline, phase: str, by_s: int) -> Timeline:
    """Move the target of a phase; never its window."""
    phases = tuple(msgspec.structs.replace(p, target_s=p.target_s + by_s) if p.id == phase else p for p in line.phases)
    return msgspec.structs.replace(line, phases=phases)


def end(line: Timeline, at: Stamp) -> Timeline:
    """The sitting ends."""
    return checkpoint(line, at, state="ended", ended_at=at)


def reopen(line: Timeline, at: Stamp) -> Timeline:
    """An ended sitting goes on; the time since its end is a pause."""
    waiting = msgspec.structs.replace(line, state="paused", ended_at=None)
    return checkpoint(waiting, at, state="running")


def pause_between(line: Timeline, start_ms: int, end_ms: int) -> Timeline:
    """Turn what ran between two places of the axis into a pause."""
    kept, rest = line.spans.parted_at(start_ms)
    spans: list[Span] = []
    for span in rest:
        low, high = max(span.start_ms, start_ms), min(span.end_ms, end_ms)
        if not span.running or low >= high:
            spans.append(span)
            continue
        pieces = ((span.start_ms, low, True), (low, high, False), (high, span.end_ms, True))
        spans.extend(Span(a, b, span.phase, running, 0) for a, b, running in pieces if b > a)
    return _with_end(line, kept, rest, spans)


def end_at(line: Timeline, at: Stamp) -> Timeline:
    """The sitting ended at `at`, which may lie before the last mark: what came after it is dropped."""
    place = line.place_ms(at)
    if place >= line.mark_ms:
        return end(line, at)
    kept, rest = line.spans.parted_at(place)
    cut = [msgspec.structs.replace(span, end_ms=place) for span in rest if span.start_ms < place]
    line = _with_end(line, kept, rest, cut)
    return msgspec.structs.replace(line, state="ended", mark=at, mark_ms=place, ended_at=at)


# --- gaps and pauses in the record -----------------------------------------------------------------------------------


class Gap(msgspec.Struct, frozen=True):
    """Time during which the machine slept or the console was gone; it counts unless it was made a pause.

    Attributes:
        seq: number of the event that recorded it.
        sitting: number of the sitting it is in.
        since, until: stamps of the last sign of life and of the return.
        gap_ms: how long it was; negative when the wall clock, the only one left after a restart, went back.
        asleep: the machine slept; otherwise the console was gone.
        answered: the mentor said what it was.
        paused: it is a pause.
    """

    seq: int
    sitting: int
    since: Stamp
    until: Stamp
    gap_ms: int
    asleep: bool
    answered: bool = False
    paused: bool = False

    @property
    def rebooted(self) -> bool:
        """Return whether the machine was restarted meanwhile, so that the wall clock had to measure."""
        return self.since.boot_id != self.until.boot_id

    def doubtful(self, limit_ms: int) -> bool:
        """Return whether the mentor must say what it was: it is negative, or longer than `limit_ms`."""
        return not (self.answered or self.paused or 0 <= self.gap_ms <= limit_ms)


class Pause(msgspec.Struct, frozen=True):
    """The clock was stopped. `seq` is the event that stopped it, `sitting` the number of the sitting."""

    seq: int
    sitting: int
    at: Stamp
    reason: PauseReason | None = None
