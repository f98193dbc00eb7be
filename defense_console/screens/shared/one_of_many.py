"""A choice among any number of answers: where a dialog has too few digits, its last one turns the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import CHOICES, Choose
from defense_console.words.translation import _

T = TypeVar("T")


async def choose_one(
    screen: ConsoleScreen, question: str, options: Sequence[T], word: Callable[[T], str], details: str = ""
) -> T | None:
    """Ask for one of some answers.

    Args:
        screen: Where the dialogs open; called from one of its workers.
        options: At least one.
        word: Says one of them in words; user text in it is made safe.

    Returns:
        It; None when the mentor went back.
    """
    first, size = 0, len(CHOICES) if len(options) <= len(CHOICES) else len(CHOICES) - 1
    while True:
        page = [word(each) for each in options[first : first + size]]
        more = (_("others"),) if size < len(CHOICES) else ()
        choice = await screen.app.push_screen_wait(Choose(question, (*page, *more), details, whose=""))
        if choice is None or choice < len(page):
            return None if choice is None else options[first + choice]
        first = first + size if first + size < len(options) else 0
