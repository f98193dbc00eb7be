"""Copying a text out of the console, and saying truthfully which way it went."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from defense_console.model.errors import ConsoleError, system_reason
from defense_console.surroundings import in_browser
from defense_console.words.translation import N_, translator

FILE_NAME: Final = "clipboard.txt"
"""Where every copied text can also be found, in the store's folder."""
_TOOL_TIMEOUT_S: Final = 2.0
"""A clipboard tool that waits for a display that is not there never answers; the mentor does not wait for it."""

_LINK: Final = N_("it is a link: remove the link")


class Copied(msgspec.Struct, frozen=True):
    """Which ways a text went.

    Attributes:
        tool: the system's clipboard holds it; it was read back.
        terminal: it was sent to the terminal (OSC 52), which may or may not take it.
        file: the file that holds it, None when it could not be written.
        problem: why not, when it could not.
    """

    tool: bool
    terminal: bool
    file: Path | None
    problem: ConsoleError | None = None

    def sentence(self, language: str) -> str:
        """Return what the line says; it never says "copied" when nothing was."""
        _ = translator(language)
        if self.tool and self.file:
            return _("Copied to the clipboard; also in {file}.", file=self.file)
        if self.tool:
            return _("Copied to the clipboard.")
        if self.terminal and self.file:
            sent = N_("Sent to the terminal's clipboard (OSC 52); if it does not take it, it is in {file}.")
            return _(sent, file=self.file)
        if self.terminal:
            return _("Sent to the terminal's clipboard (OSC 52), which may not take it.")
        if self.file:
            return _("There is no clipboard here: the text is in {file}.", file=self.file)
        lost = N_("Not copied: there is no clipboard here, and the file could not be written ({problem}).")
        return _(lost, problem=_.error(self.problem) if self.problem is not None else "")


def is_elsewhere(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether the mentor sits at another machine: over SSH, or with a browser."""
    environ = os.environ if environ is None else environ
    return in_browser(environ) or bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def by_tool(text: str) -> bool:
    """Give a text to the system's clipboard tool and read it back.

    Returns:
        Whether the clipboard now holds the text; False without a tool, or when it does not answer in time.
    """
    result: list[bool] = []

    def attempt() -> None:
        import pyperclip

        try:
            pyperclip.copy(text)
            found = str(pyperclip.paste())
        except (pyperclip.PyperclipException, OSError, UnicodeError):
            return
        result.append(found.replace("\r\n", "\n") == text.replace("\r\n", "\n"))

    thread = threading.Thread(target=attempt, name="clipboard", daemon=True)
    thread.start()
    thread.join(_TOOL_TIMEOUT_S)
    return result == [True]


def to_file(text: str, folder: Path) -> Path:
    """Write a text to the clipboard file, readable by the mentor only, also when others could read it until now.

    Raises:
        OSError: It could not be written, or is a link, which would carry the text to wherever someone made it point.
    """
    file = folder / FILE_NAME
    if file.is_symlink():
        raise OSError(errno.ELOOP, _LINK)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)
        stream.truncate(0)  # only now: what stood there goes when the new text may be read by nobody else
        stream.write(text)
    return file


def copy(
    text: str,
    folder: Path | None,
    *,
    tool: Callable[[str], bool] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Copied:
    """Copy a text every way that does not need the screen.

    Elsewhere the caller also sends it to the terminal (OSC 52): a tool would fill the clipboard of the wrong machine.

    Args:
        tool: Gives the text to the system's clipboard and returns whether it holds it; `by_tool` when None.
    """
    remote = is_elsewhere(environ)
    held = not remote and (tool or by_tool)(text)
    if folder is None:
        return Copied(held, remote, None)
    try:
        return Copied(held, remote, to_file(text, folder))
    except OSError as error:
        return Copied(held, remote, None, system_reason(error))
