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
