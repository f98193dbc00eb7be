"""A goal as a mentor types it: `maquette v2 vendredi quand j'ai fini P2` is a text, a day and a condition.

A day stands at the end of the text, or before it behind a colon; a condition follows `quand` or `when`. A text without
a day is a goal without one. What was understood is shown before it counts, so nothing is guessed behind the mentor.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import msgspec

from defense_console.desk.typed.day import far_day, looks_like_a_day, plain_words
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.words.translation import Translator, zone_of

_WHEN: Final = re.compile(r"(?<=\s)(?:quand|lorsque|dès\s+que|when|once)\s+(?=\S)", re.IGNORECASE)
_WORDS_IN_A_DAY: Final = 4
"""`end of the month` is the longest day."""
_LINKS: Final = (
    "d'ici la",
    "avant la",
    "pour la",
    "à la",
    "by the",
    "before the",
    "at the",
    "for the",
    "d'ici à",
    "d'ici au",
    "d'ici",
    "pour le",
    "avant le",
    "pour",
    "avant",
    "le",
    "before",
    "by",
    "for",
    "on",
)
"""Words that lead to a day and belong to it: the longer ones first."""
_NOT_THE_DAY: Final = frozenset({"de", "du", "des", "d'", "of", "from", "since", "depuis", "dernier", "last"})
"""Before a day they make it a part of the text: `le compte rendu de vendredi`."""


class TypedGoal(msgspec.Struct, frozen=True):
    """What was understood: the text, the day due ("" for none), the condition ("" for none)."""

    text: str
    due: str
    condition: str

    def understood(self, _: Translator) -> str:
        """Return it as it is read back, before it counts."""
        day = (
            f"{_.weekday(date.fromisoformat(self.due))} {_.date_text(date.fromisoformat(self.due))}" if self.due else ""
        )
        parts = [self.text, _("due {day}", day=day) if day else _("without a date")]
        return " · ".join([*parts, *([_("when {condition}", condition=self.condition)] if self.condition else [])])


def typed_goal(text: str, zone: str, now: str) -> TypedGoal:
    """Return the goal a mentor typed.

    Args:
        zone: IANA name of the mentor's zone, which says which day today is.
        now: The present instant, ISO 8601 UTC.

    Raises:
        ConsoleError: There is no text; or the date does not exist, or has passed.
    """
    line = " ".join(text.split())
    if not line:
        raise ConsoleError("Type what the student will do, such as: mock-up v2 friday.")
    today = instant(now).astimezone(zone_of(zone)).date()
    found = _WHEN.search(line)
    head, condition = (line[: found.start()].strip(" ,;"), line[found.end() :]) if found else (line, "")
    rest, due = _with_day(head, today)
    if due is None and condition:
        before, comma, after = condition.rpartition(",")
        if comma and before and (due := _day(after.strip(), today)) is not None:
            condition = before.strip()
    if not rest:
        raise ConsoleError("“{text}” is a date and no goal: say what is to be done by then.", text=line)
    return TypedGoal(rest, "" if due is None else due.isoformat(), condition.strip(" ,;"))


def typed_due(text: str, zone: str, now: str) -> str:
    """Return a day as a goal has it: typed alone, such as the new date of one that moves; "" for no text.

    Raises:
        ConsoleError: It is not a day, or has passed.
    """
    line = " ".join(text.split())
    if not line:
        return ""
    day = _day(line, instant(now).astimezone(zone_of(zone)).date())
    if day is None:
        raise ConsoleError("“{text}” is not a day: write it like friday, 15/12, in 2 weeks or end of month.", text=line)
    return day.isoformat()


def _with_day(head: str, today: date) -> tuple[str, date | None]:
    """Return a text without its day, and the day: at its end, else before it."""
    words = head.split()
    for count in range(min(_WORDS_IN_A_DAY, len(words)), 0, -1):
        before, last = words[:-count], words[-count:]
        if before and plain_words(before[-1]) in _NOT_THE_DAY:
            continue
        if (day := _day(" ".join(last), today)) is not None:
            return _without_link(" ".join(before)), day
    first, colon, after = head.partition(":")
    if colon and after.strip() and (day := _day(first.strip(), today)) is not None:
        return after.strip(), day
    return head, None


def _without_link(text: str) -> str:
    """Return a text without the word that leads to the day behind it."""
    bare = text.rstrip(" ,;:")
    for link in _LINKS:
        if plain_words(bare) == link:
            return ""
        if plain_words(bare).endswith(" " + link):
            return bare[: -len(link)].rstrip(" ,;:")
    return bare


def _day(text: str, today: date) -> date | None:
    """Return the day that a text is, None when it is none.

    Raises:
        ConsoleError: It is written as a date that does not exist, or has passed.
    """
    words = plain_words(text)
    for link in _LINKS:
        if words.startswith(link + " "):
            words = words.removeprefix(link + " ")
            break
    try:
        day = far_day(words, today)
    except (ValueError, OverflowError):
        if looks_like_a_day(words):
            raise ConsoleError("There is no day {text}.", text=words) from None
        return None
    if day < today:
        raise ConsoleError("{text} has passed: a goal is due today or later.", text=text)
    return day
