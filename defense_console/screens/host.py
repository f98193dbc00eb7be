"""The app as screens see it: which one is shown, and the commands that belong to no defense."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from textual import work

from defense_console.desk.desk import Desk
from defense_console.keys.keymap import commands_for, shown_keys
from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.log.subject import Subject
from defense_console.model.student.subject import STUDENT
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.console import Place
from defense_console.screens.places import (
    REHEARSAL_PLACES,
    STUDENT_PLACES,
    kept_under,
    place_of,
    place_shown,
    screen_for,
)
from defense_console.screens.shared.dialogs import Confirm, Dialog
from defense_console.screens.shared.key_order import OrderedKeys
from defense_console.widgets.frame.themes import THEMES
from defense_console.words.translation import Language, _, error_text, language, set_language

CLOSE_S = 2.0
"""How long the end of the console waits for the disk."""
MOVES = ("move.", "panel.", "anywhere.", "console.back", "console.palette")


def _subject_at(place: Place) -> Subject[Any, Any]:
    """Return what the screens of a place are about."""
    if place in REHEARSAL_PLACES:
        return REHEARSAL
    return STUDENT if place in STUDENT_PLACES else DEFENSE


class Host(OrderedKeys, inherit_bindings=False):
    """What `Console` promises to screens. Keys are the screens' own: the app binds none."""

    ENABLE_COMMAND_PALETTE = False

    desk: Desk
    first_words: tuple[str, ...] = ()
    """What to say once the console is open, translated."""

    # --- screens -----------------------------------------------------------------------------------------------------

    def console_screens(self) -> list[ConsoleScreen]:
        """The open screens that are not dialogs, the queue first."""
        return [screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]

    def shown_screens(self) -> list[ConsoleScreen | Dialog[Any]]:
        """The screens that are seen, the top one last: dialogs, and under them the first that covers all below it."""
        stack = self.screen_stack
        lowest = next((place for place in range(len(stack) - 1, 0, -1) if not stack[place].is_modal), 0)
        return [screen for screen in stack[lowest:] if isinstance(screen, ConsoleScreen | Dialog)]

    def go(self, place: Place, id: str) -> None:
        """Show the screen of a defense or a student; one that is already open comes back as it was left.

        Of what cannot be read the reason is told instead.
        """
        subject = _subject_at(place)
        if id and not self._readable(subject, id):
            return
        places = [place_shown(screen) for screen in self.screen_stack]
        keep = places.index((place, id)) + 1 if (place, id) in places else kept_under(place, id, places)
        while len(self.screen_stack) > keep:
            self.pop_screen()
        if (place, id) not in places:
            self.push_screen(screen_for(place, id))

    def go_on(self, summary: Summary) -> None:
        """Show the screen where a defense goes on."""
        self.go(place_of(summary), summary.id)

    def open_first(self, defense_id: str) -> None:
        """Show a defense where it stands."""
        if self.desk.rehearsal_here() == defense_id:
            self.go("rehearsal", defense_id)
        elif self._readable(DEFENSE, defense_id):
            self.go_on(self.desk.brief(defense_id).summary)

    def _readable(self, subject: Subject[Any, Any], id: str) -> bool:
        try:
            self.desk.ledger.log(subject, id)
        except ConsoleError as error:
            # The first screen may not be drawn yet.
            self.call_after_refresh(self.console_screens()[-1].refuse, error)
            return False
        return True

    def home(self) -> None:
        """Close everything above the queue."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def show_help(self) -> None:
        """Show the keys of the screen, and which of them do not act now."""
        from defense_console.screens.shared.help import HelpScreen

        self.push_screen(HelpScreen(self.console_screens()[-1]))

    def show_palette(self) -> None:
        """Search the commands of the screen by name."""
        screen = self.console_screens()[-1]
        found = []
        # What belongs to the screen comes first; what only moves is no command to search for.
        shown = (c for c in commands_for(screen.context) if not c.id.startswith(MOVES))
        for command in sorted(shown, key=lambda command: command.id.startswith("console.")):
            keys = ", ".join(shown_keys(command, self.desk.settings, language()))
            reason = screen.refusal(command)
            help_text = " · ".join(part for part in (keys, error_text(reason) if reason is not None else "") if part)
            help_text = help_text.replace("[", "⟦")  # the palette reads its help as markup
            name = f"{screen.label(command)} — {_(command.tooltip)}"
            found.append((name, partial(screen.do_command, command), help_text or None))
        self.search_commands(found, placeholder=_("Search for a command…"))
        self.call_after_refresh(self._place_palette, screen.question_top)

    def _place_palette(self, top: int) -> None:
        """Let the palette stand where questions stand, so that the clock stays in sight."""
        for box in self.screen.query("CommandPalette > Vertical"):
            box.styles.margin = (top, 0, 0, 0)

    def tell_of_copy(self) -> None:
        """Say once that the store could not be copied today."""
        problem = self.desk.copy_problem()
        if problem is not None:
            self.console_screens()[-1].tell(error_text(problem), "failed")

    def switch_language(self) -> None:
        """Speak the other language, and keep it."""
        self.speak("en" if language() == "fr" else "fr")
        self.keep_settings({"language": language()})

    def speak(self, language: Language) -> None:
        """Speak a language: every screen is built anew, on the same place; the queue only draws what it says now."""
        set_language(language)
        places = [place_shown(screen) for screen in self.console_screens()]
        for screen in self.console_screens():
            screen.flush()
        self.home()
        for screen in self.console_screens():
            screen.update()
        for place, id in places:
            if place not in (None, "queue"):
                self.push_screen(screen_for(place, id))

    def switch_theme(self) -> None:
        """Show the other theme, and keep it."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self.keep_settings({"theme": self.theme.removeprefix("console-")})

    @cached_property
    def _settings_file(self) -> asyncio.Lock:
        """Let one change of the settings be written after the other, in their order."""
        return asyncio.Lock()

    @work(group="settings")
    async def keep_settings(self, changes: Mapping[str, str], kept: str = "") -> None:
        """Use other settings from now on, and keep them; where they cannot be kept they hold until the console ends.

        Args:
            changes: New values by key.
            kept: What to say when they are kept, translated.
        """
        self.desk.change_settings(changes)
        for each in self.console_screens():
            each.update()
        try:
            async with self._settings_file:
                await asyncio.to_thread(self.desk.save_settings, changes)
        except ConsoleError as error:
            self.console_screens()[-1].tell(
                _("Not kept for the next start: {problem}.", problem=error_text(error)), "failed"
            )
            return
        if kept:
            self.console_screens()[-1].tell(kept)

    def ask_first(self) -> None:
        """Ask a mentor who is new here for name, zone and language; nothing is asked while a defense is live."""
        screens = self.console_screens()
        if self.desk.settings.new and len(self.screen_stack) == 1 and not self._is_live():
            from defense_console.screens.shared.first_start import ask_first

            screens[-1].begin(ask_first(screens[-1]))

    def _is_live(self) -> bool:
        return bool(self.desk.agenda.going_on())

    def turn(self, streams: frozenset[str]) -> None:
        """Show what another console changed on these logs: it wrote on them, took them over or let them go."""
        for screen in self.console_screens():
            if screen.is_mounted and (not screen.stream or screen.stream in streams):
                screen.turned()
        for dialog in self.screen_stack:
            if isinstance(dialog, Dialog):
                dialog.turned()

    def keep_texts(self) -> None:
        """What is being typed becomes drafts now."""
        for screen in self.screen_stack:
            if isinstance(screen, ConsoleScreen | Dialog):
                with suppress(Exception):
                    screen.flush()

    def save_anyway(self) -> bool:
        """Save what there is from another thread, since the event loop stands still; tells whether all of it was."""
        self.keep_texts()
        return self.desk.recorder.close(CLOSE_S)

    def say_first_words(self) -> None:
        """Say what happened before the console was open."""
        if self.first_words:
            self.console_screens()[-1].tell(" ".join(self.first_words))

    @work(exclusive=True, group="copy")
    async def copy_unsaved(self) -> None:
        """Copy everything that is not saved, in words; the file lies with the spool, outside of the store's folder."""
        from defense_console.desk.exchange import clipboard
        from defense_console.desk.logs.unsaved import copy_unsaved

        self.keep_texts()  # what is being typed this moment, too
        text, folder = self.desk.unsaved_text(language()), self.desk.spool_folder
        screen = self.console_screens()[-1]
        if not text:
            screen.tell(_("Everything is saved: there is nothing to copy."))
            return
        if clipboard.is_elsewhere():
            self.copy_to_clipboard(text)
        copied = await asyncio.to_thread(copy_unsaved, text, folder)
        screen.tell(_("Everything unsaved: {how}", how=copied.sentence(language())))

    @work(exclusive=True, group="dialog")
    async def ask_quit(self) -> None:
        """Leave, after a question."""
        from defense_console.desk.logs.unsaved import loss_sentence

        details = ""
        if going_on := self.desk.agenda.going_on():
            details = _("A defense is live: its clock keeps counting while the console is closed.")
            if going_on[0].subject is REHEARSAL:
                details = _("A rehearsal is live: its clock keeps counting while the console is closed.")
        loss = loss_sentence(self.desk.saved)
        if loss:
            details = "\n".join(part for part in (loss, details) if part)
        if await self.push_screen_wait(Confirm(_("Leave the console?"), details, yes=_("leave"), whose="")):
            self.keep_texts()  # while the screens are still there
            self.exit()
