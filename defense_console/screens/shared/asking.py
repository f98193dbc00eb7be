"""Asking for a text about a defense: what is typed in the dialog is a draft until the answer is in the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import TextArea

from defense_console.desk.typed.answers import KeepsTexts
from defense_console.model.errors import ConsoleError
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Dialog, key_hint
from defense_console.screens.shared.saved_words import read_only_words
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.writer import NEW_LINE, DraftClock, Field
from defense_console.words.translation import _, error_text

T = TypeVar("T")


class Ask(Dialog[str | None]):
    """A text about a defense; `Enter` gives it, `Esc` goes back with None. Either way it is kept as a draft.

    The draft goes with the event that the answer becomes; what is refused, or left with `Esc`, is there again when the
    same is asked of the same defense.

    Args:
        texts: Where it is kept.
        field: Key of its draft, one of `Asked`.
        question: What is asked.
        details: What to know before answering.
        initial: What the field offers when nothing was typed.
        placeholder: What an empty field shows.
        required: Whether an empty text is refused.
    """

    ONE_LINE: ClassVar = False
    """Whether the answer has one line, so that no key begins a new one."""

    def __init__(
        self,
        texts: KeepsTexts,
        field: str,
        question: str,
        details: str | Content = "",
        initial: str = "",
        placeholder: str = "",
        required: bool = True,
    ) -> None:
        super().__init__(question, details, texts.whose)
        self.texts = texts
        self.field_key = field
        self._initial = initial
        self._placeholder = placeholder
        self._required = required
        self._offered = ""
        self._draft_clock = DraftClock(self, self._save_draft)

    def compose_answers(self) -> ComposeResult:
        """Compose the field for the text."""
        yield Field.plain(self._initial, self._placeholder, self.ONE_LINE)

    def on_mount(self) -> None:
        """The field has the focus; what was typed before and never became an answer is there again."""
        if not self.query(Field):
            return  # it was taken away before it was drawn
        field = self.query_one(Field)
        self._offered = field.text
        if self.field_key in self.texts.drafts:
            field.load_text(self.texts.text(self.field_key))
        self._draft_clock.begin(field.text)
        field.move_cursor(field.document.end)
        self.set_focus(field)

    def keys(self) -> tuple[Hint, ...]:
        """Enter, the key of a new line where there may be several, and the way back."""
        more = () if self.ONE_LINE else (key_hint(NEW_LINE[0], _("new line")),)
        return key_hint("enter", _("keep")), *more, key_hint("escape", _("go back, the text stays"))

    def press(self, key: str, character: str) -> None:
        """`Enter` gives the text, `Esc` goes back; the other keys are the field's."""
        text = self.query_one(Field).text.strip()
        if key not in ("escape", "enter") or (key == "enter" and self._required and not text):
            return
        if self.texts.read_only is not None:
            self.turned()
            return
        self.flush()
        self.answer(text if key == "enter" else None)

    # --- the draft ---------------------------------------------------------------------------------------------------

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A keystroke: stamp it, and save a draft soon."""
        event.stop()
        if not self._answered and self._draft_clock.typed(event.text_area.text):
            self.texts.touch(self.field_key)

    def _save_draft(self) -> None:
        self.flush()
        self.show_saved()

    @property
    def _typed(self) -> str:
        """What the mentor wrote: nothing while the field shows what it offers."""
        text = self.query_one(Field).text
        return "" if text == self._offered else text

    def flush(self) -> None:
        """Save the draft now; once the answer is given its text is not the dialog's any more."""
        if not self._answered and self.query(Field):
            self.texts.type_text(self.field_key, self._typed, len(self._typed))

    def turned(self) -> None:
        """Another console may have taken the defense over: then nothing more is written here, and nothing lost."""
        if self.texts.read_only is None or self._answered:
            return
        typed, below = self._typed, self.below
        self.texts.set_aside(self.field_key, typed)
        self.answer(None)
        if below is not None:
            below.tell(read_only_words(self.texts, bool(typed)), "failed")


class AskLine(Ask):
    """Such a text of one line: a day, a name, or anything else that the console reads."""

    ONE_LINE = True


async def answer_to(screen: ConsoleScreen, question: Ask) -> str | None:
    """Ask, where the answer may be recorded: no text is begun in vain.

    Args:
        screen: Where the dialog opens; called from one of its workers.
        question: What is asked.

    Returns:
        The text without white space around it; None when the mentor went back, or nothing may be written.
    """
    if (reason := question.texts.read_only) is not None:
        screen.refuse(reason)
        return None
    return await screen.app.push_screen_wait(question)


async def record_answer(screen: ConsoleScreen, question: Ask, record: Callable[[str], T]) -> T | None:
    """Ask, and record the answer: its draft goes only then. A refusal is told.

    Returns:
        What `record` returned; None when nothing is recorded.
    """
    answer = await answer_to(screen, question)
    recorded = screen.attempt(lambda: record(answer)) if answer is not None else None
    if recorded is not None:
        question.texts.drop_text(question.field_key)
    return recorded


async def ask_until(screen: ConsoleScreen, question: Callable[[str], AskLine], use: Callable[[str], T]) -> T | None:
    """Ask until the answer can be used.

    Args:
        screen: Where the dialogs open; called from one of its workers.
        question: Makes the question from why the last answer was refused, "" at first.
        use: Takes the answer, or refuses it with a `ConsoleError`.

    Returns:
        What `use` returned; None when the mentor went back, or nothing may be written.
    """
    problem = ""
    while True:
        answer = await answer_to(screen, question(problem))
        if answer is None:
            return None
        try:
            return use(answer)
        except ConsoleError as error:
            problem = error_text(error)
