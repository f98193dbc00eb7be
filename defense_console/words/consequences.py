"""What follows from an outcome: the one place of these sentences."""

from __future__ import annotations

from typing import NamedTuple

from defense_console.model.defense.state import OutcomeValue
from defense_console.words.translation import Translator


class Consequence(NamedTuple):
    """An outcome in words, and what happens next; `next` is "" where nothing is decided."""

    outcome: str
    next: str = ""

    @property
    def label(self) -> str:
        """Return both on one line."""
        return " — ".join(filter(None, self))


def consequence(
    outcome: OutcomeValue, words: Translator, *, due: str = "", first: str = "", after_s: int = 0
) -> Consequence:
    """Return the words of an outcome.

    Args:
        outcome: The outcome.
        words: The language.
        due: Of a condition that is released: date and time of the last due date, in words.
        first: The first due date where it is another one, in words.
        after_s: Of a condition that is not released: seconds from the release to its last due date. Without `due` and
            without this, no date is named.
    """
    _ = words
    match outcome:
        case "validated":
            return Consequence(_("Validated"), _("the next project opens"))
        case "rework":
            return Consequence(_("To rework"), _("a new defense"))
        case "conditional":
            return Consequence(_("Conditional"), _condition(words, due, first, after_s))


def _condition(words: Translator, due: str, first: str, after_s: int) -> str:
    _ = words
    if first:
        return _("documents only, no new defense, until {due} (the first: {first})", due=due, first=first)
    if due:
        return _("documents only, no new defense, until {due}", due=due)
    if after_s:
        length = _.duration_text(after_s)
        return _("documents only, no new defense, until {length} after release", length=length)
    return _("documents only, no new defense")
