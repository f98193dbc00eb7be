"""User text made harmless for its readers: nothing hidden, nothing lost, nothing that moves a cursor.

Stored and exported text stays as it was typed; only what is shown goes through here. Pure: no terminal library.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

NEWLINE_SIGN: Final = "⏎"
"""Replaces a line break where one line is shown."""

BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Every character that can reorder its neighbours. Source: Unicode property Bidi_Control."""

_SEPARATORS: Final = "\u2028\u2029"
_ANNOTATIONS: Final = "\ufff9\ufffa\ufffb"


def _by_code_point(code: int) -> str:
    return f"⟨U+{code:04X}⟩"


@cache
def _table() -> dict[int, str]:
    """Return what replaces each character that would act instead of being read. Line breaks are not in here."""
    table = {code: chr(0x2400 + code) for code in range(0x20)}  # control pictures: ESC is ␛
    table[0x7F] = "␡"
    acting = (*range(0x80, 0xA0), *map(ord, sorted(BIDI_CONTROLS)), *map(ord, _SEPARATORS + _ANNOTATIONS))
    table |= {code: _by_code_point(code) for code in acting}
    # A lone surrogate cannot be written to any terminal or file; the desk refuses it, an error message may quote it.
    table |= {code: _by_code_point(code) for code in range(0xD800, 0xE000)}
    del table[0x0A]
    return table


def visible(text: str) -> str:
    r"""Return the text with every character that acts replaced by one that shows.

    Control characters become their pictures (ESC is ␛), C1 and bidirectional controls their code point (⟨U+202E⟩).
    A line break stays one, however it was typed (`\r\n` too). The result is never interpreted again: applying the
    function twice changes nothing.
    """
    if text.isprintable():  # no character that acts is printable, and most texts are
        return text
    return text.replace("\r\n", "\n").translate(_table())


def is_one_line(text: str) -> bool:
    """Return whether a text has no line break of any kind; an empty one has none."""
    return text.splitlines() in ([], [text])


def one_line(text: str) -> str:
    """Return the text as `visible` shows it, on one line: each line break is ⏎."""
    return visible(text).replace("\n", NEWLINE_SIGN)


_LOOSE: Final = re.compile(r" (?=[:;?!»%])|(?<=«) ")
_STRAIGHT: Final = re.compile(r"(?<=\w)'(?=[\w«“])")


@lru_cache(maxsize=4096)
def french(text: str) -> str:
    """Return a shipped sentence with the signs of French print: no-break spaces, curly apostrophes.

    Never used on what a person typed. Source: Imprimerie nationale, Lexique des règles typographiques.
    """
    return _STRAIGHT.sub("’", _LOOSE.sub("\N{NO-BREAK SPACE}", text))


def cells(text: str) -> int:
    """Return how many columns of a terminal a line takes; where terminals disagree, the larger number.

    Combining marks and format characters take none, wide and full-width characters two, as does a character that is
    asked to show as a picture (U+FE0F). Joined emoji are counted one by one. Source: UAX #11.
    """
    return len(text) if text.isascii() else _wide_cells(text)


@lru_cache(maxsize=4096)
def _wide_cells(text: str) -> int:
    if "\ufe0f" not in text:
        return sum(map(_cells_of, text))
    total = 0
    last = 0
    for character in text:
        if character == "\ufe0f":
            total += 2 - last if last == 1 else 0
            last = 2 if last == 1 else last
            continue
        if width := _cells_of(character):
            last = width
        total += width
    return total


@lru_cache(maxsize=4096)
def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def shortened(text: str, width: int) -> str:
    """Return the text on one line, at most `width` cells wide, with `…` at its end where something was left out."""
    whole = one_line(text)
    if cells(whole) <= width:
        return whole
    if width < 1:
        return ""
    kept = whole[:width]  # a character takes at most two cells, most take one: few rounds follow
    while cells(kept) > width - 1 or (kept and unicodedata.combining(whole[len(kept)])):
        kept = kept[:-1]  # an accent must neither lose its letter nor land on the ellipsis
    return kept + "…"


_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "’": "'"})


@lru_cache(maxsize=65_536)
def searchable(text: str) -> str:
    """A text as searches compare it: without accents, without case, single spaces. Names come again at every key."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(bare.translate(_LIGATURES).split())
