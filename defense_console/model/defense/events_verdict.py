"""Events of the verdict and of the documents to revise after it."""

from __future__ import annotations

import msgspec

from defense_console.model.log.envelope import OutcomeValue, RatingValue, Severity, Verification, What

# --- the verdict -------------------------------------------------------------------------------------------------


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document to revise as the mentor asks for it.

    Attributes:
        id: `d<number>` for the row pre-filled for a deliverable, `r<seq>` for a row the mentor added.
        deliverable: number of the deliverable, or None with a free `title`.
        criteria: ids of the criteria that are the reasons.
        reason: what was observed, in the mentor's words; empty reads from the notes on the criteria.
        expected: what must change, in the mentor's words; empty reads from the criteria.
        due_after_s: time given from release, in seconds.
        verifier: name of the person who verifies, for `by_other`.
    """

    id: str
    deliverable: int | None = None
    title: str = ""
    criteria: tuple[str, ...] = ()
    reason: str = ""
    expected: str = ""
    severity: Severity = "required"
    due_after_s: int = 172_800
    verification: Verification = "by_me"
    verifier: str = ""

    @property
    def proposed(self) -> bool:
        """Whether it is the row the rubric proposes for a deliverable, not one the mentor added."""
        return self.id.startswith("d")


class OutcomeChosen(What, frozen=True, tag="outcome_chosen"):
    """The mentor's outcome on the draft verdict."""

    outcome: OutcomeValue


class ReasonGiven(What, frozen=True, tag="reason_given"):
    """Why the outcome is another than the one suggested; an empty text withdraws it."""

    text: str


class ParagraphEdited(What, frozen=True, tag="paragraph_edited"):
    """A generated paragraph of the report in the mentor's own words; an empty text takes the generated one back.

    Attributes:
        field: The report's key of the field: `skill/<ref>`, `improvement` or `remarks`.
        language: Of the report it stands in, "fr" or "en".
        text: What the mentor wrote.
        proposal: SHA-256, in hexadecimal, of the generated text it stands for, so that a changed proposal is noticed.
    """

    field: str
    language: str
    text: str
    proposal: str


class RowSet(What, frozen=True, tag="row_set"):
    """A document to revise as the mentor wants it: a new row, or a row (also a pre-filled one) changed."""

    row: Request


class RowKept(What, frozen=True, tag="row_kept"):
    """A row is kept or dropped."""

    row: str
    kept: bool


class Signed(What, frozen=True, tag="signed"):
    """The verdict as signed. `clock_ratings` holds what was folded from the clock and not rated by the mentor."""

    version: int
    outcome: OutcomeValue
    suggested: OutcomeValue | None
    reason: str = ""
    rows: tuple[Request, ...] = ()
    clock_ratings: dict[str, RatingValue] = msgspec.field(default_factory=dict)


class Released(What, frozen=True, tag="released"):
    """The signed verdict goes out: due dates run from here."""

    version: int


class AmendmentOpened(What, frozen=True, tag="amendment_opened"):
    """A new version of a released verdict is drafted, for this reason."""

    reason: str


class AmendmentDropped(What, frozen=True, tag="amendment_dropped"):
    """The new version is not drafted after all: what was judged since the amendment began is as it was before."""


class Contested(What, frozen=True, tag="contested"):
    """The student contests the released verdict."""

    reason: str


class ContestResolved(What, frozen=True, tag="contest_resolved"):
    """The contested verdict stands; a contest that changes it is resolved by an amendment."""

    reason: str


# --- documents to revise, after release --------------------------------------------------------------------------


class ReceivedFile(msgspec.Struct, frozen=True):
    """A file received: its name as given, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


class DeliverableReceived(What, frozen=True, tag="deliverable_received"):
    """Files of a deliverable came in that nobody asked to revise: before the defense, or beside what is asked for."""

    deliverable: int
    files: tuple[ReceivedFile, ...]


class RowReceived(What, frozen=True, tag="received"):
    """A version of a document asked for came in; without files it was only declared."""

    row: str
    files: tuple[ReceivedFile, ...] = ()


class ReviewStarted(What, frozen=True, tag="review_started"):
    """The mentor looks at the version received."""

    row: str


class RowAccepted(What, frozen=True, tag="accepted"):
    """The document is settled. `sha256` binds to the content that was accepted (empty when it was only declared)."""

    row: str
    sha256: tuple[str, ...] = ()


class RowRequestedAgain(What, frozen=True, tag="re_requested"):
    """The document is asked for again: a new round, with its own time."""

    row: str
    expected: str
    due_after_s: int


class RowWaived(What, frozen=True, tag="waived"):
    """The mentor gives the document up, for this reason."""

    row: str
    reason: str


class RowWithdrawn(What, frozen=True, tag="withdrawn"):
    """The request was a mistake."""

    row: str
    reason: str


class RowExtended(What, frozen=True, tag="extended"):
    """More time for the student, in seconds."""

    row: str
    by_s: int


class RowExpired(What, frozen=True, tag="expired"):
    """The mentor closes the row because nothing came in time."""

    row: str


class ReceptionCompleted(What, frozen=True, tag="reception_completed"):
    """The mentor declares that nothing more is to come: the mentor's own time runs from here."""
