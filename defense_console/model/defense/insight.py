"""What many defenses say together, for the mentor alone: counts, never a rank of people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, get_args

import msgspec

from defense_console.model.defense.state import OutcomeValue, RatingValue

DriftRating = Literal["met", "to_improve", "not_met"]
OUTCOMES: Final[tuple[OutcomeValue, ...]] = get_args(OutcomeValue)
RATINGS: Final[tuple[DriftRating, ...]] = get_args(DriftRating)


class Assessed(msgspec.Struct, frozen=True):
    """A defense whose verdict was released, as far as it counts here; of whom is not in it.

    Attributes:
        day: on which it took place.
        outcome: of the first version of the verdict.
        speaking_s: length of the presentation; None without a window.
        window_s: where it should lie.
        ratings: by criterion.
        documents: that were asked for: project and deliverable or title, and the days until it was accepted, or None.
    """

    day: date
    project: str
    outcome: OutcomeValue
    speaking_s: int | None = None
    window_s: tuple[int, int] = (0, 0)
    ratings: Mapping[str, RatingValue] = {}
    documents: tuple[tuple[str, int | None], ...] = ()


class Counted(msgspec.Struct, frozen=True):
    """Something that was so many times so of so many."""

    id: str
    times: int
    of: int


class Shares(msgspec.Struct, frozen=True):
    """How many of each kind there were in a month (`2026-11`) or in the week of a Monday (`2026-11-23`)."""

    when: str
    counts: tuple[int, ...]


class Insight(msgspec.Struct, frozen=True):
    """What the mentor's defenses and sessions say together; each part is empty where there is nothing.

    Attributes:
        defenses: how many verdicts were released.
        outcomes: a month, in the order of `OUTCOMES`.
        speaking: presentations too short, inside their window, too long.
        not_met: criteria, those that were not met most often first; of those that were rated.
        revised: documents, those asked for most often first; of the defenses of that project.
        accepted_days: from the request of a document to its acceptance, the fewest first.
        load: a week: defenses, weekly sessions.
        drift: ratings a month, in the order of `RATINGS`.
    """

    defenses: int
    outcomes: tuple[Shares, ...]
    speaking: tuple[int, int, int]
    not_met: tuple[Counted, ...]
    revised: tuple[Counted, ...]
    accepted_days: tuple[int, ...]
    load: tuple[Shares, ...]
    drift: tuple[Shares, ...]


def insight(assessed: Sequence[Assessed], sessions: Iterable[date], most: int = 10) -> Insight:
    """Return what defenses and sessions say together.

    Args:
        sessions: Days on which a weekly session was held.
        most: So many criteria and documents at most.
    """
    return Insight(
        len(assessed),
        _by(((_month(each.day), each.outcome) for each in assessed), OUTCOMES),
        _speaking(assessed),
        _not_met(assessed)[:most],
        _revised(assessed)[:most],
        tuple(sorted(days for each in assessed for _id, days in each.documents if days is not None)),
        _load(assessed, sessions),
        _by(((_month(each.day), rating) for each in assessed for rating in each.ratings.values()), RATINGS),
    )


def median(values: Sequence[int]) -> int | None:
    """Return the middle one of sorted values, the higher of two; None of none."""
    return values[len(values) // 2] if values else None


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _by(found: Iterable[tuple[str, str]], kinds: Sequence[str]) -> tuple[Shares, ...]:
    """Return how many of each kind there were each time, in order of time."""
    counts = Counter((when, kind) for when, kind in found if kind in kinds)
    return tuple(
        Shares(when, tuple(counts[when, kind] for kind in kinds)) for when in sorted({when for when, _kind in counts})
    )


def _speaking(assessed: Iterable[Assessed]) -> tuple[int, int, int]:
    short = inside = long = 0
    for each in assessed:
        if each.speaking_s is not None:
            low, high = each.window_s
            short += each.speaking_s < low
            long += each.speaking_s > high
            inside += low <= each.speaking_s <= high
    return short, inside, long


def _not_met(assessed: Iterable[Assessed]) -> tuple[Counted, ...]:
    rated: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for each in assessed:
        for criterion, rating in each.ratings.items():
            rated[criterion] += rating in RATINGS
            missed[criterion] += rating == "not_met"
    return _often(missed, rated)


def _revised(assessed: Sequence[Assessed]) -> tuple[Counted, ...]:
    asked = Counter(id for each in assessed for id in {id for id, _days in each.documents})
    projects = {id: each.project for each in assessed for id, _days in each.documents}
    of = Counter(each.project for each in assessed)
    return _often(asked, {id: of[projects[id]] for id in asked})


def _often(times: Mapping[str, int], of: Mapping[str, int]) -> tuple[Counted, ...]:
    found = (Counted(id, n, of[id]) for id, n in times.items() if n)
    return tuple(sorted(found, key=lambda each: (-each.times, each.of, each.id)))


def _load(assessed: Iterable[Assessed], sessions: Iterable[date]) -> tuple[Shares, ...]:
    """Return every week from the first one with anything to the last one."""
    held = Counter(_monday(each.day) for each in assessed)
    met = Counter(_monday(day) for day in sessions)
    weeks = sorted({*held, *met})
    if not weeks:
        return ()
    count = (weeks[-1] - weeks[0]).days // 7 + 1
    mondays = (weeks[0] + timedelta(weeks=n) for n in range(count))
    return tuple(Shares(monday.isoformat(), (held[monday], met[monday])) for monday in mondays)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
