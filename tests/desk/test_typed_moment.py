"""Dates as a mentor types them, in both languages, never guessed."""

from __future__ import annotations

import pytest

from defense_console.desk.typed.moment import typed_moment
from defense_console.model.errors import ConsoleError

NOW = "2026-11-24T13:00:00.000Z"  # a Tuesday, 14:00 in Paris
USUAL = "2026-11-24T08:30:00.000Z"  # 9:30 in Paris


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-03 14:00", "2026-12-03T13:00:00.000Z"),
        ("2026-12-03T14:00Z", "2026-12-03T14:00:00.000Z"),
        ("03/12/2026 14:00", "2026-12-03T13:00:00.000Z"),
        ("3/12 14h30", "2026-12-03T13:30:00.000Z"),
        ("03/12", "2026-12-03T08:30:00.000Z"),
        ("2/1 10:00", "2027-01-02T09:00:00.000Z"),
        ("demain 9h", "2026-11-25T08:00:00.000Z"),
        ("Tomorrow at 9:00", "2026-11-25T08:00:00.000Z"),
        ("aujourd’hui 18:00", "2026-11-24T17:00:00.000Z"),
        ("jeudi à 10:15", "2026-11-26T09:15:00.000Z"),
        ("tuesday 10:15", "2026-12-01T09:15:00.000Z"),
        ("15:00", "2026-11-24T14:00:00.000Z"),
        ("9:00", "2026-11-25T08:00:00.000Z"),
        ("dans 2 jours", "2026-11-26T08:30:00.000Z"),
        ("in 1 week", "2026-12-01T08:30:00.000Z"),
        ("in 90 min", "2026-11-24T14:30:00.000Z"),
    ],
)
def test_what_is_typed_is_read(text: str, instant: str) -> None:
    assert typed_moment(text, "Europe/Paris", NOW, USUAL) == instant


@pytest.mark.parametrize(
    "text", ["", "soon", "31/02 10:00", "25:00", "14", "2026-13-01 10:00", "in 2 moons", "12/24 9:00"]
)
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ConsoleError):
        typed_moment(text, "Europe/Paris", NOW, USUAL)


@pytest.mark.parametrize("text", ["25/10/2026 02:30", "29/03/2026 02:30"])
def test_a_local_time_that_occurs_twice_or_never_is_refused(text: str) -> None:
    with pytest.raises(ConsoleError):
        typed_moment(text, "Europe/Paris", "2026-03-01T00:00:00.000Z", USUAL)
