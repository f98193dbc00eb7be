"""A mentor in a real browser: signs in, writes in a live defense, loads the page again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal import run, store_of_one
from tests.waiting import PATIENCE_S, wait_for
from tests.web.chromium import Shown, a_browser, served


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
        terminal.enter(run(store, "serve", "link", "mentor", "--at", url))
        terminal.shows("starts in 1")
        terminal.press("Enter", "Before the call")
        terminal.type("tt", "of 15:00")
        terminal.note_over_a_reload(", whole")
        terminal.press("F1", "F11 belong to the browser")
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
