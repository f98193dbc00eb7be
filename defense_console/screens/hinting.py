"""Hints of keys, as a screen shows them in its footer and in the frames of its panels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from textual.widget import Widget

from defense_console.keys.keymap import Command, shown_keys
from defense_console.settings import Settings
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.writer import NEW_LINE, Field
from defense_console.words.key_names import display_key
from defense_console.words.translation import _, language

WAYS_OUT: Final = ("console.quit", "console.back", "console.help")
"""Hinted last, in this order."""


def hints_for(
    commands: Iterable[Command], settings: Settings, acts: Callable[[Command], bool], label: Callable[[Command], str]
) -> tuple[Hint, ...]:
    """Return the hints of commands, in their order; those without a key are left out.

    Args:
        acts: Whether a command can act now.
        label: Its word.
    """
    return tuple(
        Hint(command.id, keys[0], label(command), acts(command), command.id in WAYS_OUT)
        for command in commands
        if (keys := shown_keys(command, settings, language()))
    )


def hints_of_writing(field: Widget | None) -> tuple[Hint, ...]:
    """Return the hints of a text field: what keeps the text, and what begins a new line where it may have several."""
    found = (Hint("", _("Enter"), _("keep")), Hint("", _("Esc"), _("keep and leave")))
    if isinstance(field, Field) and not field.one_line:
        return (*found, Hint("", display_key(NEW_LINE[0], language()), _("new line")))
    return found


def ways_out_last(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    """Return hints with the ways out of a screen at the end."""
    return tuple(sorted(hints, key=lambda hint: WAYS_OUT.index(hint.command) if hint.last else -1))
