"""The pages of a store in a folder, and somebody who asks for them without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from defense_console.settings import Settings
from defense_console.terminal.base import Session
from defense_console.web.app import application
from defense_console.web.people import People
from defense_console.web.processes import Consoles
from defense_console.web.served import Serving
from defense_console.web.site import site

URL = "http://127.0.0.1:8765"
SOCKET = "ws://127.0.0.1:8765/socket"


@dataclass
class Pages:
    """What `serve` serves, on a clock that a test moves."""

    around: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    told: list[str] = field(default_factory=list)
    """What whoever runs the server was told."""

    failure: Exception | None = None
    """What goes wrong when a table is asked for."""

    def table(self, _language: str) -> bytes:
        if self.failure is not None:
            raise self.failure
        return b"a table"

    def __post_init__(self) -> None:
        self.session = Session()
        self.session.store = str(self.around / "store")
        self.people = People(self.around / "serve", lambda: self.now, only_one=True)
        self.consoles = Consoles(most=1, idle_min=1)
        self.settings = Settings(name="Mentor Test", zone="Europe/Paris", max_archive_mb=1)
        self.session.__dict__["settings"] = self.settings
        serving = Serving(
            site=site("127.0.0.1", 8765, "", False), people=self.people, folder=self.around / "serve",
            served=self.session.store, language="en", most=1, idle_min=1, listen="127.0.0.1", port=8765,
            certificate="", key="", reading=self.session.desk, writing=self.session.writing_desk,
            table=self.table, own=True, settings=self.settings,
            now=lambda: self.now, tell=self.told.append,
        )  # fmt: skip
        self.app = application(serving, self.consoles)

    def pass_time(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def pages(short_path: Path) -> Pages:
    return Pages(short_path)


@pytest.fixture
def browser(pages: Pages) -> Iterator[TestClient]:
    """Somebody with a browser, who reads English and sends what a browser sends from a page of ours."""
    headers = {"Accept-Language": "en", "Origin": URL}
    with TestClient(pages.app, base_url=URL, headers=headers, follow_redirects=False) as client:
        yield client


@pytest.fixture
def mentor(pages: Pages, browser: TestClient) -> TestClient:
    """The mentor, signed in."""
    pages.people.change("mentor")
    assert browser.post(f"/enter/{pages.people.new_link('mentor')}").headers["location"] == "/console"
    return browser
