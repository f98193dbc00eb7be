"""What every test stands on: compiled catalogues, and a machine without the user's language, settings and stores."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from defense_console.words import translation as i18n
from hatch_build import compile_catalogues

ROOT = Path(__file__).parent.parent


def _stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime


def pytest_configure() -> None:
    """Compile the catalogues a checkout has changed since it was installed."""
    if any(_stale(catalogue) for catalogue in ROOT.glob("defense_console/words/locales/*/LC_MESSAGES/*.po")):
        compile_catalogues(ROOT)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many workers as cores: a test of a console waits half of its time."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Let the collector look only at what tests make, and less often: it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


OF_THE_USER = ("LC_", "LANGUAGE", "DEFENSE_CONSOLE_", "SSH_", "XDG_")
"""How the names of variables begin that say something of the user's language, settings, terminal or session."""
OF_THE_TERMINAL = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "DISPLAY", "WAYLAND_DISPLAY")
OWN = {"LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color", "USER": "mentor", "LOGNAME": "mentor"}


def _short_folder() -> tempfile.TemporaryDirectory[str]:
    """An empty folder whose path is short, and as long on every machine."""
    place = "/tmp" if os.name == "posix" else None
    return tempfile.TemporaryDirectory(prefix="dc-", dir=place, ignore_cleanup_errors=True)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """An empty folder for what must fit on a screen, wherever pytest keeps its own."""
    with _short_folder() as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the user's settings, language, zone, terminal or store, and none leaves its language to the next."""
    for name in list(os.environ):
        if name.startswith(OF_THE_USER) or name in OF_THE_TERMINAL:
            monkeypatch.delenv(name)
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    if os.name == "posix":
        time.tzset()
    i18n.set_language("en")
    with _short_folder() as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(name, home)
        yield
    i18n.set_language("en")
