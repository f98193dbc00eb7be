"""The only doors for user text into widgets: what a student or a file wrote is shown as typed and never acted on.

Text is stored and exported unchanged; only what is drawn passes here.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePath
from typing import Final

from rich.text import Text
from textual.content import Content

from defense_console.model.text import NEWLINE_SIGN, cells, one_line, shortened, visible

__all__ = [
    "NEWLINE_SIGN",
    "capital",
    "cell",
    "cells",
    "content",
    "line",
    "one_line",
    "same_width",
    "shortened",
    "shortened_place",
    "visible",
]

_STAND_IN: Final = "\N{REPLACEMENT CHARACTER}"


def content(text: str) -> Content:
    """Return user text for a widget that takes `Content`: several lines, nothing read as markup."""
    return Content(visible(text))


def line(text: str) -> Content:
    """Return user text for a widget that takes `Content`, on one line; nothing read as markup."""
    return Content(one_line(text))


def cell(text: str) -> Text:
    """Return user text for a table's cell, on one line; nothing read as markup."""
    return Text(one_line(text), end="", no_wrap=True, overflow="ellipsis")


@lru_cache(maxsize=4096)
def same_width(text: str) -> str:
    """Return the text as a field draws it while it is edited: one character for one, so that the cursor stays in place.

    Control characters become their pictures; what `visible` would spell out as a code point becomes �. Tabs stay, since
    the field expands them itself.
    """
    return "".join(_one_for_one(character) for character in text)


def _one_for_one(character: str) -> str:
    shown = visible(character)
    return character if character in "\t\n" else shown if len(shown) == 1 else _STAND_IN


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def shortened_place(place: PurePath, width: int, home: PurePath | None = None) -> str:
    """Return a path on one line, at most `width` cells wide, with home as ~.

    Where there is no room `…` replaces folders of its middle; the last name says most, so it is cut last.
    """
    parts = place.parts
    if home is not None and place.is_relative_to(home):
        parts = ("~", *place.relative_to(home).parts)
    shorter = (type(place)(parts[0], "…", *parts[n:]) for n in range(2, len(parts)))
    for each in (type(place)(*parts), *shorter, type(place)("…", *parts[-1:])):
        if cells(text := one_line(str(each))) <= width:
            return text
    return shortened(text, width)
