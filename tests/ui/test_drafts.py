"""Texts being typed are one thing for all screens on a defense, and are found again after a restart."""

from __future__ import annotations

import gc
import weakref
from functools import partial

import pytest

from defense_console.app import ConsoleApp
from defense_console.desk.desk import Desk
from defense_console.screens.queue.screen import QueueScreen
from defense_console.screens.verdict.screen import VerdictScreen
from defense_console.store.base import Draft
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.store import TinyStore
from defense_console.widgets.frame import writer
from defense_console.widgets.frame.writer import Field, Writer
from tests.ui.conftest import SHIPPED, Room, shows, type_text, until
from tests.ui.test_verdict import held


def leave_draft(room: Room, id: str, field: str, text: str) -> None:
    store = TinyStore.open(room.folder)
    store.save_draft(f"defense/{id}", field, Draft(text, room.machine.read(), len(text)))
    store.close()


def test_a_text_kept_on_one_screen_is_not_offered_again_on_another_before_the_disk_knows(room: Room) -> None:
    id = held(room)
    leave_draft(room, id, "strength", "clear")
    store = TinyStore.open(room.folder)
    slow = Recorder(lambda: TinyStore.open(room.folder), lambda _: None)  # never started: nothing reaches the disk
    desk = Desk(store, slow, room.machine.read, lambda _pid: "start-1", room.settings, SHIPPED)
    desk.live(id).commit("strength", "clear")
    assert desk.verdict(id).text("strength") == ""
    store.close()


async def test_a_half_typed_text_of_the_verdict_is_there_after_a_restart(room: Room) -> None:
    id = held(room)
    leave_draft(room, id, "goal", "read one b")
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        await shows(pilot, "Next goal", "read one b", "WRITING")
        await type_text(pilot, "ook")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).goal == "read one book")
    assert room.drafts(id) == {}


async def test_a_text_typed_without_a_rest_is_saved_while_the_keys_go_on(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "DRAFT_S", 1.0)  # longer than any pause between two keys, on a slow machine too
    id = held(room)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        await pilot.press("s")
        for _key in range(300):
            await pilot.press("a")
            await pilot.pause(0.02)
            if room.drafts(id):
                break
        assert set(room.drafts(id).get("strength", "")) == {"a"}


async def test_letters_stay_text_while_the_window_is_too_small_and_afterwards(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        await pilot.press("s")
        await type_text(pilot, "v")
        for width, height in ((80, 8), (20, 24), (1, 1)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            await type_text(pilot, "x")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, "vxxx", "WRITING")
        await type_text(pilot, "r")
        await pilot.press("enter")
        await until(pilot, lambda: [each.text for each in room.defense(id).strengths] == ["vxxxr"])
        assert room.defense(id).outcome is None


async def test_the_field_of_a_screen_that_was_left_is_gone(room: Room) -> None:
    id = held(room)
    async with room.app().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        await until(pilot, lambda: isinstance(app.screen, QueueScreen))
        app.go("verdict", id)
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen) and app.screen.query(Field))
        field = weakref.ref(app.screen.query_one(Field))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, QueueScreen))
        await until(pilot, lambda: gc.collect() >= 0 and field() is None, "the field stayed")


async def test_a_draft_that_is_due_while_enter_is_on_its_way_does_not_revive_the_finished_text(room: Room) -> None:
    id = held(room)

    def recorded(count: int) -> bool:
        return len(room.defense(id).lines) == count

    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        screen = pilot.app.screen
        assert isinstance(screen, VerdictScreen)
        for n, text in enumerate(("first", "second")):
            await pilot.press("s")
            await until(pilot, lambda: screen.writer.has_cursor)
            assert screen.writer.text == "", "the field begins empty"
            await type_text(pilot, text)
            late = Writer.Typed(screen.writer)  # the clock has rung, and Enter is handled first
            screen.keep_text()
            screen.post_message(late)
            await until(pilot, partial(recorded, n + 1))
    assert [line.text for line in room.defense(id).lines] == ["first", "second"]
    assert room.drafts(id) == {}
