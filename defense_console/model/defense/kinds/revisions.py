"""Documents after the release: what comes in, and what is decided on each document to revise."""

from __future__ import annotations

from msgspec.structs import replace

from defense_console.model.defense import timeline
from defense_console.model.defense.kinds.of_row import OfRow
from defense_console.model.defense.legal_context import Case, checks, require
from defense_console.model.defense.revision import AWAITED, TAKES_FILES
from defense_console.model.defense.state import Decision, Delivery, Folding, ReceivedFile, Revision, RowState, applies
from defense_console.model.defense.timeline import later
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Event, What

_AWAITED = N_(
    "Nothing has been received: {key:documents.receive} takes files in, {key:revisions.declare} declares it received."
)
_STATES: dict[RowState, str] = {
    "requested": _AWAITED,
    "re_requested": _AWAITED,
    "received": N_("This document has been received."),
    "under_review": N_("This document has been received."),
    "accepted": N_("This document is accepted."),
    "waived": N_("This document was given up."),
    "withdrawn": N_("The request of this document was withdrawn."),
    "expired": N_("This document was closed as expired."),
}
"""Why something is not possible now, by the state of the document."""


def _conditional(case: Case) -> None:
    released = case.defense.released
    in_force = released is not None and released.outcome == "conditional"
    require(in_force, "Nothing is asked for: no conditional verdict is in force.")


def _revision(case: Case, row: str, *states: RowState) -> Revision:
    _conditional(case)
    revision = next((r for r in case.defense.revisions if r.request.id == row), None)
    if revision is None:
        raise ConsoleError("This document is not asked for.")
    require(revision.state in states, _STATES[revision.state])
    return revision


def _change(state: Folding, row: str, /, **fields: object) -> None:
    if row in state.revisions:
        state.revisions[row] = replace(state.revisions[row], **fields)


def _decide(state: Folding, row: str, to: RowState, event: Event[What], reason: str = "") -> None:
    if row in state.revisions:
        revision = state.revisions[row]
        decided = (*revision.decisions, Decision(revision.round, to, event.at.wall, reason))
        _change(state, row, state=to, decision_reason=reason, decided_at=event.at.wall, decisions=decided)


class DeliverableReceived(What, frozen=True, tag="deliverable_received"):
    """Files of a deliverable came in that nobody asked to revise: before the defense, or next to what is asked for."""

    deliverable: int
    files: tuple[ReceivedFile, ...]
    wall = True
    of_student = True


@checks(DeliverableReceived)
def _check_deliverable_received(case: Case, what: DeliverableReceived) -> None:
    require(
        case.project is None or case.project.deliverable(what.deliverable) is not None,
        "This project has no deliverable {n}.",
        n=what.deliverable,
    )
    require(bool(what.files), "There is no file to take in.")


@applies(DeliverableReceived)
def _apply_deliverable_received(state: Folding, event: Event[What], what: DeliverableReceived) -> None:
    _delivered(state, what.deliverable, event, what.files, None)
    state.declared[what.deliverable] = True


def _delivered(
    state: Folding, n: int | None, event: Event[What], files: tuple[ReceivedFile, ...], revision: Revision | None
) -> Delivery:
    """Return one more version of a document; a deliverable's are counted from the first one that ever came."""
    known = state.deliveries.get(n, ()) if n is not None else ()
    before = known or (revision.deliveries if revision is not None else ())
    delivery = Delivery(
        before[-1].version + 1 if before else 1, event.at.wall, files, revision.round if revision is not None else 0
    )
    if n is not None:
        state.deliveries[n] = (*known, delivery)
    return delivery


class RowReceived(OfRow, frozen=True, tag="received"):
    """A version of a document asked for came in; without files it was only declared."""

    files: tuple[ReceivedFile, ...] = ()
    wall = True
    of_student = True


@checks(RowReceived)
def _check_row_received(case: Case, what: RowReceived) -> None:
    _revision(case, what.row, *(TAKES_FILES if what.files else AWAITED))


@applies(RowReceived)
def _apply_row_received(state: Folding, event: Event[What], what: RowReceived) -> None:
    revision = state.revisions.get(what.row)
    if revision is None:
        return
    n = revision.request.deliverable
    delivery = _delivered(state, n, event, what.files, revision)
    # Acceptance is bound to the content: the same bytes once more leave it, other ones re-open this row alone.
    stays = revision.state == "accepted" and bool(delivery.files) and delivery.hashes == revision.accepted
    state.revisions[what.row] = replace(
        revision,
        deliveries=(*revision.deliveries, delivery),
        state="accepted" if stays else "received",
        accepted=revision.accepted if stays else (),
        decided_at=revision.decided_at if stays else None,
        decision_reason="",
    )


class ReviewStarted(OfRow, frozen=True, tag="review_started"):
    """The mentor looks at the version received."""


@checks(ReviewStarted)
def _check_review_started(case: Case, what: ReviewStarted) -> None:
    _revision(case, what.row, "received")


@applies(ReviewStarted)
def _apply_review_started(state: Folding, event: Event[What], what: ReviewStarted) -> None:
    _change(state, what.row, state="under_review")


class RowAccepted(OfRow, frozen=True, tag="accepted"):
    """The document is settled. `sha256` binds to the content that was accepted (empty when it was only declared)."""

    sha256: tuple[str, ...] = ()


