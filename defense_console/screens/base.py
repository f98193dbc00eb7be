"""What every screen of the console shares: keys from the command table, hints, messages, the saved line."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

from defense_console.desk.desk import Desk
from defense_console.keys.keymap import (
    Command,
    Context,
    action_of,
    acts_while_writing,
    commands_for,
    footer_of,
    keys_of,
    meant_by,
    shown_keys,
)
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import content
from defense_console.screens.shared.fitted_words import WHOLE, error_words
from defense_console.screens.shared.saved_words import alarm_words, saved_words
from defense_console.screens.shared.wishes import Asks, Seen, Wishes, refused
from defense_console.widgets.frame.alarm_line import AlarmLine
from defense_console.widgets.frame.hint_bar import Hint, HintBar
from defense_console.widgets.frame.status_line import StatusLine, Tone
from defense_console.widgets.frame.writer import NEW_LINE
from defense_console.words.key_names import display_key
from defense_console.words.translation import _, error_text, language

Place = Literal["queue", "brief", "waiting", "live", "verdict", "revisions"]
T = TypeVar("T")
MESSAGE_S = 12
"""A message stays for so many seconds, or until the next key."""


class Console(Protocol):
    """What a screen may ask of the app it runs in."""

    desk: Desk

    def go(self, place: Place, defense_id: str) -> None:
        """Show the screen of a defense; one that is already open comes back as it was left."""

    def go_on(self, summary: Summary) -> None:
        """Show the screen where a defense goes on."""

    def home(self) -> None:
        """Close everything above the queue."""

    def show_help(self, screen: ConsoleScreen) -> None:
        """Show the keys of a screen, and which of them do not act now."""

    def show_palette(self) -> None:
        """Search every command of the screen by name."""

    def ask_quit(self) -> None:
        """Leave the console, after a question."""

    def copy_unsaved(self) -> None:
        """Copy everything that is not saved, in words."""

    def told(self, text: Content) -> None:
        """A screen has said something in its status line: a dialog that covers the line says it, too."""

    def note_fault(self, error: BaseException) -> None:
        """Remember where the console failed, and say so."""

    def switch_language(self) -> None:
        """Start the console anew in the other language, on the same screen."""

    def switch_theme(self) -> None:
        """Switch between the dark and the light theme."""


class ConsoleScreen(Screen[None]):
    """A screen whose keys, hints and help come from the command table.

    A subclass names its `CONTEXT`, composes its own part in `compose_body`, and says in `WISHES` what its commands
    would record. A command that asks, says or shows something is an `action_<id with underscores>` method, a coroutine
    where it asks; any other command records what it wishes. `second` is called once a second while the screen is shown,
    `redraw` after everything that may have changed what it shows.
    """

    CONTEXT: ClassVar[Context] = "global"
    WISHES: ClassVar[Wishes[Any]] = {}
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._message_age: int | None = None
        self._alarmed = False

    # --- what a subclass fills ---------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """The screen's own widgets, above the status line and the hints."""
        yield from ()

    @property
    def context(self) -> Context:
        """Whose commands act now; a screen with panels answers by its focused panel."""
        return self.CONTEXT

    def seen(self) -> Asks:
        """What the wishes of this screen depend on."""
        raise NotImplementedError

    def stopped(self, command: Command) -> None:
        """A key was refused, and the reason is said: a subclass shows what is in the way."""

    def redraw(self) -> None:
        """Show the state as it is now."""

    def second(self) -> None:
        """A second has passed."""

    @property
    def about(self) -> str:
        """Whole id of the defense that is shown, "" for none."""
        return str(getattr(self, "defense_id", ""))

    @property
    def stream(self) -> str:
        """Name of the log that is shown, "" for none."""
        return DEFENSE.stream(self.about) if self.about else ""

    @property
    def whose(self) -> str:
        """The defense that is shown, in words for a dialog; "" for none."""
        return self.desk.brief(self.about).whose if self.about else ""

    def turned(self) -> None:
        """What is shown was changed by another console, or is not written by the same one any more."""
        self.update()

    def until_edge_ms(self) -> int:
        """Milliseconds until something that is shown changes by itself: the next whole second."""
        return 1000 - instant(self.desk.now().wall).microsecond // 1000

    def flush(self) -> None:
        """Save what is being typed, since the console may end now."""

    # --- the desk and the app ----------------------------------------------------------------------------------------

    @property
    def console_app(self) -> Console:
        """The app, as far as screens may use it."""
        return cast(Console, self.app)

    @property
    def desk(self) -> Desk:
        """The mentor's desk."""
        return self.console_app.desk

    @property
    def zone(self) -> str:
        """IANA name of the mentor's zone."""
        return self.desk.settings.zone

    # --- the law -----------------------------------------------------------------------------------------------------

    def refusal(self, command: Command) -> ConsoleError | None:
        """Return why a command cannot act now, None when it can: footer, palette, help and the key itself ask this."""
        return refused(self.WISHES, meant_by(command, self.context), self.seen)

    # --- messages ----------------------------------------------------------------------------------------------------

    def tell(self, text: str | Content, tone: Tone = "plain") -> None:
        """Say something in the status line, until the next key or for a few seconds. User text is made safe."""
        self._message_age = 0
        error = self.desk.saved.error
        if error is not None and text in (error_text(error), error_words(error, WHOLE)):
            unread = self.desk.saved.state == "unread"
            text = _("The red line says why.") if unread else _("Read only: the red line says why.")
        shown = content(text) if isinstance(text, str) else text
        self.query_one(StatusLine).show_message(shown, tone)
        self.console_app.told(shown)

    def refuse(self, error: ConsoleError) -> None:
        """Say why something cannot be done."""
        self.tell(error_text(error), "refused")

    def hush(self) -> None:
        """Take the message away."""
        if self._message_age is not None:
            self._message_age = None
            self.query_one(StatusLine).show_message("")

    def attempt(self, what: Callable[[], T]) -> T | None:
        """Do something at the desk; a refusal is told.

        Returns:
            What the desk answered, or None when it refused.
        """
        try:
            answer = what()
        except ConsoleError as error:
            self.refuse(error)
            return None
        finally:
            self.update()
        return answer

    def begin(self, flow: Coroutine[Any, Any, object]) -> None:
        """Run what asks the mentor questions, one such flow at a time. Its faults are those of a command."""
        self.run_worker(self._run(flow), exclusive=True, group="dialog")

    async def _run(self, flow: Awaitable[object]) -> None:
        try:
            await flow
        except ConsoleError as error:
            self.refuse(error)
        except Exception as error:  # what goes wrong in one command must not end a defense that is running
            self.console_app.note_fault(error)

    # --- drawing -----------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """The screen's own part, then the lines every screen has."""
        yield from self.compose_body()
        yield AlarmLine(markup=False)
        yield StatusLine()
        yield HintBar()
        yield Static(id="too-small", markup=False)

    def on_mount(self) -> None:
        """First drawing."""
        self.update()

    def on_screen_resume(self) -> None:
        """Something else was shown meanwhile."""
        self.update()

    def update(self) -> None:
        """Draw everything that depends on the state; what cannot be drawn must not end a defense that is running."""
        if not (self.is_mounted and self.query(StatusLine)):
            return
        try:
            self.redraw()
            self.show_saved()
            self.show_mode()
            size = _("{width}×{height} is too small: make the window at least 60×20. Nothing is lost.",
                     width=self.size.width, height=self.size.height)  # fmt: skip
            self.query_one("#too-small", Static).update(Content(size))
        except ConsoleError as error:
            self.refuse(error)
        except Exception as error:
            self.console_app.note_fault(error)

    def on_resize(self) -> None:
        """What fits has changed."""
        self.call_after_refresh(self.update)

    def on_descendant_focus(self) -> None:
        """Another field or panel has the focus: the letters may act otherwise now."""
        self.show_mode()

    def on_descendant_blur(self) -> None:
        """See `on_descendant_focus`."""
        self.show_mode()

    @property
    def row_width(self) -> int:
        """Cells of a row that goes from one side to the other, without the space beside it."""
        return max(20, self.size.width - 2)

    @property
    def writing(self) -> bool:
        """Whether a text field has the focus, so that letters are text."""
        return isinstance(self.focused, (Input, TextArea))

    def show_mode(self) -> None:
        """Say what the letters do, and hint the keys that matter now."""
        if not self.query(StatusLine):
            return
        text = _("WRITING · Esc leaves") if self.writing else _("console")
        self.query_one(StatusLine).show_mode(text, self.writing)
        self.query_one(HintBar).show_hints(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The hints of the footer, help first; while writing only what acts then."""
        settings, found = self.desk.settings, list[Hint]()
        if self.writing:
            new_line = display_key(NEW_LINE[0], language())
            found += [Hint("", "↵ " + _("Esc"), _("keep and leave")), Hint("", new_line, _("new line"))]
            commands = tuple(c for c in commands_for(self.context) if c.writing and c.id.startswith("anywhere."))
        else:
            commands = footer_of(self.context, settings)
        return (*found, *(hint for command in commands if (hint := self.hint_of(command))))

    def hint_of(self, command: Command) -> Hint | None:
        """The hint of a command, None when it has no key."""
        keys = shown_keys(command, self.desk.settings, language())
        return Hint(command.id, keys[0], self.label(command), self.refusal(command) is None) if keys else None

    def label(self, command: Command) -> str:
        """The word of a command in the footer."""
        return _(command.label)

    def show_saved(self) -> None:
        """Say whether everything is saved; while it is not, the red line says why and what to do."""
        if not self.query(StatusLine):
            return  # an answer of the recorder may come before the screen is drawn
        saved = self.desk.saved
        alarm = self.query_one(AlarmLine)
        alarm.tell(content(alarm_words(saved, self.row_width)))
        if self.is_current:
            alarm.visible = True
        self.query_one(StatusLine).show_saved(saved_words(saved, self.zone))
        if saved.state in ("failed", "unread"):
            self._alarmed = True
        elif saved.state == "saved" and self._alarmed:
            self._tell_saved_again()

    def _tell_saved_again(self) -> None:
        """Say that the alarm is over, where it was seen, as soon as that hides no answer to a key."""
        if not self.is_current:
            self._alarmed = False
        elif self._message_age is None:
            self._alarmed = False
            self.tell(_("The disk answers again: everything is saved."))

    def yield_alarm(self) -> None:
        """A dialog over this screen says what is not saved: here the place of it stays empty, so that nothing moves."""
        for alarm in self.query(AlarmLine):
            alarm.visible = False

    def pass_second(self) -> None:
        """Let a second pass: an old message goes, the screen redraws what moves."""
        if self._message_age is not None:
            self._message_age += 1
            if self._message_age > MESSAGE_S:
                self.hush()
        self.second()
        self.show_saved()

    # --- keys --------------------------------------------------------------------------------------------------------

    def command_at(self, key: str) -> Command | None:
        """The command a key stands for here and now; None for keys that are text or mean nothing."""
        for command in commands_for(self.context):
            if key in keys_of(command, self.desk.settings):
                action = action_of(command, self.context)
                if self.writing and not (command.writing or acts_while_writing(action, self.context)):
                    return None
                return command
        return None

    async def on_key(self, event: events.Key) -> None:
        """Do what the key stands for; what stands for nothing goes its way."""
        command = self.command_at(event.key)
        if command is not None:
            event.stop()
            event.prevent_default()
            await self.do_command(command)

    async def do_command(self, command: Command) -> None:
        """Do a command of this screen, or say why not."""
        self.hush()
        if (reason := self.refusal(command)) is not None:
            self.refuse(reason)
            self.stopped(command)
            return
        method = getattr(self, "action_" + action_of(command, self.context), lambda: self._record(command))
        try:
            answer = method()
            if inspect.iscoroutine(answer):
                self.begin(answer)
        except ConsoleError as error:
            self.refuse(error)
        except Exception as error:  # whatever goes wrong in one command must not end a defense that is running
            self.console_app.note_fault(error)
        self.update()

    def _record(self, command: Command) -> None:
        """Record what a command wishes that has no action of its own."""
        seen, wish = self.seen(), self.WISHES[meant_by(command, self.context)]
        assert isinstance(seen, Seen), "only a screen about one defense knows where to record it"
        seen.record(*wish(seen))

    async def on_hint_bar_clicked(self, event: HintBar.Clicked) -> None:
        """A click on a hint is the key."""
        event.stop()
        for command in commands_for(self.context):
            if command.id == event.command:
                await self.do_command(command)

    # --- commands of every screen ------------------------------------------------------------------------------------

    def action_console_help(self) -> None:
        """Show the keys of this screen."""
        self.console_app.show_help(self)

    def action_console_back(self) -> None:
        """Close this screen; the queue is the last."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def action_console_redraw(self) -> None:
        """Draw the screen anew."""
        self.app.refresh(repaint=True, layout=True)

    def action_console_palette(self) -> None:
        """Search a command."""
        self.console_app.show_palette()

    def action_console_quit(self) -> None:
        """Leave, after a question."""
        self.console_app.ask_quit()

    def action_console_copy_unsaved(self) -> None:
        """Everything that is not saved, in words, to the clipboard and into a file."""
        self.console_app.copy_unsaved()

    def action_console_language(self) -> None:
        """The other language."""
        self.console_app.switch_language()

    def action_console_theme(self) -> None:
        """The other theme."""
        self.console_app.switch_theme()
