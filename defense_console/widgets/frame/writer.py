"""Writer: the framed field in which every text of the console is written, laid over a part of the body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widgets import TextArea

from defense_console.safe_text import content, same_width
from defense_console.words.translation import _

DRAFT_S = 0.2
"""A draft is handed on at most so long after a key, whether keys rest or not: 300 ms after the key the text is to be
on the disk, and a busy machine takes some of that. Waiting for a rest would never save whoever types without one.
`torture/kill_nine.py` measures it."""

NEW_LINE = ("alt+enter", "ctrl+j", "shift+enter")
"""Keys that begin a new line. Alt+Enter and Ctrl+J come from every terminal, Shift+Enter from some."""
FINISHING = ("enter", "tab", "shift+tab", "escape")
"""Keys that finish a text. The screen that holds the strip acts on them, in the order in which they were typed."""


class DraftClock:
    """Knows what a field holds, and says soon after a keystroke that it is worth a draft, while the keys go on too.

    Args:
        owner: Runs the clock.
        due: Called when a draft should be saved.
    """

    def __init__(self, owner: MessagePump, due: Callable[[], None]) -> None:
        self._owner = owner
        self._due = due
        self._known = ""
        self._soon: Timer | None = None

    def begin(self, text: str) -> None:
        """The field shows a text that is not a keystroke."""
        self._known = text

    def typed(self, text: str) -> bool:
        """The field holds this now. Returns: whether a keystroke changed it, so that a draft is due soon."""
        if text == self._known:
            return False
        self._known = text
        if self._soon is None:
            self._soon = self._owner.set_timer(DRAFT_S, self._ring)
        return True

    def stop(self) -> None:
        """No draft is due any more."""
        if self._soon is not None:
            self._soon.stop()
            self._soon = None

    def _ring(self) -> None:
        self._soon = None
        self._due()


class Field(TextArea):
    """A text area in which `Enter` finishes the text and control characters are seen, not obeyed.

    Attributes:
        one_line: Whether the keys that begin a new line do nothing, since what is typed is a day, a name or the like.
    """

    one_line = False

    @classmethod
    def plain(cls, text: str = "", placeholder: str = "", one_line: bool = False) -> Field:
        """A field without line numbers and frame. Args: text: to start with; placeholder: what an empty field shows."""
        field = cls(text, placeholder=placeholder, soft_wrap=True, tab_behavior="focus", compact=True,
                    highlight_cursor_line=False)  # fmt: skip
        field.one_line = one_line
        field.cursor_blink = False  # a blinking cursor doubles what the console costs at rest
        return field

    def on_key(self, event: events.Key) -> None:
        """Finishing keys go on to the screen, some keys begin a new line; the rest is the text area's."""
        if event.key in FINISHING:
            event.prevent_default()
        elif event.key in NEW_LINE:
            event.stop()
            event.prevent_default()
            if not self.one_line:
                self.insert("\n")

    def on_hide(self, event: events.Hide) -> None:
        """A window that is too small hides the field: it keeps the focus, or the next letters would be commands."""
        event.prevent_default()

    def watch(self, obj: DOMNode, attribute_name: str, callback: Callable[..., Any], init: bool = True) -> None:
        """Follow a value; the application's theme in a way that ends with this field.

        Source: TextArea of Textual 8.2 watches the theme, and the application keeps whoever does until the theme
        changes: every field there ever was, with its lines.
        """
        if obj is self.app and attribute_name == "theme":
            self.app.theme_changed_signal.subscribe(self, lambda _theme: self.call_later(callback))
        else:
            super().watch(obj, attribute_name, callback, init)

    def on_unmount(self) -> None:
        """Let go of the application."""
        self.app.theme_changed_signal.unsubscribe(self)

    def get_line(self, line_index: int) -> Text:
        """One line as it is drawn: a control or bidi character becomes one visible cell, so that places stay right."""
        return Text(same_width(super().get_line(line_index).plain), end="", no_wrap=True)