@checks(RowAccepted)
def _check_row_accepted(case: Case, what: RowAccepted) -> None:
    revision = _revision(case, what.row, "received", "under_review")
    received = revision.answer.hashes if revision.answer is not None else ()
    require(tuple(sorted(what.sha256)) == received, "Another version of this document was received meanwhile.")


@applies(RowAccepted)
def _apply_row_accepted(state: Folding, event: Event[What], what: RowAccepted) -> None:
    _decide(state, what.row, "accepted", event)
    _change(state, what.row, accepted=tuple(sorted(what.sha256)))


class RowRequestedAgain(OfRow, frozen=True, tag="re_requested"):
    """The document is asked for again: a new round, with its own time."""

    expected: str
    due_after_s: int


@checks(RowRequestedAgain)
def _check_row_requested_again(case: Case, what: RowRequestedAgain) -> None:
    _revision(case, what.row, "received", "under_review", "accepted", "expired")
    require(bool(what.expected.strip()), "Say what is expected of the new version.")
    require(what.due_after_s > 0, "The student needs some time: the due date must come after the release.")


@applies(RowRequestedAgain)
def _apply_row_requested_again(state: Folding, event: Event[What], what: RowRequestedAgain) -> None:
    revision = state.revisions.get(what.row)
    if revision is None:
        return
    request = replace(revision.request, expected=what.expected, due_after_s=what.due_after_s)
    state.revisions[what.row] = replace(
        revision,
        request=request,
        round=revision.round + 1,
        requested_at=event.at.wall,
        due_at=later(event.at.wall, what.due_after_s),
        state="re_requested",
        decision_reason="",
        before=state.latest(request, revision),
        accepted=(),
        decided_at=None,
        past=revision.rounds,
        decisions=(*revision.decisions, Decision(revision.round, "re_requested", event.at.wall)),
    )
    state.reception_completed_at = None


class RowWaived(OfRow, frozen=True, tag="waived"):
    """The mentor gives the document up, for this reason."""

    reason: str


@checks(RowWaived)
def _check_row_waived(case: Case, what: RowWaived) -> None:
    _revision(case, what.row, "requested", "re_requested", "received", "under_review", "expired")
    require(bool(what.reason.strip()), "Giving a document up needs a reason.")


@applies(RowWaived)
def _apply_row_waived(state: Folding, event: Event[What], what: RowWaived) -> None:
    _decide(state, what.row, "waived", event, what.reason)


class RowWithdrawn(OfRow, frozen=True, tag="withdrawn"):
    """The request was a mistake."""

    reason: str


@checks(RowWithdrawn)
def _check_row_withdrawn(case: Case, what: RowWithdrawn) -> None:
    _revision(case, what.row, "requested", "re_requested", "received", "under_review", "expired")
    require(bool(what.reason.strip()), "Withdrawing a request needs a reason.")


@applies(RowWithdrawn)
def _apply_row_withdrawn(state: Folding, event: Event[What], what: RowWithdrawn) -> None:
    _decide(state, what.row, "withdrawn", event, what.reason)


class RowExtended(OfRow, frozen=True, tag="extended"):
    """More time for the student, in seconds."""

    by_s: int


@checks(RowExtended)
def _check_row_extended(case: Case, what: RowExtended) -> None:
    revision = _revision(case, what.row, "requested", "re_requested")
    require(
        what.by_s > 0 or timeline.instant(timeline.later(revision.due_at, what.by_s)) > timeline.instant(case.at.wall),
        "The student needs some time: the due date cannot be moved into the past.",
    )


@applies(RowExtended)
def _apply_row_extended(state: Folding, event: Event[What], what: RowExtended) -> None:
    revision = state.revisions.get(what.row)
    if revision is not None:
        state.revisions[what.row] = replace(revision, due_at=later(revision.due_at, what.by_s))


class RowExpired(OfRow, frozen=True, tag="expired"):
    """The mentor closes the row because nothing came in time."""


@checks(RowExpired)
def _check_row_expired(case: Case, what: RowExpired) -> None:
    revision = _revision(case, what.row, "requested", "re_requested")
    late = timeline.instant(case.at.wall) >= timeline.instant(revision.due_at)
    complete = case.defense.reception_completed_at is not None
    require(late or complete, "The student still has time for this document.")


@applies(RowExpired)
def _apply_row_expired(state: Folding, event: Event[What], what: RowExpired) -> None:
    _decide(state, what.row, "expired", event)


class ReceptionCompleted(What, frozen=True, tag="reception_completed"):
    """The mentor declares that nothing more is to come: the mentor's own time runs from here."""


@checks(ReceptionCompleted)
def _check_reception_completed(case: Case, what: ReceptionCompleted) -> None:
    _conditional(case)
    require(any(r.deliveries for r in case.defense.revisions), "Nothing has been received yet.")
    require(case.defense.reception_completed_at is None, "The reception is already declared complete.")


@applies(ReceptionCompleted)
def _apply_reception_completed(state: Folding, event: Event[What], what: ReceptionCompleted) -> None:
    state.reception_completed_at = event.at.wall


RevisionsWhat = (
    DeliverableReceived
    | RowReceived
    | ReviewStarted
    | RowAccepted
    | RowRequestedAgain
    | RowWaived
    | RowWithdrawn
    | RowExtended
    | RowExpired
    | ReceptionCompleted
)
