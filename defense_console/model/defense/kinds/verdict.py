"""The verdict: its draft, its signature and release, its new versions and what the student contests."""

from __future__ import annotations

from copy import copy
from typing import Literal

import msgspec
from msgspec.structs import replace

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.kinds.of_row import OfRow, asked_by
from defense_console.model.defense.legal_context import Case, checks, may_judge, not_released, require
from defense_console.model.defense.signing import guards
from defense_console.model.defense.state import (
    SETTLED,
    Contest,
    Decision,
    Defense,
    Edited,
    Folding,
    OutcomeValue,
    RatingValue,
    Request,
    Revision,
    Version,
    applies,
)
from defense_console.model.defense.timeline import later
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, What


class OutcomeChosen(What, frozen=True, tag="outcome_chosen"):
    """The mentor's outcome on the draft verdict."""

    outcome: OutcomeValue


checks.by_case(OutcomeChosen, may_judge)


@applies(OutcomeChosen)
def _apply_outcome_chosen(state: Folding, event: Event[What], what: OutcomeChosen) -> None:
    state.outcome = what.outcome


class ReasonGiven(What, frozen=True, tag="reason_given"):
    """Why the outcome is another than the one suggested; an empty text withdraws it."""

    text: str


checks.by_case(ReasonGiven, may_judge)


@applies(ReasonGiven)
def _apply_reason_given(state: Folding, event: Event[What], what: ReasonGiven) -> None:
    state.reason = what.text


class ParagraphEdited(What, frozen=True, tag="paragraph_edited"):
    """A generated paragraph of the report in the mentor's own words; an empty text takes the generated one back.

    Attributes:
        field: The report's key of the field: `skill/<ref>`, `improvement` or `remarks`.
        language: Of the report it is in, "fr" or "en".
        text: What the mentor wrote.
        proposal: SHA-256, in hexadecimal, of the generated text it replaces, so that a changed proposal is noticed.
    """

    field: str
    language: str
    text: str
    proposal: str


@checks(ParagraphEdited)
def _check_paragraph_edited(case: Case, what: ParagraphEdited) -> None:
    may_judge(case)
    edited = (what.field, what.language) in case.defense.edited
    require(
        bool(what.text) or edited,
        "This field is not edited: it reads as generated, or is written on the verdict screen.",
    )
    kind, _, skill = what.field.partition("/")
    known = what.field in ("improvement", "remarks") or (
        kind == "skill" and (case.project is None or any(s.ref == skill for s in case.project.skills))
    )
    require(known, "This part of the report is not written by hand.")
    require(what.language in ("fr", "en"), "A report is written in French or in English.")


@applies(ParagraphEdited)
def _apply_paragraph_edited(state: Folding, event: Event[What], what: ParagraphEdited) -> None:
    if what.text:
        state.edited[what.field, what.language] = Edited(what.text, what.proposal)
    else:
        state.edited.pop((what.field, what.language), None)


class RowSet(What, frozen=True, tag="row_set"):
    """A document to revise as the mentor wants it: a new row, or a row (also a pre-filled one) changed."""

    row: Request

    def names(self) -> int:
        """Return the number of the event that asked for the document, 0 for one the rubric proposes."""
        return asked_by(self.row.id)

    def naming(self, number: int) -> RowSet:
        """Return the same decision about the document that another event asked for."""
        return replace(self, row=replace(self.row, id=f"r{number}"))


@checks(RowSet)
def _check_row_set(case: Case, what: RowSet) -> None:
    may_judge(case)
    require(what.row.due_after_s > 0, "The student needs some time: the due date must come after the release.")
    require(
        what.row.deliverable is None
        or case.project is None
        or case.project.deliverable(what.row.deliverable) is not None,
        "This project has no deliverable {n}.",
        n=what.row.deliverable,
    )


@applies(RowSet)
def _apply_row_set(state: Folding, event: Event[What], what: RowSet) -> None:
    """Keep of a proposed row only the criteria that the mentor added: the others follow the ratings."""
    row = what.row
    if row.proposed:
        before = state.set_rows[row.id].criteria if row.id in state.set_rows else ()
        own = tuple(c for c in row.criteria if c in before or state.ratings.get(c) != "not_met")
        row = replace(row, criteria=own)
    state.set_rows[row.id] = row


class RowKept(OfRow, frozen=True, tag="row_kept"):
    """A row is kept or dropped."""

    kept: bool


checks.by_case(RowKept, may_judge)


