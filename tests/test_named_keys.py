"""A sentence names a key by its command, `{key:live.finish}`: written out, it stays wrong after a remap."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from babel.messages.pofile import read_po

from tests.messages import CATALOGUE, collect

Language = Literal["en", "fr"]

_PLACE = re.compile(r"\{[^}]*\}")
_NAMED = re.compile(
    r"\b(?:F\d{1,2}|(?:Ctrl|Shift|Maj|Alt)\+\S+|Space|Espace|Tab|Enter|Entrée|Esc|Échap|Escape|Backspace"
    r"|Delete|Del|Suppr|Home|Début|End|Fin|PgUp|PgDn|Insert|Ins)\b|[↵⌫↑↓←]"
)
"""Names of keys. An arrow to the right is none: it says what becomes of something."""
_UNIT = re.compile(r"(\d|\{\}) ?(?:h|s|m|d|j)\b")
_ALONE = re.compile(r"(?<![\w’'.–-])([^\W\d_])(?![\w’'.–-])")
_WORDS = {"en": "aAI", "fr": "aAàÀyYôÔ"}
"""Letters that are words by themselves."""
_BEGINS = {
    "en": re.compile(r"(?:^|[:;.,(] )(?:(\d|y) (?=[a-z])|(a) (?=[a-z]+[^s\W]s\b))"),
    "fr": re.compile(r"(?:^|[:;.,(]\s)(\d|a|y) (?=[a-zéèà])"),
}
"""Where a clause begins with a digit or such a letter, it is the key that does something: “5 shows”, “a leaves”."""
_QUOTED = re.compile(r"“([^\s.;_-])”|«\s?([^\s.;_-])\s?»")

FIXED = frozenset({
    # Keys of text fields and dialogs, which no setting changes.
    "Esc", "y or o",
    # What settings.toml may not bind, and why.
    "terminals send Backspace for it", "terminals send Tab for it", "terminals send Enter for it",
    "Esc always goes one step back",
    # The names of keys themselves.
    "Home", "End", "PgUp", "PgDn", "Del", "Ins", "Space", "Enter", "Backspace",
    # Keys of a browser, and of the terminal in which a server runs.
    ("Ctrl+W, Ctrl+T, Ctrl+N, Ctrl+Tab and F11 belong to the browser, and some browsers keep Ctrl+Q, F5 and F12: the "
    "palette has every command. A page that is closed or loaded again loses nothing."),
    "The console is at {url} until you press Ctrl+C here.",
    # No keys: a word, a unit of size.
    "Insert a comment from the comment bank.", "B",
    # What is typed at a prompt of the command line, and the Z at the end of an instant.
    "Import this? (y/n)", "a time with TZID, or with Z at its end: both say which zone it is in",
})  # fmt: skip
"""Messages that may name a key."""


def keys_in(sentence: str, language: Language) -> list[str]:
    """The keys that a sentence names, in no order; units of time and letters that are words are none."""
    text = _PLACE.sub("{}", sentence)
    found = _NAMED.findall(text)
    found += [letter for letter in _ALONE.findall(_UNIT.sub(r"\1", text)) if letter not in _WORDS[language]]
    found += [a or b for a, b in _QUOTED.findall(text)]
    for match in _BEGINS[language].finditer(text):
        found += [group for group in match.groups() if group]
    return found


def test_no_sentence_names_a_key_but_by_its_command() -> None:
    with CATALOGUE.open("rb") as stream:
        french = read_po(stream, locale="fr")
    wrong = []
    for message in collect()[0].values():
        if message.id in FIXED:
            continue
        entry = french.get(message.id)
        forms = (entry.string if entry is not None else None) or ""
        texts: list[tuple[str, Language]] = [(message.id, "en"), (message.plural or "", "en")]
        texts += [(form, "fr") for form in ((forms,) if isinstance(forms, str) else forms)]
        wrong += [f"{keys}: {text}" for text, spoken in texts if (keys := keys_in(text, spoken))]
    assert not wrong, "write {key:command.id}:\n" + "\n".join(wrong)


def test_every_exception_is_still_a_message() -> None:
    assert set(collect()[0]) >= FIXED


@pytest.mark.parametrize(
    ("sentence", "language", "keys"),
    [
        ("Ctrl+Q leaves the console.", "en", ["Ctrl+Q", "Q"]),
        ("Nothing here; 5 shows every pending defense.", "en", ["5"]),
        ("Space ticks a check: Tab goes there.", "en", ["Space", "Tab"]),
        ("Show only the clock; a leaves.", "en", ["a"]),
        ("n writes a note, c one on the criterion", "en", ["n", "c"]),
        ("F9 signs, “x” cancels", "en", ["F9", "x", "x"]),
        ("Rien ici ; 5 montre toutes les soutenances.", "fr", ["5"]),
        ("Échap arrête, y refait.", "fr", ["Échap", "y"]),
        ("Maj+Tab revient, Espace coche", "fr", ["Maj+Tab", "Espace"]),
        ("{key:live.finish} finishes it; a new version amends it", "en", []),
        ("Wait 2 h: a defense is late, {n} s are left. I know.", "en", []),
        ("Il y a un étudiant à voir ; l’heure a passé", "fr", []),
        ("gap → pause", "en", []),
    ],
)
def test_a_key_is_seen_and_a_word_is_none(sentence: str, language: Language, keys: list[str]) -> None:
    assert sorted(keys_in(sentence, language)) == sorted(keys)
