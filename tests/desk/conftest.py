"""The desk on a store in memory and a machine of its own: it knows the store's protocol, and no disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.memory import Database
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """The folder is for documents received."""
    (tmp_path / "store").mkdir()
    return Room(tmp_path / "store", database=Database())
