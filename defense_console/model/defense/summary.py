"""One defense in one row: the part of a fold that a list needs, and the id that the row is found by.

It is kept next to the log, so that opening the console costs what is pending, not what is history. Nothing in it
depends on now: an `Entry` of the queue adds what does.
"""

from __future__ import annotations

import uuid
from itertools import chain
from typing import Final

import msgspec

from defense_console.model.curriculum import canonical_json
from defense_console.model.defense import revision
from defense_console.model.defense.state import (
    SETTLED,
    Defense,
    Drafting,
    OutcomeValue,
    SessionState,
    VerdictState,
)

NAMESPACE: Final = uuid.UUID("6b1f5a52-3c0e-4d0b-9a57-2f7f8f0a9d11")
"""Of every defense's id; changing it would give every defense another one."""


def defense_id(student_id: str, project_id: str, attempt: int) -> uuid.UUID:
    """Return the id of an attempt: the same on every machine, so that a student's defenses are found by it."""
    return uuid.uuid5(NAMESPACE, canonical_json([student_id, project_id, attempt]).decode())


def rehearsal_id(student_id: str, project_id: str, number: int) -> uuid.UUID:
    """Return the id of a rehearsal: found by computing it, and never that of a defense."""
    return uuid.uuid5(NAMESPACE, canonical_json(["rehearsal", student_id, project_id, number]).decode())


_DAY: Final = 10
"""Characters of an ISO date."""
SUMMARY_VERSION: Final = 4
"""Goes up when a field of `Summary` is added or means something else: a store folds older rows again."""


class Summary(msgspec.Struct, frozen=True):
    """One defense in one row.

    Attributes:
        id: whole UUID, as text.
        planned_at: start of the latest sitting, ISO 8601 UTC.
        duration_min: calendar slot in minutes, None where it is the plan's length.
        session: state of the latest sitting.
        phase: current phase while live, else None.
        pending: not closed.
        outcome, verdict_state: of the latest version of the verdict, None before the first signature.
        drafting: why a version can be drafted now, None when none can.
        in_force: outcome of the released version, None without one.
        signed: some version has been signed; whether it still has to be released is in `verdict_state`.
        contested: the student contests the released version.
        rows_required, rows_open, rows_received, rows_expired: documents required by the condition in force: all of
            them, those neither settled nor closed, those waiting for a look, those closed as expired.
        all_settled: every one of them is accepted, waived or withdrawn.
        reception_complete: the mentor declared that nothing more is to come.
        student_due_at, mentor_due_at: ISO 8601 UTC, None when nothing is owed.
        student_dues: when each required document still awaited is due; `student_due_at` is the first of them.
        received: numbers of the project's deliverables that were declared received.
        pinned: hash of the pinned curriculum, None before the first start.
        ticked: ids of the pre-flight checks that are ticked.
        notes: how many notes there are.
        released_at: when the version in force was released, None without one.
        output: days on which something came of it, in UTC: documents that came in, a session that was held.
        seq, hash: the log's last event and the chain up to it; the store fills in the hash.
        version: `SUMMARY_VERSION` of the console that computed it, 0 before there were versions.
    """

    id: str
    student_id: str
    curriculum: str
    project: str
    attempt: int
    planned_at: str
    session: SessionState
    seq: int
    hash: str = ""
    pending: bool = True
    duration_min: int | None = None
    phase: str | None = None
    parked: bool = False
    outcome: OutcomeValue | None = None
    verdict_state: VerdictState | None = None
    drafting: Drafting | None = None
    in_force: OutcomeValue | None = None
    signed: bool = False
    contested: bool = False
    rows_required: int = 0
    rows_open: int = 0
    rows_received: int = 0
    rows_expired: int = 0
    all_settled: bool = False
    reception_complete: bool = False
    student_due_at: str | None = None
    mentor_due_at: str | None = None
    student_dues: tuple[str, ...] = ()
    received: tuple[int, ...] = ()
    pinned: str | None = None
    ticked: tuple[str, ...] = ()
    notes: int = 0
    released_at: str | None = None
    output: tuple[str, ...] = ()
    version: int = 0


def summarize(id: str, defense: Defense) -> Summary:
    """The row of a defense.

    Args:
        id: Its whole UUID.
        defense: Its fold.

    Returns:
        All but the hash, which only the store knows.
    """
    version = defense.versions[-1] if defense.versions else None
    released = defense.released
    rows = revision.asked(defense)
    return Summary(
        id=id,
        student_id=defense.student_id,
        curriculum=defense.curriculum,
        project=defense.project,
        attempt=defense.attempt,
        planned_at=defense.planned_at,
        session=defense.session,
        seq=defense.seq,
        pending=not defense.closed,
        duration_min=defense.duration_min,
        phase=defense.timeline.phase if defense.session == "live" else None,
        parked=defense.parked,
        outcome=version.outcome if version else None,
        verdict_state=version.state if version else None,
        drafting=defense.drafting,
        in_force=released.outcome if released else None,
        signed=version is not None,
        contested=defense.contested is not None,
        rows_required=len(rows),
        rows_open=sum(1 for r in rows if r.state not in SETTLED and r.state != "expired"),
        rows_received=sum(1 for r in rows if r.state in revision.TO_REVIEW),
        rows_expired=sum(1 for r in rows if r.state == "expired"),
        all_settled=bool(rows) and all(r.state in SETTLED for r in rows),
        reception_complete=bool(rows) and defense.reception_completed_at is not None,
        student_due_at=revision.student_due(defense),
        mentor_due_at=revision.mentor_due(defense),
        student_dues=revision.student_dues(defense),
        received=tuple(sorted(n for n, received in defense.declared.items() if received)),
        pinned=defense.curriculum_hash,
        ticked=tuple(sorted(defense.checks)),
        notes=len(defense.notes),
        released_at=released.released_at if released else None,
        output=tuple(sorted(_output(defense))),
        version=SUMMARY_VERSION,
    )


def _output(defense: Defense) -> set[str]:
    """Return the days on which documents came in or a session was held; a document that was only declared is none."""
    versions = chain(defense.deliveries.values(), (revision.deliveries for revision in defense.revisions))
    came = {delivery.at[:_DAY] for delivery in chain.from_iterable(versions) if delivery.files}
    return came | {sitting.planned_at[:_DAY] for sitting in defense.sittings if sitting.session == "held"}
