"""Copying texts out of the console: a field of the report, the message for the student."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from defense_console.desk.exchange import clipboard
from defense_console.reports.content import message as messages
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.words.translation import _, language

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk


def copy_out(screen: ConsoleScreen, title: str, text: str) -> None:
    """Copy a text without making the keys wait for the clipboard's tool; the screen says truthfully which way it went.

    Args:
        screen: Where it was asked for.
        title: What is copied.
        text: All of it.
    """
    screen.run_worker(_copy(screen, title, text), exclusive=True, group="copy")


async def _copy(screen: ConsoleScreen, title: str, text: str) -> None:
    if clipboard.over_ssh():
        screen.app.copy_to_clipboard(text)
    copied = await asyncio.to_thread(clipboard.copy, text, screen.desk.folder)
    screen.tell(content(_("{what}: {sentence}", what=title, sentence=copied.sentence(language()))))


def copy_message(screen: ConsoleScreen, verdict: VerdictDesk, tongue: str) -> None:
    """Copy the message that tells the student of the verdict in force. Args: tongue: "fr" or "en"."""
    copy_out(screen, _("Message for the student"), messages.text(verdict.message(tongue)))
