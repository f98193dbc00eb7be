"""A browser for the few tests that need one, and the terminal in its page as text."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyte
import pytest

from tests.waiting import PATIENCE_S, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocket

LEFT = re.compile(r"(\d\d):(\d\d) of 15:00")


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium of the system; without it the test is skipped with a notice."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Its sandbox does not start for root, nor in most containers; only pages of this test are opened.
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox"],
            # It makes a socket in its folder for temporary files, whose path may have 107 bytes. Source: unix(7).
            env={**os.environ, "TMPDIR": "/tmp"},
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(store: Path | str, around: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """`serve` on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DEFENSE_CONSOLE_SERVE": str(around / "serve"),
                   "DEFENSE_CONSOLE_SETTINGS": str(around / "settings.toml"), **(more or {})}  # fmt: skip
    command = [sys.executable, "-m", "defense_console", "serve", "--store", str(store), "--port", str(port)]
    with subprocess.Popen([*command, "--lang", "en"], env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), "serve did not start"
            wait_for(lambda: _answers(port), "serve never answered")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


class Shown:
    """What the terminal of a page shows, from what its socket received since the page was loaded last."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.screen = pyte.Screen(80, 24)
        page.on("websocket", self._begin)

    def _begin(self, socket: WebSocket) -> None:
        self.screen = pyte.Screen(80, 24)
        stream = pyte.ByteStream(self.screen)
        socket.on("framereceived", lambda data: stream.feed(data) if isinstance(data, bytes) else None)
        socket.on("framesent", lambda data: self._resize(data) if isinstance(data, str) else None)

    def _resize(self, packet: str) -> None:
        kind, *content = json.loads(packet)
        if kind == "resize":
            self.screen.resize(content[0]["height"], content[0]["width"])

    def load_again(self) -> None:
        """What was shown before the page is loaded again counts no more."""
        self.screen = pyte.Screen(80, 24)
        self.page.reload()

    def enter(self, link: str) -> None:
        """Come in by a link that was made for this person."""
        self.page.goto(link.strip())
        self.page.click("button")

    def press(self, key: str, *texts: str) -> None:
        """Press a key by its name, and wait until all of these are on the screen."""
        self.page.keyboard.press(key)
        self.shows(*texts)

    def type(self, keys: str, *texts: str) -> None:
        """Type text or several keys, and wait until all of these are on the screen."""
        self.page.keyboard.type(keys)
        self.shows(*texts)

    def of_the_phase(self) -> int:
        """Seconds of the presentation that the screen shows."""
        found = LEFT.search(self.text())
        assert found is not None, self.text()
        return int(found[1]) * 60 + int(found[2])

    def note_over_a_reload(self, more: str) -> None:
        """Write a first note in a live defense; in the middle of it the page is loaded again."""
        self.press("n", "WRITING")
        self.type("Half a noté", "Half a noté")
        before = self.of_the_phase()
        self.load_again()
        self.shows("WRITING", "Half a noté", "PRESENTATION 1/3")
        assert before <= self.of_the_phase()
        self.type(more, f"Half a noté{more}")
        self.press("Enter", "Notes 1")

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def shows(self, *texts: str) -> None:
        def all_there() -> bool:
            self.page.wait_for_timeout(50)
            return all(text in self.text() for text in texts)

        wait_for(all_there, f"{texts} never came:\n{self.text()}")
