"""A path as it is typed, pasted or dropped into a terminal."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

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
