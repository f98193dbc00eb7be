"""A path as it is typed, pasted or dropped into a terminal."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from defense_console.desk.typed.completed import Completed, completed
from defense_console.model.errors import ConsoleError


def typed_path(text: str) -> Path:
    """Return the path meant, without the quotes or backslashes that a terminal adds; `~` and `file://` work.

    Raises:
        ConsoleError: Nothing was typed, or `~name` is nobody here.
    """
    path = text.strip()
    if len(path) > 1 and path[0] == path[-1] and path[0] in "'\"":
        path = path[1:-1]
    elif path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    if not path:
        raise ConsoleError("Type where the documents are: a ZIP, a folder or a file.")
    try:
        found = Path(path).expanduser()
        if os.name == "posix" and "\\" in path and not found.exists():
            found = Path(re.sub(r"\\(.)", r"\1", path)).expanduser()
        return found
    except RuntimeError as error:
        raise ConsoleError("{file}: there is no such file or folder.", file=path) from error


def complete_path(text: str) -> Completed:
    """Complete a path as a shell does; names that begin with a dot only where a dot is typed.

    Quotes stay, backslashes before blanks go: neither is needed, and blanks are part of a name.
    """
    body = text.lstrip()
    quote = body[:1] if body[:1] in ("'", '"') else ""
    path = body[len(quote) :]
    if os.name == "posix" and not quote:
        path = re.sub(r"\\(.)", r"\1", path)
    if path == "~":
        return Completed(f"{quote}~{os.sep}")
    folder, begin = os.path.split(path)
    names = _names(folder, begin)
    if not names:
        return Completed(text, exists=False)
    kept = path[: len(path) - len(begin)]
    return completed(f"{quote}{kept}", names)


def _names(folder: str, begin: str) -> tuple[str, ...]:
    """Return what lies in a folder and begins like this, in any case where nothing does in this one.

    They are sorted; a folder has a separator at its end.
    """
    try:
        with os.scandir(Path(folder or os.curdir).expanduser()) as entries:
            found = [
                entry.name + (os.sep if entry.is_dir() else "") for entry in entries if _is_shown(entry.name, begin)
            ]
    except (OSError, RuntimeError, ValueError):
        return ()
    exact = sorted(name for name in found if name.startswith(begin))
    return tuple(exact or sorted(name for name in found if name.casefold().startswith(begin.casefold())))


def _is_shown(name: str, begin: str) -> bool:
    return (begin.startswith(".") or not name.startswith(".")) and name.isprintable()
