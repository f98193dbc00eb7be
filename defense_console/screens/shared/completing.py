"""Asking for what has a known beginning, a path or a time zone: `Tab` completes what is typed."""

from __future__ import annotations

import asyncio
from abc import abstractmethod

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from defense_console.desk.typed.completed import Completed
from defense_console.desk.typed.path import complete_path
from defense_console.desk.typed.zone import complete_zone
from defense_console.safe_text import one_line
from defense_console.screens.shared.asking import AskLine
from defense_console.screens.shared.dialogs import Dialog, key_hint
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.writer import Field
from defense_console.words.translation import _


class Completing(Dialog[str | None]):
    """A dialog with a field: `Tab` adds what all names have in common, and a row lists them when there are several."""

    @abstractmethod
    def completed(self, text: str) -> Completed:
        """Return what a text goes on with; called on another thread, since reading a folder may take long."""

    def compose_answers(self) -> ComposeResult:
        """The field, and the names that begin like what is typed."""
        yield from super().compose_answers()
        yield Static(markup=False, classes="dialog--names")

    def keys(self) -> tuple[Hint, ...]:
        """The key that completes, then those of every question."""
        return key_hint("tab", _("complete it")), *super().keys()

    async def on_key(self, event: events.Key) -> None:
        """`Tab` completes; it makes nothing wait."""
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            self.run_worker(self._complete(), exclusive=True, group="names")

    async def _complete(self) -> None:
        field = self.query_one(Field)
        typed = field.text
        found = await asyncio.to_thread(self.completed, typed)
        if self._answered or field.text != typed:
            return
        if found.text != typed:
            field.load_text(found.text)
            field.move_cursor(field.document.end)
        names = "  ".join(map(one_line, found.names)) if found.exists else _("No name begins like this.")
        self.query_one(".dialog--names", Static).update(Content(names))


class AskPath(Completing, AskLine):
    """Where something lies."""

    def completed(self, text: str) -> Completed:
        """Return what a path goes on with."""
        return complete_path(text)


class AskZone(Completing, AskLine):
    """A time zone."""

    def completed(self, text: str) -> Completed:
        """Return what the name of a zone goes on with."""
        return complete_zone(text)
