"""A time zone is completed as a path is."""

from __future__ import annotations

import pytest

from defense_console.desk.typed.zone import complete_zone


@pytest.mark.parametrize(
    ("typed", "text", "names"),
    [
        ("Europe/Par", "Europe/Paris", ()),
        ("europe/par", "Europe/Paris", ()),
        ("paris", "Europe/Paris", ()),
        ("new y", "America/New_York", ()),
        ("são_pau", "America/Sao_Paulo", ()),
        ("Europe/Be", "Europe/Be", ("Europe/Belfast", "Europe/Belgrade", "Europe/Berlin")),
        ("utc", "UTC", ()),
    ],
)
def test_a_zone_or_its_city_goes_on(typed: str, text: str, names: tuple[str, ...]) -> None:
    found = complete_zone(typed)
    assert (found.text, found.names, found.exists) == (text, names, True)


@pytest.mark.parametrize("typed", ["Europe/Paris2", "posixrules", "/etc/passwd", "\x1b[31m", "right/UTC"])
def test_what_no_zone_begins_like_stays_as_it_is(typed: str) -> None:
    found = complete_zone(typed)
    assert (found.text, found.names, found.exists) == (typed, (), False)


def test_nothing_typed_names_them_all_and_adds_nothing() -> None:
    found = complete_zone("")
    assert found.text == ""
    assert len(found.names) > 100
