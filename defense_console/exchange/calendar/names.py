"""How the console names its own events in a calendar: always the same name for the same sitting or deadline.

A name is the defense's id, what the event is, and a domain that cannot exist. Source: RFC 5545 §3.8.4.7, RFC 2606 §2.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

Deadline = Literal["student", "mentor"]
_DOMAIN: Final = "defense-console.invalid"
_NAME: Final = re.compile(
    rf"([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})-(?:sitting-([1-9][0-9]{{0,3}})|due-(?:student|mentor)(?:-event)?)@{_DOMAIN}"
)


class OwnName(msgspec.Struct, frozen=True):
    """What a name of ours says: the defense's id, and the number of the sitting (None for a deadline)."""

    defense_id: str
    sitting: int | None


def sitting_uid(defense_id: str, sitting: int) -> str:
    """Return the name of a sitting's event."""
    return f"{defense_id}-sitting-{sitting}@{_DOMAIN}"


def deadline_uid(defense_id: str, whose: Deadline, *, as_event: bool) -> str:
    """Return the name of a deadline: of the task, or of the event next to it, since each needs its own."""
    return f"{defense_id}-due-{whose}{'-event' if as_event else ''}@{_DOMAIN}"


def weekly_uid(series: str, plan: int) -> str:
    """Return the name of the series of a student's weekly sessions by one of their plans, from 1."""
    return f"{series}-weekly-{plan}@{_DOMAIN}"


def own_name(uid: str) -> OwnName | None:
    """Return what a name of ours says; None for a name given by another calendar."""
    match = _NAME.fullmatch(uid)
    return OwnName(match[1], int(match[2]) if match[2] else None) if match else None
