"""What the environment of a process says besides the settings: where its screen is, where unsaved work waits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

SPOOL_VARIABLE: Final = "DEFENSE_CONSOLE_SPOOL"
"""Environment variable that names another folder for what could not be saved yet."""
IN_BROWSER_VARIABLE: Final = "DEFENSE_CONSOLE_IN_BROWSER"
"""Environment variable by which `serve` says to a console that its screen is a browser, maybe on another machine."""


def in_browser(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether this console is shown in a browser."""
    return bool((os.environ if environ is None else environ).get(IN_BROWSER_VARIABLE))
