"""The documents to revise after a conditional verdict: receive, review, decide. Its screen comes later."""

from __future__ import annotations

from defense_console.desk.defense_desk import DefenseDesk
from defense_console.model import events as ev
from defense_console.model.defense import Defense


class RevisionsDesk(DefenseDesk):
    """What the mentor does with documents that come back."""

    def receive(self, row: str, files: tuple[ev.ReceivedFile, ...] = ()) -> Defense:
        """A version of a document came in."""
        return self.act(ev.RowReceived(row, files))

    def review(self, row: str) -> Defense:
        """Look at the version received."""
        return self.act(ev.ReviewStarted(row))

    def accept(self, row: str) -> Defense:
        """Settle a document; the acceptance binds to the content of its last version."""
        revision = next((r for r in self.defense.revisions if r.request.id == row), None)
        files = revision.deliveries[-1].files if revision and revision.deliveries else ()
        return self.act(ev.RowAccepted(row, tuple(file.sha256 for file in files)))

    def request_again(self, row: str, expected: str, due_after_s: int) -> Defense:
        """Ask for it again: a new round with its own time, in seconds."""
        return self.act(ev.RowRequestedAgain(row, expected.strip(), due_after_s))

    def waive(self, row: str, reason: str) -> Defense:
        """Give a document up."""
        return self.act(ev.RowWaived(row, reason.strip()))

    def withdraw(self, row: str, reason: str) -> Defense:
        """The request was a mistake."""
        return self.act(ev.RowWithdrawn(row, reason.strip()))

    def extend(self, row: str, by_s: int) -> Defense:
        """Give more time, in seconds."""
        return self.act(ev.RowExtended(row, by_s))

    def expire(self, row: str) -> Defense:
        """Close a document whose time has passed."""
        return self.act(ev.RowExpired(row))

    def complete_reception(self) -> Defense:
        """Nothing more is to come: the mentor's own time runs from here."""
        return self.act(ev.ReceptionCompleted())
