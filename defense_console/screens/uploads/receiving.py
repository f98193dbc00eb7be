"""Taking documents in: where they are, a look that never makes the clock wait, what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from defense_console.desk.defense.asked import Asked
from defense_console.desk.typed.path import typed_path
from defense_console.desk.uploads.incoming import Incoming
from defense_console.desk.uploads.intake import Intake, Progress
from defense_console.desk.uploads.words import group_lines, incoming_lines, taken_text
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import line
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import answer_to
from defense_console.screens.shared.completing import AskPath
from defense_console.screens.shared.dialogs import Choose, Confirm, Dialog, key_hint
from defense_console.widgets.clock.phase_bar import strip
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.words.translation import _, error_text, size_text

T = TypeVar("T")
SHOWN_AFTER_S = 0.2
"""Short work ends before anything about it could be read."""
SHOWN_EVERY_S = 0.1
_BAR = 40


def ask_receive(screen: ConsoleScreen, defense_id: str) -> Worker[None]:
    """Ask where documents are, look at them, and take them in.

    The work belongs to the app: it goes on, and is told, whatever becomes of the screen.

    Args:
        screen: Where it was asked for.
        defense_id: Whose documents they are.
    """
    return screen.app.run_worker(_receive(screen, defense_id), exclusive=True, group="receiving")


async def _receive(screen: ConsoleScreen, defense_id: str) -> None:
    try:
        intake = screen.desk.intake(defense_id)
        incoming = await _looked_at(screen, intake)
        if incoming is None:
            return
        if not await _agreed(screen, intake, incoming):
            intake.drop_text(Asked.FILES)  # what lies there was seen: no event answers the question
            return
        intake.require(incoming)
        kept = await _watched(
            screen, _("Taking the documents in"), intake.whose, lambda told: _keep(intake, incoming, told)
        )
        if kept:
            intake.record(incoming)
            screen.tell(taken_text(incoming))
    except ConsoleError as error:
        screen.refuse(error)
    except Exception as error:  # a defense may be running: nothing here may end the console
        screen.console_app.note_fault(error)
    screen.update()


def _keep(intake: Intake, incoming: Incoming, told: Progress) -> bool:
    intake.keep(incoming, told)
    return True


async def _looked_at(screen: ConsoleScreen, intake: Intake) -> Incoming | None:
    """What lies where the mentor says, matched; asked again until something can be looked at. None: given up."""
    problem = ""
    while True:
        details = problem or _("A ZIP, a folder or a file. Nothing is taken before you have seen what is in it.")
        question = _("Where are the documents of {student}?", student=intake.student.name)
        typed = await answer_to(screen, AskPath(intake, Asked.FILES, question, details))
        if typed is None:
            return None
        try:
            path = typed_path(typed)
            reading = await _watched(screen, _("Looking at the documents"), intake.whose, partial(intake.read, path))
            if reading is None:
                return None
            incoming = intake.judge(reading)
        except ConsoleError as error:
            problem = error_text(error)
            continue
        chosen = await _what_they_are(screen, intake, incoming)
        return intake.judge(reading, chosen) if chosen else incoming


async def _what_they_are(screen: ConsoleScreen, intake: Intake, incoming: Incoming) -> dict[str, int | str]:
    """Ask what each file is that could not be matched; one that stays out has no answer.

    Returns:
        What each file is, by its path inside the source.
    """
    choices = intake.choices()
    waiting = list(incoming.unmatched_groups)
    total = len(waiting)
    found: dict[str, int | str] = {}
    while waiting:
        details = Content("\n").join(line(text) for text in group_lines(incoming, waiting[0]))
        question = Which(details, len(waiting), total, [title for _key, title in choices], intake.whose)
        answer = await screen.app.push_screen_wait(question)
        meant, waiting = (waiting, []) if question.for_all else (waiting[:1], waiting[1:])
        if answer is not None:
            found.update({file.place: choices[answer][0] for group in meant for file in group})
    return found


class Which(Choose):
    """Which document a file is; `a` makes the answer the one for all files that are left.

    Args:
        details: The file, and what to know of it.
        left: How many files are to be asked for, this one included.
        total: How many there were.
        titles: Titles of the documents, translated.
        whose: See `Dialog`.
    """

    def __init__(self, details: Content, left: int, total: int, titles: Sequence[str], whose: str) -> None:
        question = _("Which document is this?")
        if total > 1:
            question = _("Which document is this? {n} of {total}", n=total - left + 1, total=total)
        super().__init__(question, titles, details, back=_("leave it out"), whose=whose)
        self._left = left
        self.for_all = False

    def keys(self) -> tuple[Hint, ...]:
        """The digits, the way out, and how many files they are for."""
        if self._left < 2:
            return super().keys()
        scope = _("this one only") if self.for_all else _("for all {n} left", n=self._left)
        return *super().keys(), Hint("a", "a", scope)

    def press(self, key: str, character: str) -> None:
        """`a` changes how many files the answer is for."""
        if character.lower() == "a" and self._left > 1:
            self.for_all = not self.for_all
            self.query_one(".dialog--keys", Static).update(self.key_rows())
        else:
            super().press(key, character)


_STYLES = {"alarm": "bold $text-error", "document": "bold", "file": "", "finding": "$text-warning"}


async def _agreed(screen: ConsoleScreen, intake: Intake, incoming: Incoming) -> bool:
    """Show what was found; whether it is to be taken."""
    if not incoming.keys:
        if any(file.key is not None for file in incoming.files):
            screen.tell(taken_text(incoming))
        else:
            screen.tell(_("None of these files could be matched to a deliverable: nothing was taken in."), "refused")
        return False
    lines = incoming_lines(incoming, dict(intake.choices()))
    found = Content("\n").join(line(each.text).stylize(_STYLES[each.kind]) for each in lines)
    question = Confirm(_("Take these documents in?"), found, yes=_("take in"), whose=intake.whose)
    return await screen.app.push_screen_wait(question)


# --- long work -------------------------------------------------------------------------------------------------------


class ReceivingStopped(Exception):
    """The mentor stopped it; raised on the thread that works."""


class Watched:
    """How far a work is: written by its thread, read by the screen."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self.stopped = False

    def told(self, done: int, total: int) -> None:
        """Note how far it is. Raises: Stopped."""
        self.done, self.total = done, total
        if self.stopped:
            raise ReceivingStopped

    def line(self) -> Content:
        """A bar and the amounts."""
        part = min(1.0, self.done / self.total) if self.total else 0.0
        return Content.assemble(
            strip(round(part * _BAR), _BAR),
            "  ",
            _("{done} of {total}", done=size_text(self.done), total=size_text(self.total)),
        )


