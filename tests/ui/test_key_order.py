"""Keys in one burst, or on a slow machine: each acts when the one before it has done all it does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events
from textual.timer import Timer

from defense_console.keys.keymap import Command
from defense_console.screens.live.screen import LiveScreen
from defense_console.screens.shared import key_order
from defense_console.screens.shared.key_order import KeyDone, OrderedKeys
from tests.ui.conftest import Room, hides, shows, until
from tests.ui.test_live import SIZE, started


async def test_a_key_waits_for_the_one_before_it_however_slow_the_machine_is(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen stands still while it handles `n`: the letters after it are still a text and no commands."""
    id = started(room)
    app = room.app(id)
    looks, gate = 0, asyncio.Event()
    do, set_timer = LiveScreen.do_command, app.set_timer

    async def slow(screen: LiveScreen, command: Command) -> None:
        await gate.wait()
        await do(screen, command)

    def counted(delay: float, *arguments: Any, **more: Any) -> Timer:
        nonlocal looks
        looks += delay == key_order.LOOK_S
        return set_timer(delay, *arguments, **more)

    monkeypatch.setattr(key_order, "LOOK_S", 0.001)
    monkeypatch.setattr(key_order, "LOOKS", 1_000_000)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        monkeypatch.setattr(LiveScreen, "do_command", slow)
        monkeypatch.setattr(app, "set_timer", counted)
        for key in ["n", *"vaf", "enter"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        try:
            await until(pilot, lambda: looks > 20, "nobody looks whether the key is done")
        finally:
            gate.set()
        await until(pilot, lambda: [note.text for note in room.defense(id).notes] == ["vaf"])
        await shows(pilot, "Rubric 0/12", "PRESENTATION 1/3")


async def test_a_marker_that_is_lost_is_sent_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """What had the focus never passes it on, and is not in front any more: the next key is not held back for ever."""
    id = started(room)
    app = room.app(id)
    monkeypatch.setattr(key_order, "LOOK_S", 0.001)
    monkeypatch.setattr(key_order, "LOOKS", 1_000_000)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        focused = app.focused
        assert focused is not None
        post = focused.post_message
        monkeypatch.setattr(focused, "post_message", lambda each: True if isinstance(each, KeyDone) else post(each))
        for key in ("v", "escape"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await shows(pilot, "Rubric 1/12")
        assert app.keys_waiting, "it waits for the key before it"
        app.show_help()
        await until(pilot, lambda: not app.keys_waiting, "it waits for ever")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))


async def test_a_key_that_comes_before_the_dialog_goes_to_the_dialog(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key that opens it was handled, but on a slow machine it is not drawn yet: Escape is meant for it."""
    id = started(room)
    app = room.app(id)
    monkeypatch.setattr(key_order, "SETTLE_TRIES", 1_000_000)
    gate, show, come_back = asyncio.Event(), app.push_screen_wait, OrderedKeys.on_key_done
    back: list[KeyDone] = []

    async def late(screen: Any) -> Any:
        await gate.wait()
        return await show(screen)

    async def on_key_done(app: OrderedKeys, event: KeyDone) -> None:
        back.append(event)
        await come_back(app, event)

    monkeypatch.setattr(app, "push_screen_wait", late)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        monkeypatch.setattr(OrderedKeys, "on_key_done", on_key_done)
        app.post_message(events.Key("ctrl+q", None))
        await until(pilot, lambda: back)
        app.post_message(events.Key("escape", None))
        await until(pilot, lambda: app.keys_waiting, "it did not wait")
        gate.set()
        await until(pilot, lambda: not app.keys_waiting)
        await hides(pilot, "Leave the console?")
        assert isinstance(app.screen, LiveScreen)
