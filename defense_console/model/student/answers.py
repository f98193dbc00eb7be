"""Earlier answers to what blocks a student now: found by criterion, ranked by the days until something came in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec


class Answered(msgspec.Struct, frozen=True):
    """A question that was answered, and on which days something of that project came in from that student.

    Attributes:
        day: of the answer.
        uploads: days, in any order.
    """

    project: str
    criterion: str
    question: str
    answer: str
    day: date
    uploads: tuple[date, ...] = ()

    @property
    def unblocked_days(self) -> int | None:
        """Return the days from the answer to the next upload; None where nothing came since."""
        return min(((upload - self.day).days for upload in self.uploads if upload > self.day), default=None)


class FoundAgain(msgspec.Struct, frozen=True):
    """Earlier answers, the one that unblocked soonest first, and how they did.

    Attributes:
        days: from the answer to the next upload, the middle one of those that came; None where none came.
        unblocked, of: so many of so many were followed by an upload.
    """

    answers: tuple[Answered, ...]
    days: int | None = None
    unblocked: int = 0
    of: int = 0


def found_again(known: Iterable[Answered], project: str, criterion: str) -> FoundAgain:
    """Return earlier answers about the same criterion, or about the project where no criterion was said.

    The same answer given twice counts twice and is shown once, as it did best.
    """
    same = [
        each for each in known if (each.criterion == criterion if criterion else each.project == project and project)
    ]
    ranked = sorted(same, key=_rank)
    shown: dict[str, Answered] = {}
    for each in ranked:
        shown.setdefault(" ".join(each.answer.split()).casefold(), each)
    days = sorted(n for each in same if (n := each.unblocked_days) is not None)
    return FoundAgain(tuple(shown.values()), _middle(days), len(days), len(same))


def _rank(each: Answered) -> tuple[bool, int, int, str]:
    days = each.unblocked_days
    return days is None, days or 0, -each.day.toordinal(), each.answer


def _middle(values: Sequence[int]) -> int | None:
    return values[len(values) // 2] if values else None
