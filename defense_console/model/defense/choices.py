"""The words a mentor chooses from, and the states that a defense, a verdict and a document go through."""

from __future__ import annotations

from typing import Literal

RatingValue = Literal["met", "to_improve", "not_met", "not_observed"]
OutcomeValue = Literal["validated", "conditional", "rework"]
Severity = Literal["required", "advice"]
Verification = Literal["by_me", "by_other", "self_certified", "needs_defense"]
QuestionState = Literal["open", "asked", "answered", "dropped"]
CancelledBy = Literal["student", "mentor", "other"]
RemarkSection = Literal["strength", "improvement"]

SessionState = Literal["planned", "waiting", "live", "held", "cancelled", "late_cancelled", "no_show", "aborted"]
NOT_HELD: frozenset[SessionState] = frozenset({"cancelled", "late_cancelled", "no_show", "aborted"})
"""Session states that ended without a defense; a new date opens the next sitting."""
VerdictState = Literal["draft", "signed", "released", "superseded"]
Drafting = Literal["first", "round", "amendment"]
RowState = Literal[
    "requested", "received", "under_review", "accepted", "re_requested", "waived", "withdrawn", "expired"
]
SETTLED: frozenset[RowState] = frozenset({"accepted", "waived", "withdrawn"})
"""Row states that ask for nothing more."""
