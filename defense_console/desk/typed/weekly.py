"""A weekly plan as a mentor types it: `mardi 18h, toutes les semaines, Europe/Paris`; nothing is guessed.

Parts stand between commas. The first is a day of the week and a time; the others, in any order: how often, how long,
from when, until when, the zone.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from defense_console.desk.typed.day import coming_day, plain_words, weekday_of
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.student.kinds import WeeklyPlanned
from defense_console.model.student.state import WeeklyPlan
from defense_console.model.student.weekly import odd_time
from defense_console.words.translation import Translator, zone_of

_FIRST: Final = re.compile(
    r"(?:(?:tous les|chaque|le|every|each|on)\s+)?([a-z]+)\s+(?:à\s*|a\s+|at\s+)?([0-9]{1,2})\s*(?::|h)\s*([0-9]{2})?"
)
_OFTEN: Final = re.compile(
    r"(?:toutes les|every|chaque)\s*([0-9]{0,2}|deux|two|other|trois|three)\s*(?:semaines?|weeks?)"
)
_EVERY: Final = {"": 1, "deux": 2, "two": 2, "other": 2, "trois": 3, "three": 3}
_TWO_WEEKS: Final = ("une semaine sur deux", "fortnightly", "tous les quinze jours", "tous les 15 jours")
_WEEKLY: Final = ("hebdomadaire", "weekly", "toutes les semaines", "every week")
_LENGTH: Final = re.compile(r"(?:([0-9]{1,2})\s*h(?:\s*([0-9]{2}))?|([0-9]{1,3})\s*(?:min|minutes?))")
_FROM: Final = re.compile(r"(?:à partir d[ue]|dès|du|from|starting)\s+(?:le\s+)?(.+)")
_UNTIL: Final = re.compile(r"(?:jusqu'(?:au|à)|until|till|au)\s+(.+)")


def typed_weekly(text: str, zone: str, now: str) -> WeeklyPlanned:
    """Return the plan a mentor typed.

    Args:
        zone: IANA name of the mentor's zone, which holds when no zone is typed.
        now: The present instant, ISO 8601 UTC: the first session is on the coming day of that name.

    Raises:
        ConsoleError: A part is not understood, a day is none, or the time does not exist or occurs twice on a day.
    """
    parts = [" ".join(part.split()) for part in text.split(",")]
    first = _FIRST.fullmatch(plain_words(parts[0]))
    weekday = weekday_of(first[1]) if first is not None else None
    if first is None or weekday is None or int(first[2]) > 23 or int(first[3] or 0) > 59:
        raise ConsoleError(
            "“{text}” is not a weekly session: write it like tuesday 18:00, every week, Europe/Paris.", text=text
        )
    said: dict[str, str | int] = {}
    for part in parts[1:]:
        name, value = _part(part, instant(now).astimezone(zone_of(zone)).date())
        if name in said:
            raise ConsoleError("“{part}” is said twice.", part=part)
        said[name] = value
    where = str(said.get("zone", zone))
    today = instant(now).astimezone(zone_of(where)).date()
    day = date.fromisoformat(str(said["starts"])) if "starts" in said else today
    day += timedelta(days=(weekday - day.weekday()) % 7)
    time = f"{int(first[2]):02}:{int(first[3] or 0):02}"
    every, length, last = int(said.get("every", 1)), int(said.get("length_min", 60)), str(said.get("last", ""))
    plan = WeeklyPlanned(day.isoformat(), time, where, every, length, last)
    _refuse_odd(plan)
    return plan


def _part(part: str, today: date) -> tuple[str, str | int]:
    """Return the field that a part says, and its value."""
    words = plain_words(part)
    if words in _WEEKLY:
        return "every", 1
    if words in _TWO_WEEKS:
        return "every", 2
    if match := _OFTEN.fullmatch(words):
        return "every", _EVERY[match[1]] if match[1] in _EVERY else int(match[1])
    if match := _LENGTH.fullmatch(words):
        return "length_min", int(match[3]) if match[3] else int(match[1]) * 60 + int(match[2] or 0)
    for form, name in ((_FROM, "starts"), (_UNTIL, "last")):
        if match := form.fullmatch(words):
            try:
                return name, coming_day(match[1], today).isoformat()
            except (ValueError, OverflowError):
                raise ConsoleError("There is no day {text}.", text=match[1]) from None
    if "/" in part or part == "UTC":
        zone_of(part)
        return "zone", part
    raise ConsoleError(
        "“{part}” is not understood: write every 2 weeks, 45 min, from 01/12, until 30/06 or Europe/Paris.", part=part
    )


def _refuse_odd(what: WeeklyPlanned) -> None:
    """Refuse a local time that clocks skip or show twice on one of the days to come."""
    plan = WeeklyPlan(what.starts, what.time, what.zone, what.every, what.length_min, what.last)
    odd = odd_time(plan)
    if odd is not None:
        day, why = odd
        text = (
            N_("{time} does not exist on {day} in {zone}: clocks skip it. Choose another time.")
            if why == "never"
            else N_("{time} occurs twice on {day} in {zone}: clocks go back. Choose another time.")
        )
        raise ConsoleError(text, time=what.time, day=day.isoformat(), zone=what.zone)


def weekly_text(plan: WeeklyPlan | WeeklyPlanned, _: Translator) -> str:
    """Return a plan in words, as it is read back before it counts."""
    first = date.fromisoformat(plan.starts)
    often = _.ngettext("every week", "every {n} weeks", plan.every)
    parts = [f"{_.weekday(first)} {plan.time}", often, f"{plan.length_min} min", plan.zone]
    parts.append(_("from {day}", day=_.date_text(first)))
    if plan.last:
        parts.append(_("until {day}", day=_.date_text(date.fromisoformat(plan.last))))
    return ", ".join(parts)
