"""The fold: a log in, a Defense out. Nothing else makes a Defense.

It first works out which actions undo has cancelled, then applies the rest in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, Planned, Started
from defense_console.model.defense.state import Defense, Folding, RatingValue, applies
from defense_console.model.errors import ConsoleError
from defense_console.model.log.undo import settle


def pinned_hash(events: Iterable[DefenseEvent]) -> str | None:
    """The hash of the curriculum the log folds with: carried over, or pinned at the first start; None before."""
    return next((name for event in events if (name := pinned_by(event.what)) is not None), None)


def pinned_by(what: DefenseWhat) -> str | None:
    """The hash of the curriculum that an event pins, None where it pins none."""
    match what:
        case Planned(carried=carried) if carried is not None:
            return carried.curriculum_hash
        case Started(curriculum_hash=name):
            return name
    return None


def fold(events: Sequence[DefenseEvent], curriculum: Curriculum | None = None) -> Defense:
    """Everything known of a defense.

    Args:
        events: Its whole log in order, beginning with `planned`.
        curriculum: The pinned curriculum, the one `pinned_hash` names; not needed before the first start.

    Raises:
        ConsoleError: The log does not begin with `planned`, or the pinned curriculum is missing.
    """
    if not events or not isinstance(events[0].what, Planned):
        raise ConsoleError("This log does not begin with a planned defense.")
    applied, undo, redo = settle(events)
    state = Folding(curriculum)
    applies.apply_all(state, applied)
    return frozen(state, events[-1], undo, redo)


def frozen(state: Folding, last: DefenseEvent, undo: tuple[int, ...], redo: tuple[int, ...]) -> Defense:
    """Return the defense after `last`, with what the clock rates."""
    return state.frozen(last, _from_clock(state), undo, redo)


def _from_clock(state: Folding) -> dict[str, RatingValue]:
    """Return the ratings that the speaking time gives, once the phase with a window has ended."""
    project = state.pinned.project(state.project) if state.pinned and state.curriculum_hash else None
    if project is None or state.pinned is None:
        return {}
    line = state.timeline
    phase = next((p for p in line.phases if p.min_s is not None and p.max_s is not None), None)
    if phase is None or line.state == "idle" or (line.phase == phase.id and line.state != "ended"):
        return {}
    spoken_ms = line.elapsed_ms(phase=phase.id)
    inside = 1000 * (phase.min_s or 0) <= spoken_ms <= 1000 * (phase.max_s or 0)
    value: RatingValue = "met" if inside else "to_improve"
    return {c.id: value for c in state.pinned.oral if c.from_clock and c.id not in state.ratings}
