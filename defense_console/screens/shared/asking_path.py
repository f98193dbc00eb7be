"""Asking where something lies: `Tab` completes the path that is typed."""

from __future__ import annotations

import asyncio

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from defense_console.desk.typed.path import complete_path
from defense_console.safe_text import one_line
from defense_console.screens.shared.asking import Ask
from defense_console.widgets.frame.writer import Field
from defense_console.words.translation import _


class AskPath(Ask):
    """A path; `Tab` adds what all names have in common, and a row lists them when there are several."""

    DEFAULT_CSS = (
        "AskPath .dialog--names { height: 1; text-wrap: nowrap; text-overflow: ellipsis; color: $text-muted; }"
    )

    def compose_answers(self) -> ComposeResult:
        """The field, and the names that begin like what is typed."""
        yield from super().compose_answers()
        yield Static(markup=False, classes="dialog--names")

    def keys_text(self) -> str:
        """The keys of a text, and the one that completes."""
        return _("Tab complete     Enter look     Esc go back, the text stays")

    async def on_key(self, event: events.Key) -> None:
        """`Tab` completes; reading a folder may take long, so it makes nothing wait."""
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            self.run_worker(self._complete(), exclusive=True, group="names")

    async def _complete(self) -> None:
        field = self.query_one(Field)
        typed = field.text
        found = await asyncio.to_thread(complete_path, typed)
        if self._answered or field.text != typed:
            return
        if found.text != typed:
            field.load_text(found.text)
            field.move_cursor(field.document.end)
        names = "  ".join(map(one_line, found.names)) if found.exists else _("No name begins like this.")
        self.query_one(".dialog--names", Static).update(Content(names))
