"""Defense: what is known of one defense, folded from its log, and the values its events are made of.

Everything here but `Folding` is frozen. `Folding` is filled event by event, and each `Defense` is made from it:
a new field of a defense goes into both, under the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_origin, get_type_hints

import msgspec

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.choices import NOT_HELD as NOT_HELD
from defense_console.model.defense.choices import SETTLED as SETTLED
from defense_console.model.defense.choices import CancelledBy as CancelledBy
from defense_console.model.defense.choices import Drafting as Drafting
from defense_console.model.defense.choices import OutcomeValue as OutcomeValue
from defense_console.model.defense.choices import QuestionState as QuestionState
from defense_console.model.defense.choices import RatingValue as RatingValue
from defense_console.model.defense.choices import RemarkSection as RemarkSection
from defense_console.model.defense.choices import RowState as RowState
from defense_console.model.defense.choices import SessionState as SessionState
from defense_console.model.defense.choices import Severity as Severity
from defense_console.model.defense.choices import VerdictState as VerdictState
from defense_console.model.defense.choices import Verification as Verification
from defense_console.model.defense.reading import Reading, same_reader
from defense_console.model.defense.timeline import Gap, Pause, Timeline
from defense_console.model.log.envelope import Event, Stamp, What
from defense_console.model.log.kinds import Effects, Working

# --- values of events ----------------------------------------------------------------------------------------------


class Carried(msgspec.Struct, frozen=True):
    """What a new attempt takes over from the one before."""

    curriculum_hash: str
    ratings: dict[str, RatingValue]


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
        """Return whether it is the row the rubric proposes for a deliverable, not one the mentor added."""
        return self.id.startswith("d")


class ReceivedFile(msgspec.Struct, frozen=True):
    """A file received: its name as given, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


# --- the session ---------------------------------------------------------------------------------------------------


class Sitting(msgspec.Struct, frozen=True):
    """One call of a defense.

    Attributes:
        n: number, from 1.
        planned_at: start, ISO 8601 UTC.
        session: its state.
        room_opened: stamp of the moment the mentor began to wait, or None.
        timeline: what ran, paused and waited; empty before the start.
        reason: why it was not held, in the mentor's words.
        closed_for: why the mentor closed the defense after it instead of giving another date; "" while it is open.
    """

    n: int
    planned_at: str
    session: SessionState
    room_opened: Stamp | None
    timeline: Timeline
    reason: str = ""
    closed_for: str = ""


class CalendarLink(msgspec.Struct, frozen=True):
    """An event of a calendar that is a sitting, see `kinds.CalendarLinked`; `sitting` is its number."""

    uid: str
    recurrence: str
    start: str
    sequence: int
    sitting: int


class Note(msgspec.Struct, frozen=True):
    """What the mentor wrote down, with the time on the clock.

    `seq` is the number of its first event; `at_s` what the clock showed at the first keystroke, `rec_s` the real
    seconds since the recording started (None without a recording). `criterion` None: on the whole defense. `reworded`:
    its text was changed while it was private.
    """

    seq: int
    sitting: int
    at: Stamp
    at_s: int
    rec_s: int | None
    text: str
    criterion: str | None
    private: bool
    reworded: bool = False


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
    section: RemarkSection
    text: str


# --- the verdict and the documents to revise -----------------------------------------------------------------------


class Version(msgspec.Struct, frozen=True):
    """One version of the verdict, signed or later.

    Instants are ISO 8601 UTC; `released_seq` names the event whose hash a report prints.
    """

    version: int
    outcome: OutcomeValue
    state: VerdictState
    suggested: OutcomeValue | None
    reason: str
    signed_at: str
    released_at: str | None
    released_seq: int | None
    rows: tuple[Request, ...]
    amendment: str = ""
    """Why this version was drafted, when it supersedes a released one."""
    amendment_for_student: bool = False
    """Whether the student reads why."""
    ratings: Mapping[str, RatingValue] = {}
    """What it rests on, by criterion; those folded from the clock too."""


class Contest(msgspec.Struct, frozen=True):
    """The student contests a released version of the verdict.

    Attributes:
        version: the one contested.
        reason: the student's.
        at: when it was recorded, ISO 8601 UTC.
        resolution: None while the mentor has to answer.
        answer: the mentor's reason: why the verdict stays, or why the new version was drafted.
        resolved_at: when it was upheld, or the new version released; None until then.
    """

    version: int
    reason: str
    at: str
    resolution: Literal["upheld", "amended"] | None = None
    answer: str = ""
    resolved_at: str | None = None


