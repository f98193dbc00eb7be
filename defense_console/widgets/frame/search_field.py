"""SearchField: one line to search in. It shows what was typed and never interprets it."""

from __future__ import annotations

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.widgets import Input

from defense_console.safe_text import same_width


class _AsTyped(Highlighter):
    """Control and bidi characters become one visible cell each, so that the cursor stays in place."""

    def __call__(self, text: str | Text) -> Text:
        plain = text if isinstance(text, str) else text.plain
        return Text(same_width(plain).replace("\t", "␉"), no_wrap=True, overflow="ignore", end="")

    def highlight(self, text: Text) -> None:
        """Nothing is coloured."""


class SearchField(Input):
    """The field over the queue. A pasted text is taken whole, its line breaks as blanks."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(highlighter=_AsTyped(), compact=True, id=id, select_on_focus=False)
        self.cursor_blink = False  # a blinking cursor doubles what the console costs at rest

    def on_paste(self, event: events.Paste) -> None:
        """The toolkit's own would keep the first line only."""
        event.stop()
        event.prevent_default()
        self.replace(" ".join(event.text.split()), *sorted(self.selection))
