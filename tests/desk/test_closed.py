"""A search of the closed defenses on a store that is damaged, and on decisions that are not on the disk yet."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from defense_console.desk.desk import Desk
from defense_console.model.defense import kinds as ev
from defense_console.store.sqlite.opening import place
from tests.desk.consoles import Twin
from tests.store.counting import counted
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """On a disk: rows are damaged in the file."""
    return Room(tmp_path / "store")


def closed(room: Room, attempts: int) -> list[str]:
    room.student("s1", "Ada Example")
    found = [room.plan("s1", attempt=n, in_min=60 * n) for n in range(1, attempts + 1)]
    for id in found:
        room.add(id, ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
    return found


def spoil(room: Room, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(room.folder / place.FILE)) as connection, connection:
        connection.execute(statement, values)


def attempts(desk: Desk, search: str) -> tuple[list[int], int]:
    found, total = desk.agenda.search.closed(search)
    return [entry.summary.attempt for entry in found], total


def test_a_row_that_is_not_what_was_written_is_told_as_its_log_has_it(room: Room) -> None:
    closed(room, 2)
    desk = room.open_desk(lambda _answer: None)
    spoil(room, "UPDATE rows SET body = replace(body, '\"attempt\":2', '\"attempt\":7') WHERE tab = 'closed'")
    assert attempts(desk, "ada") == ([2, 1], 2)
    desk.close()


def test_a_damaged_row_whose_log_is_damaged_too_hides_no_other_defense(room: Room) -> None:
    _first, second, _third = closed(room, 3)
    desk = room.open_desk(lambda _answer: None)
    spoil(room, "UPDATE rows SET sum = x'00' WHERE tab = 'closed' AND instr(body, ?)", second)
    spoil(room, "UPDATE rows SET sum = x'00' WHERE tab = ?", f"defense/{second}")
    assert attempts(desk, "ada")[0] == [3, 1]
    desk.close()


def test_several_drawings_in_one_second_make_the_lines_once_and_no_change_is_missed(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan("s1")
    desk = room.open_desk(lambda _answer: None)
    lines = desk.agenda.entries()
    assert desk.agenda.entries() is lines
    room.plan("s1", project="IRP-P3")
    desk.tick()
    assert len(desk.agenda.entries()) == len(lines) + 1
    desk.agenda.park(id)
    assert [line.summary.parked for line in desk.agenda.entries()].count(True) == 1
    desk.close()


def test_nobody_asks_for_all_students_or_all_closed_defenses(room: Room) -> None:
    closed(room, 1)
    room.student("s2", "Zoé Démo")
    room.plan("s2")
    calls: Counter[str] = Counter()
    room.proxy = lambda store: counted(store, calls)
    desk = room.open_desk(lambda _answer: None)
    assert [entry.student_name for entry in desk.agenda.entries()] == ["Zoé Démo"]
    assert attempts(desk, "ada") == ([1], 1)
    assert not calls.keys() & {"students", "closed"}
    desk.close()


def test_what_is_on_its_way_to_the_store_is_found_too(room: Room) -> None:
    first, second = closed(room, 2)
    third = room.plan("s1", "IRP-P3")
    twin = Twin(room)
    twin.desk.brief(first).act(ev.Rescheduled("2026-12-01T10:00:00.000Z"))
    brief = twin.desk.brief(third)
    brief.act(ev.Cancelled("student", False))
    brief.act(ev.DefenseClosed("left the course"))
    for _ in range(2):
        found, total = twin.desk.agenda.search.closed("ada")
        assert ({entry.summary.id for entry in found}, total) == ({second, third}, 2)
        twin.settle()
    twin.kill()
