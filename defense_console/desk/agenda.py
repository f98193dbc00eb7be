"""The queue: what is pending, for whom it waits; parking and notes from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from defense_console.desk.leases import Leases
from defense_console.desk.ledger import Ledger
from defense_console.model import events as ev
from defense_console.model.agenda import Entry, Summary, defense_id, entry, matches, searchable
from defense_console.model.curriculum import Rules
from defense_console.model.defense import NOT_HELD, Defense
from defense_console.model.errors import ConsoleError
from defense_console.settings import Settings

FEW = 20
"""Beyond so many students a name is no search for one of them yet."""


class AgendaDesk:
    """What the mentor does in the queue.

    Args:
        ledger: The logs.
        leases: Who writes on what.
        settings: For the mentor's time zone.
    """

    def __init__(self, ledger: Ledger, leases: Leases, settings: Settings) -> None:
        self.ledger = ledger
        self._leases = leases
        self._known = ledger.generation
        self._zone = ZoneInfo(settings.zone)
        self._done: list[tuple[str, int]] = []
        """Actions of the queue since it opened, as (defense, action): `u` goes no further back."""

    def entries(self) -> tuple[Entry, ...]:
        """Every pending defense as it stands now, what is not on the disk yet included; in no order."""
        found = {summary.id: summary for summary in self.ledger.store.pending()}
        found |= {summary.id: summary for summary in self.ledger.unacknowledged()}
        return self._entries(found.values(), self._names())

    def not_held(self, search: str) -> tuple[Entry, ...]:
        """Defenses that were not held and have no new date, which a search finds so that they can be given one.

        They are looked for where they can be: under the ids that the students whose names match can have, and under
        the digits of an id. So a search costs what it names, not what is history.

        Args:
            search: As typed.

        Returns:
            In no order; empty when the search is empty, or names more than `FEW` students.
        """
        store, names = self.ledger.store, self._names()
        words = searchable(search).split()
        named = [id for id, name in names.items() if any(word in searchable(name) for word in words)]
        found = {summary.id: summary for word in words for summary in store.find(word)}
        for student_id in named if len(named) <= FEW else ():
            found |= {summary.id: summary for summary in self._of_student(student_id)}
        found |= {summary.id: summary for summary in self.ledger.unacknowledged() if words}
        entries = self._entries((s for s in found.values() if s.session in NOT_HELD), names)
        return tuple(entry for entry in entries if matches(entry, search))

    def _of_student(self, student_id: str) -> tuple[Summary, ...]:
        """Every defense of a student: first and second attempts at every project, then the attempts after each."""
        projects = [project.id for curriculum in self.ledger.shipped.values() for project in curriculum.projects]
        wanted = [str(defense_id(student_id, project, attempt)) for project in projects for attempt in (1, 2)]
        found: tuple[Summary, ...] = ()
        while latest := self.ledger.store.summaries_by_ids(wanted):
            found += latest
            known = {summary.id for summary in found}
            after = (str(defense_id(student_id, summary.project, summary.attempt + 1)) for summary in latest)
            wanted = [id for id in after if id not in known]
        return found

    def _names(self) -> dict[str, str]:
        return {student.id: student.name for student in self.ledger.store.students()}

    def _entries(self, found: Iterable[Summary], names: Mapping[str, str]) -> tuple[Entry, ...]:
        now = self.ledger.now().wall
        entries: list[Entry] = []
        for summary in found:
            curriculum = self.ledger.shipped.get(summary.curriculum)
            project = curriculum.project(summary.project) if curriculum else None
            rules = curriculum.rules if curriculum else Rules()
            name = names.get(summary.student_id, summary.student_id)
            entries.append(entry(summary, name, now, self._zone, rules, project.title if project else None))
        return tuple(entries)

    def refresh(self) -> bool:
        """Whether another console has written since this was last asked."""
        before, self._known = self._known, self.ledger.generation
        return before != self._known

    def park(self, defense_id: str) -> Defense:
        """Put a defense at the end of the queue, or take it back."""
        parked = self.ledger.defense(defense_id).parked
        defense = self._act(defense_id, ev.Parked(not parked))
        self._done.append((defense_id, defense.seq))
        return defense

    def noted(self, defense_id: str) -> None:
        """A note was written from the queue: its undo belongs to the queue too."""
        undo = self.ledger.defense(defense_id).undo
        if undo:
            self._done.append((defense_id, undo[-1]))

    @property
    def can_undo(self) -> bool:
        """Whether the latest action of the queue is still the latest of its defense."""
        if not self._done:
            return False
        defense_id, action = self._done[-1]
        return self.ledger.defense(defense_id).undo[-1:] == (action,)

    def undo(self) -> Defense:
        """Cancel the latest thing the queue itself did.

        Raises:
            ConsoleError: The queue did nothing since it opened, or the defense went on meanwhile.
        """
        if not self.can_undo:
            raise ConsoleError("There is nothing to undo here.")
        defense_id, action = self._done.pop()
        return self._act(defense_id, ev.Undone(action))

    def _act(self, defense_id: str, what: ev.DefenseWhat) -> Defense:
        if (reason := self._leases.read_only(defense_id)) is not None:
            raise reason
        return self.ledger.act(defense_id, what)
