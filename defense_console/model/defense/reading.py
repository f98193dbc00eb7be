"""A second reading of a defense, as a value."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from defense_console.model.defense.choices import RatingValue
from defense_console.model.text import searchable


def same_reader(name: str, other: str) -> bool:
    """Return whether two names are one person's: case, accents and blanks make no other one."""
    return searchable(name) == searchable(other)


class Settled(msgspec.Struct, frozen=True):
    """How a difference between two assessors was settled: the rating that counts, why, by whom."""

    rating: RatingValue
    reason: str
    by: str


class Reading(msgspec.Struct, frozen=True):
    """A second assessor rates the defense from its log and recording, without seeing the first ratings.

    Attributes:
        reader: name of the second assessor.
        begun_at: ISO 8601 UTC.
        ratings: theirs, by criterion.
        closed_at: from then on both sides see the differences, ISO 8601 UTC; None while it goes on.
        first: what it is compared with, by criterion: the ratings of the verdict in force when it was finished.
        settled: differences that were settled, by criterion.
    """

    reader: str
    begun_at: str
    ratings: Mapping[str, RatingValue] = {}
    closed_at: str | None = None
    first: Mapping[str, RatingValue] = {}
    settled: Mapping[str, Settled] = {}
