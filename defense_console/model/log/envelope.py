"""What every event is made of: the stamp of the clocks, the words a mentor chooses from, the base of the kinds.

Durations are whole milliseconds or seconds as their names say, instants are ISO 8601 UTC, there are no floats.
Source: product.md §2.
"""

from __future__ import annotations

from typing import Literal

import msgspec

RatingValue = Literal["met", "to_improve", "not_met", "not_observed"]
OutcomeValue = Literal["validated", "conditional", "rework"]
Severity = Literal["required", "advice"]
Verification = Literal["by_me", "by_other", "self_certified", "needs_defense"]
PauseReason = Literal["technical", "student", "mentor"]
QuestionState = Literal["open", "asked", "answered", "dropped"]
GapAnswer = Literal["counted", "pause", "ended"]
CancelledBy = Literal["student", "mentor", "other"]
Section = Literal["strength", "improvement"]


class Stamp(msgspec.Struct, frozen=True):
    """One reading of the machine's clocks.

    Attributes:
        wall: ISO 8601 UTC with milliseconds, ending in Z.
        boot_ms: milliseconds of a clock that counts suspend: the source of durations.
        awake_ms: milliseconds of a clock that stops in suspend.
        boot_id: tells whether two `boot_ms` can be compared.
    """

    wall: str
    boot_ms: int
    awake_ms: int
    boot_id: str


class What(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """Base of every kind of event; the tag `kind` names it in the log."""
