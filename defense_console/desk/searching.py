"""What a search of the queue finds: asked of the store on a thread, and shown as far as it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import msgspec

from defense_console.desk.lines import all_outcome_words
from defense_console.desk.logs.ledger import Ledger
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.agenda import Entry, matches
from defense_console.model.queue.filtering import Filter
from defense_console.model.queue.searching import MOST, Found, Wanted
from defense_console.model.text import searchable
from defense_console.store.base import NotFound, Searched, StoreError
from defense_console.words.translation import zone_of

if TYPE_CHECKING:
    from defense_console.desk.logs.searches import Searches

NO_FILTER = Filter()


class Queue(Protocol):
    """The queue, as its search sees it."""

    @property
    def zone(self) -> str:
        """IANA name of the mentor's zone."""

    def unsaved(self) -> Mapping[str, Summary]:
        """Return the summaries of the defenses whose last events are still on their way to the store, by id."""

    def named(self, found: Iterable[Summary]) -> tuple[Entry, ...]:
        """Return the lines of defenses as they are now, in the order given."""


class Search(msgspec.Struct, frozen=True):
    """What a search of the queue finds, as far as it is known.

    Attributes:
        closed: lines of the latest `MOST` closed defenses, the latest first.
        total: how many closed ones there are in all.
        pending: ids of pending ones that are found by more than their lines say.
        waits: the answer is still to come.
        whole: whether notes were looked at.
        problem: why there is no answer.
    """

    closed: tuple[Entry, ...] = ()
    total: int = 0
    pending: frozenset[str] = frozenset()
    waits: bool = False
    whole: bool = True
    problem: ConsoleError | None = None


class QueueSearch:
    """Searches the queue.

    Args:
        ledger: The logs.
        queue: Makes the lines, and knows what is not in the store yet.
        searches: Asks the store on a thread; None asks it at once.
    """

    def __init__(self, ledger: Ledger, queue: Queue, searches: Searches | None = None) -> None:
        self._ledger = ledger
        self._queue = queue
        self._searches = searches
        self._asked: tuple[Wanted, int, int] | None = None
        """What was asked last, and which writes had been heard of then."""
        self._found: Searched | None = None
        """The latest answer."""

    def closed(self, search: str, limits: Filter = NO_FILTER) -> tuple[tuple[Entry, ...], int]:
        """Return the closed defenses, and wait for the answer: for commands, and what needs it to go on.

        Args:
            search: As typed; an empty one finds every closed defense.
            limits: What the list is limited to.

        Returns:
            The latest `MOST`, the latest first, and how many were found in all.
        """
        wanted = self._wanted(search, limits)
        found = self._shown(self._ledger.store.search(wanted), wanted)
        return found.closed, found.total

    def of(self, search: str, limits: Filter = NO_FILTER) -> Search:
        """Return what is known of a search, and ask for the rest; `heard` takes the answer.

        Until the answer comes, it is what is certain of the answer before.

        Args:
            search: As typed.
            limits: What the list is limited to.
        """
        wanted = self._wanted(search, limits)
        asked = wanted, self._ledger.snapshot.generation, self._ledger.snapshot.answered
        if asked != self._asked:
            self._asked = asked
            if self._searches is None:
                self._found = self._find(wanted)
            else:
                self._searches.ask(wanted)
        if isinstance(self._found, NotFound):
            return Search(problem=self._found.error)
        return Search(waits=True) if self._found is None else self._shown(self._found, wanted)

    def prepare(self) -> None:
        """Let the index take in what was written, before the first letter is typed."""
        if self._searches is not None:
            self.of("")

    def heard(self, answer: Searched) -> bool:
        """Take an answer. Return whether it is of what was asked last: an earlier one is dropped."""
        if self._asked is None or answer.wanted != self._asked[0]:
            return False
        self._found = answer
        return True

    def _find(self, wanted: Wanted) -> Searched:
        try:
            return self._ledger.store.search(wanted)
        except StoreError as error:
            return NotFound(wanted, error)

    def _wanted(self, search: str, limits: Filter) -> Wanted:
        keeps, zone = limits.at(self._ledger.now().wall, zone_of(self._queue.zone)), zone_of(self._queue.zone)
        return Wanted(" ".join(searchable(search).split()), self._titles, all_outcome_words(), zone, keeps)

    @cached_property
    def _titles(self) -> dict[str, str]:
        """What the projects are called, folded."""
        return {p.id: searchable(_titles(c, p)) for c in self._ledger.curricula.shipped.values() for p in c.projects}

    def _shown(self, found: Found, wanted: Wanted) -> Search:
        """Return an answer as it is now, an earlier one where it fits; what is on its way to the store counts."""
        unsaved, answered, keeps = self._queue.unsaved(), found.wanted == wanted, wanted.keeps.keeps
        there = [each for each in found.closed if each.id not in unsaved]
        lines = [e for e in self._queue.named(there) if answered or matches(e, wanted.text)]
        new = self._queue.named(each for each in unsaved.values() if not each.pending)
        fresh = [each for each in new if matches(each, wanted.text)]
        total = found.total - (len(found.closed) - len(there)) + len(fresh) if answered else len(lines)
        if fresh or not answered:
            lines = [e for e in (*lines, *fresh) if keeps(e.summary.curriculum, e.summary.planned_at)]
            lines.sort(key=lambda each: (each.summary.planned_at, each.summary.id), reverse=True)
        pending = found.pending if answered else frozenset[str]()
        return Search(tuple(lines[:MOST]), total, pending, not answered, found.whole)


def _titles(curriculum: Curriculum, project: Project) -> str:
    return f"{project.id} {project.title.fr} {project.title.en} {curriculum.code}"
