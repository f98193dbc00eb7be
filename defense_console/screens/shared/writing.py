"""Screens about one log on which texts are written: the text field, its drafts, undo, and who else writes."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region

from defense_console.desk.defense.asked import is_asked
from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.one_log import LogDesk
from defense_console.keys.keymap import Command
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.fitted_words import WHOLE, WIDTHS, error_words, fitting
from defense_console.screens.shared.saved_words import read_only_words
from defense_console.screens.shared.wishes import ON_A_LOG, Asks, Seen, Wishes
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.writer import FINISHING, Writer
from defense_console.words.translation import _, language, ngettext

DEED_CELLS = 80
"""An action that is taken back is said in so many cells."""
WRITING_ROWS = 8
"""Rows of the field with its frame, where it has no card's place."""


def has_one_line(field: str) -> bool:
    """Return whether the text of a field is one line: a goal, which the console reads, or a name."""
    kind, _slash, rest = field.partition("/")
    return kind == "goal" or (kind == "row" and rest.rpartition("/")[2] in ("title", "verifier"))


class WritingScreen(ConsoleScreen):
    """A screen about one log on which texts are written.

    A subclass answers `texts`. `write` opens a text; finishing it stores it with `LogDesk.commit`. Call `keep_text`
    before doing anything else with the log.
    """

    WISHES: ClassVar[Wishes[Any]] = ON_A_LOG

    def __init__(self) -> None:
        super().__init__()
        self._reads_only = self._was_others = False
        self._asked_aside: set[str] = set()
        self._expects_text = False
        """The log was just taken over: what was being typed there may still arrive."""

    @property
    def texts(self) -> LogDesk[Any, Any]:
        """The desk that keeps the texts."""
        raise NotImplementedError

    def seen(self) -> Asks:
        """The desk, and in a subclass where the cursor is."""
        return Seen(self.texts)

    def field_label(self, field: str) -> str | Content:
        """What stands before the field while it is written, translated."""
        return field

    def text_kept(self, field: str, known: int) -> None:
        """A text was stored. Args: field: its key; known: number of the last event before it."""

    def can_write(self, field: str) -> bool:
        """Whether this screen writes a field."""
        return False

    def compose_over(self) -> ComposeResult:
        """The field for texts."""
        yield Writer()

    def writing_region(self) -> Region:
        """Return where the field lies: the last rows of the body, unless a subclass has a card to write in."""
        body = self.query_one("#body").region
        rows = min(WRITING_ROWS, body.height)
        return Region(body.x, body.bottom - rows, body.width, rows)

    def place_writer(self) -> None:
        """Lay the field where a text is written now, above red rows and long messages."""
        region, over = self.writing_region(), self.query_one("#over").region
        if over.area and region.bottom > over.y:
            top = max(self.question_top, over.y - region.height)
            region = Region(region.x, top, region.width, min(region.height, over.y - top))
        self.writer.cover(region, self.wide)

    def uncover_cursors(self) -> None:
        """The field is lifted above what lies over the body, too."""
        if self.writer.field_key:
            self.place_writer()
        super().uncover_cursors()

    def on_resize(self) -> None:
        """The field follows what it lies over."""
        super().on_resize()
        self.soon(self.place_writer)

    @property
    def writer(self) -> Writer:
        """Return the field in which texts are written."""
        return self.query_one(Writer)

    def write(self, field: str) -> None:
        """Write a text: open the strip on what the field holds, a draft first. What was being written is kept."""
        if (reason := self.texts.text_refusal(field)) is not None:
            self.refuse(reason)
            return
        if self.writer.field_key and not self.keep_text():
            return
        draft = self.texts.drafts.get(field)
        self.place_writer()
        self.keep_cursor_seen()
        cursor = draft.cursor if draft is not None else None
        self.writer.open(field, self.field_label(field), self.texts.text(field), cursor, has_one_line(field))
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
        known = self.texts.state.seq
        text = self.writer.text
        try:
            state = self.texts.commit(field, text)
        except ConsoleError as error:
            self.texts.type_text(field, text, self.writer.cursor)
            self.refuse(error)
            return False
        if stay and text.strip():
            seq = state.seq
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
        self._expects_text = False
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
        if self.writer.field_key and self.writer.changed:
            self.texts.touch(self.writer.field_key)

    def on_writer_typed(self, event: Writer.Typed) -> None:
        """Save a draft of what the field holds now."""
        event.stop()
        try:
            self.flush()
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

    def resume_text(self, told: str) -> None:
        """Go on with the text that was begun last and never finished; a dialog's waits until the same is asked again.

        Args:
            told: What is said then.
        """
        drafts = [
            (draft.first.wall, field)
            for field, draft in self.texts.drafts.items()
            if self.can_write(field) and not is_asked(field) and self.texts.text_refusal(field) is None
        ]
        if drafts and not self.writer.field_key:
            self.write(max(drafts)[1])
            self.tell(told)

    # --- what was done -----------------------------------------------------------------------------------------------

    def deed_words(self, desk: LogDesk[Any, Any], action: int) -> str:
        """Return what an action of a log did, in words."""
        return next((desk.said(event, language()) for event in desk.events if event.seq == action), "")

    def take_back(self, desk: LogDesk[Any, Any]) -> bool:
        """Cancel the latest action of a log, and say what it was. Returns: whether it is cancelled."""
        action = next(reversed(desk.state.undo), 0)
        if self.attempt(desk.undo) is None:
            return False
        what = shortened(self.deed_words(desk, action), DEED_CELLS)
        self.tell(_("Undone: {what}; {key:edit.redo} does it again", what=what))
        return True

    def bring_back(self, desk: LogDesk[Any, Any]) -> bool:
        """Do again what was cancelled last, and say what it is. Returns: whether it is done again."""
        action = next(reversed(desk.state.redo), 0)
        if self.attempt(desk.redo) is None:
            return False
        self.tell(_("Done again: {what}", what=shortened(self.deed_words(desk, action), DEED_CELLS)))
        return True

    def action_edit_undo(self) -> None:
        """Take the last action back."""
        self.take_back(self.texts)

    def action_edit_redo(self) -> None:
        """Do again what was taken back."""
        self.bring_back(self.texts)

    def action_live_timeline(self) -> None:
        """Show everything recorded so far."""
        from defense_console.screens.shared.timeline import TimelineScreen

        if isinstance(self.texts, DefenseDesk):
            self.app.push_screen(TimelineScreen(self.texts))

    # --- two consoles ------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Draw; who writes at first is no news."""
        super().on_mount()
        self._reads_only = bool(self.stream) and self.texts.read_only is not None
        self._was_others = self._reads_only and self.texts.not_mine is not None
        if self.stream:
            self.soon(self._ask_about_aside)

    def turned(self) -> None:
        """Somebody else wrote here, took the log over, has its claim, or let it go: show it, say who writes now."""
        before, self._reads_only = self._reads_only, bool(self.stream) and self.texts.read_only is not None
        was_others, self._was_others = self._was_others, self._reads_only and self.texts.not_mine is not None
        if self._reads_only and not before:
            self._yield()
        elif before and not self._reads_only and was_others:
            self.tell(_("This defense is yours now: it can be written here."))
        elif before and not self._reads_only:
            self.tell(_("The other console has let go: it can be written here again."))
        self.update()
        if self.stream:
            self._take_text()
            self._ask_about_aside()

    def _yield(self) -> None:
        """Only read from now on, and say why; what was being typed here is kept."""
        writing = bool(self.writer.field_key)
        if writing:
            self.texts.set_aside(self.writer.field_key, self.writer.text)
            self.writer.shut()
            self.after_writing()
        self.tell(read_only_words(self.texts, writing), "failed")

    def _take_text(self) -> None:
        """Go on with what was being typed in the console that held the log, unless something else is done first."""
        if self._expects_text and self.is_current and not self.writing:
            self.resume_text(_("Taken over, with the text that was being written there."))
            self._expects_text = not self.writing

    def read_only_line(self, most: int = WHOLE) -> str:
        """Who holds the log, and the key that takes it over; "" when it may be written here.

        Args:
            most: Cells of the longest name in it.
        """
        reason = self.texts.read_only
        if reason is None:
            return ""
        takes_over = self.texts.holder is not None and self.texts.no_take_over is None
        return error_words(reason, most) + (" " + _("{key:console.take_over} takes it over.") if takes_over else "")

    def standing_line(self) -> str:
        """What the mentor must know of other consoles: one holds the defense, or kept something out of the record.

        Whole in three rows of half a screen. Why the store itself cannot be written is said in the red line.
        """
        if self.texts.read_only is not None and self.desk.saved.state != "read_only":
            sign, refused = mark("read_only"), self._aside_words()

            def say(most: int) -> str:
                return f"{sign} {self.read_only_line(most)} {refused}".rstrip()

            return fitting(say, self.row_width, 3) or say(WIDTHS[-1])
        if not (left := len(self.texts.aside)):
            return ""
        return "! " + ngettext(
            "{n} decision is not in the record: another console wrote first. {key:console.aside} shows it.",
            "{n} decisions are not in the record: another console wrote first. {key:console.aside} shows them.",
            left,
        )

    def _aside_words(self) -> str:
        """Say how much is not in the record, where one may only read; "" for nothing."""
        if not (left := len(self.texts.aside)):
            return ""
        return ngettext("{n} decision is not in the record.", "{n} decisions are not in the record.", left)

    def action_console_aside(self) -> None:
        """Choose what happens with what is not in the record."""
        from defense_console.screens.shared.refused import AsideScreen

        self.app.push_screen(AsideScreen(self.texts))

    def _ask_about_aside(self) -> None:
        """Ask once about what is not in the record, never while a text is written or a question is open."""
        keys = {aside.key for aside in self.texts.aside}
        if keys - self._asked_aside and self.is_current and not self.writing and self.texts.read_only is None:
            self._asked_aside |= keys
            self.action_console_aside()

    async def action_console_take_over(self) -> None:
        """Write here from now on, after a question."""
        log, other = self.texts, self.texts.holder
        if other is None:
            return
        details = _(
            "The console on {host} can then only read it; what it has recorded stays, and what is being typed there "
            "is kept.",
            host=other.host,
        )
        question = Confirm(_("Write here instead of the other console?"), details, yes=_("take over"), whose=log.whose)
        if await self.app.push_screen_wait(question) and self.attempt(lambda: self.desk.take_over(log)) is not None:
            self._reads_only = False
            self.tell(_("Taken over: it is written here now."))
            self._expects_text = True
            self._take_text()
            self.update()
            self._ask_about_aside()
