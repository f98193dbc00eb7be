"""Dialogs: a question, a choice, a sheet. Each answers once; `asking.py` has the one that asks for a text.

`y` or `o` confirms in either language; `Enter`, `Space`, `n` and `Esc` go back. What is higher than the screen
scrolls, and a line says how much is below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from defense_console.keys.keymap import acts_over_dialogs
from defense_console.safe_text import capital, content, line, wrapped
from defense_console.screens.base import ConsoleScreen
from defense_console.widgets.frame.alarm_line import AlarmLine
from defense_console.widgets.frame.hint_bar import Hint, hint_at, hint_rows
from defense_console.widgets.frame.writer import Field
from defense_console.words.key_names import display_key
from defense_console.words.translation import _, language, ngettext

T = TypeVar("T")

CHOICES = ("1&", "2é", '3"', "4'", "5(", "6-", "7è", "8_", "9ç")
"""Characters that choose the first, second… answer: the digit, and what the same key gives on AZERTY."""


SCROLLS = ("up", "down", "k", "j", "pageup", "pagedown", "home", "end")
"""Keys that scroll what is read; while a text is typed only the two that turn pages."""
WIDTH, SIDES = 72, 4
"""Cells of a dialog; those of its frame and its padding."""
MARGINS = SIDES + 1
"""With those of a scroll bar."""
LEAST_READ = 2
"""Rows of what is read, at least."""


KEYS_GAP = 5
"""Cells between the keys of a dialog."""


def key_hint(key: str, does: str) -> Hint:
    """Return the hint of a key that no setting changes. Args: key: the toolkit's name; does: translated."""
    return Hint(key, display_key(key, language()), does)


def going_back(does: str = "") -> Hint:
    """Return the hint of the keys that go back, which one presses without reading."""
    back = key_hint("escape", does or _("go back"))
    return replace(back, key=f"{display_key('enter', language())} {back.key}")


