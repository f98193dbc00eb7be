"""The console as an application: theme, first screen, the second's tick, what happens when something goes wrong."""

from __future__ import annotations

import asyncio
import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.events import AppFocus
from textual.message import Message
from textual.screen import Screen

from defense_console.desk.desk import Desk
from defense_console.keys.sentences import name_keys_of
from defense_console.screens.console import Place
from defense_console.screens.host import CLOSE_S, Host
from defense_console.screens.places import screen_for
from defense_console.screens.shared.ending import end_on_signals
from defense_console.screens.shared.input_events import InputLost, OddInput, ShownAgain
from defense_console.settings import Settings
from defense_console.store.base import Answer, Refused, Searched, StoreError
from defense_console.surroundings import in_browser
from defense_console.widgets.frame.marks import plain, use_glyphs
from defense_console.widgets.frame.themes import themes_on
from defense_console.words.translation import _

DeskFactory = Callable[[Callable[[Answer | Searched], None]], Desk]
"""Makes the desk; takes the function through which the recorder and searches answer, from threads of their own."""


class Delivered(Message):
    """The recorder answered, or a search did."""

    def __init__(self, answer: Answer | Searched) -> None:
        super().__init__()
        self.answer = answer


class ConsoleApp(Host, inherit_bindings=False):
    """The defense console.

    Args:
        desk_factory: Called once, when the event loop runs.
        settings: The mentor's settings.
        first: Id of the defense to open on; None opens on the one defense that was live here, else on the queue.
        opens: The screen to open on instead, and what it is about.
    """

    TITLE = "defense-console"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (44, "-small"), (72, "-narrow"), (100, "-wide"), (140, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-short"), (24, "-tall"), (34, "-high")]  # noqa: RUF012

    def __init__(
        self,
        desk_factory: DeskFactory,
        settings: Settings,
        first: str | None = None,
        opens: tuple[Place, str] | None = None,
    ) -> None:
        wanted = os.environ.get("NO_COLOR")
        if settings.no_color:
            os.environ["NO_COLOR"] = "1"  # the toolkit reads it when an App is made, and only then
        super().__init__()
        if settings.no_color and wanted is None:
            del os.environ["NO_COLOR"]
        self.error_console = Console(stderr=True, quiet=True)  # a traceback would print what is in the defense
        self.settings = settings
        name_keys_of(settings)
        self.fault: str | None = None
        """Where the console failed last, without any value: file, line and kind of error."""
        self.when_painted: Callable[[], None] = lambda: None
        """Called once, after the first screen was drawn."""
        self._desk_factory = desk_factory
        self._first = first
        self._opens = opens
        self._desk_open = False
        self._release_signals: Callable[[], None] = lambda: None

    def on_load(self) -> None:
        """Open the desk, before anything is drawn."""
        for theme in themes_on(self.console.color_system):
            self.register_theme(theme)
        self.theme = f"console-{self.settings.theme}"
        self.animation_level = "none"
        use_glyphs(self.settings.glyphs)
        self.set_class(plain(), "-plain-glyphs")
        self.desk = self._desk_factory(self._deliver)
        self._desk_open = True

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that lets only keys, pastes and known reports through to the toolkit.

        For a browser `serve` does that before it passes on what came.
        """
        if in_browser():
            from defense_console.screens.shared.browser_driver import BrowserDriver

            return BrowserDriver
        if os.name != "posix":
            return super().get_driver_class()
        from defense_console.screens.shared.driver import ConsoleDriver

        return ConsoleDriver

    def refresh_css(self, animate: bool = True) -> None:
        """Use the colours of the theme; before there is a screen nothing is parsed for them: the first one does it."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """The queue lies under everything."""
        return screen_for("queue", "")

    def _deliver(self, answer: Answer | Searched) -> None:
        self.post_message(Delivered(answer))  # called on the thread of the recorder or of the searches

    def on_mount(self) -> None:
        """Open the first screen, and start the second."""
        self._release_signals = end_on_signals(asyncio.get_running_loop(), self._end_now, self.save_anyway)
        first = self._first or self.desk.live_here() or self.desk.rehearsal_here()
        if self._opens is not None:
            self.go(*self._opens)
        elif first:
            self.open_first(first)
        self._wait_for_second()
        self.call_after_refresh(self.say_first_words)
        self.call_after_refresh(self.when_painted)
        self.call_after_refresh(self.ask_first)

    def on_delivered(self, event: Delivered) -> None:
        """Hand the answer to the desk, and show it."""
        with suppress(NoMatches):  # the console ends, and a screen is being taken down
            self._show_answer(event.answer)

    def _show_answer(self, answer: Answer | Searched) -> None:
        if isinstance(answer, Searched):
            if self.desk.heard(answer):
                for each in self.console_screens():
                    each.show_found()
            return
        self.desk.acknowledge(answer)
        if isinstance(answer, Refused):
            self.turn(frozenset(screen.stream for screen in self.console_screens()))
        for screen in self.shown_screens():
            screen.show_saved()

    def on_odd_input(self, event: OddInput) -> None:
        """Say once that the terminal does not speak UTF-8."""
        self.console_screens()[-1].tell(
            _("The terminal sends characters that are not UTF-8: they are read as Latin-1. Set it to UTF-8.")
        )

    def on_shown_again(self, _event: ShownAgain) -> None:
        """A browser shows an empty screen: draw all of it."""
        self.post_message(AppFocus())
        self.refresh(repaint=True, layout=True)

    # --- the second --------------------------------------------------------------------------------------------------

    def _wait_for_second(self) -> None:
        edge_ms = 1000
        with suppress(Exception):
            edge_ms = self.console_screens()[-1].until_edge_ms()
        # A timer of the toolkit would be a task of its own for each second.
        asyncio.get_running_loop().call_later(max(25, edge_ms + 1) / 1000, self._pass_second)

    def _pass_second(self) -> None:
        """Redraw what moves. Whatever goes wrong here must not end a defense that is running."""
        if not (self._desk_open and self.is_running):  # screens lose their widgets before the app is unmounted
            return
        try:
            screens = self.console_screens()
            turned = self._tick({screen.stream for screen in screens})
            shown = self.shown_screens()
            for screen in screens:
                screen.age_message()
                if screen in shown and screen.is_mounted:  # one that was just opened has no widgets yet
                    screen.pass_second()
            if turned:
                self.turn(turned)
            self.tell_of_copy()
        except Exception as error:
            self.note_fault(error)
        finally:
            self._wait_for_second()

    def _tick(self, shown: set[str]) -> frozenset[str]:
        """Let the desk do what is due; a store that cannot be read stops no clock."""
        try:
            return self.desk.tick(shown)
        except StoreError as error:
            self.console_screens()[-1].refuse(error)
            return frozenset()

    def note_fault(self, error: BaseException) -> None:
        """Remember where the console failed and say so; no value of the defense is kept."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        self.fault = f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}"
        with suppress(Exception):
            self.console_screens()[-1].tell(_("A fault in the console ({place}); go on.", place=self.fault), "failed")

    # --- the end -----------------------------------------------------------------------------------------------------

    def on_input_lost(self, event: InputLost) -> None:
        """End in order, with a sentence: a console that reads no keys holds its defenses for nothing."""
        self.note_fault(event.error)
        self._close_desk()
        self.exit(return_code=1)

    def _end_now(self) -> None:
        self._close_desk()
        self.exit()

    def _close_desk(self) -> None:
        if self._desk_open:
            self._desk_open = False
            self.keep_texts()
            self.desk.close(CLOSE_S)

    def on_unmount(self) -> None:
        """Drafts, leases and the recorder's queue reach the disk before the console ends."""
        self._release_signals()
        self._close_desk()
