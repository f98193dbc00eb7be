"""A second reading: another assessor rates a defense that has its verdict, then the differences are settled."""

from __future__ import annotations

import msgspec

from defense_console.desk.defense.base import DefenseDesk
from defense_console.model.curriculum import Criterion
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.reading import Reading, Settled, same_reader
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
        """Return the name under which the mentor reads: as they spelled it when they began."""
        begun = self.defense.reading(self.ledger.author)
        return self.ledger.author if begun is None else begun.reader

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
        if self.responsible or any(same_reader(self.me, name) for name in assessors):
            return ConsoleError("You assessed this defense yourself: a second reading is another mentor's.")
        return self.refusal(ev.ReadingBegun(self.me))

    @property
    def responsible(self) -> bool:
        """Return whether this defense is mine by its claim in a school, whatever name the settings give."""
        claims, snapshot = self.ledger.store.claims, self.ledger.snapshot
        claim = None if claims is None else snapshot.claims().get(self.stream) or snapshot.claim_of_closed(self.stream)
        return claim is not None and claims is not None and claim.holder == claims.me

    @property
    def undoing(self) -> DefenseWhat:
        """Return what takes my latest rating back; what others decided meanwhile is not mine to undo.

        Raises:
            ConsoleError: I have rated nothing since I began.
        """
        ratings: dict[str, RatingValue | None] = {}
        back: list[ev.ReadingRated] = []
        for event in self.events:
            what = event.what
            if not isinstance(what, ev.ReadingRated) or not same_reader(what.reader, self.me):
                continue
            if back[-1:] == [what]:
                back.pop()
            elif what.rating != ratings.get(what.criterion):
                back.append(ev.ReadingRated(what.reader, what.criterion, ratings.get(what.criterion)))
            ratings[what.criterion] = what.rating
        if not back:
            raise ConsoleError("There is nothing to undo.")
        return back[-1]

    @property
    def redoing(self) -> DefenseWhat:
        """Return nothing: rating again does it.

        Raises:
            ConsoleError: Always.
        """
        raise ConsoleError("There is nothing to redo.")

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
        return tuple(
            Compared(each, reading.first.get(each.id), reading.ratings.get(each.id), reading.settled.get(each.id))
            for each in self.curriculum.criteria_of(self.project)
        )
