"""What every test stands on: compiled catalogues, and a machine without the user's language, settings and stores."""

from __future__ import annotations

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


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the user's settings, language or store, and none leaves its language to the next."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("DEFENSE_CONSOLE_SETTINGS", "DEFENSE_CONSOLE_STORE", "DEFENSE_CONSOLE_SPOOL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    i18n.set_language("en")
    yield
    i18n.set_language("en")