@applies(RowKept)
def _apply_row_kept(state: Folding, event: Event[What], what: RowKept) -> None:
    state.kept[what.row] = what.kept
    (state.rekept.add if what.kept else state.rekept.discard)(what.row)


class Signed(What, frozen=True, tag="signed"):
    """The verdict as signed. `clock_ratings` holds what was folded from the clock and not rated by the mentor."""

    version: int
    outcome: OutcomeValue
    suggested: OutcomeValue | None
    reason: str = ""
    rows: tuple[Request, ...] = ()
    clock_ratings: dict[str, RatingValue] = msgspec.field(default_factory=dict)
    binds = True


@checks(Signed)
def _check_signed(case: Case, what: Signed) -> None:
    held = case.defense.session == "held"
    require(held, "The defense is not finished: {key:live.finish} finishes it, then the verdict is signed.")
    not_released(case)
    require(what.version == len(case.defense.versions) + 1, "Another version of the verdict was signed before.")
    for guard in guards(case.defense, case.curriculum) if case.curriculum is not None else ():
        if guard.hard:
            raise ConsoleError(guard.text_id, **dict(guard.parameters))
    require(what.outcome == case.defense.outcome, "The outcome signed is the one chosen.")


@applies(Signed)
def _apply_signed(state: Folding, event: Event[What], what: Signed) -> None:
    state.versions.append(
        Version(
            version=what.version,
            outcome=what.outcome,
            state="signed",
            suggested=what.suggested,
            reason=what.reason,
            signed_at=event.at.wall,
            released_at=None,
            released_seq=None,
            rows=what.rows,
            amendment=state.amendment,
            amendment_for_student=state.amendment_for_student,
            ratings={**what.clock_ratings, **state.ratings},
        )
    )


def signed_event(defense: Defense, curriculum: Curriculum) -> Signed:
    """Return the signature of the draft: rows, suggestion and what the clock rated are written down in it.

    Raises:
        ConsoleError: No outcome is chosen.
    """
    outcome = defense.outcome
    if outcome is None:
        raise ConsoleError("No outcome is chosen.")
    project = rubric.project_of(defense, curriculum)
    rows: tuple[Request, ...] = ()
    if outcome == "conditional":
        rows = revision.kept_rows(revision.rows(defense, curriculum, project))
    return Signed(
        version=len(defense.versions) + 1,
        outcome=outcome,
        suggested=rubric.suggestion(defense, curriculum).outcome,
        reason=defense.reason,
        rows=rows,
        clock_ratings=dict(defense.clock_ratings),
    )


class Released(What, frozen=True, tag="released"):
    """The signed verdict goes out: due dates run from here."""

    version: int
    wall = True
    binds = True


@checks(Released)
def _check_released(case: Case, what: Released) -> None:
    signed = case.defense.signed
    require(signed is not None, "There is no signed verdict to release.")
    require(signed is not None and signed.version == what.version, "Another version of the verdict was signed before.")


@applies(Released)
def _apply_released(state: Folding, event: Event[What], what: Released) -> None:
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
    state.outcome, state.reason, state.amendment, state.amendment_for_student = None, "", "", False
    state.before_amendment = {}
    state.rekept = set()


