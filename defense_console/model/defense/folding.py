"""The fold's working value: mutable, filled event by event, then frozen into a Defense."""

from __future__ import annotations

import msgspec

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.state import (
    CalendarLink,
    Carried,
    Contest,
    Defense,
    Delivery,
    Edited,
    Gap,
    Line,
    Note,
    OutcomeValue,
    Pause,
    Question,
    RatingValue,
    Request,
    Revision,
    Sitting,
    Version,
)
from defense_console.model.defense.timeline import Timeline
from defense_console.model.log.envelope import Event, Stamp, What
from defense_console.model.log.kinds import Effects, Working


class Folding(Working):
    """A defense while its log is being folded. Fields as in `Defense`."""

    curriculum: Curriculum | None
    student_id: str = ""
    code: str = ""
    project: str = ""
    attempt: int = 1
    duration_min: int | None = None
    language: str | None = None
    parked: bool = False
    carried: Carried | None = None
    curriculum_hash: str | None = None
    sittings: list[Sitting] = msgspec.field(default_factory=list)
    declared: dict[int, bool] = msgspec.field(default_factory=dict)
    deliveries: dict[int, tuple[Delivery, ...]] = msgspec.field(default_factory=dict)
    checks: set[str] = msgspec.field(default_factory=set)
    ratings: dict[str, RatingValue] = msgspec.field(default_factory=dict)
    acquired: set[str] = msgspec.field(default_factory=set)
    notes: dict[int, Note] = msgspec.field(default_factory=dict)
    questions: dict[int, Question] = msgspec.field(default_factory=dict)
    lines: dict[int, Line] = msgspec.field(default_factory=dict)
    skill_comments: dict[str, str] = msgspec.field(default_factory=dict)
    edited: dict[tuple[str, str], Edited] = msgspec.field(default_factory=dict)
    goal: str = ""
    outcome: OutcomeValue | None = None
    reason: str = ""
    amendment: str = ""
    amendment_for_student: bool = False
    before_amendment: dict[str, object] = msgspec.field(default_factory=dict)
    """What an amendment may change, as it was when it began: dropping it puts this back."""
    kept: dict[str, bool] = msgspec.field(default_factory=dict)
    rekept: set[str] = msgspec.field(default_factory=set)
    set_rows: dict[str, Request] = msgspec.field(default_factory=dict)
    versions: list[Version] = msgspec.field(default_factory=list)
    revisions: dict[str, Revision] = msgspec.field(default_factory=dict)
    no_longer_asked: dict[str, Revision] = msgspec.field(default_factory=dict)
    reception_completed_at: str | None = None
    contests: list[Contest] = msgspec.field(default_factory=list)
    gaps: dict[int, Gap] = msgspec.field(default_factory=dict)
    pauses: dict[int, Pause] = msgspec.field(default_factory=dict)
    recording: Stamp | None = None
    links: dict[tuple[str, str], CalendarLink] = msgspec.field(default_factory=dict)

    @property
    def sitting(self) -> Sitting:
        """The latest sitting."""
        return self.sittings[-1]

    @property
    def timeline(self) -> Timeline:
        """Timeline of the latest sitting."""
        return self.sittings[-1].timeline

    def latest(self, request: Request, revision: Revision | None) -> Delivery | None:
        """The latest version with files of a document: what a new round is compared with."""
        known = self.deliveries.get(request.deliverable, ()) if request.deliverable is not None else ()
        versions = known or (revision.deliveries if revision is not None else ())
        return next((delivery for delivery in reversed(versions) if delivery.files), None)

    def change_sitting(self, **fields: object) -> None:
        """Put other values into the latest sitting."""
        self.sittings[-1] = msgspec.structs.replace(self.sittings[-1], **fields)

    def frozen(
        self,
        last: Event[What],
        clock_ratings: dict[str, RatingValue],
        undo: tuple[int, ...],
        redo: tuple[int, ...],
    ) -> Defense:
        """The Defense after `last`, which stays as it is when folding goes on."""
        return Defense(
            seq=last.seq,
            at=last.at,
            student_id=self.student_id,
            curriculum=self.code,
            project=self.project,
            attempt=self.attempt,
            duration_min=self.duration_min,
            language=self.language,
            parked=self.parked,
            carried=self.carried,
            curriculum_hash=self.curriculum_hash,
            pinned=self.curriculum if self.curriculum_hash else None,
            sittings=tuple(self.sittings),
            declared=self.declared.copy(),
            deliveries=self.deliveries.copy(),
            checks=frozenset(self.checks),
            ratings=self.ratings.copy(),
            clock_ratings=clock_ratings,
            acquired=frozenset(self.acquired),
            notes=tuple(self.notes.values()),
            questions=tuple(self.questions.values()),
            lines=tuple(self.lines.values()),
            skill_comments=self.skill_comments.copy(),
            edited=self.edited.copy(),
            goal=self.goal,
            outcome=self.outcome,
            reason=self.reason,
            amendment=self.amendment,
            amendment_for_student=self.amendment_for_student,
            kept=self.kept.copy(),
            rekept=frozenset(self.rekept),
            set_rows=self.set_rows.copy(),
            versions=tuple(self.versions),
            revisions=tuple(self.revisions.values()),
            no_longer_asked=tuple(self.no_longer_asked.values()),
            reception_completed_at=self.reception_completed_at,
            contests=tuple(self.contests),
            gaps=tuple(self.gaps.values()),
            pauses=tuple(self.pauses.values()),
            recording=self.recording,
            links=tuple(self.links.values()),
            undo=undo,
            redo=redo,
        )


applies = Effects[Folding]()
"""Registers what a kind of event does to a defense."""
