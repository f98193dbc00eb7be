"""Names of keys: as the terminal toolkit calls them, as a mentor types them in settings.toml, as they are shown.

Kept free of the toolkit, so that the command line lists the keys without loading it; a test compares the names.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from difflib import get_close_matches
from typing import Final

from defense_console.model.errors import ConsoleError
from defense_console.words.translation import N_, translator

FORBIDDEN_CHARACTERS: Final = "[]\\@{}#~|^¨`"
"""They need AltGr on AZERTY, or are dead keys."""

_FORBIDDEN: Final = {
    "ctrl+s": N_("some terminals stop their output on it"),
    "ctrl+q": N_("some terminals keep it, and the console asks before it quits on it"),
    "ctrl+c": N_("it copies"),
    "ctrl+z": N_("it stops the program in many terminals"),
    "ctrl+h": N_("terminals send Backspace for it"),
    "ctrl+i": N_("terminals send Tab for it"),
    "ctrl+j": N_("terminals send Enter for it"),
    "ctrl+m": N_("terminals send Enter for it"),
    "ctrl+space": N_("many terminals do not send it"),
    "ctrl+enter": N_("terminals send Enter for it"),
    "escape": N_("Esc always goes one step back"),
}

# The toolkit's own short names where they differ from the character's Unicode name.
_SHORT: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_LONG: Final = {short: long for long, short in _SHORT.items()}
_NUMPAD: Final = {"add": "+", "subtract": "-"}

NAMED_KEYS: Final = frozenset(
    {"enter", "tab", "escape", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"}
    | {"up", "down", "left", "right"}
    | {f"f{n}" for n in range(1, 25)}
)
_SHOWN: Final = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": N_("Enter"),
    "backspace": N_("Backspace"),
    "tab": "Tab",
    "home": N_("Home"),
    "end": N_("End"),
    "pageup": N_("PgUp"),
    "pagedown": N_("PgDn"),
    "delete": N_("Del"),
    "insert": N_("Ins"),
    "escape": N_("Esc"),
    "space": N_("Space"),
}

_MODIFIERS: Final = {"ctrl": "Ctrl", "shift": N_("Shift"), "alt": "Alt", "super": "Super", "meta": "Meta"}


def name_of(character: str) -> str:
    """Return the toolkit's name of a printed character: `a`, `é`, `ampersand` for `&`, `space` for a blank."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORT.get(name, name)


def character_of(key: str) -> str | None:
    """Return the character a key prints, None for function keys, arrows and anything held with Ctrl."""
    if len(key) == 1:
        return key
    if key in _NUMPAD:
        return _NUMPAD[key]
    if key in NAMED_KEYS and key != "space":
        return None  # Unicode gives names such as DELETE to control characters
    for between in (" ", "-"):
        with suppress(KeyError):
            return unicodedata.lookup(_LONG.get(key, key).replace("_", between))
    return None


def both_cases(key: str) -> tuple[str, ...]:
    """Return the key, and the same letter in the other case: case has no meaning in the console."""
    if len(key) != 1 or key.lower() == key.upper() or len(key.upper()) != 1:
        return (key,)
    return (key.lower(), key.upper())


def is_single(key: str) -> bool:
    """Return whether this is a letter, digit, punctuation mark or symbol pressed alone.

    Source: WCAG 2.1.4 (Character Key Shortcuts), which does not count Space.
    """
    return key != "space" and character_of(key) is not None


def parse_key(text: str) -> str:
    """Return a key as typed in the settings: a character (`&`), a name (`F5`, `ampersand`), or `ctrl+k`.

    Raises:
        ConsoleError: there is no such key, or the console does not use it; the message says why.
    """
    key = name_of(text.lower()) if len(text) == 1 else text.strip().lower().replace(" ", "")
    why = refusal(key)
    if why is not None:
        raise ConsoleError("the key “{key}” cannot be used: {why}", key=text, why=ConsoleError(why))
    modifier, plus, base = key.rpartition("+")
    known = base in NAMED_KEYS or character_of(base) is not None
    if not known or (plus and modifier not in ("ctrl", "shift", "ctrl+shift")):
        near = get_close_matches(key, sorted(NAMED_KEYS), 1)
        if near:
            raise ConsoleError("there is no key “{key}”; did you mean “{nearest}”?", key=text, nearest=near[0])
        raise ConsoleError("there is no key “{key}”", key=text)
    return key


def refusal(key: str) -> str | None:
    """Return why no command may have this key, as a message id; None when it may."""
    if key in _FORBIDDEN:
        return _FORBIDDEN[key]
    modifier, plus, base = key.rpartition("+")
    if plus and "alt" in modifier.split("+"):
        return N_("Alt is taken by menus and accents")
    character = character_of(base)
    if character is not None and character in FORBIDDEN_CHARACTERS:
        return N_("it is out of easy reach on some keyboards")
    return None


def display_key(key: str, language: str = "en") -> str:
    """Return a key as footer, help and documents show it: `&`, `F2`, `Enter`, `Ctrl+L`, `Espace`."""
    _ = translator(language)
    modifier, plus, base = key.rpartition("+")
    if plus:
        shown = display_key(base, language)
        shown = shown.upper() if shown == base else shown
        return "+".join((*(_(_MODIFIERS[part]) for part in modifier.split("+")), shown))
    if key in _SHOWN:
        return _(_SHOWN[key])
    if key in NAMED_KEYS:
        return key.upper()
    return character_of(key) or key
