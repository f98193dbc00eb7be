"""A second assessor rates a defense from its log and its recording; differences are settled one by one.

Both ratings stay in the record. What is settled changes no verdict: only a new version of it does.
"""

from __future__ import annotations

from msgspec.structs import replace

from defense_console.model.defense.legal_context import Case, checks, require
from defense_console.model.defense.reading import Reading, Settled
from defense_console.model.defense.state import Folding, RatingValue, applies
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, What
from defense_console.model.text import searchable


class ReadingBegun(What, frozen=True, tag="reading_begun"):
    """A second assessor begins to read a defense."""

    reader: str
    anyone = True


@checks(ReadingBegun)
def _check_reading_begun(case: Case, what: ReadingBegun) -> None:
    require(case.defense.released is not None, "A second reading follows the verdict: none is released yet.")
    require(bool(what.reader.strip()), "A second reading needs the name of its reader.")
    require(case.defense.reading(what.reader) is None, "You have read this defense already.")


@applies(ReadingBegun)
def _apply_reading_begun(state: Folding, event: Event[What], what: ReadingBegun) -> None:
    state.readings[searchable(what.reader)] = Reading(what.reader, event.at.wall)


class ReadingRated(What, frozen=True, tag="reading_rated"):
    """A second assessor rates a criterion; None clears the rating."""

    reader: str
    criterion: str
    rating: RatingValue | None
    anyone = True


@checks(ReadingRated)
def _check_reading_rated(case: Case, what: ReadingRated) -> None:
    _still_open(case, what.reader)
    if case.curriculum is not None and case.project is not None:
        known = any(c.id == what.criterion for c in case.curriculum.criteria_of(case.project))
        require(known, "This project has no criterion “{criterion}”.", criterion=what.criterion)


def _still_open(case: Case, reader: str) -> Reading:
    if (reading := case.defense.reading(reader)) is None:
        raise ConsoleError("The second reading has not begun.")
    require(reading.closed_at is None, "The second reading is finished: its ratings stay as they are.")
    return reading


@applies(ReadingRated)
def _apply_reading_rated(state: Folding, event: Event[What], what: ReadingRated) -> None:
    if (reading := state.readings.get(searchable(what.reader))) is not None:
        ratings = {**reading.ratings, what.criterion: what.rating}
        kept = {criterion: rating for criterion, rating in ratings.items() if rating is not None}
        state.readings[searchable(what.reader)] = replace(reading, ratings=kept)


class ReadingClosed(What, frozen=True, tag="reading_closed"):
    """The second assessor has rated everything: from now on the differences are seen."""

    reader: str
    anyone = True


@checks(ReadingClosed)
def _check_reading_closed(case: Case, what: ReadingClosed) -> None:
    reading = _still_open(case, what.reader)
    if case.curriculum is not None and case.project is not None:
        left = sum(c.id not in reading.ratings for c in case.curriculum.criteria_of(case.project))
        require(not left, "Rate every criterion first: {n} left.", n=left)


@applies(ReadingClosed)
def _apply_reading_closed(state: Folding, event: Event[What], what: ReadingClosed) -> None:
    first = next((each.ratings for each in reversed(state.versions) if each.state == "released"), {})
    if (reading := state.readings.get(searchable(what.reader))) is not None:
        state.readings[searchable(what.reader)] = replace(reading, closed_at=event.at.wall, first=first)


class ReadingSettled(What, frozen=True, tag="reading_settled"):
    """A difference is settled: which rating counts, and why."""

    reader: str
    criterion: str
    rating: RatingValue
    reason: str
    anyone = True


@checks(ReadingSettled)
def _check_reading_settled(case: Case, what: ReadingSettled) -> None:
    reading = case.defense.reading(what.reader)
    if reading is None or reading.closed_at is None:
        raise ConsoleError("The second reading goes on: its differences are not known yet.")
    first, second = reading.first.get(what.criterion), reading.ratings.get(what.criterion)
    require(second is not None and first != second, "Both assessors rated this the same.")
    require(bool(what.reason.strip()), "Settling a difference needs a reason.")


@applies(ReadingSettled)
def _apply_reading_settled(state: Folding, event: Event[What], what: ReadingSettled) -> None:
    if (reading := state.readings.get(searchable(what.reader))) is not None:
        settled = {**reading.settled, what.criterion: Settled(what.rating, what.reason, event.author)}
        state.readings[searchable(what.reader)] = replace(reading, settled=settled)


SecondReadingWhat = ReadingBegun | ReadingRated | ReadingClosed | ReadingSettled
