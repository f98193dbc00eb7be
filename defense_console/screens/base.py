"""What every screen of the console shares: keys from the command table, hints, messages, the saved line."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import cache, partialmethod
from typing import Any, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

from defense_console.desk.desk import Desk
from defense_console.desk.queue import GoingOn
from defense_console.keys.keymap import (
    Command,
    Context,
    action_of,
    acts_while_writing,
    commands_for,
    footer_of,
    keys_of,
    meant_by,
)
from defense_console.keys.keymap import command as command_named
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import content
from defense_console.screens.console import Console
from defense_console.screens.hinting import hints_for, hints_of_writing, ways_out_last
from defense_console.screens.shared.fitted_words import WHOLE, error_words
from defense_console.screens.shared.going_on import live_elsewhere, place_of
from defense_console.screens.shared.paging import go_to_end, turn_page
from defense_console.screens.shared.saved_words import alarm_words, saved_words
from defense_console.screens.shared.wishes import Asks, Seen, Wishes, refused
from defense_console.widgets.frame.alarm_line import AlarmLine
from defense_console.widgets.frame.header_line import HeaderEnd, HeaderLine, Headline
from defense_console.widgets.frame.hint_bar import Hint, HintBar
from defense_console.widgets.frame.message_line import MessageLine, Tone
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.line_list import LineList
from defense_console.words.translation import _, error_text, language, short_day, time_of_day

T = TypeVar("T")
LEAVES_ELSEWHERE = ("ctrl+c", "q", "Q")
"""Keys that end other programs."""
PREVIEW_S = 0.08
"""The hand rests when no key came for so long."""
MESSAGE_S = 12
"""A message stays for so many seconds, or until the next key."""


class ConsoleScreen(Screen[None]):
    """A screen whose keys, hints and help come from the command table.

    From top to bottom: header, band (what the screen is about now), body (panels), a row for one message, keys. Alarms,
    long messages and the field for texts lie over the last rows of the body, so that nothing moves.

    A subclass names its `CONTEXT`, composes its own part in `compose_band` and `compose_body`, and says in `WISHES`
    what its commands would record. A command that asks, says or shows something is an `action_<id with underscores>`
    method, a coroutine where it asks; any other command records what it wishes. `second` is called once a second while
    the screen is shown, `redraw` after everything that may have changed what it shows.
    """

    CONTEXT: ClassVar[Context] = "global"
    PLACE: ClassVar[str] = ""
    """Where the app finds it again, where that is not its context."""
    WISHES: ClassVar[Wishes[Any]] = {}
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._message_age: int | None = None
        self._composed = False
        self._in_command = False
        self._previewing: asyncio.TimerHandle | None = None
        self._told: tuple[Size, str] | None = None
        """For which size, in which language, it is said that it is too small."""
        self._alarmed = False
        self._live_elsewhere: tuple[GoingOn, ...] = ()
        """Other defenses and rehearsals that are live."""
        self._resized = False
        """It will be drawn, since its size has changed."""

    # --- what a subclass fills ---------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """The rows under the header, of fixed height."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """The screen's panels."""
        yield from ()

    def compose_over(self) -> ComposeResult:
        """What lies over the body when it is shown."""
        yield from ()

    @property
    def headline(self) -> Headline:
        """What the header says that the screen is about."""
        return Headline()

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
    def place_id(self) -> str:
        """Whole id of what is shown, a defense or a student; "" for a list."""
        return self.about

    @property
    def whose(self) -> str:
        """Whom the log that is shown is about, in words for a dialog; "" for none."""
        return self.desk.brief(self.about).whose if self.about else ""

    def turned(self) -> None:
        """What is shown was changed by another console, or is not written by the same one any more."""
        self.update()

    def until_edge_ms(self) -> int:
        """Milliseconds until something that is shown changes by itself: the next whole second."""
        return 1000 - instant(self.desk.now().wall).microsecond // 1000

    def flush(self) -> None:
        """Save what is being typed, since the console may end now."""

    def standing_line(self) -> str:
        """What the message row says while there is no message, "" for nothing."""
        return ""

    def quiet_line(self) -> str:
        """What the message row says while there is nothing else to say, "" for nothing."""
        return ""

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
        return self._refusal(command, self.seen)

    def _refusal(self, command: Command, see: Callable[[], Asks]) -> ConsoleError | None:
        return refused(self.WISHES, meant_by(command, self.context), see)

    # --- messages ----------------------------------------------------------------------------------------------------

    def tell(self, text: str | Content, tone: Tone = "plain") -> None:
        """Say something in the message row, until the next key or for a few seconds. User text is made safe."""
        self._message_age = 0
        error = self.desk.saved.error
        if error is not None and text in (error_text(error), error_words(error, WHOLE)):
            unread = self.desk.saved.state == "unread"
            text = _("The red line says why.") if unread else _("Read only: the red line says why.")
        shown = content(text) if isinstance(text, str) else text
        if self.query_one(MessageLine).show_message(shown, tone):
            self.keep_cursor_seen()

    def refuse(self, error: ConsoleError) -> None:
        """Say why something cannot be done."""
        self.tell(error_text(error), "refused")

    def hush(self) -> None:
        """Take the message away."""
        if self._message_age is not None:
            self._message_age = None
            if self.query_one(MessageLine).show_message(""):
                self.keep_cursor_seen()

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
            if not self._in_command:  # which draws once, at its end
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
        """Header, the screen's own parts, the message row, the keys, and what lies over them."""
        yield HeaderLine()
        yield from self.compose_band()
        with Vertical(id="body"):
            yield from self.compose_body()
        yield Static(id="room-for-message", markup=False)
        yield HintBar()
        yield from self.compose_over()
        with Vertical(id="over"):
            yield AlarmLine()
            yield MessageLine()
        yield QuietText(id="too-small")

    def on_mount(self) -> None:
        """First drawing, in the form that fits the terminal: the toolkit tells its size only after that."""
        width, height = self.app.size
        across, down = self.app.HORIZONTAL_BREAKPOINTS, self.app.VERTICAL_BREAKPOINTS
        sides = ((across or [(0, "")], width), (down or [(0, "")], height))
        fits = (next(name for least, name in reversed(points) if length >= least) for points, length in sides)
        self.add_class(*fits)
        self.update()

    def on_screen_resume(self) -> None:
        """Something else was shown meanwhile."""
        self.remove_class("-covered")
        self.update()

    def on_screen_suspend(self) -> None:
        """A question lies over this screen: its panels step back."""
        self.add_class("-covered")

    @property
    def question_top(self) -> int:
        """The first row that a question may cover: the clock above it stays."""
        return self.query_one("#body").region.y

    @property
    def is_composed(self) -> bool:
        """Whether there is something to draw on: an answer of the recorder may come before, and after."""
        self._composed = self._composed or bool(self.query(MessageLine))
        return self._composed and self.is_attached and bool(self.children)

    def update(self) -> None:
        """Draw everything that depends on the state; what cannot be drawn must not end a defense that is running.

        A screen that nobody sees is drawn when it is seen again.
        """
        if not (self.is_mounted and self in self.console_app.shown_screens() and self.is_composed):
            return
        if self._previewing is not None:
            self._previewing.cancel()  # all of it is drawn now
        try:
            self._live_elsewhere = self._find_live_elsewhere()
            self.redraw()
            self.show_standing()
            self.show_saved()
            self.show_mode()
            self._tell_size()
        except ConsoleError as error:
            self.refuse(error)
        except Exception as error:
            self.console_app.note_fault(error)

    def _tell_size(self) -> None:
        if self._told != (self.size, language()):
            self._told = (self.size, language())
            size = _("{width}×{height} is too small: make the window at least 60×20. Nothing is lost.",
                     width=self.size.width, height=self.size.height)  # fmt: skip
            self.query_one("#too-small", QuietText).show(Content(size))

    def show_standing(self) -> None:
        """Say in the message row what is so while there is no message."""
        standing = content(self.standing_line()).stylize_before("$text-warning")
        quiet = content(self.quiet_line())
        fits = quiet.cell_length <= self.row_width  # what nobody has to know covers nothing
        self.query_one(MessageLine).show_standing(standing if standing.plain else quiet if fits else Content())

    def on_resize(self) -> None:
        """What fits has changed; the toolkit says so several times, one drawing answers them all."""
        if not self._resized:
            self._resized = True
            self.call_after_refresh(self._after_resize)

    def _after_resize(self) -> None:
        self._resized = False
        self._guarded(self.update)

    def on_descendant_focus(self) -> None:
        """Another field or panel has the focus: the letters may act otherwise now."""
        self._guarded(self.show_mode)

    def on_descendant_blur(self) -> None:
        """See `on_descendant_focus`."""
        self._guarded(self.show_mode)

    @property
    def row_width(self) -> int:
        """Cells of a row that goes from one side to the other, without the space beside it."""
        return max(20, self.size.width - 2)

    @property
    def writing(self) -> bool:
        """Whether a text field has the focus, so that letters are text."""
        return isinstance(self.focused, (Input, TextArea))

    def show_mode(self) -> None:
        """Hint the keys that matter now."""
        if not self.is_composed:
            return
        self.query_one(HintBar).show_hints(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The hints of the footer; while writing only what acts then."""
        if not self.writing:
            return ways_out_last(self._hints_of(footer_of(self.context, self.desk.settings)))
        anywhere = (each for each in commands_for(self.context) if each.writing and each.id.startswith("anywhere."))
        return ways_out_last((*hints_of_writing(self.focused), *self._hints_of(anywhere)))

    def hint_of(self, command: Command) -> Hint | None:
        """The hint of a command, None when it has no key."""
        return next(iter(self._hints_of([command])), None)

    def hints_of(self, *ids: str) -> tuple[Hint, ...]:
        """Return the hints of these commands, for the frame of a panel; those without a key are left out."""
        return self._hints_of(map(command_named, ids))

    def _hints_of(self, commands: Iterable[Command]) -> tuple[Hint, ...]:
        """Return the hints of commands, which all see the screen as it is now."""
        see = cache(self.seen)
        return hints_for(commands, self.desk.settings, lambda each: self._refusal(each, see) is None, self.label)

    def label(self, command: Command) -> str:
        """The word of a command in the footer."""
        return _(command.label)

    def show_saved(self) -> None:
        """Say whether everything is saved; while it is not, the red rows say why and what to do."""
        if not self.is_composed:
            return  # an answer of the recorder may come before the screen is drawn
        saved = self.desk.saved
        if self.query_one(AlarmLine).tell(content(alarm_words(saved, self.row_width))):
            self.keep_cursor_seen()
        self.show_header()
        if saved.state in ("failed", "unread"):
            self._alarmed = True
        elif saved.state == "saved" and self._alarmed:
            self._tell_saved_again()

    def show_header(self) -> None:
        """Draw the first row: what is shown, another defense that is live, whether everything is saved, the time."""
        now = self.desk.now().wall
        saved, at, alarm = saved_words(self.desk.saved, self.zone)
        live = live_elsewhere(self.desk.agenda, self._live_elsewhere)
        time, day = time_of_day(now, self.zone), short_day(now, self.zone) if self.wide else ""
        key = self.hint_of(command_named("console.running"))
        aside = HeaderEnd(live, saved, at, alarm, time, day, key.key if key is not None else "")
        self.query_one(HeaderLine).show_header(self.headline, aside, self.row_width)

    @property
    def wide(self) -> bool:
        """Whether panels are framed and stand side by side."""
        return self.has_class("-wide") or self.has_class("-broad")

    def _find_live_elsewhere(self) -> tuple[GoingOn, ...]:
        return self.desk.agenda.going_on(self.about)

    def soon(self, do: Callable[[], object]) -> None:
        """Do something once everything is laid out; a screen that is gone by then needs nothing done any more."""
        self.call_after_refresh(self._guarded, do)

    def _guarded(self, do: Callable[[], object]) -> None:
        try:
            if self.app.is_running and self.is_attached and self.children:
                do()
        except ConsoleError as error:
            self.refuse(error)
        except Exception as error:  # outside of a command, too, nothing may end a defense that is running
            self.console_app.note_fault(error)

    def preview_soon(self) -> None:
        """Draw what is said of the line under the cursor once the hand rests: held keys pass over it."""
        if self._previewing is not None:
            self._previewing.cancel()
        # A timer of the toolkit would be a task of its own for each key.
        loop = asyncio.get_running_loop()
        self._previewing = loop.call_later(PREVIEW_S, self._guarded, self.preview)

    def preview(self) -> None:
        """Show what depends on the line under the cursor."""
        self.update()

    def keep_cursor_seen(self) -> None:
        """Scroll lists so that no alarm and no long message hides their cursor, once these are laid out."""
        self.soon(self.uncover_cursors)

    def uncover_cursors(self) -> None:
        """See `keep_cursor_seen`."""
        top = min((widget.region.y for widget in self.query("#over, Writer") if widget.region.area), default=0)
        end = self.query_one("#body").region.bottom  # what a column scrolls out of sight is not covered
        for each in self.query(LineList):
            each.cover(max(0, min(end, each.content_region.bottom) - top) if top and each.display else 0)

    def _tell_saved_again(self) -> None:
        """Say that the alarm is over, where it was seen, as soon as that hides no answer to a key."""
        if not self.is_current:
            self._alarmed = False
        elif self._message_age is None:
            self._alarmed = False
            self.tell(_("The disk answers again: everything is saved."))

    def age_message(self) -> None:
        """Let an old message go, also of a screen that is not seen."""
        if self._message_age is not None:
            self._message_age += 1
            if self._message_age > MESSAGE_S:
                self.hush()

    def show_found(self) -> None:
        """A search was answered: screens that asked draw what was found."""

    def pass_second(self) -> None:
        """Let a second pass on a screen that is seen: it redraws what moves."""
        self._guarded(self.second)
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
        elif event.key in LEAVES_ELSEWHERE and not (self.writing and event.is_printable):
            event.stop()
            event.prevent_default()
            self.say_way_out()

    async def do_command(self, command: Command) -> None:
        """Do a command of this screen, or say why not."""
        self.hush()
        if (reason := self.refusal(command)) is not None:
            self.refuse(reason)
            self.stopped(command)
            if _rates(command):  # the rating before it may have left the drawing to this one
                self.update()
            return
        method = getattr(self, "action_" + action_of(command, self.context), lambda: self._record(command))
        self._in_command = True
        try:
            answer = method()
            if inspect.iscoroutine(answer):
                self.begin(answer)
        except ConsoleError as error:
            self.refuse(error)
        except Exception as error:  # whatever goes wrong in one command must not end a defense that is running
            self.console_app.note_fault(error)
        finally:
            self._in_command = False
        if command.id.startswith("move."):
            self.preview_soon()
        elif not (_rates(command) and _rates(self.command_at(self.console_app.waiting_key))):
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
        self.console_app.show_help()

    def action_console_back(self) -> None:
        """Close this screen; the queue is the last."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    action_move_page_down = partialmethod(turn_page, 1)
    action_move_page_up = partialmethod(turn_page, -1)
    action_move_first = partialmethod(go_to_end, last=False)
    action_move_last = partialmethod(go_to_end, last=True)

    def say_way_out(self) -> None:
        """Say how the console is left: keys that do it elsewhere only say so here."""
        self.tell(_("{key:console.quit} leaves the console, after a question; {key:console.back} goes one step back."))

    def action_console_redraw(self) -> None:
        """Draw the screen anew."""
        self.app.refresh(repaint=True, layout=True)

    def action_console_palette(self) -> None:
        """Search a command."""
        self.console_app.show_palette()

    def action_console_running(self) -> None:
        """Go to the defense or the rehearsal that is live; from there to the next one."""
        others = self._find_live_elsewhere()
        if others:
            self.console_app.go(place_of(others[0]), others[0].id)
        else:
            self.tell(_("No defense and no rehearsal is live."))

    def action_console_quit(self) -> None:
        """Leave, after a question."""
        self.console_app.ask_quit()

    def action_console_copy_unsaved(self) -> None:
        """Copy everything that is not saved, in words, to the clipboard and into a file."""
        self.console_app.copy_unsaved()

    def action_console_language(self) -> None:
        """Switch to the other language."""
        self.console_app.switch_language()

    def action_console_theme(self) -> None:
        """Switch to the other theme."""
        self.console_app.switch_theme()


def _rates(command: Command | None) -> bool:
    """Return whether a command rates: ratings that come at once are drawn together, since none needs what is drawn."""
    return command is not None and command.id.startswith("live.rate_")
