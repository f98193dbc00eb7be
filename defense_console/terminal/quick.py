"""Command lines that are understood without click, which takes as long to load as they take in all.

Only plain ones are: what is misspelt, asks for help or is anything else is left to click, which explains it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from defense_console.terminal import answers
from defense_console.terminal.session import Session
from defense_console.words.translation import LANGUAGES, choose_language, set_language

_ANSWERS: Final[dict[str, tuple[Callable[..., int | None], int]]] = {
    "list": (answers.show_queue, 0),
    "show": (answers.show_defense, 1),
    "log": (answers.show_log, 1),
    "keys": (answers.show_keys, 0),
}
"""By the name of the command: what answers, and how many words it takes."""


def understood(arguments: Sequence[str]) -> Callable[[], int | None] | None:
    """Return what answers a command line, in the language it asks for; None when click has to read it."""
    session, words, left = Session(), list[str](), iter(arguments)
    for each in left:
        option, equals, value = each.partition("=")
        if option in ("--store", "--lang"):
            value = value if equals else next(left, "")
            if not value.strip() or value.startswith("-") or (option == "--lang" and value not in LANGUAGES):
                return None
            setattr(session, option.removeprefix("--"), value)
        elif each.startswith("-") and each != "--json":
            return None
        else:
            words.append(each)
    answer = _answer(session, words)
    if answer is not None:
        set_language(choose_language(session.lang))
    return answer


def _answer(session: Session, words: list[str]) -> Callable[[], int | None] | None:
    if not words:
        return partial(answers.open_it, session)
    name, *given = words
    options: dict[str, Any] = {"as_json": True} if "--json" in given else {}
    if options:
        given.remove("--json")
    answer, takes = _ANSWERS.get(name, (None, 0))
    if answer is None or len(given) != takes or "--json" in given:
        return None
    return partial(answer, session, *given, **options)
