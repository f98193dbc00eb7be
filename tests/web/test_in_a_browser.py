"""A mentor in a real browser: signs in, writes in a live defense, loads the page again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terminal import run, store_of_one
from tests.waiting import PATIENCE_S, wait_for
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

        terminal.load_again()
        terminal.shows("WRITING", "Half a noté", "PRESENTATION 1/3")
        assert before <= of_the_phase(terminal)
        page.keyboard.type(", whole")
        terminal.shows("Half a noté, whole")
        page.keyboard.press("Enter")
        terminal.shows("Notes 1")
        page.keyboard.press("F1")
        terminal.shows("F11 belong to the browser")
        assert elsewhere == []


@pytest.mark.slow
def test_pages_by_keyboard_aloud_and_on_a_phone(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Axe finds nothing serious, no page is wider than a phone, a clock goes on, and a file is sent."""
    from axe_core_python.sync_playwright import Axe

    monkeypatch.setenv("DEFENSE_CONSOLE_SERVE", str(short_path / "serve"))
    (short_path / "settings.toml").write_text('name = "Mentor"\nzone = "Europe/Paris"\nmax_archive_mb = 1\n')
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(short_path / "settings.toml"))
    store = short_path / "store"
    run(store, "demo", "--fill", "--lang", "en")
    links = [run(store, "serve", "student-link", f"demo-{name}").partition("8765")[2] for name in ("chloe", "bilal")]
    people = run(store, "serve", "link", "mentor")
    with a_browser() as browser, served(store, short_path) as url:
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark", locale="fr-FR")
        page.set_default_timeout(PATIENCE_S * 1000)

        def is_for_everybody() -> None:
            found = Axe().run(page)["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390

        page.goto(url + links[1].strip())
        is_for_everybody()
        clock = page.locator("#clock").text_content()
        wait_for(lambda: page.locator("#clock").text_content() != clock, "the clock stands still")
        page.goto(url + links[0].strip())
        is_for_everybody()
        file = page.locator("input[type=file]").first
        file.set_input_files({"name": "long.pdf", "mimeType": "", "buffer": b"x" * 2_000_000})
        assert "1 Mo" in page.evaluate("document.querySelector('input[type=file]').validationMessage")
        file.set_input_files({"name": "a.pdf", "mimeType": "", "buffer": b"%PDF-1.4"})
        page.locator("form button").first.click()
        page.wait_for_selector(".receipt")
        is_for_everybody()
        page.goto(url + people.partition("8765")[2].strip())
        is_for_everybody()
        page.click("button")
        page.goto(url + "/school")
        is_for_everybody()
