"""Dialogs: a question, a choice, a text. Each answers once.

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

from defense_console.i18n import _
from defense_console.keymap import acts_over_dialogs
from defense_console.safe_text import content
from defense_console.screens.base import Console, ConsoleScreen
from defense_console.screens.saved_words import alarm_words
from defense_console.widgets.alarm_line import AlarmLine
from defense_console.widgets.writer import Field

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


class Ask(Dialog[str | None]):
    """A text; `Enter` gives it, `Esc` goes back with None and keeps what was typed for the next time it is asked.

    Args:
        question: What is asked.
        initial: What the field starts with.
        details: What to know before answering.
        placeholder: What an empty field shows.
        required: Whether an empty text is refused.
    """

    DEFAULT_CSS = """
    Ask Field { height: auto; min-height: 1; max-height: 6; margin: 1 0 0 0; padding: 0 1; border: none;
                &:focus { border: none; } }
    """

    def __init__(
        self,
        question: str,
        initial: str = "",
        details: str | Content = "",
        placeholder: str = "",
        required: bool = True,
    ) -> None:
        super().__init__(question, details)
        self._initial = initial
        self._placeholder = placeholder
        self._required = required

    def compose_answers(self) -> ComposeResult:
        """The field."""
        yield Field.plain(self._initial, placeholder=self._placeholder)

    def on_mount(self) -> None:
        """The field has the focus; a text that was left unfinished is there again."""
        field = self.query_one(Field)
        place = self._place
        if place is not None and (text := place[0].unfinished.get(place[1])):
            field.load_text(text)
        field.move_cursor(field.document.end)
        self.set_focus(field)

    def keys_text(self) -> str:
        """Two keys."""
        return _("↵  keep      Esc  back") if self._place is None else _("↵  keep      Esc  back, the text stays")

    def press(self, key: str, character: str) -> None:
        """`Enter` gives the text, `Esc` goes back; the other keys are the field's."""
        text = self.query_one(Field).text.strip()
        if key == "escape":
            self._leave(text if text != self._initial.strip() else "")
            self.answer(None)
        elif key == "enter" and (text or not self._required):
            self._leave("")
            self.answer(text)

    @property
    def _place(self) -> tuple[Console, tuple[str, str]] | None:
        """Where an unfinished text is remembered: by defense too, so that no other student's dialog shows it."""
        defense_id = getattr(self.below, "defense_id", "")
        return (self.below.console_app, (defense_id, self._question)) if self.below and defense_id else None

    def _leave(self, text: str) -> None:
        """Remember what was typed, or forget it once it is given."""
        if (place := self._place) is not None:
            place[0].unfinished[place[1]] = text


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
