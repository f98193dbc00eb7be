"""The session in the words of the school's platform, in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from defense_console.model.defense.state import SessionState

PlatformWord = Literal["pending", "completed", "canceled", "late canceled", "marked student as absent"]

TO_PLATFORM: Final[Mapping[SessionState, PlatformWord]] = {
    "planned": "pending",
    "waiting": "pending",
    "live": "pending",
    "held": "completed",
    "cancelled": "canceled",
    "late_cancelled": "late canceled",
    "no_show": "marked student as absent",
    "aborted": "canceled",  # the platform has no word for a call that broke off; the log has its reason
}
FROM_PLATFORM: Final[Mapping[PlatformWord, SessionState]] = {
    "pending": "planned",
    "completed": "held",
    "canceled": "cancelled",
    "late canceled": "late_cancelled",
    "marked student as absent": "no_show",
}
"""A word read back: of several states with one word, the one that it means by itself."""

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")


def platform_word(text: str) -> PlatformWord | None:
    """Return the word a file means, in any case and with anything between its parts; None for any other.

    `cancelled` with two l is taken for `canceled`: both are seen.
    """
    plain = _BETWEEN_WORDS.sub(" ", text.strip().lower()).replace("cancelled", "canceled")
    return next((word for word in FROM_PLATFORM if word == plain), None)
