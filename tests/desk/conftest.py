"""The desk on a store and a machine of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "store")
