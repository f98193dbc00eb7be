"""The command table and the screens agree: what a key promises, a screen can do."""

from __future__ import annotations

import importlib
import pkgutil

import defense_console.screens as screens
from defense_console.keys.keymap import CONTEXTS, action_of, commands_for
from defense_console.screens.base import ConsoleScreen

# The help screen and panels of the live screen are drawn by other screens' classes.
SCREENS = [context for context in CONTEXTS if context != "global" and "." not in context]


def _screens() -> list[type[ConsoleScreen]]:
    for module in pkgutil.walk_packages(screens.__path__, f"{screens.__name__}."):
        importlib.import_module(module.name)
    found, left = [], [ConsoleScreen]
    while left:
        for each in left.pop().__subclasses__():
            left.append(each)
            found.append(each)
    return [each for each in found if each.CONTEXT != "global"]


def test_every_context_has_its_screen() -> None:
    assert {each.CONTEXT for each in _screens()} == set(SCREENS)


def test_every_command_of_a_context_has_its_action() -> None:
    missing = set()
    for screen in _screens():
        if screen.__subclasses__():
            continue  # a base of screens
        contexts = [context for context in CONTEXTS if context.partition(".")[0] == screen.CONTEXT]
        for context in contexts:
            for command in commands_for(context):
                name = f"action_{action_of(command, context)}"
                if not callable(getattr(screen, name, None)):
                    missing.add(f"{screen.__name__}.{name} for {command.id}")
    assert not missing, "\n".join(sorted(missing))
