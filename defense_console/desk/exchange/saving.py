"""Writing a file where the mentor says: whole or not there, for its owner alone."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NoReturn

from defense_console.model.errors import ConsoleError, system_reason

_NOT_IN_A_NAME: Final = re.compile(r"[^\w.-]+")
LONGEST_NAME: Final = 80
"""Characters of a proposed name: in any script they stay below what file systems take."""


def save(target: Path, parts: Iterable[bytes]) -> None:
    """Write a file; one that is there is replaced only when the new one is complete.

    Raises:
        ConsoleError: It cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}"[:LONGEST_NAME] + ".", dir=target.parent)
        new = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    except OSError as error:
        refuse(str(target), error)


def refuse(file: str, error: OSError) -> NoReturn:
    """Say why a file cannot be read or written.

    Raises:
        ConsoleError: Always.
    """
    if isinstance(error, FileNotFoundError):
        raise ConsoleError("{file}: there is no such file or folder.", file=file) from None
    if isinstance(error, PermissionError):
        raise ConsoleError("{file}: you may not read or write it; ask who owns it.", file=file) from None
    if isinstance(error, IsADirectoryError):
        raise ConsoleError("{file}: this is a folder; name a file in it.", file=file) from None
    raise ConsoleError("{file}: {reason}", file=file, reason=system_reason(error)) from None


def proposed_file(words: Iterable[str], form: str) -> Path:
    """Return a file that is not there yet, in the mentor's folder for documents.

    Args:
        words: What its name is made of; what no name can hold becomes `_`.
        form: The end of the name, without its dot.
    """
    stem = "-".join(_NOT_IN_A_NAME.sub("_", word).strip("_.") for word in words)[:LONGEST_NAME]
    folder = _documents()
    names = (folder / f"{stem}{number}.{form}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    return next((file for file in names if not file.exists()), folder / f"{stem}.{form}")


def _documents() -> Path:
    from platformdirs import user_documents_path

    found = user_documents_path()
    return found if found.is_dir() else Path.home()
