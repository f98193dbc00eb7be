"""A store that cannot be read: it is said and never called saved, what is known stays, nothing ends the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.model.student.kinds import SessionStarted
from defense_console.screens.live.screen import LiveScreen
from defense_console.store.base import Store, StoreError
from defense_console.store.sqlite.opening import place
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until

WRITES = ("append", "save_draft", "save_aside", "write_lease", "pin", "set_meta", "transaction", "close", "hold_name")
LINE = "✗ NOT READ"


class Broken:
    """A store of which every read fails as long as a test says so."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.error: StoreError | None = None
        self.only = ""
        """Name of the one read that fails, "" for every one."""

    def _read(self, name: str = "") -> None:
        if self.error is not None and self.only in ("", name):
            raise self.error

    def subscribe(self) -> Callable[[], bool]:
        self._read()
        changed = self._store.subscribe()

        def looked() -> bool:
            self._read()
            return changed()

        return looked

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name in WRITES or not callable(found):
            return found

        def read(*args: Any, **options: Any) -> Any:
            self._read(name)
            return found(*args, **options)

        return read


class Breaking:
    """Breaks and mends the disk of a room."""

    def __init__(self, room: Room) -> None:
        self.stores: list[Broken] = []
        room.proxy = self._broken

    def _broken(self, store: Store) -> Store:
        self.stores.append(Broken(store))
        return cast(Store, self.stores[-1])

    def fail(self, reason: str, only: str = "") -> None:
        for store in self.stores:
            store.only = only
            store.error = StoreError("The store in {place} does not answer: {reason}.", place="/store", reason=reason)

    def mend(self) -> None:
        for store in self.stores:
            store.error = None


@pytest.fixture
def disk(room: Room) -> Breaking:
    room.student("s1", "Lina Demo")
    room.student("s2", "Omar Demo")
    return Breaking(room)


async def press_each(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one; the console answers each."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        assert pilot.app.is_running, key


@pytest.mark.parametrize("reason", ["disk I/O error", "No locks available"])
async def test_the_queue_stays_says_so_and_goes_on_when_the_disk_answers(
    room: Room, disk: Breaking, reason: str
) -> None:
    first = room.plan("s1", in_min=10)
    room.plan("s2", in_min=30)
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Lina Demo", "✓ saved")
        disk.fail(reason)
        await shows(pilot, LINE, reason)
        await hides(pilot, "✓ saved")
        assert "Lina Demo" in plain_text(app)
        await press_each(pilot, "j", "enter", "escape", "k", *"6512345", "o", "w", "p", "n", "escape", "s", "escape")
        await press_each(pilot, "slash", *"omar", "enter", "escape", "escape", "i", "escape", "f1", "escape", "u")
        await press_each(pilot, "enter", "b", "x", "escape", "d", "escape", "q", "escape", "escape", "escape")
        disk.mend()
        await hides(pilot, LINE)
        await shows(pilot, "✓ saved", "Lina Demo", "Omar Demo")
    assert app.fault is None
    assert room.defense(first).session == "planned"


async def test_who_has_something_today_is_asked_again_where_it_could_not_be_read(room: Room, disk: Breaking) -> None:
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "✓ saved")
        disk.fail("disk I/O error", only="of_the_day")
        room.follow("s2", SessionStarted("", room.machine.read().wall))
        await shows(pilot, "does not answer: disk I/O error")
        disk.mend()
        await shows(pilot, "Omar Demo", "session goes on")
    assert app.fault is None


async def test_a_live_defense_goes_on_and_what_is_decided_is_recorded(room: Room, disk: Breaking) -> None:
    id = room.plan("s1", in_min=1)
    room.live(id)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        before = len(room.events(id))
        disk.fail("disk I/O error")
        await shows(pilot, LINE)
        await hides(pilot, "✓ saved")
        await pilot.press("v", "x", "n")
        await type_text(pilot, "said meanwhile")
        await press_each(pilot, "enter", "t", "t", "g", "tab", "tab", "l", "escape", "m", "escape", "f9", "escape")
        await press_each(pilot, "ctrl+p", "escape", "a", "a")
        clock = plain_text(app)
        room.machine.pass_time(5)
        await until(pilot, lambda: plain_text(app) != clock, "the clock stands still")
        disk.mend()
        await hides(pilot, LINE)
        await shows(pilot, "✓ saved")
    assert app.fault is None
    assert len(room.events(id)) >= before + 6, "two ratings, a note, a pause, its end, the next phase"
    assert "said meanwhile" in [note.text for note in room.defense(id).notes]


async def test_a_file_emptied_under_the_console_is_said_and_its_content_put_back_is_read(room: Room) -> None:
    room.student("s1", "Lina Demo")
    id = room.plan("s1", in_min=1)
    room.live(id)
    app: ConsoleApp = room.app(id)
    file = room.folder / place.FILE
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await shows(pilot, "✓ saved")
        content = file.read_bytes()
        file.write_bytes(b"")
        # The renewal of the lease may meet it before a read does: a write that failed is what the line says first.
        await shows(pilot, "✗ NOT ")
        said = (
            "was removed or replaced",
            "is empty, which a store never",
        )  # by who had it open, and who opens it again
        await until(pilot, lambda: any(each in plain_text(app) for each in said), "nobody says what is wrong")
        await hides(pilot, "✓ saved")
        await pilot.press("v")
        await shows(pilot, "NOT SAVED: 1 action")
        assert file.read_bytes() == b"", "nothing is written into it"
        file.write_bytes(content)
        await shows(pilot, "✓ saved")
        await hides(pilot, LINE)
    assert app.fault is None
    assert len(room.defense(id).ratings) == 1
