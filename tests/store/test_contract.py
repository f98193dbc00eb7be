"""The contract suite over every engine. Another one joins with one more class, which makes its empty stores."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings

from defense_console.store.base import Job
from defense_console.store.sqlite.store import TinyStore
from tests.store.contract import JOBS, Connect, Contract, NewStore, assert_alike
from tests.store.memory import Database, MemoryStore


class TestSqlite(Contract):
    @pytest.fixture
    def new_store(self, tmp_path: Path) -> Iterator[NewStore]:
        opened, numbers = list[TinyStore](), count()

        def new() -> Connect:
            folder = tmp_path / f"store-{next(numbers)}"

            def connect() -> TinyStore:
                opened.append(TinyStore.open(folder))
                return opened[-1]

            return connect

        yield new
        for store in opened:
            store.close()


class TestMemory(Contract):
    @pytest.fixture
    def new_store(self) -> NewStore:
        def new() -> Connect:
            database = Database()
            return lambda: MemoryStore(database)

        return new


@settings(max_examples=25, deadline=None)
@given(JOBS)
def test_the_engine_on_a_disk_answers_as_the_one_in_memory(jobs: list[Job]) -> None:
    with tempfile.TemporaryDirectory() as place, closing(TinyStore.open(Path(place) / "store")) as store:
        assert_alike(store, MemoryStore(), jobs)
