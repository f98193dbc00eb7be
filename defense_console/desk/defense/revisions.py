"""The documents to revise after a conditional verdict: receive, review, decide, and close the project."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec

from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.comparison import Comparison, ComparisonProgress, ReadingLimits
from defense_console.model.curriculum import Project
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import revision
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.revision import FilePair
from defense_console.model.defense.state import Defense, OutcomeValue, ReceivedFile, Revision
from defense_console.model.errors import ConsoleError

if TYPE_CHECKING:
    from defense_console.desk.uploads.comparing import Interrupt
    from defense_console.store.vault import Vault


class RevisionsDesk(VerdictDesk):
    """What the mentor does with documents that come back. It can also do all that the verdict can."""

    # --- what the screen shows -----------------------------------------------------------------------------------

    def revision(self, row: str) -> Revision:
        """Return a document asked for.

        Raises:
            ConsoleError: It is not.
        """
        found = next((r for r in self.defense.revisions if r.request.id == row), None)
        if found is None:
            raise ConsoleError("This document is not asked for.")
        return found

    def proposal(self) -> OutcomeValue | None:
        """Return what the console proposes now that the documents are settled or one has expired; None before that."""
        defense = self.defense
        if defense.drafting != "round" or defense.signed is not None:
            return None
        return self.suggestion().outcome

    @property
    def next_project(self) -> Project | None:
        """Return the project that opens when this one is validated, None after the last one."""
        here = self.project.n
        later = sorted((p for p in self.curriculum.projects if p.n > here), key=lambda p: p.n)
        return later[0] if later else None

    @property
    def student_due(self) -> str | None:
        """Return the earliest instant by which the student owes a document, ISO 8601 UTC; None when nothing is owed."""
        return revision.student_due(self.defense)

    @property
    def mentor_due(self) -> str | None:
        """Return the instant by which the mentor decides, ISO 8601 UTC; None while nothing waits for a decision."""
        return revision.mentor_due(self.defense)

    # --- looking at a document -------------------------------------------------------------------------------------

    def comparing(
        self, pair: FilePair, vault: Vault, limits: ReadingLimits
    ) -> Callable[[ComparisonProgress, Interrupt], Comparison]:
        """Return what compares a file with the one it became; it is slow, so it is called on a thread of its own."""
        from defense_console.desk.uploads.comparing import compare

        old, new = pair
        name = (new or old or ReceivedFile("", 0, "")).name
        old_name = old.name if old is not None else ""

        def compute(progress: ComparisonProgress, interrupt: Interrupt) -> Comparison:
            with ExitStack() as here:
                paths = [None if file is None else here.enter_context(vault.local(file.sha256)) for file in pair]
                return compare(
                    paths[0], paths[1], name, old_name=old_name, limits=limits, progress=progress, interrupt=interrupt
                )

        return compute

    # --- one document ----------------------------------------------------------------------------------------------

    def declare(self, row: str) -> Defense:
        """Declare that a new version came by another way, without files."""
        return self.act(ev.RowReceived(row))

    def review(self, row: str) -> Defense:
        """Look at the version received; one that is looked at already changes nothing."""
        return self.act(ev.ReviewStarted(row)) if self.revision(row).state == "received" else self.defense

    def accept(self, row: str) -> Defense:
        """Settle a document; the acceptance binds to the content of the version received."""
        return self.act(self.accepting(row))

    def accepting(self, row: str) -> ev.RowAccepted:
        """Return what settles a document."""
        answer = self.revision(row).answer
        return ev.RowAccepted(row, answer.hashes if answer is not None else ())

    def request_again(self, row: str, expected: str, due_after_s: int | None = None) -> Defense:
        """Ask for it again: a new round with its own time.

        Args:
            due_after_s: Time given, in seconds; None gives what the curriculum's rules give.
        """
        seconds = self.curriculum.rules.student_due_s if due_after_s is None else due_after_s
        return self.act(ev.RowRequestedAgain(row, expected.strip(), seconds))

    def waive(self, row: str, reason: str) -> Defense:
        """Give a document up."""
        return self.act(ev.RowWaived(row, reason.strip()))

    def withdraw(self, row: str, reason: str) -> Defense:
        """Withdraw a request that was a mistake."""
        return self.act(ev.RowWithdrawn(row, reason.strip()))

    def extend(self, row: str, by_s: int) -> Defense:
        """Give more time, or less, in seconds."""
        return self.act(ev.RowExtended(row, by_s))

    def expire(self, row: str) -> Defense:
        """Close a document whose time has passed."""
        return self.act(ev.RowExpired(row))

    # --- all of them -----------------------------------------------------------------------------------------------

    def complete_reception(self) -> Defense:
        """Declare that nothing more is to come: the mentor's own time runs from here."""
        return self.act(ev.ReceptionCompleted())

    def sign_proposal(self) -> Defense:
        """Sign what is proposed, as one action: the outcome, and the next version of the verdict.

        Raises:
            ConsoleError: Nothing is proposed yet, or a guard stops the signature.
        """
        defense = self.act(*self.signing_proposal())
        self.announce()
        return defense

    def signing_proposal(self) -> tuple[DefenseWhat, ...]:
        """Return what signs the proposal."""
        outcome = self.proposal()
        if outcome is None:
            raise ConsoleError("Not every required document is settled yet.")
        chosen = msgspec.structs.replace(self.defense, outcome=outcome)
        signed = ev.signed_event(chosen, self.curriculum)
        return (signed,) if self.defense.outcome == outcome else (ev.OutcomeChosen(outcome), signed)
