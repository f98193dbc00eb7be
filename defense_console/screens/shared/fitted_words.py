"""Sentences that must be read whole in half a screen: the places and causes they name give way, never what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

from defense_console.model.errors import ConsoleError
from defense_console.safe_text import content, shortened, shortened_place, wrapped
from defense_console.words.translation import error_text

WHOLE = 10_000
"""More cells than any value takes."""
WIDTHS = (WHOLE, 48, 36, 28, 20, 14, 10)
"""To how many cells a value is shortened, one try after the other. Below the last one nothing is recognised."""

GIVES_WAY = frozenset({"reason", "host", "table"})
"""Places of a sentence whose text may be cut: what a system says, how it calls something."""


def fitting(say: Callable[[int], str], width: int, most_rows: int) -> str | None:
    """The sentence with its values as long as they may be.

    Args:
        say: Gives the sentence with each value on at most so many cells.
        width: Cells of a row.
        most_rows: How many rows there may be.

    Returns:
        The fullest sentence that fits in two rows, else in three…; None when even the shortest is too long.
    """
    texts = [say(most) for most in WIDTHS]
    for rows in range(min(2, most_rows), most_rows + 1):
        for text in texts:
            if len(wrapped(content(text), width)) <= rows:
                return text
    return None


def place_words(place: PurePath, most: int) -> str:
    """A place as a mentor reads it: on at most so many cells, home as ~."""
    try:
        home = Path.home()
    except RuntimeError:  # an account without one
        return shortened_place(place, most)
    return shortened_place(place, most, home)


def error_words(error: ConsoleError, most: int) -> str:
    """A reason in the current language, each path, cause and name in it on at most so many cells."""
    return error_text(_shorter(error, most))


def _shorter(error: ConsoleError, most: int) -> ConsoleError:
    places = {name: _value(name, value, most) for name, value in error.parameters.items()}
    return ConsoleError(error.id, **places)


def _value(name: str, value: object, most: int) -> object:
    match value:
        case ConsoleError():
            return _shorter(value, most)
        case PurePath():
            return place_words(value, most)
        case str() if name in GIVES_WAY:
            return shortened(value, most)
    return value
