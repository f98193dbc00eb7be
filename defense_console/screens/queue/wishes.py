"""What the keys of the queue would record on the selected defense."""

from __future__ import annotations

from typing import Final

import msgspec

from defense_console.desk.logs.one_log import TO_COME
from defense_console.desk.queue import AgendaDesk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import N_, ConsoleError
from defense_console.screens.shared.wishes import Whats, Wishes, needs, reads, unless

NONE_SELECTED: Final = N_("No defense is selected.")


class OnQueue(msgspec.Struct, frozen=True):
    """The queue.

    Attributes:
        agenda: Its desk.
        selected: The defense under the cursor, None without one.
        followed: Id of the student whose session, rehearsal or alert is under the cursor, "" for none.
        waits: Whether a defense waits for me.
    """

    agenda: AgendaDesk
    selected: Summary | None = None
    followed: str = ""
    waits: bool = True

    @property
    def student(self) -> str:
        """Id of the student the line under the cursor is about, "" for none."""
        return self.selected.student_id if self.selected is not None else self.followed

    def refusal(self, *whats: DefenseWhat) -> ConsoleError | None:
        """Return why the selected defense would refuse these events now, None when it would record them."""
        return self.agenda.refusal(_selected(self), *whats)


def _selected(seen: OnQueue) -> Summary:
    return needs(seen.selected, NONE_SELECTED)


def _opens(seen: OnQueue) -> Whats:
    return reads(seen.student, NONE_SELECTED)


def _briefs(seen: OnQueue) -> Whats:
    return reads(seen.selected, NONE_SELECTED)


def _notes(seen: OnQueue) -> Whats:
    _selected(seen)
    return (seen.agenda.noting,)


def _changes(seen: OnQueue) -> Whats:
    return unless(seen.agenda.no_change(needs(seen.student, NONE_SELECTED)))


def _closes(seen: OnQueue) -> Whats:
    _selected(seen)
    return (ev.DefenseClosed(TO_COME),)


def _offers(seen: OnQueue) -> Whats:
    team, selected = seen.agenda.team, _selected(seen)
    return unless(team.no_offer(selected) if team.claim(selected.id) is None else team.no_parting(selected))


def _shared(seen: OnQueue) -> Whats:
    return unless(None if seen.agenda.team.shared else seen.agenda.team.none_here)


QUEUE: Final[Wishes[OnQueue]] = {
    "queue.open": _opens,
    "queue.brief": _briefs,
    "queue.new": lambda seen: unless(seen.agenda.no_new),
    "queue.student": _changes,
    "queue.next_waiting": lambda seen: reads(seen.waits or "", "Nothing waits for you."),
    "queue.park": lambda seen: (ev.Parked(not _selected(seen).parked),),
    "queue.tab_to_take": _shared,
    "queue.tab_team": _shared,
    "queue.offer": _offers,
    "queue.second_reading": lambda seen: reads(seen.selected, NONE_SELECTED),
    "queue.hand_over": lambda seen: unless(seen.agenda.team.no_parting(_selected(seen))),
    "live.note": _notes,
    "defense.reschedule": lambda seen: (ev.Rescheduled(_selected(seen).planned_at),),
    "defense.close": _closes,
    "edit.undo": lambda seen: unless(seen.agenda.no_undo),
}
