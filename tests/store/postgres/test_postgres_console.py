"""The console on a school: a defense goes on while the server is away, and everything is there afterwards."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.store.base import Store
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Connection, Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.sqlite.store import TinyStore
from tests.store.postgres.servers import Between, OwnServer
from tests.ui.conftest import Room, shows, until

pytestmark = pytest.mark.xdist_group("postgres")


@dataclass
class SchoolRoom(Room):
    server: Server | None = None

    def connect(self, disk: type[TinyStore] = TinyStore, account: str | None = None) -> Store:
        assert self.server is not None
        return PostgresStore(self.server, watched=True)


@pytest.fixture
def between(own_server: OwnServer) -> Iterator[Between]:
    with closing(Between(own_server.base)) as between:
        yield between


@pytest.fixture
def school(own_server: OwnServer, between: Between, short_path: Path) -> Iterator[SchoolRoom]:
    with closing(Server(between.address(Address(own_server.base, f"console-{uuid.uuid4().hex[:12]}")))) as server:
        room = SchoolRoom(short_path / "store", server=server)
        yield room
        assert [app.fault for app in room.opened if app.fault is not None] == []


@pytest.mark.parametrize("how", ["stopped", "silent"])
async def test_a_live_defense_goes_on_while_the_server_is_away(
    school: SchoolRoom, own_server: OwnServer, between: Between, monkeypatch: pytest.MonkeyPatch,
    how: Literal["stopped", "silent"],
) -> None:  # fmt: skip
    monkeypatch.setattr(Connection, "silence_s", 0.5)
    school.student("s1", "Lina Demo")
    id = school.plan()
    school.live(id)
    app = school.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Lina Demo")
        await pilot.press("v")
        await until(pilot, lambda: any(isinstance(each.what, ev.Rated) for each in school.events(id)))
        with own_server.stopped() if how == "stopped" else between.silent():
            await pilot.press("v")
            await shows(pilot, "NOT SAVED")
            await shows(pilot, "The school's server does not answer")
            begun = time.monotonic()
            for _ in range(5):
                await pilot.press("v")
            assert time.monotonic() - begun < 3
            assert list(school.elsewhere.glob("*.spool"))
        await until(pilot, lambda: app.desk.saved.state == "saved", "it is not saved")
        assert not list(school.elsewhere.glob("*.spool"))
    assert sum(isinstance(each.what, ev.Rated) for each in school.events(id)) == 7
    with closing(school.connect()) as store:
        assert isinstance(store, PostgresStore)
        assert store.verify_all() == ()
