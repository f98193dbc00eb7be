"""Other programs made with the same toolkit, measured next to the console: each in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / ".bench"
"""Where their environments are; git ignores it."""
PATIENCE_S = 300


class Peer(NamedTuple):
    """A program. Attributes: packages: what pip installs; shown: on its screen once it can be used."""

    packages: tuple[str, ...]
    shown: str


PEERS = {
    # With tree-sitter 0.26, posting 2.11 ends with a segmentation fault when it draws its first text area.
    "posting": Peer(("posting>=2.11,<3", "tree-sitter>=0.25,<0.26"), "Collection is empty"),
    "harlequin": Peer(("harlequin>=2.17,<3",), "memory"),
}


def found(install: bool) -> Iterable[tuple[str, Path | str]]:
    """Yield each peer with its program, or with the reason why it is not measured.

    Args:
        install: Install the ones that are missing; this takes a minute each, the first time.
    """
    for name, peer in PEERS.items():
        place = FOLDER / name
        if not install and not _mark(place).exists():
            yield name, "not installed; `make bench` without QUICK installs it"
        elif (reason := _installed(place, peer.packages)) is not None:
            yield name, reason
        else:
            yield name, place / "bin" / name


def modules_of(package: str) -> Path:
    """Install a package into an environment of its own. Returns: the folder of its modules.

    Raises:
        SystemExit: It cannot be installed.
    """
    place = FOLDER / package
    if (reason := _installed(place, (package,))) is not None:
        raise SystemExit(f"{package} {reason}")
    return next(place.glob("lib/python*/site-packages"))


def _mark(place: Path) -> Path:
    """Return the file that says that an environment is whole."""
    return place / "installed"


def _installed(place: Path, packages: Iterable[str]) -> str | None:
    """Make an environment that is not there yet. Returns: why it could not be made, None when it is there."""
    if _mark(place).exists():
        return None
    print(f"Installing {place.name} into .bench/ …", file=sys.stderr, flush=True)
    try:
        venv.create(place, with_pip=True, clear=True)
        command = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input", *packages]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        return f"cannot be installed: {said[-1] if said else error}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"cannot be installed: {error}"
    _mark(place).touch()
    return None
