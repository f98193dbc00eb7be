"""What the keys of the queue would record on the selected defense."""

from __future__ import annotations

from typing import Final

import msgspec

from defense_console.desk.logs.one_log import TO_COME
from defense_console.desk.queue import AgendaDesk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.screens.shared.wishes import Whats, Wishes, needs, reads, unless


class OnQueue(msgspec.Struct, frozen=True):
    """The queue.

    Attributes:
        agenda: Its desk.
        selected: The defense under the cursor, None without one.
        session: Id of the student whose weekly session is under the cursor, "" for none.
    """

    agenda: AgendaDesk
    selected: Summary | None = None
    session: str = ""

    @property
    def student(self) -> str:
        """Id of the student the line under the cursor is about, "" for none."""
        return self.selected.student_id if self.selected is not None else self.session

    def refusal(self, *whats: DefenseWhat) -> ConsoleError | None:
        """Return why the selected defense would refuse these events now, None when it would record them."""
        return self.agenda.refusal(_selected(self), *whats)


def _selected(seen: OnQueue) -> Summary:
    return needs(seen.selected, "No defense is selected.")


def _opens(seen: OnQueue) -> Whats:
    return reads(seen.student, "No defense is selected.")


def _briefs(seen: OnQueue) -> Whats:
    return reads(seen.selected, "No defense is selected.")


def _notes(seen: OnQueue) -> Whats:
    _selected(seen)
    return (seen.agenda.noting,)


def _changes(seen: OnQueue) -> Whats:
    return unless(seen.agenda.no_change(needs(seen.student, "No defense is selected.")))


def _closes(seen: OnQueue) -> Whats:
    _selected(seen)
    return (ev.DefenseClosed(TO_COME),)


QUEUE: Final[Wishes[OnQueue]] = {
    "queue.open": _opens,
    "queue.brief": _briefs,
    "queue.new": lambda seen: unless(seen.agenda.no_new),
    "queue.student": _changes,
    "queue.park": lambda seen: (ev.Parked(not _selected(seen).parked),),
    "live.note": _notes,
    "defense.reschedule": lambda seen: (ev.Rescheduled(_selected(seen).planned_at),),
    "defense.close": _closes,
    "edit.undo": lambda seen: unless(seen.agenda.no_undo),
}
