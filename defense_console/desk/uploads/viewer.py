"""Opening a document with the system's viewer for its kind.

A document leaves the vault only as a copy that cannot be written, in a folder nobody else can read, under its own name
so that the system knows its kind. Kinds that run when they are opened are not opened. No shell is involved.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import ConsoleError, system_reason
from defense_console.store.private_copies import lasting_copy
from defense_console.store.vault import Vault
from defense_console.uploads.names import extension_of

_DOCUMENTS: Final = (
    "pdf", "txt", "md", "csv", "tsv", "rtf", "log", "json", "xml", "yaml", "yml", "docx", "doc", "odt", "pptx", "ppt",
    "odp", "xlsx", "xls", "ods", "epub", "zip", "html", "htm",
)  # fmt: skip
_MEDIA: Final = (
    "png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "tif", "tiff", "heic", "mp3", "wav", "ogg", "flac", "m4a", "mp4",
    "m4v", "mov", "webm", "mkv", "avi",
)  # fmt: skip
_SOURCES: Final = ("py", "js", "ts", "java", "sql", "ipynb", "css")
"""Source code is shown as text: some systems run it when it is opened."""
SHOWN: Final = frozenset((*_DOCUMENTS, *_MEDIA, *_SOURCES))
"""Kinds that a program shows; what could run by itself is not among them."""
_ODD: Final = re.compile(r"[^\w.\-]+")
_LONGEST: Final = 80

DOCUMENTS: Final = "/documents/"
"""Where `serve` gives documents to a mentor's browser."""

Start = Callable[[str], None]


def open_document(vault: Vault, file: ReceivedFile, start: Start | None = None) -> Path:
    """Open a document received with the system's program for its kind; return the copy that was opened.

    Args:
        start: Hands a path to the system; the system's own way when None.

    Raises:
        ConsoleError: Its kind is not opened, there is no program to show it, or the document is gone or damaged.
    """
    name = shown_name(vault, file)
    start = start or viewer()
    copy = lasting_copy(vault.chunks(file.sha256), name)
    start(str(copy))
    return copy


def shown_name(vault: Vault, file: ReceivedFile) -> str:
    """Return the name under which a document leaves the vault.

    Raises:
        ConsoleError: It is of a kind that could run.
    """
    name = file.name.rpartition("/")[2]
    extension = extension_of(name)
    if extension not in SHOWN:
        raise ConsoleError(
            "A document of the kind “{extension}” is not opened from here: it could run. It is kept as {place}.",
            extension=extension, place=vault.place(file.sha256),
        )  # fmt: skip
    return _plain_name(name, extension)


def address_in_browser(vault: Vault, file: ReceivedFile) -> str:
    """Return where `serve` gives a document to the browser that shows the console.

    Raises:
        ConsoleError: It is of a kind that could run.
    """
    return f"{DOCUMENTS}{file.sha256}/{quote(shown_name(vault, file))}"


def _plain_name(name: str, extension: str) -> str:
    """Return a name that no program takes for an option, a path or something to run."""
    stem = _ODD.sub("_", name.removesuffix(f".{extension}")).strip("._-")[:_LONGEST] or "document"
    return f"{stem}.{'txt' if extension in _SOURCES else extension}"


# --- the system ------------------------------------------------------------------------------------------------------


def viewer(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> Start:
    """Return the system's way of opening something.

    Raises:
        ConsoleError: There is none: no program, or no screen for it, as over SSH.
    """
    environ = os.environ if environ is None else environ
    if platform == "win32":
        return os.startfile  # type: ignore[attr-defined,no-any-return,unused-ignore]
    if platform == "darwin":
        program = shutil.which("open", path=environ.get("PATH"))
    else:  # without a screen xdg-open would start a browser in the terminal, over the console
        seen = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
        program = shutil.which("xdg-open", path=environ.get("PATH")) if seen else None
    if program is None:
        raise ConsoleError("There is no program here that shows documents.")
    return lambda what: _run([program, what])


def _run(arguments: Sequence[str]) -> None:
    try:
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(arguments, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
    except OSError as error:
        raise ConsoleError("{file}: {reason}", file=arguments[0], reason=system_reason(error)) from error
    threading.Thread(target=process.wait, name="viewer", daemon=True).start()  # so that no dead process is left