class Edited(msgspec.Struct, frozen=True):
    """A paragraph of the report in the mentor's words. `proposal`: SHA-256 of the generated text that it replaces."""

    text: str
    proposal: str


class Delivery(msgspec.Struct, frozen=True):
    """A version of a document received.

    Attributes:
        version: from 1; of a deliverable it counts every version, also those that came before the defense.
        at: ISO 8601 UTC.
        files: what came; empty when the mentor only declared it.
        round: of the request it answers; 0 when nobody had asked.
    """

    version: int
    at: str
    files: tuple[ReceivedFile, ...]
    round: int = 0

    @property
    def hashes(self) -> tuple[str, ...]:
        """Return the SHA-256 of every file, sorted: two versions with the same ones hold the same content."""
        return tuple(sorted(file.sha256 for file in self.files))


class Round(msgspec.Struct, frozen=True):
    """An earlier request of a document: in which words, from when and until when, ISO 8601 UTC."""

    n: int
    expected: str
    requested_at: str
    due_at: str


class Decision(msgspec.Struct, frozen=True):
    """What the mentor decided on a document.

    Attributes:
        round: of the request it was decided in.
        kind: `accepted`, `waived`, `withdrawn`, `expired`, or `re_requested` where it ended the round; `dropped` where
            a further version of the verdict asks for the document no more.
        at: ISO 8601 UTC.
        reason: the mentor's, "" where none is asked for.
        version: of the verdict that dropped it, None for what was decided on the document itself.
    """

    round: int
    kind: RowState | Literal["dropped"]
    at: str
    reason: str = ""
    version: int | None = None


