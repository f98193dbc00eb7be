"""The consoles that serve runs: how many, for how long, and what is left when the server is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from defense_console.model.errors import ConsoleError
from defense_console.store.sqlite.store import TinyStore
from defense_console.web.processes import Consoles, Page
from tests.terminal import store_of_one
from tests.waiting import PATIENCE_S, until_true, wait_for

SERVER = """
import asyncio, sys
from defense_console.web.processes import Consoles, Page
async def serve():
    console = await Consoles().of("mentor", sys.argv[1], "en", (100, 30))
    shown = bytearray()
    page = Page()
    await console.show(page, (100, 30))
    async def send(data):
        shown.extend(data)
    sending = asyncio.create_task(page.send(send, console.draw, send))
    async def until(text):
        while text not in shown:
            await asyncio.sleep(0.05)
    await until(b"starts in 1")
    for keys, then in (("\\r", b"Before the call"), ("n", b"WRITING"), ("Half a not", b"saved ")):
        await console.type(keys)
        await until(then)
    await asyncio.sleep(1)  # a draft is saved after a rest
    print("ready", flush=True)
    await asyncio.sleep(1000)
asyncio.run(serve())
"""


@pytest.fixture
def store(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(short_path / "settings.toml"))
    return store_of_one(short_path)


@pytest.mark.slow
async def test_there_are_no_more_than_agreed_and_one_that_nobody_sees_ends(store: Path) -> None:
    consoles, shown = Consoles(most=1, idle_min=0), bytearray()

    async def send(data: bytes) -> None:
        shown.extend(data)

    async def show(_address: str) -> None:
        raise AssertionError

    first = await consoles.of("one", str(store), "en", (100, 30))
    page, other = Page(), Page()
    assert await consoles.of("one", str(store), "en", (80, 24)) is first
    with pytest.raises(ConsoleError, match="1 consoles are open here"):
        await consoles.of("two", str(store), "en", (80, 24))
    await first.show(page, (100, 30))
    await first.show(other, (100, 30))  # another tab
    await page.send(send, first.draw, show)
    assert page.ended == "elsewhere"
    first.hide(page, consoles.idle_s)  # the tab that showed it before is closed
    assert len(consoles) == 1
    await first.type("\x1b]0;q\x07\x1b[?1;2c\x1b[999;999R")  # what a terminal answers is no key
    first.hide(other, consoles.idle_s)
    assert await until_true(lambda: len(consoles) == 0)
    second = await consoles.of("two", str(store), "en", (80, 24))
    second.stop()
    await consoles.end_all()
    assert len(consoles) == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the console in /proc")
def test_a_server_that_is_killed_leaves_the_text_and_no_console(store: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        (console,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        os.kill(server.pid, signal.SIGKILL)
        server.wait(PATIENCE_S)
    wait_for(lambda: not Path(f"/proc/{console}").exists(), "the console goes on without a server")
    with closing(TinyStore.open(store)) as left:
        drafts = [draft.text for fields in left.all_drafts().values() for draft in fields.values()]
    assert drafts == ["Half a not"]
