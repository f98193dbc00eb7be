"""What is known of the verdict and of the documents to revise after it: values, the parts of a Defense."""

from __future__ import annotations

from typing import Literal

import msgspec

from defense_console.model.defense.events import OutcomeValue, ReceivedFile, Request, Stamp

VerdictState = Literal["draft", "signed", "released", "superseded"]
Drafting = Literal["first", "round", "amendment"]
RowState = Literal[
    "requested", "received", "under_review", "accepted", "re_requested", "waived", "withdrawn", "expired"
]
SETTLED: frozenset[RowState] = frozenset({"accepted", "waived", "withdrawn"})
"""Row states that ask for nothing more."""


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
    signed_stamp: Stamp
    released_at: str | None
    released_seq: int | None
    rows: tuple[Request, ...]
    amendment: str = ""
    """Why this version was drafted, when it supersedes a released one."""


class Contest(msgspec.Struct, frozen=True):
    """The student contests a released version of the verdict.

    Attributes:
        version: the one contested.
        reason: the student's.
        at: when it was recorded, ISO 8601 UTC.
        resolution: None while the mentor has to answer.
        answer: the mentor's reason: why the verdict stands, or why the new version was drafted.
        resolved_at: when it was upheld, or the new version released; None until then.
    """

    version: int
    reason: str
    at: str
    resolution: Literal["upheld", "amended"] | None = None
    answer: str = ""
    resolved_at: str | None = None


class Edited(msgspec.Struct, frozen=True):
    """A paragraph of the report in the mentor's words. `proposal`: SHA-256 of the generated text it stands for."""

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
        """SHA-256 of every file, sorted: two versions with the same ones hold the same content."""
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
        state: see product.md §3; *overdue* is not a state.
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
        """Every request of the document, this one last."""
        return (*self.past, Round(self.round, self.request.expected, self.requested_at, self.due_at))

    @property
    def dropped(self) -> Decision | None:
        """The decision by which the verdict asks for it no more, None while it asks or where that was settled."""
        latest = self.decisions[-1] if self.decisions else None
        return latest if latest is not None and (latest.kind, latest.round) == ("dropped", self.round) else None

    @property
    def answer(self) -> Delivery | None:
        """The latest version received in this round, None while none came."""
        latest = self.deliveries[-1] if self.deliveries else None
        return latest if latest is not None and latest.round == self.round else None
