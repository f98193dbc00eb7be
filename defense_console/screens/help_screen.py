"""The keys of a screen, made from the command table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from defense_console.i18n import _, language
from defense_console.keymap import Command, Context, commands_for, context_title, shown_keys
from defense_console.screens.base import ConsoleScreen

KEYS_CELLS = 14
"""Cells kept for the keys before their sentence."""


class HelpScreen(ConsoleScreen):
    """Every command of a context: its keys, what it does, its id for the settings.

    Args:
        context: Whose keys are shown.
    """

    CONTEXT = "help"
    DEFAULT_CSS = """
    HelpScreen {
        VerticalScroll { height: 1fr; }
        .help--title { padding: 0 1; background: $panel; text-style: bold; height: auto; width: 1fr; }
        .help--group { text-style: bold; color: $text-accent; margin: 1 1 0 1; height: auto; }
        .help--line { height: auto; margin: 0 1; max-width: 110; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._shown = context

    def compose_body(self) -> ComposeResult:
        """A title, then the commands of the screen, then those of every screen."""
        title = _("Keys · {screen}", screen=context_title(self._shown, language()))
        yield Static(Content(title), classes="help--title")
        commands = commands_for(self._shown)
        own = [each for each in commands if "global" not in each.contexts or self._shown == "global"]
        rest = [each for each in commands if each not in own]
        with VerticalScroll():
            yield from self._group(context_title(self._shown, language()), own)
            yield from self._group(context_title("global", language()), rest)
            note = _("Keys are changed in settings.toml, by the name on the right; case has no meaning.")
            yield Static(Content(note), classes="help--group")

    def on_mount(self) -> None:
        """The list scrolls by the usual keys."""
        super().on_mount()
        self.query_one(VerticalScroll).focus()

    def _group(self, title: str, commands: list[Command]) -> ComposeResult:
        if not commands:
            return
        yield Static(Content(title), classes="help--group")
        yield Static(Content("\n").join([self._line(each) for each in commands]), classes="help--line")

    def _line(self, command: Command) -> Content:
        keys = " ".join(shown_keys(command, self.desk.settings, language())) or _("palette")
        return Content.assemble(
            (keys.ljust(KEYS_CELLS), "bold $text-accent"), " ", _(command.tooltip), (f"  {command.id}", "$text-muted")
        )

    def action_console_help(self) -> None:
        """The same key puts the help away."""
        self.action_console_back()

    def action_move_down(self) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=2, animate=False)

    def action_move_up(self) -> None:
        """Scroll back."""
        self.query_one(VerticalScroll).scroll_relative(y=-2, animate=False)
