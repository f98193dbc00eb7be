"""Copying texts out of the console: a field of the report, the message for the student."""

from __future__ import annotations

import asyncio

from defense_console.desk.exchange import clipboard
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.words.translation import _, language


def copy_out(screen: ConsoleScreen, title: str, text: str) -> None:
    """Copy a text without making the keys wait for the clipboard's tool; the screen says truthfully which way it went.

    Args:
        screen: Where it was asked for.
        title: What is copied.
        text: All of it.
    """
    screen.run_worker(_copy(screen, title, text), exclusive=True, group="copy")


async def _copy(screen: ConsoleScreen, title: str, text: str) -> None:
    if clipboard.is_elsewhere():
        screen.app.copy_to_clipboard(text)
    copied = await asyncio.to_thread(clipboard.copy, text, screen.desk.folder)
    screen.tell(content(_("{what}: {sentence}", what=title, sentence=copied.sentence(language()))))
