"""Finds `data/`: inside an installed package, or next to a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from defense_console.model.errors import ConsoleError

_PACKAGE: Final = Path(__file__).resolve().parent


def data_folder() -> Path:
    """Return the folder that holds `curricula/` and `common.toml`.

    A wheel carries it inside the package; an editable install and a checkout have it next to the package.

    Raises:
        ConsoleError: neither is there, so the installation is broken.
    """
    for folder in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (folder / "curricula").is_dir():
            return folder
    raise ConsoleError(
        "The curricula are missing from this installation (no folder data/curricula in {package} or next to it).",
        package=str(_PACKAGE),
    )
