"""The shipped curricula, checked once, then kept as JSON beside the compiled modules: TOML takes ten times as long."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path

import msgspec

from defense_console import __version__
from defense_console.model.curriculum import Curriculum
from defense_console.resources import data_folder


def shipped() -> dict[str, Curriculum]:
    """Return the curricula that come with the console, by code.

    Raises:
        CurriculaError: A file of them was changed and has faults.
    """
    folder, place = data_folder(), Path(cache_from_source(__file__)).with_suffix(".json")
    made_of = _digest(folder)
    with suppress(OSError, ValueError, msgspec.MsgspecError):
        head, _line, body = place.read_bytes().partition(b"\n")
        if head == _head(made_of, body):
            return msgspec.json.decode(body, type=dict[str, Curriculum])
    from defense_console.exchange.curricula.reading import load

    found = load(folder)
    if not sys.dont_write_bytecode:
        _keep(place, made_of, msgspec.json.encode(found))
    return found


def _digest(folder: Path) -> bytes:
    """Return a digest of all that the curricula are made of: their files, and the modules that read them."""
    files = sorted(
        [*(folder / "curricula").glob("*.toml"), *folder.glob("*.toml"), *Path(__file__).parent.glob("*.py")]
    )
    digest = sha256(__version__.encode())
    for file in files:
        content = file.read_bytes()
        digest.update(b"%s %d\n" % (file.name.encode("utf-8", "surrogateescape"), len(content)) + content)
    return digest.digest()


def _head(made_of: bytes, body: bytes) -> bytes:
    """Return the first line of the file that is kept: one that is damaged or of other curricula is not read."""
    return sha256(made_of + body).hexdigest().encode()


def _keep(place: Path, made_of: bytes, body: bytes) -> None:
    """Write the file that is kept, whole or not at all; where that cannot be, each start reads the curricula anew."""
    partial = place.with_name(f"{place.name}.{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(_head(made_of, body) + b"\n" + body)
        partial.replace(place)
