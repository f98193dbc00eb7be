"""Ids that look the same are the same: they are compared in NFC, without characters that nobody sees.

An id that is in a store keeps its bytes: its stream and its defenses are named by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import BIDI_CONTROLS

_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""What is not drawn and is no format character either. Source: Unicode property Default_Ignorable_Code_Point."""
_JOINERS: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef]")
"""What changes how the character before it is drawn, in emoji and in scripts that join; never in Latin."""
_LATIN: Final = "\u0250"
"""The first character behind the Latin blocks."""
_TURNS: Final = "\N{RIGHT-TO-LEFT OVERRIDE}"


def without_unseen(text: str) -> str:
    """Return a text without the characters that nobody sees, and with plain single blanks."""
    return " ".join(_seen(text).split())


def comparable(id: str) -> str:
    """Return the form in which ids are compared."""
    seen = without_unseen(id)
    return seen if seen.isascii() else without_unseen(unicodedata.normalize("NFC", seen))


def revealed(id: str) -> str:
    """Return an id with every character that nobody sees, and every loose accent, as its code point."""
    return "".join(
        f"⟨U+{ord(c):04X}⟩" if not _seen(c) or unicodedata.combining(c) or (c.isspace() and c != " ") else c for c in id
    )


def _seen(text: str) -> str:
    if text.isascii():
        return text
    letters = (character for character in text if character not in BIDI_CONTROLS)  # one of them is itself of class R
    backwards = any(unicodedata.bidirectional(character) in ("R", "AL") for character in letters)
    kept: list[str] = []
    for character in text:
        if character in BIDI_CONTROLS:
            unseen = not backwards and character != _TURNS
        elif _JOINERS.match(character):
            unseen = not kept or kept[-1] < _LATIN
        else:
            unseen = character in _FILLERS or unicodedata.category(character) == "Cf"
        if not unseen:
            kept.append(character)
    return "".join(kept)


class KnownIds:
    """The ids of a store, and those of a file.

    Args:
        ids: Of the store.
        written: Of the file. One that the store does not know is kept as it is written, without what nobody sees; if
            it is written in several ways, in the form in which ids are compared.
    """

    def __init__(self, ids: Iterable[str], written: Iterable[str] = ()) -> None:
        self._ids = frozenset(ids)
        self._alike = _by_form(self._ids)
        self._written = _by_form(_seen(id).strip() for id in written)

    def read(self, written: str) -> str:
        """Return the id that a file means: the store's own one where it has one that looks the same.

        Raises:
            ConsoleError: The store has several that look the same, and none is written exactly so.
        """
        if written in self._ids:
            return written
        form = comparable(written)
        alike = self._alike.get(form, set())
        if len(alike) > 1:
            listed = ", ".join(map(revealed, sorted(alike)))
            raise ConsoleError(N_("exactly one of the ids that look like it: {ids}"), ids=listed)
        ways = alike or self._written.get(form, set())
        return next(iter(ways)) if len(ways) == 1 else form


def _by_form(ids: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for id in ids:
        found.setdefault(comparable(id), set()).add(id)
    return found
