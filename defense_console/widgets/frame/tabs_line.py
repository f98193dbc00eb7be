"""TabsLine: the tabs of a screen on one row, each with its key and a count; a click on one is its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from defense_console.safe_text import cells, shortened

LEFT_OUT: Final = "… "
"""Stands for the tabs before the first one that is shown."""


class TabTitle(msgspec.Struct, frozen=True):
    """The title of a tab, with its key and a count.

    Attributes:
        command: Of its key.
        key: As printed, "" for none.
        name, short: Translated.
        count: "" for none.
    """

    command: str
    key: str
    name: str
    short: str
    count: str = ""

    def parts(self, short: bool) -> tuple[str, ...]:
        """Return key, name and count, without those it has not."""
        return tuple(part for part in (self.key, self.short if short else self.name, self.count) if part)


class TabsLine(Widget):
    """A row of tabs; the names are short where the long ones have no room."""

    DEFAULT_CSS = """
    TabsLine { height: 1; padding: 0 1; text-wrap: nowrap; }
    """

    class Clicked(Message):
        """A tab was clicked."""

        def __init__(self, tabs_line: TabsLine, command: str) -> None:
            super().__init__()
            self.tabs_line = tabs_line
            self.command = command

        @property
        def control(self) -> TabsLine:
            """Return the row of tabs that was clicked."""
            return self.tabs_line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tabs: tuple[TabTitle, ...] = ()
        self._chosen = ""

    def show_tabs(self, tabs: Sequence[TabTitle], chosen: str) -> None:
        """Show these tabs. Args: chosen: command of the one that is open."""
        if (tuple(tabs), chosen) != (self._tabs, self._chosen):
            self._tabs, self._chosen = tuple(tabs), chosen
            self.refresh()

    def placed(self, width: int) -> list[tuple[int, TabTitle, str]]:
        """Return each tab that has room, with its first cell and its text."""
        found: list[tuple[int, TabTitle, str]] = []
        for short, gap in ((False, 2), (True, 2), (True, 1)):
            found, x = [], 0
            for tab in self._tabs:
                text = " ".join(tab.parts(short))
                text = f"[{text}]" if tab.command == self._chosen else text
                found.append((x, tab, text))
                x += cells(text) + (1 if tab.command == self._chosen else gap)
            if not found or found[-1][0] + cells(found[-1][2]) <= width:
                return found
        found = self._with_chosen(found, width)
        return [(x, tab, shortened(text, width - x)) for x, tab, text in found if x < width - 2]

    def _with_chosen(self, found: list[tuple[int, TabTitle, str]], width: int) -> list[tuple[int, TabTitle, str]]:
        """Leave tabs out at the beginning, until the chosen one has room after the sign that some are."""
        x, text = next(((x, text) for x, tab, text in found if tab.command == self._chosen), (0, ""))
        past = x + cells(text) - width
        if past <= 0:
            return found
        first = next(at for at, _tab, _text in found if at >= past + cells(LEFT_OUT))
        return [(at - first + cells(LEFT_OUT), tab, text) for at, tab, text in found if at >= first]

    def render(self) -> Content:
        """The row; the chosen tab is in brackets and reversed, what stands before the first one is left out."""
        placed = self.placed(self.size.width)
        line = Content(LEFT_OUT if placed and placed[0][0] else "")
        for x, tab, text in placed:
            line += Content(" " * (x - line.cell_length))
            shown = Content(text)
            if tab.command == self._chosen:
                line += shown.stylize("bold $background on $primary")
                continue
            shown = shown.stylize("$text-muted")
            line += shown.stylize("bold $text-accent", 0, len(tab.key)) if tab.key else shown
        return line

    def on_click(self, event: events.Click) -> None:
        """Say which tab was clicked."""
        offset = event.get_content_offset(self)
        for x, tab, text in self.placed(self.size.width):
            if offset is not None and x <= offset.x < x + cells(text):
                self.post_message(self.Clicked(self, tab.command))
