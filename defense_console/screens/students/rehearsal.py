"""A rehearsal: the live screen as it is, on a log of its own; it ends with a short report instead of a verdict."""

from __future__ import annotations

from typing import ClassVar

from defense_console.desk.defense.live import LiveDesk
from defense_console.model.defense.kinds import Started
from defense_console.screens.live.screen import LiveScreen
from defense_console.widgets.frame.header_line import Headline
from defense_console.words.translation import _, language


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
    def stream(self) -> str:
        """The log of the rehearsal."""
        return self.live.stream

    @property
    def whose(self) -> str:
        """Return who rehearses, in words."""
        return self.live.whose

    @property
    def headline(self) -> Headline:
        """That it is a rehearsal, of whom and of what."""
        live, project = self.live, self.live.project
        more = _("rehearsal {n}", n=live.defense.attempt)
        return Headline(_("Rehearsal"), live.student.name, project.id, project.title.in_(language()), more)

    def action_live_verdict(self) -> None:
        """Show the short report; while it goes on there is nothing to read yet."""
        if self.live.defense.session == "held":
            self.console_app.go("rehearsed", self.defense_id)
        else:
            self.tell(_("A rehearsal comes to no verdict: {key:live.finish} ends it with a short report."))

    def action_edit_undo(self) -> None:
        """Take back, as far as the start: a rehearsal has no waiting room."""
        started = next(event.seq for event in self.live.events if isinstance(event.what, Started))
        if self.live.defense.undo[-1] == started:
            self.tell(_("The start stays: {key:live.finish} ends the rehearsal."))
        else:
            super().action_edit_undo()
