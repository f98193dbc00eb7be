"""What the tests of the store share."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.store.contract")


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Every connection made from now on, in order."""
    connect, made = sqlite3.connect, list[sqlite3.Connection]()

    def connecting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", connecting)
    return made
