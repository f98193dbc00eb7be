"""A rehearsal: the live screen as it is, on a log of its own; it ends with a short report instead of a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from defense_console.desk.defense.live import LiveDesk
from defense_console.screens.live.screen import LiveScreen
from defense_console.widgets.frame.header_line import Headline
from defense_console.words.translation import _, language

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk


class RehearsalScreen(LiveScreen):
    """One rehearsal that goes on.

    Args:
        defense_id: Whole id of the rehearsal.
    """

    PLACE: ClassVar[str] = "rehearsal"

    @property
    def live(self) -> LiveDesk:
        """The use cases, on the log of the rehearsal."""
        return self.desk.rehearsal(self.defense_id)

    @property
    def outcome(self) -> VerdictDesk:
        """What a defense would come to; here it stays a suggestion."""
        return self.desk.rehearsed_outcome(self.defense_id)

    @property
    def stream(self) -> str:
        """The log of the rehearsal."""
        return self.live.stream

    @property
    def whose(self) -> str:
        """Who rehearses."""
        return self.live.whose

    @property
    def headline(self) -> Headline:
        """That it is a rehearsal, of whom and of what."""
        live, project = self.live, self.live.project
        more = _("rehearsal {n}", n=live.defense.attempt)
        return Headline(_("Rehearsal"), live.student.name, project.id, project.title.in_(language()), more)

    def to_outcome(self) -> None:
        """The short report; while it goes on there is nothing to read yet."""
        if self.live.defense.session == "held":
            self.console_app.go("rehearsed", self.defense_id)
        else:
            self.tell(_("A rehearsal comes to no verdict: {key:live.finish} ends it with a short report."))

    def to_waiting(self) -> None:
        """The start was taken back: there is no waiting room, the student's screen is below."""
        self.action_console_back()
