"""Before the defense: brief and waiting room."""

from __future__ import annotations

from defense_console.desk.defense.base import DefenseDesk
from defense_console.model.curriculum import curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.kinds import no_show_in_s
from defense_console.model.defense.state import CancelledBy, Defense, Delivery


class BriefDesk(DefenseDesk):
    """What the mentor does until the student is here."""

    def declare(self, deliverable: int, received: bool) -> Defense:
        """Declare a deliverable received or missing."""
        return self.act(ev.DeliverableDeclared(deliverable, received))

    def latest(self, deliverable: int) -> Delivery | None:
        """Return the latest version of a deliverable that came with files, None without one."""
        versions = self.defense.deliveries.get(deliverable, ())
        return next((version for version in reversed(versions) if version.files), None)

    def tick(self, check: str) -> Defense:
        """Tick a line of the pre-flight list, or take the tick back."""
        return self.act(ev.CheckTicked(check, check not in self.defense.checks))

    @property
    def ready(self) -> bool:
        """Return whether every pre-flight check is ticked. Only displayed: nothing depends on it."""
        return all(check.id in self.defense.checks for check in self.curriculum.checks)

    def open_room(self) -> Defense:
        """Open the waiting room."""
        return self.act(ev.RoomOpened())

    def start(self) -> Defense:
        """Start: the student is here, the first phase runs and the curriculum is pinned."""
        defense = self.defense
        return self.act(ev.Started(defense.curriculum_hash or curriculum_hash(self.curriculum)))

    def waited_s(self) -> int:
        """Return the seconds since the room was opened, 0 before."""
        room = self.defense.sitting.room_opened
        return 0 if room is None else max(0, clock.between_ms(room, self.ledger.now()) // 1000)

    def no_show_in_s(self) -> int:
        """Return the seconds until absence may be declared without a reason; 0 or less from then on."""
        return no_show_in_s(self.defense, self.curriculum, self.project, self.ledger.now())

    def no_show(self, reason: str = "") -> Defense:
        """Record that the student did not come."""
        return self.act(ev.NoShow(reason.strip()))

    def cancel_is_late(self, by: CancelledBy) -> bool:
        """Return whether a cancellation now counts as late: by the student, within the rule's last hours, in UTC."""
        left_s = (clock.instant(self.defense.planned_at) - clock.instant(self.ledger.now().wall)).total_seconds()
        return by == "student" and left_s < self.curriculum.rules.late_cancel_s

    def cancel(self, by: CancelledBy, reason: str = "") -> Defense:
        """Cancel the defense."""
        return self.act(ev.Cancelled(by, self.cancel_is_late(by), reason.strip()))

    def reschedule(self, planned_at: str, reason: str = "") -> Defense:
        """Give another start, ISO 8601 UTC; it opens the next sitting when the last one was not held."""
        return self.act(ev.Rescheduled(planned_at, reason.strip(), by_hand=True))

    def close(self, reason: str) -> Defense:
        """Give no other date to a defense that was not held."""
        return self.act(ev.DefenseClosed(reason.strip()))

    def recording(self) -> Defense:
        """Record that the jury's recording starts now."""
        return self.act(ev.RecordingStarted())
