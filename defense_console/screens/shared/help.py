"""The keys of a screen, made from the command table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.keys.keymap import Command, commands_for, context_title, shown_keys
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.surroundings import in_browser
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, error_text, language

KEYS_CELLS = 14
"""Cells kept for the keys before their sentence."""


class HelpScreen(ConsoleScreen):
    """Every command of a screen: its keys, what it does or why it cannot, and where there is room its id.

    Args:
        screen: Whose keys are shown.
    """

    CONTEXT = "help"
    DEFAULT_CSS = """
    HelpScreen {
        VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        .help--column { height: auto; max-width: 104; }
        &.-broad VerticalScroll { layout: horizontal; }
    }
    """

    def __init__(self, screen: ConsoleScreen) -> None:
        super().__init__()
        self._asked = screen
        self._shown = screen.context
        self._groups: dict[str, tuple[str, list[Command]]] = {}

    def compose_body(self) -> ComposeResult:
        """The commands of the screen, then those of every screen."""
        commands = commands_for(self._shown)
        own = [each for each in commands if "global" not in each.contexts or self._shown == "global"]
        own.sort(key=_place)
        rest = [each for each in commands if each not in own]
        with VerticalScroll():
            with Vertical(classes="help--column"):
                yield Panel(id="own")
            with Vertical(classes="help--column"):
                yield Panel(id="everywhere")
                yield Panel(id="settings")
        self._groups = {"own": (context_title(self._shown, language()), own),
                        "everywhere": (context_title("global", language()), rest)}  # fmt: skip

    @property
    def about(self) -> str:
        """The defense that is shown below."""
        return self._asked.about

    @property
    def headline(self) -> Headline:
        """Whose keys they are."""
        return Headline(_("Keys"), context_title(self._shown, language()))

    def on_mount(self) -> None:
        """The list scrolls by the usual keys."""
        super().on_mount()
        self.query_one(VerticalScroll).focus()

    def redraw(self) -> None:
        """Show the commands."""
        for id, (title, commands) in self._groups.items():
            self.query_one(f"#{id}", Panel).show(title, [self._item(each) for each in commands], str(len(commands)))
        note = _("Keys are changed in settings.toml, by the names of “defense-console keys”; case has no meaning.")
        notes = [note]
        if in_browser():
            text = _(
                "Ctrl+W, Ctrl+T, Ctrl+N, Ctrl+Tab and F11 belong to the browser, and some browsers keep Ctrl+Q, F5 and "
                "F12: the palette has every command. A page that is closed or loaded again loses nothing."
            )
            notes.append(text)
        items = [Item(Content(each).stylize("$text-muted")) for each in notes]
        self.query_one("#settings", Panel).show(_("Settings"), items)

    def _item(self, command: Command) -> Item:
        keys = " ".join(shown_keys(command, self.desk.settings, language())) or _("palette")
        text = Content(_(command.tooltip))
        if (reason := self._asked.refusal(command)) is not None:
            text += Content("  ") + content(error_text(reason)).stylize("$text-warning")
        # Elsewhere the ids would double the lines; `defense-console keys` lists them too.
        end = Content.styled(command.id, "$text-muted") if self.wide else Content("")
        return Item(text, mark=Content(f"{keys:<{KEYS_CELLS}} ").stylize("bold $text-accent"), end=end)

    def action_console_help(self) -> None:
        """Put the help away, by the same key."""
        self.action_console_back()

    def action_move_down(self) -> None:
        """Scroll down."""
        self.query_one(VerticalScroll).scroll_relative(y=2, animate=False)

    def action_move_up(self) -> None:
        """Scroll up."""
        self.query_one(VerticalScroll).scroll_relative(y=-2, animate=False)


def _place(command: Command) -> tuple[bool, bool]:
    """What is this screen's own comes first, then moving and undoing, then other keys of the same commands."""
    return bool(command.acts_as), command.id.startswith(("move.", "panel.", "edit."))
