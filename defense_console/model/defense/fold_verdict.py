"""What the events of the verdict and of its documents to revise do."""

from __future__ import annotations

from copy import copy
from typing import Literal

import msgspec

from defense_console.model.defense import events as ev
from defense_console.model.defense.events import Event, ReceivedFile, Request
from defense_console.model.defense.folding import Folding, applies
from defense_console.model.defense.state import (
    SETTLED,
    Contest,
    Decision,
    Delivery,
    Edited,
    Revision,
    RowState,
    Version,
)
from defense_console.model.defense.timeline import later

replace = msgspec.structs.replace


@applies(ev.OutcomeChosen)
def _outcome_chosen(state: Folding, event: Event, what: ev.OutcomeChosen) -> None:
    state.outcome = what.outcome


@applies(ev.ReasonGiven)
def _reason_given(state: Folding, event: Event, what: ev.ReasonGiven) -> None:
    state.reason = what.text


@applies(ev.ParagraphEdited)
def _paragraph_edited(state: Folding, event: Event, what: ev.ParagraphEdited) -> None:
    if what.text:
        state.edited[what.field, what.language] = Edited(what.text, what.proposal)
    else:
        state.edited.pop((what.field, what.language), None)


@applies(ev.RowSet)
def _row_set(state: Folding, event: Event, what: ev.RowSet) -> None:
    """Of a row the rubric proposes, only the criteria the mentor added are kept: the others follow the ratings."""
    row = what.row
    if row.proposed:
        before = state.set_rows[row.id].criteria if row.id in state.set_rows else ()
        own = tuple(c for c in row.criteria if c in before or state.ratings.get(c) != "not_met")
        row = replace(row, criteria=own)
    state.set_rows[row.id] = row


@applies(ev.RowKept)
def _row_kept(state: Folding, event: Event, what: ev.RowKept) -> None:
    state.kept[what.row] = what.kept
    (state.rekept.add if what.kept else state.rekept.discard)(what.row)


@applies(ev.Signed)
def _signed(state: Folding, event: Event, what: ev.Signed) -> None:
    state.versions.append(
        Version(
            version=what.version,
            outcome=what.outcome,
            state="signed",
            suggested=what.suggested,
            reason=what.reason,
            signed_at=event.at.wall,
            signed_stamp=event.at,
            released_at=None,
            released_seq=None,
            rows=what.rows,
            amendment=state.amendment,
        )
    )


@applies(ev.Released)
def _released(state: Folding, event: Event, what: ev.Released) -> None:
    if not state.versions or state.versions[-1].state != "signed":
        return
    state.versions = [replace(v, state="superseded") for v in state.versions[:-1]] + [
        replace(state.versions[-1], state="released", released_at=event.at.wall, released_seq=event.seq)
    ]
    version = state.versions[-1]
    if version.outcome == "conditional":
        _request(state, version, event.at.wall)
    elif version.amendment:
        state.revisions = {
            id: revision if revision.state in SETTLED or revision.state == "expired" else _dropped(revision, version)
            for id, revision in state.revisions.items()
        }
    _resolve(state, "amended", version.amendment, event)
    state.outcome, state.reason, state.amendment = None, "", ""
    state.before_amendment = {}
    state.rekept = set()


def _request(state: Folding, version: Version, released_at: str) -> None:
    """A conditional verdict asks for its rows.

    One that amends a condition leaves what it asks in the same words as before as it stands: its round, its words since
    then, what was received and decided. One that follows a finished round asks for each of its rows anew. What it does
    not ask for any more is kept beside it, and taken up again by a version that asks for it after all.
    """
    before = state.revisions
    earlier = {row.id: row for each in state.versions[:-1] if each.outcome == "conditional" for row in each.rows}
    state.revisions = {}
    if not version.amendment:
        state.reception_completed_at = None
    for row in version.rows:
        now = before.pop(row.id, None)
        stands = version.amendment and now is not None and now.dropped is None
        if now is not None and stands and _asks_the_same(row, earlier.get(row.id)):
            state.revisions[row.id] = _as_it_stands(now, row, earlier[row.id])
            continue
        old = now or state.no_longer_asked.pop(row.id, None)
        state.reception_completed_at = None
        state.revisions[row.id] = Revision(
            request=row,
            round=1 if old is None else old.round + 1,
            requested_at=released_at,
            due_at=later(released_at, row.due_after_s),
            deliveries=() if old is None else old.deliveries,
            state="requested" if old is None else "re_requested",
            before=_latest(state, row, old),
            past=() if old is None else old.rounds,
            decisions=() if old is None else old.decisions,
        )
    for id, left in before.items():
        # What a finished round has settled is not dropped: that decision is the last one on it.
        settled = not version.amendment and left.state in SETTLED
        state.no_longer_asked[id] = left if settled else _dropped(left, version)


def _dropped(revision: Revision, version: Version) -> Revision:
    """A document as it stood when a version of the verdict asked for it no more."""
    if revision.dropped is not None:
        return revision
    decision = Decision(
        revision.round, "dropped", version.released_at or version.signed_at, version.amendment, version.version
    )
    return replace(revision, decisions=(*revision.decisions, decision))


def _asks_the_same(row: Request, earlier: Request | None) -> bool:
    """Whether a row asks for the same document in the same words; weight, time and verification may differ."""
    return earlier is not None and (row.deliverable, row.title, row.expected) == (
        earlier.deliverable,
        earlier.title,
        earlier.expected,
    )


def _as_it_stands(old: Revision, row: Request, earlier: Request) -> Revision:
    """What became of a document so far, under the terms of the amended row."""
    request = replace(row, expected=old.request.expected, due_after_s=old.request.due_after_s)
    moved_s = row.due_after_s - earlier.due_after_s
    return replace(old, request=request, due_at=later(old.due_at, moved_s) if moved_s else old.due_at)


