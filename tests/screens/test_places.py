"""What stays open under a screen, so that `Esc` goes back to where one came from."""

from __future__ import annotations

import pytest

from defense_console.screens.console import Place
from defense_console.screens.places import kept_under

QUEUE, STUDENTS, ALERTS, ADA = ("queue", ""), ("students", ""), ("alerts", ""), ("student", "ada")


@pytest.mark.parametrize(
    ("place", "id", "open_places", "kept"),
    [
        ("student", "ada", (QUEUE, STUDENTS), 2),
        ("student", "ada", (QUEUE, STUDENTS, ALERTS), 3),
        ("student", "ben", (QUEUE, STUDENTS, ADA, ("alerts", "ada")), 2),
        ("check_in", "ada", (QUEUE, STUDENTS, ALERTS, ADA), 4),
        ("check_in", "ben", (QUEUE, STUDENTS, ADA), 2),
        ("rehearsal", "x", (QUEUE, STUDENTS, ADA, ("readiness", "ada")), 4),
        ("rehearsed", "x", (QUEUE, STUDENTS, ADA), 3),
        ("brief", "d1", (QUEUE, STUDENTS, ADA), 1),
    ],
)
def test_what_stays_open_under_a_screen(
    place: Place, id: str, open_places: tuple[tuple[Place, str], ...], kept: int
) -> None:
    assert kept_under(place, id, open_places) == kept
