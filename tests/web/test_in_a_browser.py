"""A mentor in a real browser: signs in, writes in a live defense, loads the page again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terminal import run, store_of_one
from tests.web.chromium import Shown, a_browser, served

LEFT = re.compile(r"(\d\d):(\d\d) of 15:00")


def of_the_phase(terminal: Shown) -> int:
    """Seconds of the phase that the screen shows."""
    found = LEFT.search(terminal.text())
    assert found is not None, terminal.text()
    return int(found[1]) * 60 + int(found[2])


@pytest.mark.slow
def test_a_page_that_is_loaded_again_in_a_live_defense(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(short_path / "settings.toml"))
    monkeypatch.setenv("DEFENSE_CONSOLE_SERVE", str(short_path / "serve"))
    store = store_of_one(short_path)
    with a_browser() as browser, served(store, short_path) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        terminal, elsewhere = Shown(page), list[str]()
        page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(url) else None)
        page.on("console", lambda said: elsewhere.append(said.text) if said.type == "error" else None)
        page.goto(run(store, "serve", "link", "mentor", "--at", url).strip())
        page.click("button")
        terminal.shows("starts in 1")
        page.keyboard.press("Enter")
        terminal.shows("Before the call")
        page.keyboard.type("tt")
        terminal.shows("of 15:00")
        page.keyboard.press("n")
        terminal.shows("WRITING")
        page.keyboard.type("Half a noté")
        terminal.shows("Half a noté")
        before = of_the_phase(terminal)

        page.reload()
        terminal.shows("WRITING", "Half a noté", "PRESENTATION 1/3")
        assert before <= of_the_phase(terminal)
        page.keyboard.type(", whole")
        terminal.shows("Half a noté, whole")
        page.keyboard.press("Enter")
        terminal.shows("Notes 1")
        assert elsewhere == []
