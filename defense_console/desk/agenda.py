"""The queue: what is pending, for whom it waits; parking and notes from there."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from defense_console.desk.ledger import Ledger
from defense_console.model import events as ev
from defense_console.model.agenda import Entry, entry
from defense_console.model.curriculum import Rules
from defense_console.model.defense import Defense
from defense_console.model.errors import ConsoleError
from defense_console.settings import Settings


class AgendaDesk:
    """What the mentor does in the queue.

    Args:
        ledger: The logs.
        settings: For the mentor's time zone.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self.ledger = ledger
        self._zone = ZoneInfo(settings.zone)
        self._done: list[tuple[str, int]] = []
        """Actions of the queue since it opened, as (defense, action): `u` goes no further back."""

    def entries(self) -> tuple[Entry, ...]:
        """Every pending defense as it stands now, what is not on the disk yet included; in no order."""
        found = {summary.id: summary for summary in self.ledger.store.pending()}
        found |= {summary.id: summary for summary in self.ledger.unacknowledged()}
        names = {student.id: student.name for student in self.ledger.store.students()}
        now = self.ledger.now().wall
        entries: list[Entry] = []
        for summary in found.values():
            curriculum = self.ledger.shipped.get(summary.curriculum)
            project = curriculum.project(summary.project) if curriculum else None
            rules = curriculum.rules if curriculum else Rules()
            name = names.get(summary.student_id, summary.student_id)
            entries.append(entry(summary, name, now, self._zone, rules, project.title if project else None))
        return tuple(entries)

    def refresh(self) -> bool:
        """Whether another console has written since; what it changed is read anew."""
        return self.ledger.refresh()

    def park(self, defense_id: str) -> Defense:
        """Put a defense at the end of the queue, or take it back."""
        parked = self.ledger.defense(defense_id).parked
        defense = self.ledger.act(defense_id, ev.Parked(not parked))
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
        return self.ledger.act(defense_id, ev.Undone(action))
