"""One console for each person, in a process of its own, that goes on while no page shows it.

The two ends of the pipes speak the protocol of the toolkit's driver for browsers (`browser_driver.py`): packets of a
letter, a length and the content. What a browser sends goes through `TerminalInput` first, as what a terminal sends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final

import msgspec

from defense_console.desk.uploads.viewer import DOCUMENTS
from defense_console.model.errors import ConsoleError
from defense_console.screens.shared.terminal_input import TerminalInput
from defense_console.surroundings import IN_BROWSER_VARIABLE

MOST: Final = 8
"""Consoles at the same time."""
IDLE_MIN: Final = 120
"""A console that no page shows ends after so many minutes; a defense that was live goes on from its log."""
END_S: Final = 6.0
"""How long a console may take to save what it holds."""
WAITING_BYTES: Final = 1 << 20
"""Of what a slow page has not taken yet, no more is kept: all is drawn again instead."""
SIZES: Final = ((20, 500), (5, 200))
"""Columns and rows that a page may ask for, at least and at most."""
_READY: Final = b"__GANGLION__\n"
_PROLOGUE: Final = b"\x1b[?1049h\x1b[2J\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h\x1b[?25l\x1b[?2004h"
"""What the toolkit says to a terminal when it starts: another screen, the mouse, no cursor, pastes in brackets."""
_LARGEST: Final = 32 << 20
_DRIVER: Final = {
    IN_BROWSER_VARIABLE: "1",
    "TEXTUAL_FPS": "60",
    "TEXTUAL_COLOR_SYSTEM": "truecolor",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
}

Size = tuple[int, int]


class _Said(msgspec.Struct):
    """What the toolkit's driver says besides what it draws."""

    type: str
    url: str = ""


def size_in(columns: object, rows: object) -> Size:
    """Return a size that a page asks for, within reason."""
    asked = (int(columns) if isinstance(columns, int | str) and str(columns).isdecimal() else 80,
             int(rows) if isinstance(rows, int | str) and str(rows).isdecimal() else 24)  # fmt: skip
    return (min(max(asked[0], SIZES[0][0]), SIZES[0][1]), min(max(asked[1], SIZES[1][0]), SIZES[1][1]))


