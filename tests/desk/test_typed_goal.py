"""Shows how a goal is read from one line in either language, and that nothing of the line is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.desk.typed.goal import TypedGoal, typed_due, typed_goal
from defense_console.model.errors import ConsoleError
from defense_console.words.translation import translator
from tests.examples import examples

NOW = "2026-11-24T13:00:00.000Z"
"""A Tuesday."""
TODAY = date(2026, 11, 24)


def read(text: str) -> tuple[str, str, str]:
    found = typed_goal(text, "Europe/Paris", NOW)
    return found.text, found.due, found.condition


@pytest.mark.parametrize(("line", "text", "due", "condition"), [
    ("maquette v2 vendredi quand j'ai fini P2", "maquette v2", "2026-11-27", "j'ai fini P2"),
    ("mock-up v2 friday when P2 is done", "mock-up v2", "2026-11-27", "P2 is done"),
    ("maquette v2", "maquette v2", "", ""),
    ("maquette v2 mardi prochain", "maquette v2", "2026-12-01", ""),
    ("maquette pour vendredi prochain", "maquette", "2026-11-27", ""),
    ("le projet prochain", "le projet prochain", "", ""),
    ("maquette dans 2 semaines", "maquette", "2026-12-08", ""),
    ("mock-up in 2 weeks", "mock-up", "2026-12-08", ""),
    ("plan dans un mois", "plan", "2026-12-24", ""),
    ("rapport 15/12", "rapport", "2026-12-15", ""),
    ("rapport pour le 15/12", "rapport", "2026-12-15", ""),
    ("rapport avant le 03/02", "rapport", "2027-02-03", ""),
    ("Lire le cours d’ici vendredi", "Lire le cours", "2026-11-27", ""),
    ("read it by Friday", "read it", "2026-11-27", ""),
    ("trois entretiens fin du mois", "trois entretiens", "2026-11-30", ""),
    ("trois entretiens d'ici la fin du mois", "trois entretiens", "2026-11-30", ""),
    ("three interviews by end of month", "three interviews", "2026-11-30", ""),
    ("three interviews by the end of the month", "three interviews", "2026-11-30", ""),
    ("vendredi : maquette v2", "maquette v2", "2026-11-27", ""),
    ("maquette, mardi", "maquette", "2026-12-01", ""),  # on a Tuesday it is the coming one
    ("maquette aujourd'hui", "maquette", "2026-11-24", ""),
    ("maquette quand j'ai fini P2, vendredi", "maquette", "2026-11-27", "j'ai fini P2"),
    ("maquette quand j'ai fini P2 vendredi", "maquette", "", "j'ai fini P2 vendredi"),
    ("le compte rendu de vendredi", "le compte rendu de vendredi", "", ""),
    ("Quand commencer ?", "Quand commencer ?", "", ""),
    ("vendredi dix exercices", "vendredi dix exercices", "", ""),
    ("Nommer [les] deux  causes", "Nommer [les] deux causes", "", ""),
])  # fmt: skip
def test_a_line_gives_text_day_and_condition(line: str, text: str, due: str, condition: str) -> None:
    assert read(line) == (text, due, condition)


@pytest.mark.parametrize(("line", "why"), [
    ("", "Type what"), ("  ", "Type what"), ("vendredi", "no goal"), ("maquette hier", "has passed"),
    ("mock-up yesterday", "has passed"), ("maquette 23/11/2026", "has passed"), ("maquette 31/11", "no day"),
    ("maquette 2026-02-30", "no day"),
])  # fmt: skip
def test_what_is_no_goal_is_refused_in_a_sentence(line: str, why: str) -> None:
    with pytest.raises(ConsoleError, match=why):
        read(line)


def test_what_was_understood_is_read_back() -> None:
    goal = TypedGoal("maquette v2", "2026-11-27", "j’ai fini P2")
    assert goal.understood(translator("en")) == "maquette v2 · due Friday 2026-11-27 · when j’ai fini P2"
    assert goal.understood(translator("fr")) == "maquette v2 · pour vendredi 27/11/2026 · quand j’ai fini P2"
    assert TypedGoal("x", "", "").understood(translator("fr")) == "x · sans date"


def test_a_new_date_alone() -> None:
    assert typed_due("dans 3 jours", "Europe/Paris", NOW) == "2026-11-27"
    assert typed_due("", "Europe/Paris", NOW) == ""
    with pytest.raises(ConsoleError, match="not a day"):
        typed_due("bientôt", "Europe/Paris", NOW)


_WORDS = st.lists(
    st.sampled_from(["maquette", "v2", "[P2]", "de", "les", "vendredi", "quand", "15/12", "notes"]), min_size=1
)


@examples(60)
@given(words=_WORDS)
def test_no_word_of_a_line_is_lost(words: list[str]) -> None:
    line = " ".join(words)
    try:
        text, due, condition = read(line)
    except ConsoleError:
        return
    left = " ".join((text, condition)).split()
    gone = [word for word in words if word not in left]
    assert set(gone) <= {"vendredi", "15/12", "quand"}, line
    assert not due or date.fromisoformat(due) >= TODAY


@examples(60)
@given(ahead=st.integers(0, 300))
def test_a_date_of_the_coming_year_is_that_day(ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    for form in ("%d/%m", "%d/%m/%Y", "%Y-%m-%d"):
        assert read(f"maquette {day.strftime(form)}") == ("maquette", day.isoformat(), "")
