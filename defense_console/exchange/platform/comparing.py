"""Where the platform and the console say different things of a defense. The mentor decides; nothing is changed."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from defense_console.exchange.platform.session_list import PlatformSession
from defense_console.exchange.platform.words import TO_PLATFORM
from defense_console.model.defense.state import Sitting

_TOLD_FROM_S: Final = 60
"""A shorter difference between two clocks is nobody's concern."""


class PlatformDifference(msgspec.Struct, frozen=True):
    """Something that the platform says otherwise: for `status` its words, for `length` whole seconds as texts."""

    session: PlatformSession
    aspect: Literal["status", "length"]
    theirs: str
    ours: str


def differences(session: PlatformSession, sitting: Sitting) -> list[PlatformDifference]:
    """Return what the platform says otherwise of a sitting. The status of one that is live is not compared."""
    found: list[PlatformDifference] = []
    ours, line = TO_PLATFORM[sitting.session], sitting.timeline
    if session.word != ours and sitting.session != "live":
        found.append(PlatformDifference(session, "status", session.word, ours))
    if session.effective_s is not None and line.state == "ended":
        elapsed_s = line.elapsed_ms() // 1000
        if abs(session.effective_s - elapsed_s) >= _TOLD_FROM_S:
            found.append(PlatformDifference(session, "length", str(session.effective_s), str(elapsed_s)))
    return found
