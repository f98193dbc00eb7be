"""Dialogs: a question, a choice, a sheet. Each answers once; `asking.py` has the one that asks for a text.

`y` or `o` confirms in either language; `Enter`, `Space`, `n` and `Esc` go back. Source: product.md §5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from defense_console.keys.keymap import acts_over_dialogs
from defense_console.safe_text import content
from defense_console.screens.base import Console, ConsoleScreen
from defense_console.screens.shared.saved_words import alarm_words
from defense_console.widgets.frame.alarm_line import AlarmLine
from defense_console.widgets.frame.writer import Field
from defense_console.words.translation import _

T = TypeVar("T")

CHOICES = ("1&", "2é", '3"', "4'", "5(", "6-", "7è", "8_", "9ç")
"""Characters that choose the first, second… answer: the digit, and what the same key gives on AZERTY."""


class Dialog(ModalScreen[T], Generic[T]):
    """A modal question that answers once: a second key press finds it answered.

    Args:
        question: Translated title; user text in it is made safe.
        details: Translated lines under it.
    """

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > Vertical {
            width: 72; max-width: 96%; height: auto; max-height: 96%;
            border: round $primary; background: $surface; padding: 0 1;
        }
        Static { height: auto; width: 1fr; }
        VerticalScroll { height: auto; max-height: 60vh; }
        .dialog--question { text-style: bold; }
        .dialog--details { margin: 1 0 0 0; }
        .dialog--keys { margin: 1 0 0 0; color: $text-muted; }
        AlarmLine { dock: bottom; }
        &.-alarm VerticalScroll { max-height: 35vh; }
    }
    """

    def __init__(self, question: str, details: str | Content = "") -> None:
        super().__init__()
        self._question = question
        self._details = details
        self._answered = False
        self._answered_below = Content()

    def compose(self) -> ComposeResult:
        """Question, details, the dialog's own part, its keys."""
        with Vertical():
            yield Static(content(self._question), classes="dialog--question")
            if self._details:
                details = content(self._details) if isinstance(self._details, str) else self._details
                with VerticalScroll(can_focus=False):
                    yield Static(details, classes="dialog--details")
            yield from self.compose_answers()
            yield Static(Content(self.keys_text()), classes="dialog--keys")
        yield AlarmLine(markup=False)

    def on_screen_resume(self) -> None:
        """What is not saved is told over a question, too."""
        self.show_saved()

    def on_resize(self) -> None:
        """What fits has changed."""
        self.show_saved()

    def tell(self, text: Content) -> None:
        """What the screen below has just said: while something is not saved this dialog covers its status line."""
        self._answered_below = text
        self.show_saved()

    def show_saved(self) -> None:
        """While something is not saved, say why and what to do under the question, and not twice."""
        for alarm in self.query(AlarmLine):
            saved = cast(Console, self.app).desk.saved
            text = content(alarm_words(saved, max(20, self.size.width - 2)))
            alarm.tell(Content("\n").join([text, self._answered_below]) if text and self._answered_below else text)
            self.set_class(bool(text), "-alarm")
            if self.below is not None:
                self.below.yield_alarm()

    def compose_answers(self) -> ComposeResult:
        """What stands between the question and the line of keys."""
        yield from ()

    def keys_text(self) -> str:
        """The line that names the keys."""
        return _("Esc  back")

    def answer(self, result: T) -> None:
        """Close the dialog with an answer; later answers are ignored."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)

    @property
    def below(self) -> ConsoleScreen | None:
        """The console's screen that the dialog lies over."""
        screens = self.app.screen_stack
        return next((screen for screen in reversed(screens) if isinstance(screen, ConsoleScreen)), None)

    async def on_key(self, event: events.Key) -> None:
        """Nothing typed in a dialog reaches the screen below, but the keys of a running clock, the redraw and F7."""
        if self._answered_below:
            self.tell(Content())
        below = self.below
        command = below.command_at(event.key) if below is not None else None
        if below is not None and command is not None and acts_over_dialogs(command, below.context):
            event.stop()
            event.prevent_default()
            await below.do_command(command)
            return
        if isinstance(self.focused, Field) and event.key not in ("escape", "enter"):
            return  # editing keys are the field's
        event.stop()
        event.prevent_default()
        self.press(event.key, event.character or "")

    def press(self, key: str, character: str) -> None:
        """A key was pressed. Args: key: the toolkit's name; character: what it prints, "" for none."""

    def flush(self) -> None:
        """Save what is being typed, since the console may end now."""

    def turned(self) -> None:
        """Another console wrote on a defense, took one over or let one go."""


