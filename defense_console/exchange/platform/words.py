"""The session in the words of the school's platform, in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

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
PLATFORM_WORDS: Final[tuple[PlatformWord, ...]] = get_args(PlatformWord)

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")


def platform_word(text: str) -> PlatformWord | None:
    """Return the word a file means, in any case and with anything between its parts; None for any other.

    `cancelled` with two l is taken for `canceled`: both are seen.
    """
    plain = _BETWEEN_WORDS.sub(" ", text.strip().lower()).replace("cancelled", "canceled")
    return next((word for word in PLATFORM_WORDS if word == plain), None)
