"""A second reading: another assessor rates a defense that has its verdict, then the differences are settled."""

from __future__ import annotations

import msgspec

from defense_console.desk.defense.base import DefenseDesk
from defense_console.model.curriculum import Criterion
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.reading import Reading, Settled
from defense_console.model.defense.state import Defense, RatingValue
from defense_console.model.errors import ConsoleError

_SEEN = (
    ev.Started, ev.PhaseEntered, ev.Paused, ev.Resumed, ev.PauseExplained, ev.TargetMoved, ev.Finished, ev.Reopened,
    ev.RecordingStarted, ev.QuestionParked, ev.QuestionMoved,
)  # fmt: skip
"""What a second reader sees of the log: what happened in the call, and nothing that was thought of it."""


class Compared(msgspec.Struct, frozen=True):
    """One criterion as both assessors rated it. Attributes: settled: how their difference was settled, if it was."""

    criterion: Criterion
    first: RatingValue | None
    second: RatingValue | None
    settled: Settled | None

    @property
    def agreed(self) -> bool:
        """Return whether both rated it the same."""
        return self.first == self.second


class ReadingDesk(DefenseDesk):
    """The second reading of one defense by the mentor at this console."""

    @property
    def me(self) -> str:
        """Return the name under which the mentor reads."""
        return self.ledger.author

    @property
    def reading(self) -> Reading | None:
        """Return the latest reading that is finished, or mine while it goes on; None before one."""
        mine = self.defense.reading(self.me)
        if mine is not None and mine.closed_at is None:
            return mine
        return next((each for each in reversed(self.defense.readings) if each.closed_at is not None), None)

    @property
    def goes_on(self) -> bool:
        """Return whether I am rating, and so must not see the ratings of the first assessor."""
        return self.reading is not None and self.reading.closed_at is None

    @property
    def read_only(self) -> ConsoleError | None:
        """Return why nothing may be recorded; who is responsible for the defense does not matter here."""
        return self.ledger.unread(self.stream) or self.leases.elsewhere(self.stream)

    @property
    def no_reading(self) -> ConsoleError | None:
        """Return why there is nothing to read or to settle for this mentor, None when there is."""
        if self.reading is not None:
            return None
        assessors = {event.author for event in self.events if isinstance(event.what, ev.Rated | ev.Signed)}
        if self.me in assessors:
            return ConsoleError("You assessed this defense yourself: a second reading is another mentor's.")
        return self.refusal(ev.ReadingBegun(self.me))

    def begin(self) -> None:
        """Begin to read, or go on.

        Raises:
            ConsoleError: See `no_reading`.
        """
        if (reason := self.no_reading) is not None:
            raise reason
        if self.reading is None:
            self.act(ev.ReadingBegun(self.me))

    def rating(self, criterion: str, rating: RatingValue, reason: str = "") -> DefenseWhat:
        """Return what a rating would record: mine while I read, afterwards which one counts and why."""
        if self.goes_on or self.reading is None:
            return ev.ReadingRated(self.me, criterion, rating)
        return ev.ReadingSettled(self.reading.reader, criterion, rating, reason)

    def shown(self, known: Defense) -> Defense:
        """Return a defense with my ratings in the place of the first ones, and no note that would tell them.

        Args:
            known: The defense at some moment of the call.
        """
        ratings = self.reading.ratings if self.reading is not None else {}
        replace = msgspec.structs.replace
        return replace(known, ratings=ratings, clock_ratings={}, acquired=frozenset(), notes=(), lines=())

    def seen(self, events: tuple[DefenseEvent, ...]) -> tuple[DefenseEvent, ...]:
        """Return the events that a second reader sees; all of them once the reading is finished."""
        return tuple(event for event in events if isinstance(event.what, _SEEN)) if self.goes_on else events

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Return every criterion as both rated it; empty while the reading goes on."""
        reading = self.reading
        if reading is None or reading.closed_at is None:
            return ()
        first = self.defense.all_ratings
        return tuple(
            Compared(each, first.get(each.id), reading.ratings.get(each.id), reading.settled.get(each.id))
            for each in self.curriculum.criteria_of(self.project)
        )
