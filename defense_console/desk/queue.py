"""The queue: what is pending, for whom it waits; parking and notes from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from zoneinfo import ZoneInfo

from defense_console.desk.defense.base import TO_COME
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.model.curriculum import Curriculum, Project, Rules
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.legal import sealed
from defense_console.model.defense.state import Defense
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.agenda import Entry, Summary, entry
from defense_console.model.queue.searching import Closed, Search
from defense_console.settings import Settings
from defense_console.store.base import StoreError

MOST = 100
"""At most so many closed defenses are listed: instead of reading on, people type a longer search."""

ANSWERED_BY_THE_ROW = (ev.Parked, ev.Noted)
"""Only a signature refuses them (a note of the queue is private), and the row of a defense tells of it."""


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
        """Every pending defense as it is now, also what is not on the disk yet; in no order."""
        found = {summary.id: summary for summary in self.ledger.store.pending()}
        found |= {summary.id: summary for summary in self.ledger.unacknowledged()}
        students = {summary.student_id for summary in found.values()}
        names = {id: student.name for id in students if (student := self.ledger.store.student(id)) is not None}
        return self._entries(found.values(), names)

    def prepare_search(self) -> None:
        """Read what a search looks through, before the first letter of it is typed."""
        self.ledger.store.students()
        self.ledger.store.closed()

    def closed(self, search: str) -> tuple[tuple[Entry, ...], int]:
        """Closed defenses that a search finds: to contest or amend a verdict, plan what follows, give another date.

        Args:
            search: As typed.

        Returns:
            The latest `MOST`, the latest first, and how many were found in all; nothing when the search is empty.
        """
        if not search.strip():
            return (), 0
        names = {student.id: student.name for student in self.ledger.store.students()}
        titles = {p.id: _titles(c, p) for c in self.ledger.shipped.values() for p in c.projects}
        wanted = Search(search, names, titles)
        unsaved = {summary.id: summary for summary in self.ledger.unacknowledged()}
        just_closed = (_closed(summary) for summary in unsaved.values() if not summary.pending)
        hits = [each for each in just_closed if wanted.finds(each)]
        hits += [each for each in self.ledger.store.closed() if wanted.finds(each) and each.id not in unsaved]
        if unsaved:
            hits.sort(key=lambda each: (each.planned_at, each.id), reverse=True)
        latest = [each.id for each in hits[:MOST]]
        known = {summary.id: summary for summary in self._summaries(latest)} | unsaved
        found = (known[id] for id in latest if id in known and not known[id].pending)
        return self._entries(found, names), len(hits)

    def _summaries(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        """The summaries that can be read: a damaged row or log must not hide the other defenses."""
        store = self.ledger.store
        try:
            return store.summaries_by_ids(ids)
        except StoreError:
            found: list[Summary] = []
            for id in ids:
                with suppress(StoreError):
                    found.extend(store.summaries_by_ids([id]))
            return tuple(found)

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

    def refusal(self, summary: Summary, *whats: ev.DefenseWhat) -> ConsoleError | None:
        """Return why a defense of the list would refuse one action now, None when it would record it.

        The footer asks it at every move of the cursor: no log is read for what the row can answer.
        """
        if (reason := self._leases.read_only(summary.id)) is not None:
            return reason
        if self.ledger.is_open(summary.id) or not all(isinstance(what, ANSWERED_BY_THE_ROW) for what in whats):
            return self.ledger.refusal(summary.id, *whats)
        signed = summary.verdict_state == "signed"
        return next((reason for what in whats if (reason := sealed(signed, what)) is not None), None)

    @property
    def noting(self) -> ev.Noted:
        """A note from the queue, before its words are known."""
        return ev.Noted(TO_COME, self.ledger.now())

    @property
    def no_undo(self) -> ConsoleError | None:
        """Why the queue undoes nothing; None while its latest action is still the latest of its defense."""
        defense_id, action = self._done[-1] if self._done else ("", 0)
        if not action or self.ledger.defense(defense_id).undo[-1:] != (action,):
            return ConsoleError("The queue itself has nothing to undo; {key:edit.undo} inside a defense undoes there.")
        return self._leases.read_only(defense_id) or self.ledger.refusal(defense_id, ev.Undone(action))

    def undo(self) -> Defense:
        """Cancel the latest thing the queue itself did.

        Raises:
            ConsoleError: The queue did nothing since it opened, or the defense went on meanwhile.
        """
        if (reason := self.no_undo) is not None:
            raise reason
        defense_id, action = self._done.pop()
        return self._act(defense_id, ev.Undone(action))

    def _act(self, defense_id: str, what: ev.DefenseWhat) -> Defense:
        if (reason := self._leases.read_only(defense_id)) is not None:
            raise reason
        return self.ledger.act(defense_id, what)


def _closed(summary: Summary) -> Closed:
    return Closed(summary.id, summary.student_id, summary.curriculum, summary.project, summary.planned_at)


def _titles(curriculum: Curriculum, project: Project) -> str:
    return f"{project.id} {project.title.fr} {project.title.en} {curriculum.code}"