class Writer(Vertical):
    """A label and a field bound to a draft's field key; hidden while nothing is written.

    The text is finished by one of `FINISHING`, by its screen: nothing is ever discarded here.
    """

    DEFAULT_CSS = """
    Writer {
        display: none;
        layer: over;
        position: absolute;
        background: $surface;
        border: heavy $writing;
        border-title-color: $background;
        border-title-background: $writing;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &.-open { display: block; }
        Field { width: 1fr; height: 1fr; padding: 0; border: none;
                background: transparent; &:focus { border: none; } }
    }
    """

    class Told(Message):
        """Something about the text."""

        def __init__(self, writer: Writer) -> None:
            super().__init__()
            self.writer = writer

        @property
        def control(self) -> Writer:
            """Return the field that was written in."""
            return self.writer

    class Touched(Told):
        """The text changed: its first keystroke is stamped."""

    class Typed(Told):
        """The text so far is worth a draft.

        It carries no text: it may arrive after Enter, when that text is finished and the field holds another one.
        """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._field_key = ""
        self._draft_clock = DraftClock(self, self._tell_draft)
        self._given = ""
        self._given_drawn = ""

    def compose(self) -> ComposeResult:
        """Compose the field in its frame."""
        yield Field.plain()

    def cover(self, region: Region, boxed: bool) -> None:
        """Lie over a part of the screen. Args: boxed: in a frame, else under a rule, where rows are few."""
        self.styles.offset = (region.x, region.y)
        self.styles.width, self.styles.height = region.width, region.height
        self.set_class(not boxed, "-ruled")

    @property
    def field_key(self) -> str:
        """Key of the field being written, "" when the strip is closed."""
        return self._field_key

    @property
    def has_cursor(self) -> bool:
        """Whether the letters go into the field."""
        return self.query_one(Field).has_focus

    @property
    def text(self) -> str:
        """What is in the field; one that nobody changed is given back as it came, whatever line breaks it has."""
        drawn = self.query_one(Field).text
        return self._given if drawn == self._given_drawn else drawn

    @property
    def changed(self) -> bool:
        """Whether the field holds something else than what it was opened with."""
        return self.query_one(Field).text != self._given_drawn

    @property
    def cursor(self) -> int:
        """Place of the cursor, in characters from the start."""
        field = self.query_one(Field)
        row, column = field.cursor_location
        return sum(len(field.document.get_line(i)) + 1 for i in range(row)) + column

    def _location(self, cursor: int) -> tuple[int, int]:
        """Line and column of a place that `cursor` gave."""
        document = self.query_one(Field).document
        for row in range(document.line_count):
            length = len(document.get_line(row))
            if cursor <= length:
                return row, cursor
            cursor -= length + 1
        return document.end

    def open(
        self, field: str, label: Content | str, text: str = "", cursor: int | None = None, one_line: bool = False
    ) -> None:
        """Show the strip, with the focus in its field.

        Args:
            field: Key of the draft.
            label: What is being written, translated.
            text: What the field starts with.
            cursor: Place of the cursor in characters; None is the end.
            one_line: See `Field`; a text that has several lines already keeps the keys for them.
        """
        self.relabel(field, label)
        area = self.query_one(Field)
        area.text = text
        area.one_line = one_line and "\n" not in area.text
        self._given, self._given_drawn = text, area.text
        self._draft_clock.begin(area.text)
        area.move_cursor(area.document.end if cursor is None else self._location(cursor))
        self.add_class("-open")
        self.screen.set_focus(area)

    def relabel(self, field: str, label: Content | str) -> None:
        """The same text now belongs to another field key: typing on edits what was just committed."""
        self._draft_clock.stop()
        self._field_key = field
        name = content(label) if isinstance(label, str) else label
        self.border_title = Content.assemble(" ", _("WRITING"), " · ", name, " ")

    def insert(self, text: str) -> None:
        """Put a text where the cursor is."""
        self.query_one(Field).insert(text)

    def shut(self) -> None:
        """Hide the strip and give the focus back."""
        self._draft_clock.stop()
        self._field_key = ""
        self.remove_class("-open")
        if self.query_one(Field).has_focus:
            self.screen.set_focus(None)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A keystroke: stamp it, and save a draft soon."""
        event.stop()
        if self._field_key and self._draft_clock.typed(event.text_area.text):
            self.post_message(self.Touched(self))

    def _tell_draft(self) -> None:
        if self._field_key:
            self.post_message(self.Typed(self))
