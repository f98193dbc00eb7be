"""The console as an application: theme, first screen, the second's tick, what happens when something goes wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from textual import work
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from defense_console.desk.desk import Desk
from defense_console.desk.ledger import Answer
from defense_console.i18n import _, language, set_language
from defense_console.keymap import Context, commands_for, shown_keys
from defense_console.screens.base import ConsoleScreen, Place
from defense_console.screens.dialogs import Confirm
from defense_console.screens.places import place_of, place_shown, screen_for
from defense_console.settings import Settings
from defense_console.widgets.themes import THEMES

DeskFactory = Callable[[Callable[[Answer], None]], Desk]
"""Makes the desk; takes the function through which the recorder answers, from its own thread."""
CLOSE_S = 2.0


@dataclass
class Delivered(Message):
    """The recorder answered."""

    answer: Answer


class ConsoleApp(App[None], inherit_bindings=False):
    """The defense console.

    Args:
        desk_factory: Called once, when the event loop runs.
        settings: The mentor's settings.
        first: Id of the defense to open on; None opens on the one defense that was live here, else on the queue.
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (44, "-narrow"), (100, "-wide"), (160, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-short"), (18, "-tall"), (34, "-high")]  # noqa: RUF012

    desk: Desk

    def __init__(self, desk_factory: DeskFactory, settings: Settings, first: str | None = None) -> None:
        if settings.no_color:
            os.environ["NO_COLOR"] = "1"  # the toolkit reads it when an App is made
        super().__init__()
        self.error_console = Console(stderr=True, quiet=True)  # a traceback would print what is in the defense
        self.settings = settings
        self.fault: str | None = None
        """Where the console failed last, without any value: file, line and kind of error."""
        self._desk_factory = desk_factory
        self._first = first
        self._desk_open = False

    def on_load(self) -> None:
        """Open the desk, before anything is drawn."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = f"console-{self.settings.theme}"
        self.desk = self._desk_factory(self._deliver)
        self._desk_open = True

    def get_default_screen(self) -> Screen[None]:
        """The queue lies under everything."""
        return screen_for("queue", "")

    def _deliver(self, answer: Answer) -> None:
        self.post_message(Delivered(answer))  # called on the recorder's thread

    def on_mount(self) -> None:
        """Open the first screen, and start the second."""
        for name in ("SIGTERM", "SIGHUP"):  # neither unmounts the application by itself
            with suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), self._end_now)
        first = self._first or self.desk.live_here()
        if first:
            self.go(place_of(self.desk.brief(first).summary), first)
        self._wait_for_second()

    def on_delivered(self, event: Delivered) -> None:
        """Hand the answer to the desk, and show it."""
        self.desk.acknowledge(event.answer)
        for screen in self.console_screens():
            screen.show_saved()

    # --- screens -----------------------------------------------------------------------------------------------------

    def console_screens(self) -> list[ConsoleScreen]:
        """The open screens that are not dialogs, the queue first."""
        return [screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]

    def go(self, place: Place, defense_id: str) -> None:
        """Show the screen of a defense; one that is already open comes back as it was left.

        A verdict opened while the defense is live lies over the rubric; every other place lies on the queue.
        """
        places = [place_shown(screen) for screen in self.screen_stack]
        if (place, defense_id) in places:
            keep = places.index((place, defense_id)) + 1
        else:
            keep = len(places) if place == "verdict" and places[-1] == ("live", defense_id) else 1
        while len(self.screen_stack) > keep:
            self.pop_screen()
        if (place, defense_id) not in places:
            self.push_screen(screen_for(place, defense_id))

    def home(self) -> None:
        """Close everything above the queue."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def show_help(self, context: Context) -> None:
        """Show the keys of a context."""
        from defense_console.screens.help_screen import HelpScreen

        self.push_screen(HelpScreen(context))

    def show_palette(self) -> None:
        """Search the commands of the screen by name."""
        screen = self.console_screens()[-1]
        found = []
        for command in commands_for(screen.context):
            keys = ", ".join(shown_keys(command, self.settings, language()))
            help_text = " · ".join(part for part in (keys, screen.why_not(command)) if part)
            found.append((_(command.tooltip), partial(screen.do_command, command), help_text or None))
        self.search_commands(found, placeholder=_("Search for a command…"))

    def switch_language(self) -> None:
        """The other language: every screen is built anew, on the same place."""
        set_language("en" if language() == "fr" else "fr")
        places = [place_shown(screen) for screen in self.console_screens()]
        for screen in self.console_screens():
            screen.flush()
        self.home()
        self.switch_screen(screen_for("queue", ""))
        for place, defense_id in places:
            if place not in (None, "queue"):
                self.push_screen(screen_for(place, defense_id))

    def switch_theme(self) -> None:
        """The other theme."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    # --- the second --------------------------------------------------------------------------------------------------

    def _wait_for_second(self) -> None:
        screens = self.console_screens()
        edge_ms = screens[-1].until_edge_ms() if screens else 1000
        self.set_timer(max(25, edge_ms + 5) / 1000, self._pass_second)

    def _pass_second(self) -> None:
        """Redraw what moves. Whatever goes wrong here must not end a defense that is running."""
        try:
            released = self.desk.tick()
            for screen in self.console_screens():
                screen.pass_second()
                if released:
                    screen.update()
        except Exception as error:
            self.note_fault(error)
        finally:
            self._wait_for_second()

    def note_fault(self, error: BaseException) -> None:
        """Remember where the console failed and say so; no value of the defense is kept."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        self.fault = f"{os.path.basename(frame.filename)}:{frame.lineno} {type(error).__name__}"
        with suppress(Exception):
            self.console_screens()[-1].tell(_("A fault in the console ({place}); go on.", place=self.fault), "failed")

    # --- the end -----------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="dialog")
    async def ask_quit(self) -> None:
        """Leave, after a question."""
        live = any(entry.summary.session == "live" for entry in self.desk.agenda.entries())
        details = _("A defense is live: its clock keeps counting while the console is closed.") if live else ""
        if await self.push_screen_wait(Confirm(_("Leave the console?"), details, yes=_("leave"))):
            self.exit()

    def _end_now(self) -> None:
        self._close_desk()
        self.exit()

    def _close_desk(self) -> None:
        if self._desk_open:
            self._desk_open = False
            for screen in self.console_screens():
                with suppress(Exception):
                    screen.flush()
            self.desk.close(CLOSE_S)

    def on_unmount(self) -> None:
        """Drafts, leases and the recorder's queue reach the disk before the console ends."""
        self._close_desk()
