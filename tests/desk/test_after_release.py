"""What the report prints under its hash stays as it was released; the path finds every attempt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from defense_console.desk.desk import Desk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Defense
from defense_console.model.errors import ConsoleError
from tests.desk.test_coming_back import Console
from tests.ui.conftest import SHIPPED, Room

PROJECT = "IRP-P2"


@pytest.fixture
def released(room: Room) -> tuple[Console, str, dict[str, int]]:
    """A released verdict with a shared and a private note, by name of the note its number."""
    room.student("s1", "Ada Example")
    id = room.plan()
    room.live(id)
    room.machine.pass_time(900)
    project = SHIPPED["IRP"].project(PROJECT)
    assert project is not None
    at = room.machine.read()
    room.add(id, ev.Noted("shared words", at, private=False), ev.Noted("private words", at))
    notes = {note.text.split()[0]: note.seq for note in room.defense(id).notes}
    room.add(id, *(ev.Rated(c.id, "met") for c in SHIPPED["IRP"].criteria_of(project)))
    room.add(id, ev.GoalSet("go on"), ev.Finished(), ev.OutcomeChosen("validated"))
    room.add(id, ev.Signed(1, "validated", "validated"), ev.Released(1))
    return Console(room), id, notes


def report(desk: Desk, id: str) -> str:
    return str(desk.verdict(id).report("student", "en").sections)


def test_shared_words_stay_as_they_were_released(released: tuple[Console, str, dict[str, int]]) -> None:
    console, id, notes = released
    desk = console.desk
    before = report(desk, id)
    live = desk.live(id)
    changes: tuple[Callable[[], Defense], ...] = (
        lambda: live.commit("goal", "another goal"),
        lambda: live.commit(f"edit/{notes['shared']}", "other words"),
        lambda: live.commit(f"edit/{notes['shared']}", ""),
        lambda: live.set_private(notes["shared"], True),
        lambda: live.set_private(notes["private"], False),
    )
    for change in changes:
        with pytest.raises(ConsoleError, match="only a new version"):
            change()
    live.commit(f"edit/{notes['private']}", "my own words")
    assert report(desk, id) == before
    console.kill()


def test_a_new_version_may_change_them(released: tuple[Console, str, dict[str, int]]) -> None:
    console, id, notes = released
    console.desk.verdict(id).amend("a word was wrong")
    live = console.desk.live(id)
    live.commit("goal", "another goal")
    live.set_private(notes["private"], False)
    assert "another goal" in report(console.desk, id)
    console.kill()


def test_attempts_before_the_first_known_one_may_be_unknown(room: Room) -> None:
    room.student("s1", "Ada Example")
    third, fifth = room.plan(attempt=3), room.plan(attempt=5)
    console = Console(room)
    assert [s.attempt for s in console.desk.brief(third).others] == [3]
    assert [s.attempt for s in console.desk.brief(fifth).others] == [3, 5]
    status = {project.id: status for project, status in console.desk.brief(third).path}
    assert status[PROJECT] != "locked"
    console.kill()
