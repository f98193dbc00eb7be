"""The first start: who the mentor is, asked once and kept in the settings."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from defense_console.desk.typed.completed import Completed
from defense_console.desk.typed.zone import complete_zone
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.completing import Completing
from defense_console.screens.shared.dialogs import Choose, Dialog, key_hint
from defense_console.settings import typed
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.writer import Field
from defense_console.words.translation import LANGUAGES, _, error_text

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
"""Each language by its own name, so that it is found in any other."""


class AskSetting(Dialog[str | None]):
    """A value of the settings; `Enter` gives it, `Esc` goes back with None.

    Args:
        whose: See `Dialog`.
        question: What is asked.
        details: What to know before answering.
        initial: What the field offers.
        read: Returns the value that was typed, or raises why it is none.
    """

    def __init__(self, whose: str, question: str, details: str, initial: str, read: Callable[[str], str]) -> None:
        super().__init__(question, details, whose)
        self._initial = initial
        self._read = read

    def compose_answers(self) -> ComposeResult:
        """The field, and why what it holds is refused."""
        yield Field.plain(self._initial, one_line=True)
        yield Static(markup=False, classes="dialog--refusal")

    def on_mount(self) -> None:
        """The field has the focus."""
        field = self.query_one(Field)
        field.move_cursor(field.document.end)
        self.set_focus(field)

    def keys(self) -> tuple[Hint, ...]:
        """Return the keys that keep the answer, and that ask again later."""
        return key_hint("enter", _("keep")), key_hint("escape", _("later"))

    def press(self, key: str, character: str) -> None:
        """`Enter` gives what can be read, `Esc` goes back; the other keys are the field's."""
        if key == "escape":
            self.answer(None)
        elif key == "enter":
            try:
                self.answer(self._read(self.query_one(Field).text))
            except ConsoleError as error:
                self.query_one(".dialog--refusal", Static).update(content(error_text(error)))
                self.show_saved()


class AskZoneSetting(Completing, AskSetting):
    """The time zone, which `Tab` completes."""

    def completed(self, text: str) -> Completed:
        """Return what the name of a zone goes on with."""
        return complete_zone(text)


async def ask_first(screen: ConsoleScreen) -> None:
    """Ask for language, name and zone, one after the other, and keep them; `Esc` leaves all of it for the next start.

    The language comes first, since the other questions are in it.
    """

    def step(n: int) -> str:
        return _("First start, {n} of {count}", n=n, count=3)

    ask, settings = screen.app.push_screen_wait, screen.desk.settings
    question, details = _("In which language?"), _("The console speaks it; each defense can have its own.")
    names = [LANGUAGE_NAMES[each] for each in LANGUAGES]
    if (place := await ask(Choose(question, names, details, back=_("later"), whose=step(1)))) is None:
        _postpone(screen)
        return
    spoken = LANGUAGES[place]
    screen.console_app.speak(spoken)
    question, details = _("What is your name?"), _("Your students and the jury read it in reports.")
    name = await ask(AskSetting(step(2), question, details, settings.signature, lambda text: typed("name", text)))
    if name is None:
        _postpone(screen)
        return
    question, details = _("In which time zone do you work?"), _("Hours and deadlines are shown in it.")
    zone = await ask(AskZoneSetting(step(3), question, details, settings.zone, lambda text: typed("zone", text)))
    if zone is None:
        _postpone(screen)
        return
    kept = _("Kept in {file}.", file=settings.file)
    screen.console_app.keep_settings({"name": name, "zone": zone, "language": spoken}, kept)


async def ask_name(screen: ConsoleScreen) -> bool:
    """Ask for the name that a signature needs, once; an account's is nobody's. Returns: whether there is one now."""
    settings = screen.desk.settings
    question, details = _("What is your name?"), _("Your students and the jury read it in reports.")
    dialog = AskSetting(_("Before the first signature"), question, details, "", lambda text: typed("name", text))
    name = await screen.app.push_screen_wait(dialog)
    if name is not None:
        screen.desk.change_settings({"name": name})  # the question that follows names it
        screen.console_app.keep_settings({"name": name}, _("Kept in {file}.", file=settings.file))
    return name is not None


def _postpone(screen: ConsoleScreen) -> None:
    screen.tell(Content(_("The console asks again at its next start.")))