class Confirm(Dialog[bool]):
    """Yes or no; anything but `y` and `o` is no.

    Args:
        question: What is asked.
        details: What happens then.
        yes: What `y` does, in one or two words.
        no: What the others do.
    """

    def __init__(self, question: str, details: str | Content = "", yes: str = "", no: str = "") -> None:
        super().__init__(question, details)
        self._yes = yes
        self._no = no

    def keys_text(self) -> str:
        """Both answers with their keys."""
        return _("y or o  {yes}      Esc  {no}", yes=self._yes or _("yes"), no=self._no or _("back"))

    def press(self, key: str, character: str) -> None:
        """`y` and `o` confirm, the keys one presses without reading go back."""
        if character.lower() in ("y", "o") and character:
            self.answer(True)
        elif key in ("enter", "space", "escape") or character.lower() == "n":
            self.answer(False)


class Choose(Dialog[int | None]):
    """A numbered list; answers the place of the choice from 0, None when postponed.

    Args:
        question: What is asked.
        options: Translated answers, at most nine.
        details: What to know before answering.
        back: What `Esc` does.
    """

    DEFAULT_CSS = """
    Choose .dialog--option { margin: 0 0 0 1; height: auto; }
    Choose .dialog--number { width: 3; color: $text-accent; text-style: bold; }
    Choose .dialog--options { margin: 1 0 0 0; }
    """

    def __init__(self, question: str, options: Sequence[str], details: str | Content = "", back: str = "") -> None:
        super().__init__(question, details)
        self._options = tuple(options)[: len(CHOICES)]
        self._back = back

    def compose_answers(self) -> ComposeResult:
        """The numbered answers."""
        with VerticalScroll(classes="dialog--options", can_focus=False):
            for n, option in enumerate(self._options, 1):
                with Horizontal(classes="dialog--option"):
                    yield Static(Content(str(n)), classes="dialog--number")
                    yield Static(content(option))

    def keys_text(self) -> str:
        """The digits, and the way out."""
        return _("1–{last}  choose      Esc  {back}", last=len(self._options), back=self._back or _("back"))

    def press(self, key: str, character: str) -> None:
        """A digit, or what its key gives on AZERTY, chooses; arrows scroll a list that is higher than the screen."""
        if key in ("down", "up"):
            by = 1 if key == "down" else -1
            self.query_one(".dialog--options").scroll_relative(y=by, animate=False)
        if key in ("enter", "space", "escape") or character.lower() == "n":
            self.answer(None)
            return
        for place, characters in enumerate(CHOICES[: len(self._options)]):
            if character and character.lower() in characters:
                self.answer(place)


class Sheet(Dialog[None]):
    """Something to read: any of the keys that go back closes it.

    Args:
        question: Its title.
        details: What is read.
        closing: The keys that opened it, which also close it.
    """

    def __init__(self, question: str, details: str | Content, closing: Iterable[str] = ()) -> None:
        super().__init__(question, details)
        self._openers = frozenset(closing)

    def press(self, key: str, character: str) -> None:
        """Arrows scroll, everything that goes back closes."""
        scroll = self.query_one(VerticalScroll)
        if key in ("down", "j", "pagedown"):
            scroll.scroll_relative(y=scroll.size.height if key == "pagedown" else 1, animate=False)
        elif key in ("up", "k", "pageup"):
            scroll.scroll_relative(y=-scroll.size.height if key == "pageup" else -1, animate=False)
        elif key in ("enter", "space", "escape", "q", "n") or key in self._openers:
            self.answer(None)