def _latest(state: Folding, row: Request, revision: Revision | None) -> Delivery | None:
    """The latest version with files of a document: what a new round is compared with."""
    known = state.deliveries.get(row.deliverable, ()) if row.deliverable is not None else ()
    versions = known or (revision.deliveries if revision is not None else ())
    return next((delivery for delivery in reversed(versions) if delivery.files), None)


@applies(ev.AmendmentOpened)
def _amendment_opened(state: Folding, event: Event, what: ev.AmendmentOpened) -> None:
    state.amendment = what.reason
    state.before_amendment = {name: copy(getattr(state, name)) for name in _AMENDABLE}


_AMENDABLE = (
    "ratings", "acquired", "notes", "lines", "skill_comments", "goal", "outcome", "reason", "kept", "rekept",
    "set_rows", "edited",
)  # fmt: skip
"""What a new version of the verdict is drafted with."""


@applies(ev.AmendmentDropped)
def _amendment_dropped(state: Folding, event: Event, what: ev.AmendmentDropped) -> None:
    """Judgement is as before; a note written meanwhile stays, and is the mentor's own."""
    written = {seq: note for seq, note in state.notes.items() if seq not in state.before_amendment["notes"]}  # type: ignore[operator]
    for name, value in state.before_amendment.items():
        setattr(state, name, value)
    state.notes |= {seq: replace(note, private=True) for seq, note in written.items()}
    state.amendment, state.before_amendment = "", {}


@applies(ev.Contested)
def _contested(state: Folding, event: Event, what: ev.Contested) -> None:
    released = next((v.version for v in reversed(state.versions) if v.state == "released"), 0)
    state.contests.append(Contest(released, what.reason, event.at.wall))


@applies(ev.ContestResolved)
def _contest_resolved(state: Folding, event: Event, what: ev.ContestResolved) -> None:
    _resolve(state, "upheld", what.reason, event)


def _resolve(state: Folding, resolution: Literal["upheld", "amended"], answer: str, event: Event) -> None:
    """The contest that waits for an answer has it."""
    if state.contests and state.contests[-1].resolution is None:
        state.contests[-1] = replace(
            state.contests[-1], resolution=resolution, answer=answer, resolved_at=event.at.wall
        )


# --- documents to revise -----------------------------------------------------------------------------------------


def _decide(state: Folding, row: str, to: RowState, event: Event, reason: str = "") -> None:
    if row in state.revisions:
        revision = state.revisions[row]
        decided = (*revision.decisions, Decision(revision.round, to, event.at.wall, reason))
        state.revisions[row] = replace(
            revision, state=to, decision_reason=reason, decided_at=event.at.wall, decisions=decided
        )


@applies(ev.RowReceived)
def _row_received(state: Folding, event: Event, what: ev.RowReceived) -> None:
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


@applies(ev.DeliverableReceived)
def _deliverable_received(state: Folding, event: Event, what: ev.DeliverableReceived) -> None:
    _delivered(state, what.deliverable, event, what.files, None)
    state.declared[what.deliverable] = True


def _delivered(
    state: Folding, n: int | None, event: Event, files: tuple[ReceivedFile, ...], revision: Revision | None
) -> Delivery:
    """One more version of a document; a deliverable's are counted from the first one that ever came."""
    known = state.deliveries.get(n, ()) if n is not None else ()
    before = known or (revision.deliveries if revision is not None else ())
    delivery = Delivery(
        before[-1].version + 1 if before else 1, event.at.wall, files, revision.round if revision is not None else 0
    )
    if n is not None:
        state.deliveries[n] = (*known, delivery)
    return delivery


@applies(ev.ReviewStarted)
def _review_started(state: Folding, event: Event, what: ev.ReviewStarted) -> None:
    if what.row in state.revisions:
        state.revisions[what.row] = replace(state.revisions[what.row], state="under_review")


@applies(ev.RowAccepted)
def _row_accepted(state: Folding, event: Event, what: ev.RowAccepted) -> None:
    _decide(state, what.row, "accepted", event)
    if what.row in state.revisions:
        state.revisions[what.row] = replace(state.revisions[what.row], accepted=tuple(sorted(what.sha256)))


@applies(ev.RowRequestedAgain)
def _row_requested_again(state: Folding, event: Event, what: ev.RowRequestedAgain) -> None:
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
        before=_latest(state, request, revision),
        accepted=(),
        decided_at=None,
        past=revision.rounds,
        decisions=(*revision.decisions, Decision(revision.round, "re_requested", event.at.wall)),
    )
    state.reception_completed_at = None


@applies(ev.RowWaived)
def _row_waived(state: Folding, event: Event, what: ev.RowWaived) -> None:
    _decide(state, what.row, "waived", event, what.reason)


@applies(ev.RowWithdrawn)
def _row_withdrawn(state: Folding, event: Event, what: ev.RowWithdrawn) -> None:
    _decide(state, what.row, "withdrawn", event, what.reason)


@applies(ev.RowExtended)
def _row_extended(state: Folding, event: Event, what: ev.RowExtended) -> None:
    revision = state.revisions.get(what.row)
    if revision is not None:
        state.revisions[what.row] = replace(revision, due_at=later(revision.due_at, what.by_s))


@applies(ev.RowExpired)
def _row_expired(state: Folding, event: Event, what: ev.RowExpired) -> None:
    _decide(state, what.row, "expired", event)


@applies(ev.ReceptionCompleted)
def _reception_completed(state: Folding, event: Event, what: ev.ReceptionCompleted) -> None:
    state.reception_completed_at = event.at.wall
