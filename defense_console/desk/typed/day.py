"""Days as a mentor types them, in either language; nothing is guessed.

`2026-04-03` · `03/04/2026` · `03/04`, the coming one · `today`, `tomorrow`, `monday`, `lundi prochain`, the
coming one · `in 2 weeks` · `end of month`, and the French words.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from defense_console.model.errors import ConsoleError

_WEEKDAYS: Final = (
    ("lundi", "lun", "monday", "mon"),
    ("mardi", "mar", "tuesday", "tue"),
    ("mercredi", "mer", "wednesday", "wed"),
    ("jeudi", "jeu", "thursday", "thu"),
    ("vendredi", "ven", "friday", "fri"),
    ("samedi", "sam", "saturday", "sat"),
    ("dimanche", "dim", "sunday", "sun"),
)
_DAYS_AHEAD: Final = {"aujourd'hui": 0, "aujourdhui": 0, "today": 0, "demain": 1, "tomorrow": 1}
_UNITS: Final = {
    "j": "days", "jour": "days", "jours": "days", "d": "days", "day": "days", "days": "days",
    "semaine": "weeks", "semaines": "weeks", "week": "weeks", "weeks": "weeks",
    "mois": "months", "month": "months", "months": "months",
}  # fmt: skip
_NUMBERS: Final = {"un": 1, "une": 1, "a": 1, "one": 1, "deux": 2, "two": 2, "trois": 3, "three": 3}
_AHEAD: Final = re.compile(r"(?:dans|in)\s+([0-9]{1,3}|[a-z]+)\s*([a-z]+)")
_COMING: Final = re.compile(r"([a-z]+) prochain")
"""`next` is left out: on a Tuesday, some call the coming Friday `this` one and mean the one after it by `next`."""
_END_OF_MONTH: Final = ("fin du mois", "fin de mois", "end of month", "end of the month")
_BEHIND: Final = {"hier": 1, "yesterday": 1, "avant-hier": 2}
_DAY_MONTH: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}))?")
_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def plain_words(text: str) -> str:
    """Return typed words as they are compared: small letters, single blanks, straight apostrophes."""
    return " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower().split())


def weekday_of(words: str) -> int | None:
    """Return the number of a day of the week from 0 for Monday, None for anything else; a plural is one too."""
    for number, names in enumerate(_WEEKDAYS):
        if words in names or words.removesuffix("s") in names:
            return number
    return None


def coming_day(words: str, today: date) -> date:
    """Return a day by its name or its date; a day of the week, or of the month without a year, is the coming one.

    Args:
        words: As `plain_words` gives them.

    Raises:
        ValueError: They are no day.
    """
    if words in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[words])
    weekday = _COMING.fullmatch(words)
    for number, names in enumerate(_WEEKDAYS):
        if (weekday[1] if weekday is not None else words) in names:
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    if match := _ISO_DAY.fullmatch(words):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_MONTH.fullmatch(words):
        if match[3]:
            return date(int(match[3]), int(match[2]), int(match[1]))
        return _coming(today, int(match[2]), int(match[1]))
    raise ValueError(words)


def _coming(today: date, month: int, day: int) -> date:
    """Return the coming day of this date; 29 February without its year is a day of leap years alone."""
    found = date(today.year, month, day)
    return found if found >= today else found.replace(year=today.year + 1)


def far_day(words: str, today: date) -> date:
    """Return a day as `coming_day` does, or so far ahead, or the end of the month; yesterday is one too.

    Raises:
        ValueError: They are no day.
        OverflowError: It is too far away.
    """
    from dateutil.relativedelta import relativedelta  # the queue need not load it

    if words in _END_OF_MONTH:
        return today + relativedelta(day=31)
    if words in _BEHIND:
        return today - timedelta(days=_BEHIND[words])
    match = _AHEAD.fullmatch(words)
    if match is not None and match[2] in _UNITS and (match[1].isdecimal() or match[1] in _NUMBERS):
        number = int(match[1]) if match[1].isdecimal() else _NUMBERS[match[1]]
        return today + relativedelta(**{_UNITS[match[2]]: number})  # type: ignore[arg-type]
    return coming_day(words, today)


def typed_day(text: str, today: date) -> date:
    """Return a day as typed, as `far_day` reads it.

    Raises:
        ConsoleError: It is not a day.
    """
    try:
        return far_day(plain_words(text), today)
    except (ValueError, OverflowError):
        raise ConsoleError(
            "“{text}” is not a day: write it like friday, 15/12 or 2026-12-15.", text=text.strip()
        ) from None


def looks_like_a_day(words: str) -> bool:
    """Return whether words are written as a date, be there such a day or not."""
    return _ISO_DAY.fullmatch(words) is not None or _DAY_MONTH.fullmatch(words) is not None
