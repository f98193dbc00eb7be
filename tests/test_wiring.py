"""The command table and the screens agree: what a key promises, a screen can do."""

from __future__ import annotations

import importlib
import pkgutil

import defense_console.screens as screens
from defense_console.keys.keymap import CONTEXTS, Command, Context, action_of, commands_for, meant_by
from defense_console.screens.base import ConsoleScreen

# The help screen and panels of the live screen are drawn by other screens' classes.
SCREENS = [context for context in CONTEXTS if context != "global" and "." not in context]


def every_screen() -> list[type[ConsoleScreen]]:
    for module in pkgutil.walk_packages(screens.__path__, f"{screens.__name__}."):
        importlib.import_module(module.name)
    found, left = [], [ConsoleScreen]
    while left:
        for each in left.pop().__subclasses__():
            left.append(each)
            found.append(each)
    return [each for each in found if each.CONTEXT != "global"]


def test_every_context_has_its_screen() -> None:
    assert {each.CONTEXT for each in every_screen()} == set(SCREENS)


def shown_by(screen: type[ConsoleScreen]) -> list[Context]:
    """The contexts of a screen: its own and those of its panels."""
    return [context for context in CONTEXTS if context.partition(".")[0] == screen.CONTEXT]


def only_records(screen: type[ConsoleScreen], command: Command, context: Context) -> bool:
    """Whether a command has no action on a screen, so that it records what it wishes."""
    return not callable(getattr(screen, f"action_{action_of(command, context)}", None))


def test_every_command_of_a_context_has_an_action_or_a_wish() -> None:
    missing = {
        f"{screen.__name__}: write action_{action_of(command, context)}, or its wish where it only records"
        for screen in every_screen()
        if not screen.__subclasses__()  # a base of screens
        for context in shown_by(screen)
        for command in commands_for(context)
        if only_records(screen, command, context)
        and (context == "queue" or meant_by(command, context) not in screen.WISHES)
    }
    assert not missing, "\n".join(sorted(missing))