class ReadingPane(VerticalScroll):
    """What is read in a dialog; empty it takes no room."""

    class Moved(Message):
        """It was scrolled, or what fits in it has changed."""

    def on_mount(self) -> None:
        """Take no room without anything to read."""
        self.display = bool(self.children)

    def on_resize(self) -> None:
        """See `Moved`."""
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """See `Moved`."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Moved())


class Dialog(ModalScreen[T], Generic[T]):
    """A modal question that answers once: a second key press finds it answered.

    Args:
        question: Translated title; user text in it is made safe.
        details: Translated lines under it.
        whose: Which defense it is about, in words; None for the one that the screen below is about.
    """

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Dialog {
        align: center top;
        background: transparent;
        & > Vertical {
            width: 72; max-width: 100%; height: auto;
            border: heavy $warning; border-title-color: $foreground; border-title-style: bold;
            background: $surface; padding: 0 1;
        }
        Static { height: auto; width: 1fr; }
        ReadingPane { height: auto; margin: 1 0 0 0; scrollbar-size-vertical: 1; }
        .dialog--question { text-style: bold; }
        .dialog--more { display: none; color: $text-muted; }
        &.-higher .dialog--more { display: block; }
        .dialog--keys { margin: 1 0 0 0; color: $text-muted; }
        Field {
            height: auto; min-height: 1; max-height: 6; margin: 1 0 0 0; padding: 0 1; border: none; background: $panel;
            &:focus { border: none; }
        }
        .dialog--refusal { color: $text-warning; min-height: 1; }
        .dialog--names { height: 1; text-wrap: nowrap; text-overflow: ellipsis; color: $text-muted; }
    }
    """

    def __init__(self, question: str, details: str | Content = "", whose: str | None = None) -> None:
        super().__init__()
        self._question = question
        self._details = details
        self._whose = whose
        self._answered = False

    def compose(self) -> ComposeResult:
        """Question, whose it is, what is read, the dialog's own part, its keys."""
        with Vertical() as box:
            box.border_title = Content("  ").join(
                part for part in (content(self.happens), line(self.whose)) if part.plain
            )
            yield Static(Content("\n").join(wrapped(content(self._question), self._row)), classes="dialog--question")
            with ReadingPane(can_focus=False):
                yield from self.compose_reading()
            yield Static(markup=False, classes="dialog--more")
            yield from self.compose_answers()
            yield Static(self.key_rows(), classes="dialog--keys")

    @property
    def happens(self) -> str:
        """What the answer does, in a word for the title; "" for none."""
        return ""

    @property
    def whose(self) -> str:
        """Which defense it is about, in words; "" for none."""
        if self._whose is not None:
            return self._whose
        return self.below.whose if self.below is not None else ""

    def _fit(self) -> None:
        """Stand under the clock of the screen below, above its alarm; what is read gets the rows that are left."""
        if not self.query(ReadingPane):
            return  # it was called after a refresh, and the dialog is answered by then
        box, scroll = self.query_one("Dialog > Vertical"), self.query_one(ReadingPane)
        around = [part for part in box.children if part is not scroll and part.display]
        taken = sum(part.outer_size.height + part.styles.margin.height for part in around)
        taken += scroll.styles.margin.height + box.gutter.height
        top, bottom = self._room(taken + LEAST_READ)
        box.styles.margin = (top, 0, 0, 0)
        scroll.styles.max_height = max(LEAST_READ, bottom - top - taken)

    def _room(self, least: int) -> tuple[int, int]:
        """Return the first row for the dialog and the row after its last; the clock gives way where rows are few."""
        below = self.below
        if below is None or not below.query(AlarmLine):
            return 0, self.size.height
        alarm = below.query_one(AlarmLine)
        bottom = alarm.region.y if alarm.has_class("-on") else self.size.height - 1
        return max(0, min(below.question_top, bottom - least)), bottom

    def on_reading_pane_moved(self) -> None:
        """Say how much is below."""
        scroll = self.query_one(ReadingPane)
        self.set_class(scroll.max_scroll_y > 0, "-higher")
        below = scroll.max_scroll_y - round(scroll.scroll_y)
        text = ngettext("{n} more line below", "{n} more lines below", below) if below else _("This is the end.")
        self.query_one(".dialog--more", Static).update(Content(text))
        self.call_after_refresh(self._fit)

    def scroll_by_key(self, key: str) -> bool:
        """Scroll what is read. Returns: whether the key scrolls."""
        scroll = self.query_one(ReadingPane)
        if key not in SCROLLS or (self.query(Field) and not key.startswith("page")):
            return False
        page = max(1, scroll.size.height - 1)
        by = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -page, "pagedown": page}.get(key)
        to = scroll.scroll_y + by if by is not None else scroll.max_scroll_y if key == "end" else 0
        scroll.scroll_to(y=to, animate=False)
        return True

    def on_screen_resume(self) -> None:
        """The screen below may show something else now."""
        self.show_saved()

    def on_resize(self) -> None:
        """What fits has changed."""
        for keys in self.query(".dialog--keys").results(Static):
            keys.update(self.key_rows())
        self.show_saved()
        self.call_after_refresh(self._fit)

    def show_saved(self) -> None:
        """The red rows of the screen below are seen under the question, which gives them room."""
        self.call_after_refresh(self._fit)

    def compose_reading(self) -> ComposeResult:
        """What is read before answering."""
        if self._details:
            details = content(self._details) if isinstance(self._details, str) else self._details
            width = min(WIDTH, self.app.size.width) - MARGINS
            yield Static(Content("\n").join(wrapped(details, width)), classes="dialog--details")

    def compose_answers(self) -> ComposeResult:
        """What lies between what is read and the line of keys, and does not scroll."""
        yield from ()

    def keys(self) -> tuple[Hint, ...]:
        """Return what the last line says: which keys answer, and how."""
        return (going_back(),)

    def key_rows(self) -> Content:
        """Return these keys on rows that are as wide as the dialog: a key and what it does stay together."""
        return hint_rows(self.keys(), self._row, KEYS_GAP)

    @property
    def _row(self) -> int:
        """Cells of a row."""
        return min(WIDTH, self.app.size.width) - SIDES

    async def on_click(self, event: events.Click) -> None:
        """A click on a key is that key."""
        event.stop()
        keys = self.query_one(".dialog--keys")
        hint = hint_at(self.keys(), self._row, KEYS_GAP, event.screen_offset - keys.content_region.offset)
        if hint is not None and hint.command:
            character = hint.command if len(hint.command) == 1 else None
            await self.on_key(events.Key(hint.command, character))

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
        below = self.below
        command = below.command_at(event.key) if below is not None else None
        if below is not None and command is not None and acts_over_dialogs(command, below.context):
            event.stop()
            event.prevent_default()
            await below.do_command(command)
            return
        if below is not None and event.key == "ctrl+c" and not self.query(Field):
            below.say_way_out()
        if isinstance(self.focused, Field) and event.key not in ("escape", "enter", "pageup", "pagedown"):
            return  # editing keys are the field's
        event.stop()
        event.prevent_default()
        if not self.scroll_by_key(event.key):
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
        whose: See `Dialog`.
    """

    def __init__(
        self, question: str, details: str | Content = "", yes: str = "", no: str = "", whose: str | None = None
    ) -> None:
        super().__init__(question, details, whose)
        self._yes = yes
        self._no = no

    @property
    def happens(self) -> str:
        """What `y` does."""
        return capital(self._yes)

    def keys(self) -> tuple[Hint, ...]:
        """Return the keys that say yes and no."""
        return Hint("y", _("y or o"), self._yes or _("yes")), going_back(self._no)

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
        whose: See `Dialog`.
    """

    DEFAULT_CSS = """
    Choose .dialog--option { margin: 0 0 0 1; height: auto; }
    Choose .dialog--number { width: 3; color: $text-accent; text-style: bold; }
    Choose .dialog--details { margin: 0 0 1 0; }
    """

    def __init__(
        self,
        question: str,
        options: Sequence[str],
        details: str | Content = "",
        back: str = "",
        whose: str | None = None,
    ) -> None:
        super().__init__(question, details, whose)
        self._options = tuple(options)[: len(CHOICES)]
        self._back = back

    def compose_reading(self) -> ComposeResult:
        """What to know, and the numbered answers."""
        yield from super().compose_reading()
        for n, option in enumerate(self._options, 1):
            with Horizontal(classes="dialog--option"):
                yield Static(Content(str(n)), classes="dialog--number")
                yield Static(content(option))

    def keys(self) -> tuple[Hint, ...]:
        """The digits, and the way out."""
        last = len(self._options)
        return Hint("", f"1–{last}" if last > 1 else "1", _("choose")), going_back(self._back)

    async def on_click(self, event: events.Click) -> None:
        """A click on an answer chooses it; the toolkit asks the base class about the keys."""
        options = self.query(".dialog--option")
        place = next((n for n, each in enumerate(options) if each.region.contains_point(event.screen_offset)), None)
        if place is not None:
            self.answer(place)

    def press(self, key: str, character: str) -> None:
        """A digit, or what its key gives on AZERTY, chooses."""
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
        """Everything that goes back closes."""
        if key in ("enter", "space", "escape", "q", "n") or key in self._openers:
            self.answer(None)
