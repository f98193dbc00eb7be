"""Screens on which texts are written: the strip, its drafts, and what finishing a text does."""

from __future__ import annotations

from textual import events
from textual.content import Content

from defense_console.desk.defense_desk import DefenseDesk
from defense_console.keymap import Command
from defense_console.model.errors import ConsoleError
from defense_console.screens.base import ConsoleScreen
from defense_console.widgets.writer import FINISHING, Writer


class WritingScreen(ConsoleScreen):
    """A screen about one defense with a `Writer` in its body.

    A subclass yields one `Writer()` in `compose_body` and answers `texts`. `write` opens a field; finishing it stores
    the text by `desk.commit`. Before a key that also does something else, call `keep_text`.
    """

    @property
    def texts(self) -> DefenseDesk:
        """The desk that keeps the texts."""
        raise NotImplementedError

    def field_label(self, field: str) -> str | Content:
        """What stands before the field while it is written, translated."""
        return field

    def text_kept(self, field: str, known: int) -> None:
        """A text was stored. Args: field: its key; known: number of the last event before it."""

    @property
    def writer(self) -> Writer:
        """The strip."""
        return self.query_one(Writer)

    def write(self, field: str) -> None:
        """Write a text: open the strip on what the field holds, a draft first. What was being written is kept."""
        if (reason := self.texts.no_text) is not None:
            self.refuse(reason)
            return
        if self.writer.field_key and not self.keep_text():
            return
        draft = self.texts.drafts.get(field)
        self.writer.open(
            field, self.field_label(field), self.texts.text(field), draft.cursor if draft is not None else None
        )
        self.show_mode()

    def keep_text(self, stay: bool = False) -> bool:
        """Store what is being written, as an action of its own.

        Args:
            stay: The field keeps the focus, and typing on edits the same text.

        Returns:
            Whether the way is free: False when the desk refused, then the text stays in its field.
        """
        field = self.writer.field_key
        if not field:
            return True
        known = self.texts.defense.seq
        text = self.writer.text
        try:
            defense = self.texts.commit(field, text)
        except ConsoleError as error:
            self.texts.type_text(field, text, self.writer.cursor)
            self.refuse(error)
            return False
        if stay and text.strip():
            seq = defense.seq
            if seq > known and field.partition("/")[0] in ("note", "criterion", "question", "strength", "improvement"):
                self.writer.relabel(f"edit/{seq}", self.field_label(f"edit/{seq}"))
        elif not stay:
            self.writer.shut()
        self.text_kept(field, known)
        self.update()
        return True

    async def do_command(self, command: Command) -> None:
        """A text that is being written is kept first, as an action of its own, then the command is done.

        The clock's two keys leave the focus in the field.
        """
        if not command.id.startswith("console.") and self.writer.field_key:
            stay = command.id in ("anywhere.toggle", "anywhere.next_phase")
            if not self.keep_text(stay):
                return
            if not stay:
                self.after_writing()
        await super().do_command(command)

    def flush(self) -> None:
        """Save the draft now."""
        if self.query(Writer) and self.writer.field_key:
            self.texts.type_text(self.writer.field_key, self.writer.text, self.writer.cursor)

    def on_writer_touched(self, event: Writer.Touched) -> None:
        """Stamp the first keystroke."""
        event.stop()
        if event.field == self.writer.field_key:
            self.texts.touch(event.field)

    def on_writer_typed(self, event: Writer.Typed) -> None:
        """Save a draft."""
        event.stop()
        try:
            self.texts.type_text(event.field, event.text, event.cursor)
        except ConsoleError as error:
            self.refuse(error)
        self.show_saved()

    async def on_key(self, event: events.Key) -> None:
        """`Enter`, `Tab` and `Esc` finish a text; the other keys are the base class's."""
        if event.key in FINISHING and self.writer.field_key and self.writer.has_cursor:
            event.stop()
            event.prevent_default()
            self.hush()
            if not self.keep_text() and event.key == "escape":
                self.writer.shut()  # Esc always leaves the field; what could not be stored is kept as a draft
            if not self.writer.field_key:
                self.after_writing()

    def after_writing(self) -> None:
        """Give the focus to what had it before the text was written."""
