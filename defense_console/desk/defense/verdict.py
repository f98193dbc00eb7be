"""After the defense: outcome, documents to revise, signature, release."""

from __future__ import annotations

import msgspec

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.countdowns import Countdowns
from defense_console.desk.defense.reporting import ReportingDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import revision, rubric, signing
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.legal import SIGNED
from defense_console.model.defense.state import Defense, OutcomeValue, Request
from defense_console.model.defense.subject import DEFENSE, Defenses
from defense_console.model.defense.summary import defense_id
from defense_console.model.errors import ConsoleError
from defense_console.words.translation import language


class VerdictDesk(ReportingDesk):
    """What the mentor does to decide; `countdowns` are those of this console."""

    def __init__(
        self,
        ledger: Ledger,
        id: str,
        leases: Leases,
        countdowns: Countdowns,
        *,
        zone: str = "UTC",
        subject: Defenses = DEFENSE,
    ) -> None:
        super().__init__(ledger, id, leases, zone=zone, subject=subject)
        self._countdowns = countdowns

    # --- what the screen shows -----------------------------------------------------------------------------------

    def suggestion(self) -> rubric.Suggestion:
        """Return the suggested outcome and why."""
        return rubric.suggestion(self.defense, self.curriculum)

    def rows(self) -> tuple[revision.Row, ...]:
        """Return the documents to revise: pre-filled ones and the mentor's own, kept or not."""
        return revision.rows(self.defense, self.curriculum, self.project)

    def guards(self) -> tuple[signing.Guard, ...]:
        """Return what stops the signature, and what is only worth knowing."""
        return signing.guards(self.defense, self.curriculum, language())

    # --- deciding ------------------------------------------------------------------------------------------------

    def choose(self, outcome: OutcomeValue) -> Defense:
        """Choose the outcome; the same one again changes nothing."""
        if self.defense.outcome == outcome:
            return self.defense
        return self.act(ev.OutcomeChosen(outcome))

    def keep(self, row_id: str, kept: bool) -> Defense:
        """Keep or drop a document to revise."""
        return self.act(ev.RowKept(row_id, kept))

    def set_row(self, row: Request) -> Defense:
        """Change a document to revise, or a pre-filled one."""
        return self.act(ev.RowSet(row))

    def add_row(self, deliverable: int | None = None, title: str = "", criteria: tuple[str, ...] = ()) -> Defense:
        """Ask for one more document; its id is the number its event will have."""
        adding = self.adding(deliverable, title, criteria)
        answered = (Asked.DOCUMENT,) if adding.row.title and Asked.DOCUMENT in self.drafts else ()
        return self.act(adding, drop_drafts=answered)

    def adding(self, deliverable: int | None, title: str, criteria: tuple[str, ...] = ()) -> ev.RowSet:
        """Return what asks for one more document."""
        due_s = self.curriculum.rules.student_due_s
        return ev.RowSet(Request(f"r{len(self.events) + 1}", deliverable, title.strip(), criteria, due_after_s=due_s))

    def ask_for(self, deliverable: int, criterion: str | None) -> Request:
        """Ask for a document, because of a criterion or without one; return its row, which may have been there."""
        reasons = (criterion,) if criterion else ()
        rows = [row for row in self.rows() if row.request.deliverable == deliverable]
        if not rows:
            self.add_row(deliverable, criteria=reasons)
        else:
            row = max(rows, key=lambda row: row.kept)
            whats: list[ev.DefenseWhat] = []
            if new := tuple(c for c in reasons if c not in row.request.criteria):
                whats.append(ev.RowSet(msgspec.structs.replace(row.request, criteria=(*row.request.criteria, *new))))
            if not row.kept:
                whats.append(ev.RowKept(row.request.id, True))
            if whats:
                self.act(*whats)
        return next(row.request for row in self.rows() if row.kept and row.request.deliverable == deliverable)

    def move_due(self, row_id: str, by_s: int) -> Defense:
        """Give more or less time for a document, in seconds.

        Raises:
            ConsoleError: There would be no time left, or the row is gone.
        """
        return self.act(self.moving_due(row_id, by_s))

    def moving_due(self, row_id: str, by_s: int) -> ev.RowSet:
        """Return what gives more or less time for a document, in seconds."""
        row = self._row(row_id)
        if row is None:
            raise ConsoleError("This document is not asked for.")
        return ev.RowSet(msgspec.structs.replace(row, due_after_s=row.due_after_s + by_s))

    # --- signing -------------------------------------------------------------------------------------------------

    def sign(self) -> Defense:
        """Sign the draft: the countdown to the release begins.

        Raises:
            ConsoleError: A guard stops it, in its own words.
        """
        defense = self.act(self.signing)
        self.announce()
        return defense

    @property
    def signing(self) -> ev.Signed:
        """Return the signature of the draft; the law refuses it while something, also the outcome, is missing."""
        defense = self.defense
        chosen = msgspec.structs.replace(defense, outcome=defense.outcome or "validated")
        return ev.signed_event(chosen, self.curriculum)

    def announce(self) -> None:
        """Begin the countdown of the version that this console has just signed."""
        self._countdowns.begin(self.id, len(self.defense.versions))

    def countdown_s(self) -> int | None:
        """Return the seconds until the signed verdict is released; None when nothing counts down.

        A verdict signed before the console was closed does not count down: it waits for the mentor.
        """
        signed = self.defense.signed
        return None if signed is None else self._countdowns.left_s(self.id, signed.version)

    def release(self) -> Defense:
        """Release the signed verdict: due dates run from now."""
        return self.act(self.releasing)

    @property
    def releasing(self) -> ev.Released:
        """Return what releases the signed verdict; without one the law refuses it."""
        return ev.Released(self.defense.signed.version if self.defense.signed else 0)

    # --- after release -------------------------------------------------------------------------------------------

    def amend(self, reason: str) -> Defense:
        """Draft a new version of the released verdict, for a reason that the student reads.

        The released one holds until then.
        """
        return self.act(ev.AmendmentOpened(reason.strip(), for_student=True))

    def drop_amendment(self) -> Defense:
        """Give the new version up: what was judged is again as it was before."""
        return self.act(ev.AmendmentDropped())

    def contest(self, reason: str) -> Defense:
        """Record that the student contests the released verdict."""
        return self.act(ev.Contested(reason.strip()))

    def uphold(self, reason: str) -> Defense:
        """Uphold the contested verdict, for this reason."""
        return self.act(ev.ContestResolved(reason.strip()))

    def plan_next_attempt(self, planned_at: str) -> str:
        """Plan the next attempt at this project, which opens on what was missing.

        Args:
            planned_at: ISO 8601 UTC.

        Returns:
            Id of the new defense.

        Raises:
            ConsoleError: The verdict in force is not a rework, or the next attempt is planned already.
        """
        if (reason := self.no_next_attempt) is not None:
            raise reason
        defense = self.defense
        next_id = self._next_id
        planned = ev.Planned(
            defense.student_id,
            defense.curriculum,
            defense.project,
            defense.attempt + 1,
            planned_at,
            defense.duration_min,
            defense.language,
            carried_from(defense),
        )
        self.ledger.begin(DEFENSE, next_id, planned)
        self.drop_text(Asked.NEXT_ATTEMPT)  # after it: until then the answer is not in the record
        return next_id

    @property
    def no_next_attempt(self) -> ConsoleError | None:
        """Return why the next attempt at this project cannot be planned, None when it can."""
        if self.read_only is not None:
            return self.read_only
        if self.defense.signed is not None:
            return ConsoleError(SIGNED)
        if carried_from(self.defense) is None:
            return ConsoleError("A next attempt follows a verdict released as to rework.")
        if self.ledger.is_open(DEFENSE.stream(self._next_id)) or self._summaries([self._next_id]):
            return ConsoleError("Attempt {n} is planned already.", n=self.defense.attempt + 1)
        return None

    @property
    def _next_id(self) -> str:
        defense = self.defense
        return str(defense_id(defense.student_id, defense.project, defense.attempt + 1))

    def reopen(self) -> Defense:
        """Go on with the defense; the minutes since its end count as a pause."""
        return self.act(ev.Reopened())
