"""Defense: what is known of one defense, folded from its log. Values only; the fold is in `fold.py`.

Everything here is frozen. A Defense is made by `defense_console.model.defense.fold.fold` and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.events import (
    Carried,
    OutcomeValue,
    PauseReason,
    QuestionState,
    RatingValue,
    Request,
    Section,
    Stamp,
)
from defense_console.model.defense.timeline import Timeline
from defense_console.model.defense.verdict_state import (
    SETTLED,
    Contest,
    Decision,
    Delivery,
    Drafting,
    Edited,
    Revision,
    Round,
    RowState,
    VerdictState,
    Version,
)

__all__ = [
    "NOT_HELD",
    "SETTLED",
    "CalendarLink",
    "Contest",
    "Decision",
    "Defense",
    "Delivery",
    "Drafting",
    "Edited",
    "Gap",
    "Line",
    "Note",
    "Pause",
    "Question",
    "Revision",
    "Round",
    "RowState",
    "SessionState",
    "Sitting",
    "VerdictState",
    "Version",
]

SessionState = Literal["planned", "waiting", "live", "held", "cancelled", "late_cancelled", "no_show", "aborted"]
NOT_HELD: frozenset[SessionState] = frozenset({"cancelled", "late_cancelled", "no_show", "aborted"})
"""Session states that ended without a defense; a new date opens the next sitting."""


class Sitting(msgspec.Struct, frozen=True):
    """One call of a defense.

    Attributes:
        n: number, from 1.
        planned_at: start, ISO 8601 UTC.
        session: its state.
        room_opened: stamp of the moment the mentor began to wait, or None.
        timeline: what ran, paused and waited; empty before the start.
        reason: why it was not held, in the mentor's words.
    """

    n: int
    planned_at: str
    session: SessionState
    room_opened: Stamp | None
    timeline: Timeline
    reason: str = ""


class CalendarLink(msgspec.Struct, frozen=True):
    """An event of a calendar that stands for a sitting, see `events.CalendarLinked`; `sitting` is its number."""

    uid: str
    recurrence: str
    start: str
    sequence: int
    sitting: int


class Note(msgspec.Struct, frozen=True):
    """A note.

    `seq` is the number of its first event; `at_s` what the clock showed at the first keystroke, `rec_s` the real
    seconds since the recording started (None without a recording). `criterion` None: on the whole defense.
    """

    seq: int
    sitting: int
    at: Stamp
    at_s: int
    rec_s: int | None
    text: str
    criterion: str | None
    private: bool


class Question(msgspec.Struct, frozen=True):
    """A parked question, with what the clock showed at its first keystroke."""

    seq: int
    at: Stamp
    at_s: int
    text: str
    state: QuestionState


class Line(msgspec.Struct, frozen=True):
    """A strength or an area for improvement."""

    seq: int
    section: Section
    text: str


class Gap(msgspec.Struct, frozen=True):
    """Time during which the machine slept or the console was gone; it counts unless it was made a pause.

    Attributes:
        seq: number of the event that told of it.
        sitting: number of the sitting it is in.
        since, until: stamps of the last sign of life and of the return.
        gap_ms: how long it was; negative when the wall clock, the only one left after a restart, went back.
        asleep: the machine slept; otherwise the console was gone.
        answered: the mentor said what it was.
        paused: it is a pause.
    """

    seq: int
    sitting: int
    since: Stamp
    until: Stamp
    gap_ms: int
    asleep: bool
    answered: bool = False
    paused: bool = False

    @property
    def rebooted(self) -> bool:
        """The machine was started anew meanwhile, so the wall clock had to measure."""
        return self.since.boot_id != self.until.boot_id

    def doubtful(self, limit_ms: int) -> bool:
        """Whether the mentor must say what it was: it is negative, or longer than `limit_ms`. Source: product.md §4."""
        return not (self.answered or self.paused or 0 <= self.gap_ms <= limit_ms)


class Pause(msgspec.Struct, frozen=True):
    """The clock was stopped. `seq` is the event that stopped it, `sitting` the number of the sitting."""

    seq: int
    sitting: int
    at: Stamp
    reason: PauseReason | None = None


class Defense(msgspec.Struct, frozen=True):
    """What is known of one defense after its last event.

    Attributes:
        seq, at: number and stamp of the last event.
        planned_at: of the latest sitting.
        curriculum_hash: of the pinned curriculum, None before the first start.
        pinned: the pinned curriculum itself, None before the first start.
        ratings: the mentor's own, carried ones included; what is folded from the clock is not in here.
        acquired: ids of the criteria carried over from the attempt before and not rated again.
        skill_comments: by skill reference.
        edited: generated paragraphs of the report in the mentor's words, by the report's field key and language.
        deliveries: versions received of each deliverable, by its number, in order.
        kept: rows explicitly kept or dropped, by row id.
        rekept: those explicitly kept since the latest release.
        set_rows: rows as the mentor wants them, by row id, in the order they were first set.
        outcome: the mentor's choice on the draft, None before.
        amendment: why a further version is being drafted, "" when none is.
        revisions: the documents of the latest condition.
        no_longer_asked: those of conditions before it that it does not ask for, as they stood, in the order they went.
        links: the calendar events that stand for sittings, in the order they were first linked.
        undo, redo: actions that can be undone or redone, the next one last.
    """

    seq: int
    at: Stamp
    student_id: str
    curriculum: str
    project: str
    attempt: int
    duration_min: int | None
    language: str | None
    parked: bool
    carried: Carried | None
    curriculum_hash: str | None
    pinned: Curriculum | None
    sittings: tuple[Sitting, ...]
    declared: Mapping[int, bool]
    deliveries: Mapping[int, tuple[Delivery, ...]]
    checks: frozenset[str]
    ratings: Mapping[str, RatingValue]
    clock_ratings: Mapping[str, RatingValue]
    acquired: frozenset[str]
    notes: tuple[Note, ...]
    questions: tuple[Question, ...]
    lines: tuple[Line, ...]
    skill_comments: Mapping[str, str]
    edited: Mapping[tuple[str, str], Edited]
    goal: str
    outcome: OutcomeValue | None
    reason: str
    amendment: str
    kept: Mapping[str, bool]
    rekept: frozenset[str]
    set_rows: Mapping[str, Request]
    versions: tuple[Version, ...]
    revisions: tuple[Revision, ...]
    no_longer_asked: tuple[Revision, ...]
    reception_completed_at: str | None
    contests: tuple[Contest, ...]
    gaps: tuple[Gap, ...]
    pauses: tuple[Pause, ...]
    recording: Stamp | None
    links: tuple[CalendarLink, ...]
    undo: tuple[int, ...]
    redo: tuple[int, ...]

    @property
    def sitting(self) -> Sitting:
        """The latest sitting."""
        return self.sittings[-1]

    @property
    def session(self) -> SessionState:
        """State of the latest sitting."""
        return self.sittings[-1].session

    @property
    def planned_at(self) -> str:
        """Start of the latest sitting, ISO 8601 UTC."""
        return self.sittings[-1].planned_at

    @property
    def timeline(self) -> Timeline:
        """Timeline of the latest sitting."""
        return self.sittings[-1].timeline

    @property
    def all_ratings(self) -> dict[str, RatingValue]:
        """Every rating that counts now: the mentor's own over those folded from the clock."""
        return {**self.clock_ratings, **self.ratings}

    @property
    def pinned_project(self) -> Project | None:
        """The project as it was when the defense started, None before."""
        return self.pinned.project(self.project) if self.pinned else None

    @property
    def strengths(self) -> tuple[Line, ...]:
        """Strengths in the order written."""
        return tuple(line for line in self.lines if line.section == "strength")

    @property
    def improvements(self) -> tuple[Line, ...]:
        """Areas for improvement in the order written."""
        return tuple(line for line in self.lines if line.section == "improvement")

    @property
    def signed(self) -> Version | None:
        """The version that is signed and not released, or None."""
        return self.versions[-1] if self.versions and self.versions[-1].state == "signed" else None

    @property
    def contested(self) -> str | None:
        """The student's reason while the released verdict is contested, else None."""
        latest = self.contests[-1] if self.contests else None
        return latest.reason if latest is not None and latest.resolution is None else None

    @property
    def released(self) -> Version | None:
        """The version in force (released, not superseded), or None."""
        return next((v for v in reversed(self.versions) if v.state == "released"), None)

    @property
    def required_revisions(self) -> tuple[Revision, ...]:
        """Documents without which the defense cannot be settled."""
        return tuple(r for r in self.revisions if r.request.severity == "required")

    @property
    def all_settled(self) -> bool:
        """Every required document of the released conditional verdict is accepted, waived or withdrawn."""
        rows = self.required_revisions
        return bool(rows) and all(r.state in SETTLED for r in rows)

    @property
    def any_expired(self) -> bool:
        """A required document was closed as expired."""
        return any(r.state == "expired" for r in self.required_revisions)

    @property
    def drafting(self) -> Drafting | None:
        """Why a version of the verdict can be drafted now, or None: the first one, a settled round, an amendment."""
        if self.amendment:
            return "amendment"
        if not self.versions:
            return "first" if self.session in ("live", "held") else None
        latest = self.versions[-1]
        if latest.state == "released" and latest.outcome == "conditional" and (self.all_settled or self.any_expired):
            return "round"
        return None

    @property
    def closed(self) -> bool:
        """Nothing is pending: released as validated or rework and not contested, or not held and no new date."""
        if self.session in NOT_HELD:
            return True
        version = self.versions[-1] if self.versions else None
        return (
            version is not None
            and version.state == "released"
            and version.outcome in ("validated", "rework")
            and self.contested is None
            and not self.amendment
        )