class ProgressDialog(Dialog[None]):
    """Says how far a work is; `Esc` stops it."""

    DEFAULT_CSS = "ProgressDialog .dialog--progress { margin: 1 0 0 0; }"

    def __init__(self, title: str, watched: Watched, whose: str) -> None:
        super().__init__(title, whose=whose)
        self._watched = watched

    def compose_answers(self) -> ComposeResult:
        """The line that moves."""
        yield Static(self._watched.line(), classes="dialog--progress")

    def keys(self) -> tuple[Hint, ...]:
        """Return the key that stops it."""
        return (key_hint("escape", _("stop")),)

    def press(self, key: str, character: str) -> None:
        """Stop at the next piece."""
        if key == "escape":
            self._watched.stopped = True

    def show(self) -> None:
        """Show how far it is now."""
        if self.is_mounted:
            self.query_one(".dialog--progress", Static).update(self._watched.line())


async def _watched(screen: ConsoleScreen, title: str, whose: str, work: Callable[[Progress], T]) -> T | None:
    """Do something long for one defense on a thread of its own and show how far it is.

    Returns:
        What it answers; None when the mentor stopped it.
    """
    watched = Watched()
    task = asyncio.ensure_future(asyncio.to_thread(work, watched.told))
    dialog: ProgressDialog | None = None
    try:
        done, _waiting = await asyncio.wait({task}, timeout=SHOWN_AFTER_S)
        if not done:
            dialog = ProgressDialog(title, watched, whose)
            await screen.app.push_screen(dialog)
        while not task.done():
            if dialog is not None:
                dialog.show()
            await asyncio.wait({task}, timeout=SHOWN_EVERY_S)
        return task.result()
    except ReceivingStopped:
        return None
    finally:
        watched.stopped = True  # the console may end while the thread still reads
        if dialog is not None:
            dialog.answer(None)
