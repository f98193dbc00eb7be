"""The status line: what the letters do now, the last message, and whether everything is saved."""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from defense_console.widgets.quiet_text import QuietText

Saved = Literal["saved", "saving", "failed", "read_only"]
Tone = Literal["plain", "answer", "refused", "failed"]
"""How a message is said; an answer is what the mentor asked to know, and stands also while something is not saved."""


class StatusLine(Horizontal):
    """Mode on the left, message in the middle, saved line on the right; a long message wraps to at most three lines."""

    DEFAULT_CSS = """
    StatusLine {
        height: auto;
        max-height: 3;
        padding: 0 1;
        background: $panel;
        Static { width: auto; height: auto; }
        .status-line--mode { color: $text-muted; }
        .status-line--mode.-writing { color: $text-accent; text-style: bold reverse; }
        .status-line--message { width: 1fr; max-height: 3; margin: 0 2; }
        .status-line--message.-refused { color: $text-warning; text-style: bold; }
        .status-line--message.-failed { color: $text-error; text-style: bold; }
        .status-line--saved { color: $text-muted; }
        .status-line--saved.-failed { background: $error; color: auto; text-style: bold; }
    }
    """

    def compose(self) -> ComposeResult:
        """Three texts."""
        yield QuietText(classes="status-line--mode", markup=False)
        yield QuietText(classes="status-line--message", markup=False)
        yield QuietText(classes="status-line--saved", markup=False)

    def show_mode(self, text: str, writing: bool) -> None:
        """What the letters do now. Args: text: translated; writing: a text field has the focus."""
        mode = self.query_one(".status-line--mode", QuietText)
        mode.show(Content(f" {text} " if writing else text))
        mode.set_class(writing, "-writing")

    def show_message(self, text: Content | str, tone: Tone = "plain") -> None:
        """Replace the message; an empty text takes it away."""
        message = self.query_one(".status-line--message", QuietText)
        message.show(Content(text) if isinstance(text, str) else text)
        message.set_class(tone == "refused", "-refused")
        message.set_class(tone == "failed", "-failed")

    def show_saved(self, text: str, state: Saved) -> None:
        """Replace the saved line."""
        saved = self.query_one(".status-line--saved", QuietText)
        alarm = state in ("failed", "read_only")
        saved.show(Content(f" {text} " if alarm else text))
        saved.set_class(alarm, "-failed")
