"""What speaks for and against a defense now: facts, no score.

Each fact is a value of its own with what it rests on; screens put it into words. Nothing known gives nothing shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal

import msgspec

RatedAs = Literal["met", "to_improve", "not_met"]
_STEPS: Final[Mapping[str, int]] = {"not_met": 0, "to_improve": 1, "met": 2}


class ReadinessRules(msgspec.Struct, frozen=True):
    """The numbers of readiness; `data/rules.toml` has them.

    Attributes:
        base_rate_from: cases from which on a rate is said.
        most_often: how many of the criteria that are most often not met.
    """

    base_rate_from: int
    most_often: int


class Judged(msgspec.Struct, frozen=True):
    """A criterion of the project, by the student and by the mentor; None where one has not said."""

    criterion: str
    skill: str
    by_student: RatedAs | None = None
    by_mentor: RatedAs | None = None


class Miss(msgspec.Struct, frozen=True):
    """A criterion that was not met in a released verdict of this student."""

    project: str
    skill: str
    criterion: str
    day: date


class EarlierVerdict(msgspec.Struct, frozen=True):
    """One released verdict on this project, of any student.

    Attributes:
        validated: whether it was validated at once, without documents to revise.
        missed: criteria not met.
    """

    validated: bool
    missed: tuple[str, ...] = ()


class Rehearsed(msgspec.Struct, frozen=True):
    """The last rehearsal of this project.

    Attributes:
        day: when.
        speaking_s: length of the presentation.
        window_s: where it should lie, None without a window.
        not_met: criteria not met in it.
    """

    day: date
    speaking_s: int
    window_s: tuple[int, int] | None = None
    not_met: tuple[str, ...] = ()

    @property
    def inside_window(self) -> bool | None:
        """Return whether the presentation kept to the window, None without one."""
        return self.window_s[0] <= self.speaking_s <= self.window_s[1] if self.window_s else None


class Prepared(msgspec.Struct, frozen=True):
    """What is known before a defense of a project.

    Attributes:
        expected: deliverables in the order of the project.
        received: those that came in.
        judged: criteria in the order of the rubric, with what each side says.
        missed: what this student missed before, in any project.
        cases: released verdicts on this project of all students.
        rehearsed: the last rehearsal.
    """

    expected: tuple[str, ...]
    received: frozenset[str] = frozenset()
    judged: tuple[Judged, ...] = ()
    missed: tuple[Miss, ...] = ()
    cases: tuple[EarlierVerdict, ...] = ()
    rehearsed: Rehearsed | None = None


class Uploads(msgspec.Struct, frozen=True):
    """Received so many of so many, and what is missing, in the order of the project."""

    received: int
    of: int
    missing: tuple[str, ...]


class RatingGap(msgspec.Struct, frozen=True):
    """A criterion that student and mentor see differently; a positive one is rated higher by the student."""

    criterion: str
    by_student: RatedAs
    by_mentor: RatedAs

    @property
    def steps(self) -> int:
        """Return by how many ratings the student is above the mentor."""
        return _STEPS[self.by_student] - _STEPS[self.by_mentor]


class Often(msgspec.Struct, frozen=True):
    """A criterion of this project that was not met in so many of so many defenses."""

    criterion: str
    times: int
    of: int


class BaseRate(msgspec.Struct, frozen=True):
    """Defenses of this project validated at once: so many of so many."""

    validated: int
    of: int


class Readiness(msgspec.Struct, frozen=True):
    """The facts before a defense; each is empty or None where nothing is known.

    Attributes:
        uploads: what came in.
        gaps: the largest first, at equal size in the order of the rubric.
        missed_before: what this student missed before on a skill of this project, the latest first, none twice.
        most_often: what this project is most often failed on.
        base_rate: None with too few cases.
        rehearsed: the last rehearsal.
    """

    uploads: Uploads
    gaps: tuple[RatingGap, ...]
    missed_before: tuple[Miss, ...]
    most_often: tuple[Often, ...]
    base_rate: BaseRate | None
    rehearsed: Rehearsed | None


def readiness(known: Prepared, rules: ReadinessRules) -> Readiness:
    """Return the facts before a defense."""
    missing = tuple(each for each in known.expected if each not in known.received)
    gaps = [
        RatingGap(each.criterion, each.by_student, each.by_mentor)
        for each in known.judged
        if each.by_student is not None and each.by_mentor is not None and each.by_student != each.by_mentor
    ]
    count = len(known.cases)
    validated = sum(case.validated for case in known.cases)
    return Readiness(
        uploads=Uploads(len(known.expected) - len(missing), len(known.expected), missing),
        gaps=tuple(sorted(gaps, key=lambda gap: -abs(gap.steps))),
        missed_before=_missed_before(known),
        most_often=_most_often(known, rules.most_often),
        base_rate=BaseRate(validated, count) if count >= rules.base_rate_from else None,
        rehearsed=known.rehearsed,
    )


def _missed_before(known: Prepared) -> tuple[Miss, ...]:
    skills = {each.skill for each in known.judged}
    latest: dict[tuple[str, str], Miss] = {}
    for miss in sorted(known.missed, key=lambda each: each.day, reverse=True):
        if miss.skill in skills:
            latest.setdefault((miss.project, miss.criterion), miss)
    return tuple(latest.values())


def _most_often(known: Prepared, most: int) -> tuple[Often, ...]:
    """Return the criteria of the rubric as it is now that were most often not met, the most often first."""
    times: Counter[str] = Counter()
    for case in known.cases:
        times.update(set(case.missed))
    order = [each.criterion for each in known.judged]
    found: Iterable[str] = sorted((each for each in order if times[each]), key=lambda each: -times[each])
    return tuple(Often(each, times[each], len(known.cases)) for each in list(found)[:most])
