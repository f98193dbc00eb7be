r"""Paths inside what a student sends: checked one by one, so that none leaves its folder on any system.

Nothing is ever written under such a path; it is shown, matched and recorded. It is refused all the same where another
program would be led astray by it. Source: Microsoft, "Naming Files, Paths, and Namespaces"; APPNOTE.TXT §4.4.17.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from defense_console.model.errors import N_, ConsoleError
from defense_console.uploads.names import composed
from defense_console.uploads.opening.limits import RefusedSource

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
_LONGEST: Final = 255
"""Units of UTF-16 in one name on Windows and macOS; Linux takes less of some letters."""
_JUNK_FOLDERS: Final = frozenset(
    {"__macosx", ".spotlight-v100", ".trashes", ".fseventsd", ".temporaryitems", "$recycle.bin", "@eadir",
     "system volume information"}
)  # fmt: skip
_JUNK_FILES: Final = frozenset(
    {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".localized", ".directory", ".apdisk", "icon\r"}
)
_JUNK_BEGINNINGS: Final = ("._", "~$", ".~lock.")
"""What macOS keeps next to each file on foreign disks, and what office programs leave while a document is open."""

_LEAVES: Final = N_("This path leaves its folder.")
_ABSOLUTE: Final = N_("This path does not begin in the folder it came in.")
_CONTROL: Final = N_("This name has a control character.")
_SURROGATE: Final = N_("This name is not text.")
_RESERVED: Final = N_("This is the name of a device on Windows.")
_LONG: Final = N_("This name is too long.")
_EMPTY: Final = N_("There is an entry without a name.")
TWICE: Final = N_("There are two of this name, and one would replace the other: ask for a new archive.")


def safe_place(raw: str) -> str:
    """Return a path as it is kept: parts joined with `/`, accents composed.

    Raises:
        RefusedSource: It is absolute, leaves its folder, or holds a name that some system takes for something else.
    """
    if any(unicodedata.category(character) == "Cs" for character in raw):
        _refuse(raw, _SURROGATE)
    name = raw.rpartition("/")[2]
    if name.casefold() not in _JUNK_FILES and any(
        ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in raw
    ):
        _refuse(raw, _CONTROL)
    if raw.startswith("/"):
        _refuse(raw, _ABSOLUTE)
    parts = [composed(part) for part in raw.split("/") if part not in ("", ".")]
    for part in parts:
        if _DRIVE.match(part):
            _refuse(raw, _ABSOLUTE)
        if not part.strip(" ."):  # Windows drops points and spaces at the end: "... " climbs as ".." does
            _refuse(raw, _LEAVES)
        if _DEVICE.fullmatch(part.partition(".")[0].rstrip(" ")):
            _refuse(raw, _RESERVED)
        if len(part.encode("utf-16-le")) // 2 > _LONGEST:
            _refuse(raw, _LONG)
    if not parts:
        _refuse(raw, _EMPTY)
    return "/".join(parts)


def slashed(raw: str) -> str:
    r"""Return a path with `/` between its parts: programs of Windows write `\`, which no system has in names."""
    return raw.replace("\\", "/")


def is_here(raw: str) -> bool:
    """Return whether a path is the folder that everything is in: `./`."""
    return not raw.startswith("/") and not set(raw.split("/")) - {"", "."} and raw != ""


def _refuse(raw: str, reason: str) -> None:
    raise RefusedSource(raw, ConsoleError(reason))


def is_junk(place: str) -> bool:
    """Return whether a system left this file or folder there for itself."""
    *folders, name = place.casefold().split("/")
    return name in _JUNK_FILES or name.startswith(_JUNK_BEGINNINGS) or bool(_JUNK_FOLDERS & {*folders, name})