class Page:
    """A page that shows a console: what waits to be sent to it.

    Attributes:
        ended: Why nothing more comes; None while it goes on.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._news = asyncio.Event()
        self._lost = False
        self._to_open: deque[str] = deque(maxlen=8)
        self.ended: str | None = None

    def give(self, data: bytes) -> None:
        """Let the page be sent something; of a page that takes nothing, what waits is given up."""
        if len(self._waiting) + len(data) > WAITING_BYTES:
            self._waiting.clear()
            self._lost = True
        if not self._lost:
            self._waiting += data
        self._news.set()

    def open(self, address: str) -> None:
        """Let the page open an address of ours next to it."""
        self._to_open.append(address)
        self._news.set()

    def end(self, why: str) -> None:
        """Send what waits, then nothing more."""
        if self.ended is None:
            self.ended = why
        self._news.set()

    async def send(
        self,
        send: Callable[[bytes], Awaitable[None]],
        draw: Callable[[], Awaitable[None]],
        show: Callable[[str], Awaitable[None]],
    ) -> None:
        """Send what comes until the end.

        Args:
            send: Sends to the page, and waits while the page takes nothing.
            draw: Asks for all of the screen once more, after something was given up.
            show: Asks the page to open an address.
        """
        while True:
            await self._news.wait()
            self._news.clear()
            if self._lost:
                self._lost = False
                await draw()
            while self._to_open:
                await show(self._to_open.popleft())
            if data := bytes(self._waiting):
                self._waiting.clear()
                await send(data)
            if self.ended is not None and not self._waiting:
                return


class Running:
    """A console that runs for somebody.

    Args:
        command: What starts it.
        environment: What it finds there, besides what the driver needs.
        gone: Called once, when it has ended.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str], gone: Callable[[], None]) -> None:
        self._command = command
        self._environment = environment
        self._gone = gone
        self._process: asyncio.subprocess.Process | None = None
        self._page: Page | None = None
        self._input = TerminalInput()
        self._tick: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None
        self._said = bytearray()

    async def start(self, size: Size) -> None:
        """Start the process of the console.

        Raises:
            ConsoleError: The system starts no process.
        """
        environment = {**self._environment, **_DRIVER, "COLUMNS": str(size[0]), "ROWS": str(size[1])}
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=environment, limit=1 << 20, start_new_session=True,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise ConsoleError("The console cannot be started now.") from error
        self._reading = asyncio.create_task(self._read())

    # --- the page ------------------------------------------------------------------------------------------------

    async def show(self, page: Page, size: Size) -> None:
        """Show it on a page from now on, and on no other."""
        if self._page is not None:
            self._page.end("elsewhere")
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._page = page
        await self.draw()
        await self.resize(size)

    async def draw(self) -> None:
        """Draw all of the screen."""
        if self._page is not None:
            self._page.give(_PROLOGUE)
            await self._say({"type": "shown_again"})

    def hide(self, page: Page, idle_s: float) -> None:
        """A page shows it no more; when no other does before the time is up, it ends in order."""
        if self._page is page:
            self._page = None
            self._idle = asyncio.get_running_loop().call_later(idle_s, self.stop)

    async def type(self, text: str) -> None:
        """Take what was typed in the page."""
        now = asyncio.get_running_loop().time()
        await self._let_through(self._input.feed(text.encode("utf-8", "replace"), now))

    async def resize(self, size: Size) -> None:
        """The page has another size."""
        await self._say({"type": "resize", "width": size[0], "height": size[1]})

    async def _let_through(self, data: bytes) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if data:
            await self._write(b"D", data)
        if (deadline := self._input.deadline) is not None:
            loop = asyncio.get_running_loop()
            self._tick = loop.call_at(deadline, lambda: loop.create_task(self._give_up()))

    async def _give_up(self) -> None:
        await self._let_through(self._input.tick(asyncio.get_running_loop().time()))

    async def _say(self, packet: dict[str, object]) -> None:
        await self._write(b"M", msgspec.json.encode(packet))

    async def _write(self, kind: bytes, content: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            return
        with suppress(OSError, RuntimeError):  # it has just ended
            process.stdin.write(kind + len(content).to_bytes(4, "big") + content)
            await process.stdin.drain()

    # --- the process ---------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        """Read what it draws until it ends. It never waits for a page: its clock must not."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        errors = asyncio.create_task(self._read_errors())
        try:
            ready = False
            while not ready and (line := await process.stdout.readline()):
                ready = line == _READY
            while ready:
                head = await process.stdout.readexactly(5)
                size = int.from_bytes(head[1:], "big")
                if head[:1] not in b"DMP" or size > _LARGEST:
                    break
                content = await process.stdout.readexactly(size)
                if self._page is not None:
                    self._hand_on(self._page, head[:1], content)
        except (asyncio.IncompleteReadError, ValueError, OSError, msgspec.MsgspecError):
            pass
        finally:
            self.stop()
            with suppress(ProcessLookupError):
                if not await self.wait():
                    process.kill()
            await errors
            for timer in (self._tick, self._idle):
                if timer is not None:
                    timer.cancel()
            self._gone()
            if self._page is not None:
                said = bytes(self._said).decode("utf-8", "replace").strip().replace("\n", "\r\n")
                self._page.give(b"\x1b[?1049l\x1b[2J\x1b[H" + said.encode())
                self._page.end("ended")

    def _hand_on(self, page: Page, kind: bytes, content: bytes) -> None:
        if kind == b"D":
            page.give(content)
        elif kind == b"M":
            said = msgspec.json.decode(content, type=_Said)
            if said.type == "open_url" and said.url.startswith(DOCUMENTS):  # no page of another site
                page.open(said.url)

    async def _read_errors(self) -> None:
        process = self._process
        assert process is not None
        assert process.stderr is not None
        while data := await process.stderr.read(4096):
            self._said = (self._said + data)[-4096:]

    def stop(self) -> None:
        """End it in order: what is typed becomes a draft, what waits is written."""
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)

    async def wait(self, seconds: float = END_S) -> bool:
        """Wait until it has ended; return whether it has."""
        assert self._process is not None
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def over(self) -> None:
        """Wait until everything about it is done."""
        if self._reading is not None:
            await self._reading


class Consoles:
    """Every console that runs, by person.

    Args:
        most: How many may run at the same time.
        idle_min: How long one goes on that no page shows.
    """

    def __init__(self, most: int = MOST, idle_min: float = IDLE_MIN) -> None:
        self._most = most
        self.idle_s = idle_min * 60
        self._running: dict[str, Running] = {}

    def __len__(self) -> int:
        """Return how many run."""
        return len(self._running)

    async def of(
        self, name: str, store: str, language: str, size: Size, own: Mapping[str, str] = MappingProxyType({})
    ) -> Running:
        """Return somebody's console: the one that runs, else a new one.

        Args:
            name: Whose.
            store: Which store it opens.
            language: Which it speaks when it is a new one; "" for the one of the settings.
            size: Of the page.
            own: What is different in its environment.

        Raises:
            ConsoleError: There are too many already, or it cannot be started.
        """
        if (found := self._running.get(name)) is not None:
            return found
        if len(self._running) >= self._most:
            raise ConsoleError(
                "{n} consoles are open here, and no more can be. Try again when somebody has left.", n=self._most
            )
        # -P: no module is taken from the folder the server happens to run in.
        command = [sys.executable, "-P", "-m", "defense_console", "--store", store]
        command += ["--lang", language] if language else []
        environment = {each: value for each, value in os.environ.items() if not each.startswith("TEXTUAL")}
        environment |= own
        running = Running(command, environment, lambda: self._forget(name))
        self._running[name] = running
        try:
            await running.start(size)
        except BaseException:
            self._forget(name)
            raise
        return running

    def _forget(self, name: str) -> None:
        self._running.pop(name, None)

    async def end(self, name: str) -> None:
        """End somebody's console in order."""
        if (running := self._running.get(name)) is not None:
            running.stop()
            await running.over()

    async def end_all(self) -> None:
        """End every console in order."""
        for running in tuple(self._running.values()):
            running.stop()
        await asyncio.gather(*(running.over() for running in tuple(self._running.values())), return_exceptions=True)
