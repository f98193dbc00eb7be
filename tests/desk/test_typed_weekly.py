"""Shows how a weekly plan is read from one line, and which are refused."""

from __future__ import annotations

import pytest

from defense_console.desk.typed.weekly import typed_weekly, weekly_text
from defense_console.model.errors import ConsoleError
from defense_console.model.student.kinds import WeeklyPlanned
from defense_console.words.translation import translator

NOW = "2026-11-24T13:00:00.000Z"
"""A Tuesday."""


def read(text: str) -> WeeklyPlanned:
    return typed_weekly(text, "Europe/Paris", NOW)


@pytest.mark.parametrize(("line", "plan"), [
    ("mardi 18h, toutes les semaines, Europe/Paris", WeeklyPlanned("2026-11-24", "18:00", "Europe/Paris")),
    ("tuesday 18:00, every week", WeeklyPlanned("2026-11-24", "18:00", "Europe/Paris")),
    ("chaque jeudi à 9h30", WeeklyPlanned("2026-11-26", "09:30", "Europe/Paris")),
    ("Vendredi 8 h, une semaine sur deux, 45 min", WeeklyPlanned("2026-11-27", "08:00", "Europe/Paris", 2, 45)),
    ("friday at 8:00, every 3 weeks, 1h30", WeeklyPlanned("2026-11-27", "08:00", "Europe/Paris", 3, 90)),
    ("lundi 18h, à partir du 01/12, jusqu'au 30/06",
     WeeklyPlanned("2026-12-07", "18:00", "Europe/Paris", last="2027-06-30")),
    ("mardi 18h, Indian/Reunion", WeeklyPlanned("2026-11-24", "18:00", "Indian/Reunion")),
])  # fmt: skip
def test_a_line_gives_a_plan(line: str, plan: WeeklyPlanned) -> None:
    assert read(line) == plan


@pytest.mark.parametrize(("line", "why"), [
    ("", "not a weekly session"), ("mardi", "not a weekly session"), ("mardi 25h", "not a weekly session"),
    ("mercredimi 18h", "not a weekly session"), ("mardi 18h, parfois", "“parfois” is not understood"),
    ("mardi 18h, Europe/Pariss", "no time zone"), ("mardi 18h, 45 min, 1h", "said twice"),
    ("mardi 18h, jusqu'au 31/02", "no day"),
    ("dimanche 2h30", "02:30 does not exist on 2027-03-28"),
    ("dimanche 2h30, jusqu'au 2026-12-31", ""),
    ("sunday 2:30, from 2027-04-04", "02:30 occurs twice on 2027-10-31"),
])  # fmt: skip
def test_what_is_no_plan_is_refused_in_a_sentence(line: str, why: str) -> None:
    if not why:
        read(line)
        return
    with pytest.raises(ConsoleError, match=why):
        read(line)


def test_a_plan_is_read_back() -> None:
    plan = read("vendredi 8h, une semaine sur deux, 45 min, jusqu'au 30/06")
    assert weekly_text(plan, translator("en")) == (
        "Friday 08:00, every 2 weeks, 45 min, Europe/Paris, from 2026-11-27, until 2027-06-30"
    )
    assert weekly_text(plan, translator("fr")).startswith("vendredi 08:00, toutes les 2 semaines, 45 min")