class Revision(msgspec.Struct, frozen=True):
    """A released request and what became of it; its state is folded from the events after its latest request only.

    Attributes:
        request: what is asked for now (a later round replaces expectation and due time).
        round: from 1.
        requested_at: start of the student's time in this round, ISO 8601 UTC.
        due_at: end of it.
        deliveries: every version received since the first request, of all rounds.
        state: *overdue* is not one.
        decision_reason: why it was waived or withdrawn.
        before: the version that was there when this round was asked for, None when there was none with files.
        accepted: hashes of the content that was accepted; empty until then, or when it was only declared.
        decided_at: when it was settled or closed, ISO 8601 UTC; None while it is open.
        past: the rounds before this one, in order.
        decisions: every decision since the first request, of all rounds, those a later file re-opened included.
    """

    request: Request
    round: int
    requested_at: str
    due_at: str
    deliveries: tuple[Delivery, ...]
    state: RowState
    decision_reason: str = ""
    before: Delivery | None = None
    accepted: tuple[str, ...] = ()
    decided_at: str | None = None
    past: tuple[Round, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def rounds(self) -> tuple[Round, ...]:
        """Return every request of the document, this one last."""
        return (*self.past, Round(self.round, self.request.expected, self.requested_at, self.due_at))

    @property
    def dropped(self) -> Decision | None:
        """Return the decision by which a verdict dropped it, None while it is asked for or where it was settled."""
        latest = self.decisions[-1] if self.decisions else None
        return latest if latest is not None and (latest.kind, latest.round) == ("dropped", self.round) else None

    @property
    def answer(self) -> Delivery | None:
        """Return the latest version received in this round, None while none came."""
        latest = self.deliveries[-1] if self.deliveries else None
        return latest if latest is not None and latest.round == self.round else None


# --- all of it -----------------------------------------------------------------------------------------------------


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
        amendment_for_student: whether the student reads why.
        revisions: the documents of the latest condition.
        no_longer_asked: those of conditions before it that it does not ask for, as they stood, in the order they went.
        links: the calendar events that are sittings, in the order they were first linked.
        readings: what second assessors rated, in the order in which they began.
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
    amendment_for_student: bool
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
    readings: tuple[Reading, ...]
    undo: tuple[int, ...]
    redo: tuple[int, ...]

    @property
    def sitting(self) -> Sitting:
        """Return the latest sitting."""
        return self.sittings[-1]

    @property
    def session(self) -> SessionState:
        """Return the state of the latest sitting."""
        return self.sittings[-1].session

    @property
    def planned_at(self) -> str:
        """Return the start of the latest sitting, ISO 8601 UTC."""
        return self.sittings[-1].planned_at

    @property
    def timeline(self) -> Timeline:
        """Timeline of the latest sitting."""
        return self.sittings[-1].timeline

    @property
    def all_ratings(self) -> dict[str, RatingValue]:
        """Return every rating that counts now: the mentor's own over those folded from the clock."""
        return {**self.clock_ratings, **self.ratings}

    @property
    def pinned_project(self) -> Project | None:
        """Return the project as it was when the defense started, None before."""
        return self.pinned.project(self.project) if self.pinned else None

    @property
    def strengths(self) -> tuple[Line, ...]:
        """Return the strengths in the order written."""
        return tuple(line for line in self.lines if line.section == "strength")

    @property
    def improvements(self) -> tuple[Line, ...]:
        """Return the areas for improvement in the order written."""
        return tuple(line for line in self.lines if line.section == "improvement")

    @property
    def signed(self) -> Version | None:
        """Return the version that is signed and not released, or None."""
        return self.versions[-1] if self.versions and self.versions[-1].state == "signed" else None

    @property
    def contested(self) -> str | None:
        """Return the student's reason while the released verdict is contested, else None."""
        latest = self.contests[-1] if self.contests else None
        return latest.reason if latest is not None and latest.resolution is None else None

    @property
    def released(self) -> Version | None:
        """Return the version in force (released, not superseded), or None."""
        return next((v for v in reversed(self.versions) if v.state == "released"), None)

    @property
    def required_revisions(self) -> tuple[Revision, ...]:
        """Return the documents without which the defense cannot be settled."""
        return tuple(r for r in self.revisions if r.request.severity == "required")

    @property
    def all_settled(self) -> bool:
        """Return whether every required document of the released condition is accepted, waived or withdrawn."""
        rows = self.required_revisions
        return bool(rows) and all(r.state in SETTLED for r in rows)

    @property
    def any_expired(self) -> bool:
        """Return whether a required document was closed as expired."""
        return any(r.state == "expired" for r in self.required_revisions)

    @property
    def drafting(self) -> Drafting | None:
        """Return why a version can be drafted now: the first one, a settled round, an amendment; else None."""
        if self.amendment:
            return "amendment"
        if not self.versions:
            return "first" if self.session in ("live", "held") else None
        latest = self.versions[-1]
        if latest.state == "released" and latest.outcome == "conditional" and (self.all_settled or self.any_expired):
            return "round"
        return None

    def reading(self, reader: str) -> Reading | None:
        """Return what a second assessor rated, None when they have not begun."""
        return next((each for each in self.readings if same_reader(each.reader, reader)), None)

    @property
    def closed(self) -> bool:
        """Return whether nothing is pending: released for good and not contested, or closed without being held."""
        if self.session in NOT_HELD:
            return bool(self.sitting.closed_for)
        version = self.versions[-1] if self.versions else None
        return (
            version is not None
            and version.state == "released"
            and version.outcome in ("validated", "rework")
            and self.contested is None
            and not self.amendment
        )


# --- while a log is being folded -------------------------------------------------------------------------------------


class Folding(Working):
    """A defense while its log is being folded.

    `frozen` takes over each field that has the name of one of `Defense`; `pinned` is here before the first start.
    """

    pinned: Curriculum | None
    student_id: str = ""
    curriculum: str = ""
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
    readings: dict[str, Reading] = msgspec.field(default_factory=dict)

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
        """Return the Defense after `last`, which stays as it is when folding goes on."""
        held: dict[str, Any] = {name: freeze(getattr(self, name)) for name, freeze in _FREEZE.items()}
        held["pinned"] = self.pinned if self.curriculum_hash else None
        return Defense(seq=last.seq, at=last.at, clock_ratings=clock_ratings, undo=undo, redo=redo, **held)


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value.values() if isinstance(value, dict) else value)


_AS: Final[Mapping[object, Callable[[Any], Any]]] = {tuple: _items, frozenset: frozenset, Mapping: dict}
_FREEZE: Final = {
    name: _AS.get(get_origin(kind), lambda value: value)
    for name, kind in get_type_hints(Defense).items()
    if name in Folding.__struct_fields__
}
"""How a field of a Folding becomes that of a Defense: by the type that the Defense says."""
applies = Effects[Folding]()
"""Registers what a kind of event does to a defense."""
