"""The one error of the console: an English message id and its parameters, translated where it is shown."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from typing import Final


class ConsoleError(Exception):
    """Something the mentor asked for cannot be done, with the reason.

    Args:
        id: English sentence, also the message id of the translation; `{name}` places take the parameters.
        parameters: Values of the places; user text arrives here unchanged and is made safe where it is shown.
    """

    def __init__(self, id: str, /, **parameters: object) -> None:
        super().__init__(id, parameters)
        self.id = id
        self.parameters = parameters

    def __str__(self) -> str:
        """Return English text, for logs and tests; the screens and the command line translate `id` instead."""
        return self.id.format(**{"key": _CommandKey(), **self.parameters})


class _CommandKey:
    """`{key:live.finish}` in a text for logs: the command, since only the screens know which key does it now."""

    def __format__(self, command_id: str) -> str:
        return f"[{command_id}]"


def N_(message: str) -> str:  # noqa: N802 — the usual name of gettext's no-op marker
    """Mark a message for translation where it is stored; it is translated where it is shown."""
    return message


_OF_SYSTEM: Final[Mapping[int, str]] = {
    errno.ENOENT: N_("there is no such file or folder"),
    errno.EACCES: N_("the system does not permit it"),
    errno.EPERM: N_("the system does not permit it"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENOTDIR: N_("a part of the path is not a folder"),
    errno.EEXIST: N_("something has this name already"),
    errno.ENOTEMPTY: N_("the folder is not empty"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the disk is full"),
    errno.EFBIG: N_("the file is too large for the disk"),
    errno.EROFS: N_("the disk can only be read"),
    errno.EIO: N_("the disk answers with an error"),
    errno.ENODEV: N_("the disk is gone"),
    errno.ENXIO: N_("the disk is gone"),
    errno.ESTALE: N_("the network disk does not answer"),
    errno.ETIMEDOUT: N_("the network disk does not answer"),
    errno.ENOTCONN: N_("the network disk does not answer"),
    errno.ENOLCK: N_("the disk has no locks to give"),
    errno.EBUSY: N_("another program holds it"),
    errno.ETXTBSY: N_("another program holds it"),
    errno.EAGAIN: N_("another program holds it"),
    errno.EMFILE: N_("too many files are open"),
    errno.ENFILE: N_("too many files are open"),
    errno.ENOMEM: N_("there is not enough memory"),
    errno.ENAMETOOLONG: N_("the name is too long"),
    errno.ELOOP: N_("it is a link that is not followed"),
    errno.EBADF: N_("it was closed"),
    errno.EINVAL: N_("the system refuses the name or the request"),
    errno.ENOEXEC: N_("this machine cannot run it"),
}
"""The usual errors of a system. Its own words for them are in English, or in the language of the machine."""


def system_reason(error: OSError) -> ConsoleError:
    """Return why the system refused something, to be put into a sentence; a rare cause is named by its code."""
    number = error.errno or 0
    if number in _OF_SYSTEM:
        return ConsoleError(_OF_SYSTEM[number])
    return ConsoleError(N_("the system answers with {code}"), code=errno.errorcode.get(number, type(error).__name__))


_OF_TOML: Final[Mapping[str, str]] = {
    "Cannot|twice|Duplicate": N_("the file says it twice"),
    "Unterminated|Unclosed|end of document": N_("its end is missing"),
    "": N_("it is not written as TOML wants it"),
}
"""By words of tomllib's English messages, the first that fits."""
_TOML_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)$")


def toml_fault(error: ValueError, text: str) -> ConsoleError:
    """Return where a text is not TOML, and why; at its end it is the last line."""
    found = _TOML_PLACE.search(str(error))
    line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
    why = next(why for words, why in _OF_TOML.items() if re.search(words, str(error)))
    return ConsoleError(
        N_("line {line}, column {column} is not TOML: {reason}"), line=line, column=column, reason=ConsoleError(why)
    )
