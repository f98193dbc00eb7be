"""What the events of the verdict and of its documents to revise need. `legal.py` registers them."""

from __future__ import annotations

from defense_console.model.defense import events as ev
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.legal_context import Case, checks, require, session_in
from defense_console.model.defense.signing import guards
from defense_console.model.defense.state import Revision, RowState
from defense_console.model.errors import ConsoleError


def _drafting(case: Case) -> None:
    session_in(case, "live", "held")
    require(case.defense.drafting is not None, "The verdict is released: only a new version can change it.")


@checks(ev.OutcomeChosen)
def _outcome_chosen(case: Case, what: ev.OutcomeChosen) -> None:
    _drafting(case)


@checks(ev.ReasonGiven)
def _reason_given(case: Case, what: ev.ReasonGiven) -> None:
    _drafting(case)


@checks(ev.ParagraphEdited)
def _paragraph_edited(case: Case, what: ev.ParagraphEdited) -> None:
    _drafting(case)
    kind, _, skill = what.field.partition("/")
    known = what.field in ("improvement", "remarks") or (
        kind == "skill" and (case.project is None or any(s.ref == skill for s in case.project.skills))
    )
    require(known, "This part of the report is not written by hand.")
    require(what.language in ("fr", "en"), "A report is written in French or in English.")


@checks(ev.RowSet)
def _row_set(case: Case, what: ev.RowSet) -> None:
    _drafting(case)
    require(what.row.due_after_s > 0, "The student needs some time: the due date must come after the release.")
    require(
        what.row.deliverable is None
        or case.project is None
        or case.project.deliverable(what.row.deliverable) is not None,
        "This project has no deliverable {n}.",
        n=what.row.deliverable,
    )


@checks(ev.RowKept)
def _row_kept(case: Case, what: ev.RowKept) -> None:
    _drafting(case)


@checks(ev.Signed)
def _signed(case: Case, what: ev.Signed) -> None:
    held = case.defense.session == "held"
    require(held, "The defense is not finished: {key:live.finish} finishes it, then the verdict is signed.")
    require(case.defense.drafting is not None, "The verdict is released: only a new version can change it.")
    require(what.version == len(case.defense.versions) + 1, "Another version of the verdict was signed before.")
    require(what.outcome == case.defense.outcome, "The outcome signed is the one chosen.")
    if case.curriculum is None:
        return
    for guard in guards(case.defense, case.curriculum):
        if guard.hard:
            raise ConsoleError(guard.text_id, **dict(guard.parameters))


@checks(ev.Released)
def _released(case: Case, what: ev.Released) -> None:
    signed = case.defense.signed
    require(signed is not None, "There is no signed verdict to release.")
    require(signed is not None and signed.version == what.version, "Another version of the verdict was signed before.")


@checks(ev.AmendmentOpened)
def _amendment_opened(case: Case, what: ev.AmendmentOpened) -> None:
    require(case.defense.released is not None, "Only a released verdict can be amended.")
    require(not case.defense.amendment, "A new version is already being drafted.")
    require(bool(what.reason.strip()), "An amendment needs a reason.")


@checks(ev.AmendmentDropped)
def _amendment_dropped(case: Case, what: ev.AmendmentDropped) -> None:
    require(bool(case.defense.amendment), "No new version is being drafted.")


@checks(ev.Contested)
def _contested(case: Case, what: ev.Contested) -> None:
    require(bool(what.reason.strip()), "A contest needs a reason: what the student contests.")
    require(case.defense.released is not None, "Only a released verdict can be contested.")
    require(case.defense.contested is None, "The verdict is already contested.")


@checks(ev.ContestResolved)
def _contest_resolved(case: Case, what: ev.ContestResolved) -> None:
    require(case.defense.contested is not None, "The verdict is not contested.")
    require(bool(what.reason.strip()), "Upholding a verdict needs a reason.")


# --- documents to revise -----------------------------------------------------------------------------------------


def _revision(case: Case, row: str, *states: RowState) -> Revision:
    released = case.defense.released
    require(
        released is not None and released.outcome == "conditional",
        "Nothing is asked for: the verdict is not conditional.",
    )
    revision = next((r for r in case.defense.revisions if r.request.id == row), None)
    if revision is None:
        raise ConsoleError("This document is not asked for.")
    require(revision.state in states, "This document is in another state now.")
    return revision


@checks(ev.DeliverableReceived)
def _deliverable_received(case: Case, what: ev.DeliverableReceived) -> None:
    require(
        case.project is None or case.project.deliverable(what.deliverable) is not None,
        "This project has no deliverable {n}.",
        n=what.deliverable,
    )
    require(bool(what.files), "There is no file to take in.")


@checks(ev.RowReceived)
def _row_received(case: Case, what: ev.RowReceived) -> None:
    if what.files:
        _revision(case, what.row, "requested", "re_requested", "received", "under_review", "accepted", "expired")
    else:
        _revision(case, what.row, "requested", "re_requested")


@checks(ev.ReviewStarted)
def _review_started(case: Case, what: ev.ReviewStarted) -> None:
    _revision(case, what.row, "received")


@checks(ev.RowAccepted)
def _row_accepted(case: Case, what: ev.RowAccepted) -> None:
    revision = _revision(case, what.row, "received", "under_review")
    received = revision.answer.hashes if revision.answer is not None else ()
    require(tuple(sorted(what.sha256)) == received, "Another version of this document was received meanwhile.")


@checks(ev.RowRequestedAgain)
def _row_requested_again(case: Case, what: ev.RowRequestedAgain) -> None:
    _revision(case, what.row, "received", "under_review", "accepted", "expired")
    require(bool(what.expected.strip()), "Say what is expected of the new version.")
    require(what.due_after_s > 0, "The student needs some time: the due date must come after the release.")


@checks(ev.RowWaived)
def _row_waived(case: Case, what: ev.RowWaived) -> None:
    _revision(case, what.row, "requested", "re_requested", "received", "under_review", "expired")
    require(bool(what.reason.strip()), "Giving a document up needs a reason.")


@checks(ev.RowWithdrawn)
def _row_withdrawn(case: Case, what: ev.RowWithdrawn) -> None:
    _revision(case, what.row, "requested", "re_requested", "received", "under_review", "expired")
    require(bool(what.reason.strip()), "Withdrawing a request needs a reason.")


@checks(ev.RowExtended)
def _row_extended(case: Case, what: ev.RowExtended) -> None:
    revision = _revision(case, what.row, "requested", "re_requested")
    require(
        what.by_s > 0 or clock.instant(clock.later(revision.due_at, what.by_s)) > clock.instant(case.at.wall),
        "The student needs some time: the due date cannot be moved into the past.",
    )


@checks(ev.RowExpired)
def _row_expired(case: Case, what: ev.RowExpired) -> None:
    revision = _revision(case, what.row, "requested", "re_requested")
    late = clock.instant(case.at.wall) >= clock.instant(revision.due_at)
    complete = case.defense.reception_completed_at is not None
    require(late or complete, "The student still has time for this document.")


@checks(ev.ReceptionCompleted)
def _reception_completed(case: Case, what: ev.ReceptionCompleted) -> None:
    released = case.defense.released
    require(
        released is not None and released.outcome == "conditional",
        "Nothing is asked for: the verdict is not conditional.",
    )
    require(any(r.deliveries for r in case.defense.revisions), "Nothing has been received yet.")
    require(case.defense.reception_completed_at is None, "The reception is already declared complete.")
