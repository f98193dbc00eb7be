"""Reading a TOML table strictly: every fault is noted with its place, and reading goes on to the next.

A value that is missing or wrong is noted once and replaced by a harmless one (`""`, 0, False), so that one fault does
not hide the others. The caller must throw the result away when there are notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, Literal, TypeVar

import msgspec

from defense_console.model.curriculum import Text
from defense_console.model.errors import N_

T = TypeVar("T")

ID_FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Ids are in field keys (`row/<id>/title`), in file names and on command lines."""

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")

_SHOWN: Final = 60
"""Longest excerpt of a wrong value in a message, in characters."""


class FileFault(msgspec.Struct, frozen=True):
    """One fault of a curriculum file.

    Attributes:
        file: Name of the file, or the path as it was given when it concerns the whole.
        place: Where in the file, indices from 0: `projects[3].skills[0]`; empty when it concerns the whole file.
        text_id: English message id.
        parameters: Values of the message's places; excerpts of the file, to be made safe where they are shown.
    """

    file: str
    place: str
    text_id: str
    parameters: Mapping[str, object] = {}


class Notes:
    """The faults found in one file, in the order they were met."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[FileFault] = []

    def add(self, place: str, text_id: str, /, **parameters: object) -> None:
        """Note a fault at a place of this file."""
        self.problems.append(FileFault(self.file, place, text_id, parameters))


def excerpt(value: object) -> str:
    """Return a wrong value as it may be quoted in a message, cut with a sign."""
    if isinstance(value, str):
        text = f"“{value}”"
    else:
        try:
            text = msgspec.json.encode(value).decode()
        except (OverflowError, RecursionError, TypeError, ValueError):  # an integer of thousands of digits
            text = "…"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class Table:
    """A table of the file, its place, and the keys that have been asked for.

    Call `done` when all has been read: what nobody asked for is unknown.
    """

    def __init__(self, values: Mapping[str, object], place: str, notes: Notes) -> None:
        self._values = values
        self.place = place
        self.notes = notes
        self._asked: list[str] = []

    def at(self, key: str) -> str:
        """Return the place of a key of this table."""
        return f"{self.place}.{key}" if self.place else key

    def note(self, key: str, text_id: str, /, **parameters: object) -> None:
        """Note a fault at a key of this table; an empty key is the table itself."""
        self.notes.add(self.at(key) if key else self.place, text_id, **parameters)

    def has(self, key: str) -> bool:
        """Return whether the key is there, which does not count as asking for it."""
        return key in self._values

    def _take(self, key: str, *, required: bool = True) -> object:
        self._asked.append(key)
        value = self._values.get(key)
        if value is None and required:
            self.note(key, N_("is missing"))
        return value

    # --- texts -------------------------------------------------------------------------------------------------------

    def text(self, key: str) -> str:
        """Return a text that must be there and not be blank."""
        return self._as_text(key, self._take(key)) or ""

    def text_or_none(self, key: str) -> str | None:
        """Return a text that may be absent, but not blank."""
        return self._as_text(key, self._take(key, required=False))

    def _as_text(self, key: str, value: object) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            self.note(key, N_("a text is expected, not {found}"), found=excerpt(value))
            return None
        if not value.strip():
            self.note(key, N_("the text is empty"))
            return None
        return value

    def identifier(self, key: str) -> str:
        """Return a text of letters, digits, dots, hyphens and underscores; empty when it is missing or wrong."""
        text = self.text(key)
        if text and not ID_FORM.fullmatch(text):
            self.note(
                key,
                N_("letters, digits, “.”, “-” and “_” are expected, at most 64, not {found}"),
                found=excerpt(text),
            )
            return ""
        return text

    def label(self, key: str) -> str:
        """Return a short printable text on one line, such as `B1.1`; empty when it is missing or wrong."""
        text = self.text(key)
        if text and (len(text) > 64 or not text.isprintable() or text != text.strip()):
            self.note(key, N_("at most 64 printable characters are expected, not {found}"), found=excerpt(text))
            return ""
        return text

    def pair(self) -> Text:
        """Return the texts `fr` and `en` of this table."""
        return Text(fr=self._translation("fr"), en=self._translation("en"))

    def _translation(self, language: Literal["fr", "en"]) -> str:
        self._asked.append(language)
        value = self._values.get(language)
        if value is None or (isinstance(value, str) and not value.strip()):
            french, english = N_("the French text is missing"), N_("the English text is missing")
            self.note(language, french if language == "fr" else english)
            return ""
        return self._as_text(language, value) or ""

    def words(self, key: str) -> Text:
        """Return a pair that must be there: `key.fr` and `key.en`."""
        return self.words_or_none(key, required=True) or Text(fr="", en="")

    def words_or_none(self, key: str, *, required: bool = False) -> Text | None:
        """Return a pair that may be absent as a whole."""
        value = self._take(key, required=required)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.note(key, N_("{name}.fr and {name}.en are expected, not {found}"), name=key, found=excerpt(value))
            return None
        table = Table(value, self.at(key), self.notes)
        pair = table.pair()
        table.done()
        return pair

    def choice(self, key: str, options: Sequence[str], default: str = "") -> str:
        """Return one of a few words; `default` when it is absent, and required without one. Wrong: an empty text."""
        value = self._take(key, required=not default)
        if value is None:
            return default
        return self._as_choice(key, value, options)

    def choices(self, key: str, options: Sequence[str], *, required: bool) -> tuple[str, ...]:
        """Return a list of such words; wrong ones are left out."""
        found = (self._as_choice(place, item, options) for place, item in self.items(key, required=required))
        return tuple(word for word in found if word)

    def _as_choice(self, key: str, value: object, options: Sequence[str]) -> str:
        if isinstance(value, str) and value in options:
            return value
        self.note(
            key, N_("one of {options} is expected, not {found}"), options=", ".join(options), found=excerpt(value)
        )
        return ""

    # --- numbers -----------------------------------------------------------------------------------------------------

    def number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from `low` to `high`; required without a default. Wrong or missing: 0."""
        value = self._take(key, required=default is None)
        if value is None:
            return default or 0
        return self._as_number(key, value, low, high)

    def _as_number(self, key: str, value: object, low: int, high: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.note(
                key,
                N_("a whole number from {low} to {high} is expected, not {found}"),
                low=low,
                high=high,
                found=excerpt(value),
            )
            return 0
        return value

    def decimal(self, key: str, low: float, high: float) -> float:
        """Return a number from `low` to `high`, with or without decimals. Wrong or missing: 0."""
        value = self._take(key)
        if value is None:
            return 0.0
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            text_id = N_("a number from {low} to {high} is expected, not {found}")
            self.note(key, text_id, low=low, high=high, found=excerpt(value))
            return 0.0
        return float(value)

    def numbers(self, key: str, low: int, high: int) -> list[tuple[str, int]]:
        """Return the whole numbers of a list with their places; wrong ones are left out."""
        found = [(place, self._as_number(place, item, low, high)) for place, item in self.items(key)]
        return [(place, n) for place, n in found if n]

    def two_numbers(self, key: str, low: int, high: int) -> tuple[int, int] | None:
        """Return a list of two whole numbers that may be absent; None when wrong."""
        value = self._take(key, required=False)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2:
            self.note(key, N_("a list of two whole numbers is expected, not {found}"), found=excerpt(value))
            return None
        faults = len(self.notes.problems)
        first, second = (self._as_number(f"{key}[{i}]", item, low, high) for i, item in enumerate(value))
        return (first, second) if len(self.notes.problems) == faults else None

    def share(self, key: str, default: tuple[int, int] | None = None) -> tuple[int, int]:
        """Return a fraction from 0 to 1 as `[numerator, denominator]`; required without a default."""
        if not self.has(key):
            self._take(key, required=default is None)
            return default or (0, 1)
        found = self.two_numbers(key, 0, 1000)
        if found is None:
            return 0, 1
        if found[0] > found[1] or found[1] == 0:
            self.note(key, N_("a fraction from 0 to 1 is expected, such as [1, 3], not {found}"), found=list(found))
            return 0, 1
        return found

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false; required without a default."""
        value = self._take(key, required=default is None)
        if value is None:
            return default or False
        if not isinstance(value, bool):
            self.note(key, N_("true or false is expected, not {found}"), found=excerpt(value))
            return False
        return value

    # --- lists and tables --------------------------------------------------------------------------------------------

    def items(self, key: str, *, required: bool = False) -> list[tuple[str, object]]:
        """Return the items of a list with their places; empty when it is absent or not a list."""
        value = self._take(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(key, N_("a list is expected, not {found}"), found=excerpt(value))
            return []
        return [(f"{key}[{i}]", item) for i, item in enumerate(value)]

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return the texts of a list."""
        found = [self._as_text(place, item) for place, item in self.items(key, required=required)]
        return tuple(text for text in found if text is not None)

    def tables(self, key: str, *, required: bool = False) -> list[Table]:
        """Return the tables of a list, each with its place."""
        found = []
        for place, item in self.items(key, required=required):
            if isinstance(item, Mapping):
                found.append(Table(item, self.at(place), self.notes))
            else:
                self.note(place, N_("a table is expected, not {found}"), found=excerpt(item))
        return found

    def table(self, key: str, *, required: bool = False) -> Table | None:
        """Return a table under a key, or None when it is absent or no table."""
        value = self._take(key, required=required)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.note(key, N_("a table is expected, not {found}"), found=excerpt(value))
            return None
        return Table(value, self.at(key), self.notes)

    def each(
        self, key: str, read: Callable[[Table], T], *, required: bool = False, none: str = "", **once: Once
    ) -> tuple[T, ...]:
        """Return what `read` makes of each table of a list.

        Args:
            key: Of the list.
            read: Reads all keys of a table.
            required: Whether the list has to be there.
            none: English message id of what is noted where it is empty; then it is required too.
            once: Fields of the result whose values come only once.
        """
        items = self.tables(key, required=required or bool(none))
        if none and not items and self.has(key):
            self.note(key, none)
        found = []
        for item in items:
            value = read(item)
            item.done()
            for field, seen in once.items():
                seen.check(item, field, getattr(value, field))
            found.append(value)
        return tuple(found)

    def one(self, key: str, read: Callable[[Table], T], *, required: bool = False) -> T | None:
        """Return what `read` makes of a table under a key, None when it is absent or no table."""
        found = self.table(key, required=required)
        if found is None:
            return None
        value = read(found)
        found.done()
        return value

    def done(self) -> None:
        """Note every key nobody asked for, with the nearest one that is known."""
        for key in self._values:
            if key in self._asked:
                continue
            place = key if _BARE_KEY.fullmatch(key) else excerpt(key)
            nearest = get_close_matches(key, self._asked, n=1)
            if nearest:
                self.note(place, N_("unknown key; did you mean “{nearest}”?"), nearest=nearest[0])
            else:
                self.note(place, N_("unknown key; known here: {known}"), known=", ".join(sorted(set(self._asked))))


class Once:
    """Notes a value that comes a second time, at its later place."""

    def __init__(self) -> None:
        self._first: dict[str | int, str] = {}

    def check(self, table: Table, key: str, value: str | int) -> None:
        """Look at one more value; a blank one has been noted already."""
        if not value:
            return
        if value in self._first:
            table.note(key, N_("{value} stands already at {place}"), value=value, place=self._first[value])
        else:
            self._first[value] = table.at(key)