def _request(state: Folding, version: Version, released_at: str) -> None:
    """Ask for the rows of a conditional verdict.

    One that amends a condition keeps what it asks for in the same words: its round, its words since then, what was
    received and decided. One that follows a finished round asks for each of its rows again. What it does not ask for
    any more is kept apart, and taken up again by a version that asks for it after all.
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
            before=state.latest(row, old),
            past=() if old is None else old.rounds,
            decisions=() if old is None else old.decisions,
        )
    for id, left in before.items():
        # What a finished round has settled is not dropped: that decision is the last one on it.
        settled = not version.amendment and left.state in SETTLED
        state.no_longer_asked[id] = left if settled else _dropped(left, version)


def _dropped(revision: Revision, version: Version) -> Revision:
    """Return a document as it stood when a version of the verdict asked for it no more."""
    if revision.dropped is not None:
        return revision
    decision = Decision(
        revision.round, "dropped", version.released_at or version.signed_at, version.amendment, version.version
    )
    return replace(revision, decisions=(*revision.decisions, decision))


def _asks_the_same(row: Request, earlier: Request | None) -> bool:
    """Return whether a row asks for the same document in the same words; weight, time and verification may differ."""
    return earlier is not None and (row.deliverable, row.title, row.expected) == (
        earlier.deliverable,
        earlier.title,
        earlier.expected,
    )


def _as_it_stands(old: Revision, row: Request, earlier: Request) -> Revision:
    """Return what became of a document so far, under the terms of the amended row."""
    request = replace(row, expected=old.request.expected, due_after_s=old.request.due_after_s)
    moved_s = row.due_after_s - earlier.due_after_s
    return replace(old, request=request, due_at=later(old.due_at, moved_s) if moved_s else old.due_at)


class AmendmentOpened(What, frozen=True, tag="amendment_opened"):
    """A new version of a released verdict is drafted, for this reason.

    Attributes:
        reason: Why.
        for_student: The question said that the student reads it; a reason from before it said so is the jury's alone.
    """

    reason: str
    for_student: bool = False


@checks(AmendmentOpened)
def _check_amendment_opened(case: Case, what: AmendmentOpened) -> None:
    require(case.defense.released is not None, "Only a released verdict can be amended.")
    require(not case.defense.amendment, "A new version is already being drafted.")
    require(bool(what.reason.strip()), "An amendment needs a reason.")


@applies(AmendmentOpened)
def _apply_amendment_opened(state: Folding, event: Event[What], what: AmendmentOpened) -> None:
    state.amendment, state.amendment_for_student = what.reason, what.for_student
    state.before_amendment = {name: copy(getattr(state, name)) for name in _AMENDABLE}


_AMENDABLE = (
    "ratings", "acquired", "notes", "lines", "skill_comments", "goal", "outcome", "reason", "kept", "rekept",
    "set_rows", "edited",
)  # fmt: skip
"""What a new version of the verdict is drafted with."""


class AmendmentDropped(What, frozen=True, tag="amendment_dropped"):
    """The new version is not drafted after all: what was judged since the amendment began is as it was before."""


@checks(AmendmentDropped)
def _check_amendment_dropped(case: Case, what: AmendmentDropped) -> None:
    require(bool(case.defense.amendment), "No new version is being drafted.")


@applies(AmendmentDropped)
def _apply_amendment_dropped(state: Folding, event: Event[What], what: AmendmentDropped) -> None:
    """Put the judgement back as it was; a note written meanwhile stays, and is private."""
    written = {seq: note for seq, note in state.notes.items() if seq not in state.before_amendment["notes"]}  # type: ignore[operator]
    for name, value in state.before_amendment.items():
        setattr(state, name, copy(value))
    state.notes |= {seq: replace(note, private=True) for seq, note in written.items()}
    state.amendment, state.amendment_for_student, state.before_amendment = "", False, {}


class Contested(What, frozen=True, tag="contested"):
    """The student contests the released verdict."""

    reason: str
    of_student = True


@checks(Contested)
def _check_contested(case: Case, what: Contested) -> None:
    require(bool(what.reason.strip()), "A contest needs a reason: what the student contests.")
    require(case.defense.released is not None, "Only a released verdict can be contested.")
    require(case.defense.contested is None, "The verdict is already contested.")


@applies(Contested)
def _apply_contested(state: Folding, event: Event[What], what: Contested) -> None:
    released = next((v.version for v in reversed(state.versions) if v.state == "released"), 0)
    state.contests.append(Contest(released, what.reason, event.at.wall))


class ContestResolved(What, frozen=True, tag="contest_resolved"):
    """The contested verdict is upheld; a contest that changes it is resolved by an amendment."""

    reason: str


@checks(ContestResolved)
def _check_contest_resolved(case: Case, what: ContestResolved) -> None:
    require(case.defense.contested is not None, "The verdict is not contested.")
    require(bool(what.reason.strip()), "Upholding a verdict needs a reason.")


@applies(ContestResolved)
def _apply_contest_resolved(state: Folding, event: Event[What], what: ContestResolved) -> None:
    _resolve(state, "upheld", what.reason, event)


def _resolve(state: Folding, resolution: Literal["upheld", "amended"], answer: str, event: Event[What]) -> None:
    """Give the contest that waits its answer."""
    if state.contests and state.contests[-1].resolution is None:
        state.contests[-1] = replace(
            state.contests[-1], resolution=resolution, answer=answer, resolved_at=event.at.wall
        )


VerdictWhat = (
    OutcomeChosen
    | ReasonGiven
    | ParagraphEdited
    | RowSet
    | RowKept
    | Signed
    | Released
    | AmendmentOpened
    | AmendmentDropped
    | Contested
    | ContestResolved
)
