r"""Names of an archive that do not say in which code page they are: judged all together, by the letters they give.

The standard says code page 437, and nobody keeps to it: macOS writes UTF-8, Windows the code page of its consoles (850
in western Europe, 852 in central Europe, 866, 932…) or that of its windows (1252). One name alone is often
ambiguous: `Jo\xc6o` is `João` in one and `JoÆo` in another. Source: PKWARE APPNOTE.TXT 6.3.10, appendix D.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

_PAGES: Final = ("cp850", "cp1252", "cp437", "cp852", "cp1250", "cp866", "cp1251", "cp932", "cp936", "cp949")
"""The likeliest first: of two that are as good, the first is taken."""
_WINDOWS_FIRST: Final = ("cp850", "cp437", "cp852", "cp866")
"""What the consoles of Windows and DOS use."""
_DOUBTS: Final = {"cp932": 1.0, "cp936": 1.0, "cp949": 1.0}
"""How much better a code page has to be: in these two bytes give one letter, and nearly any two bytes do."""
_USUAL: Final = frozenset("éèêëàâçîïôùûüöäãáíóúñœß")
"""The usual letters of western Europe, small; the capitals are as usual."""
_LESS_USUAL: Final = frozenset("åæìòøõýÿšž")
_SIGNS: Final = frozenset("’“”«»°€·ªº–—…‘")
"""Signs that people put in names of files."""
_APART: Final = frozenset("–—…‘")
"""Those that do not touch letters."""


def decoded_together(names: Collection[bytes], console: bool) -> dict[bytes, str]:
    """Return what each name of an archive says.

    Args:
        names: Names without a declared code page, as they are in the archive.
        console: Whether the archive was made on DOS or Windows, where the code page of the consoles is the likelier.
    """
    found = {name: text for name in names if (text := _utf8(name)) is not None}
    others = [name for name in names if name not in found]
    pages = sorted(_PAGES, key=lambda page: page not in _WINDOWS_FIRST) if console else _PAGES
    best, likeliest = [name.decode("cp437") for name in others], float("-inf")
    for page in pages:
        texts = _read(others, page)
        if texts is not None and (likelihood := sum(map(_likelihood, texts)) - _DOUBTS.get(page, 0.0)) > likeliest:
            best, likeliest = texts, likelihood
    return {**found, **dict(zip(others, best, strict=True))}


def _utf8(name: bytes) -> str | None:
    """Return a name in UTF-8; other code pages do not give its sequences by chance."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _read(names: Collection[bytes], page: str) -> list[str] | None:
    try:
        return [name.decode(page) for name in names]
    except UnicodeDecodeError:
        return None


def _likelihood(name: str) -> float:
    """Return how much a name looks like one: more for letters that fit the word they are in."""
    return sum(_of_word(word) for word in _words(name))


def _words(name: str) -> Iterator[str]:
    """Yield the stretches of a name between blanks, underscores, points and the like."""
    word = ""
    for character in name:
        if character.isascii() and not character.isalpha():
            yield word
            word = ""
        else:
            word += character
    yield word


def _of_word(word: str) -> float:
    scripts = [_script(character) for character in word]
    letters = {script for script in scripts if script != "sign"}
    if letters & {"cjk", "kana", "hangul"}:
        return _of_east_asia(scripts)
    total = -2.0 * (len(letters) - 1) * len(word) if len(letters) > 1 else 0.0
    foreign = [character for character in word if not character.isascii()]
    for at, character in enumerate(word):
        if character.isascii():
            continue
        before, after = word[at - 1] if at else "", word[at + 1 :][:1]
        total += _of_character(character, before, after, len(foreign))
    return total


def _of_character(character: str, before: str, after: str, foreign: int) -> float:
    if character in _SIGNS:
        return -1.0 if character in _APART and (before + after).strip() else 0.5
    if not character.isalpha():
        return -3.0
    cased = -2.0 if character.isupper() and (before.islower() or (after.islower() and before.isalpha())) else 0.0
    if not character.isupper() and character.lower() != character.upper() and before.isupper() and after.isupper():
        cased = -2.0
    if _script(character) != "latin":
        return 1.0 + cased
    small = character.lower()
    usual = 1.5 if small in _USUAL else 1.4 if small in _LESS_USUAL else 0.5
    return usual + cased - (0.5 * (foreign - 2) if foreign > 2 else 0.0)


def _of_east_asia(scripts: list[str]) -> float:
    """Return how much a word of such letters looks like one: they come several together, and next to no others."""
    own = sum(script in ("cjk", "kana", "hangul") for script in scripts)
    others = len(scripts) - own
    return 1.5 * own - 2.0 * others if own > 1 else -2.0 * len(scripts)


def _script(character: str) -> str:
    if not character.isalpha():
        return "sign"
    name = unicodedata.name(character, "")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")):
        return {"CJK": "cjk", "HAN": "hangul"}.get(name[:3], "kana")
    return name.partition(" ")[0].lower()
