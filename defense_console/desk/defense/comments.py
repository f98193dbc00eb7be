"""The comment bank at the desk: the shipped sentences and the mentor's own, ranked by the mentor's own use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from defense_console.desk.logs.ledger import Ledger
from defense_console.exchange.curricula.comments import read_comments
from defense_console.exchange.curricula.reading import COMMENTS
from defense_console.model.comments import Comment, offered, uses_of
from defense_console.model.curriculum import Criterion, Curriculum
from defense_console.model.defense.kinds import Noted
from defense_console.model.defense.state import RatingValue
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import read_events
from defense_console.resources import data_folder
from defense_console.settings import Settings


class CommentBank:
    """The sentences, read at their first use."""

    def __init__(self, ledger: Ledger, settings: Settings, shipped: Mapping[str, Curriculum]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._shipped = shipped
        self.problem: ConsoleError | None = None
        """Why the mentor's own sentences are not offered, None when they are or there are none."""

    def offer(self, criterion: Criterion, project: str, rating: RatingValue | None) -> tuple[Comment, ...]:
        """Return the sentences for a criterion, the likeliest first; see `model.comments.offered`.

        Raises:
            ConsoleError: The installation has no data.
        """
        return offered(self._bank, criterion, project, rating, uses_of(self._bank, self._noted()))

    @cached_property
    def _bank(self) -> tuple[Comment, ...]:
        """Read the mentor's own sentences, then the shipped ones, which stay when the mentor's have a fault."""
        curricula = tuple(self._shipped.values())
        shipped, _faults = read_comments(data_folder() / COMMENTS, curricula)
        own = Path(self._settings.file).parent / COMMENTS
        if not self._settings.file or not own.is_file():
            return shipped
        found, faults = read_comments(own, curricula)
        if faults:
            first = faults[0]
            self.problem = ConsoleError(
                "Your own comments are left out: {file}: {place}: {what}",
                file=str(own), place=first.place, what=ConsoleError(first.text_id, **first.parameters),
            )  # fmt: skip
            return shipped
        return found + shipped

    def _noted(self) -> Iterator[str]:
        """Yield what this mentor noted in the pending defenses: the recent use, at the price of what is pending."""
        for summary in self._ledger.snapshot.pending():
            try:
                stream = DEFENSE.stream(summary.id)
                events = read_events(DEFENSE, stream, self._ledger.store.read_log(stream))
            except ConsoleError:
                continue  # another defense's log cannot be read: it does not rank, and its own screen will say so
            for event in events:
                if isinstance(event.what, Noted) and event.author == self._settings.name:
                    yield event.what.text
