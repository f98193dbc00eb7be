"""Screens from which texts are copied out of the console: a field of the report, the message for the student."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from defense_console.desk.exchange import clipboard
from defense_console.reports.content import message as messages
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.words.translation import _, language

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk


class CopyingScreen(ConsoleScreen):
    """A screen that copies texts and says truthfully which way they went."""

    @work(exclusive=True, group="copy")
    async def copy_out(self, title: str, text: str) -> None:
        """Copy a text without making the keys wait for the clipboard's tool."""
        folder: Path | None = self.desk.folder
        if clipboard.over_ssh():
            self.app.copy_to_clipboard(text)
        copied = await asyncio.to_thread(clipboard.copy, text, folder)
        self.tell(content(_("{what}: {sentence}", what=title, sentence=copied.sentence(language()))))

    def copy_message(self, verdict: VerdictDesk, tongue: str) -> None:
        """Copy the message that tells the student of the verdict in force; refused before there is one."""
        text = messages.text(verdict.message(tongue))
        self.copy_out(_("Message for the student"), text)
