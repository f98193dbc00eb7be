"""The desk on a store in memory and a machine of its own: it knows the store's protocol, and no disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from defense_console.desk.student.student import StudentDesk
from tests.desk.consoles import Twin
from tests.store.memory import Database
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """The folder is for documents received."""
    (tmp_path / "store").mkdir()
    return Room(tmp_path / "store", database=Database())


@pytest.fixture
def twin(room: Room) -> Iterator[Twin]:
    """A console with one student; it is Tuesday 24 November, 14:00 in Paris."""
    room.student("s1", "Lina Demo")
    twin = Twin(room)
    yield twin
    twin.kill()


@pytest.fixture
def desk(twin: Twin) -> StudentDesk:
    """That student."""
    return twin.desk.follow("s1")


@pytest.fixture
def empty(room: Room) -> Room:
    """A school of mentors on one store in memory, by the clock of the test's machine."""
    room.database = Database()
    room.database.now = lambda: room.machine.read().wall
    return room


@pytest.fixture
def school(empty: Room) -> Room:
    """That school with one student."""
    empty.student("s1", "Ada")
    return empty
