"""What can be asked of the table of commands: which ones act in a context, their keys in force, their hints.

The table itself is in `table.py`. A command's action on a screen is its id with underscores
(`live.rate_met` → `action_live_rate_met`). Nothing here loads the toolkit.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Final, NoReturn

from defense_console.keys.table import COMMANDS as COMMANDS
from defense_console.keys.table import CONTEXTS as CONTEXTS
from defense_console.keys.table import TITLES
from defense_console.keys.table import Command as Command
from defense_console.keys.table import Context as Context
from defense_console.model.errors import ConsoleError
from defense_console.settings import Settings
from defense_console.words.key_names import both_cases, is_single, parse_key
from defense_console.words.key_names import display_key as display_key
from defense_console.words.translation import translator

_BY_ID: Final[Mapping[str, Command]] = {each.id: each for each in COMMANDS}
_PARENTS: Final[Mapping[Context, Context]] = {"live.questions": "live", "live.notes": "live"}


def command(id: str) -> Command:
    """Return the command with this id.

    Raises:
        KeyError: there is none; ids typed by a user go through `check_keymap`.
    """
    return _BY_ID[id]


def context_title(context: Context, language: str = "en") -> str:
    """Return the heading of a context in help and documents."""
    _ = translator(language)
    return _(TITLES[context])


@cache
def commands_for(context: Context) -> tuple[Command, ...]:
    """Return the commands that act in a context, in the table's order; a panel's own first, so that they win a key.

    The audience view has only its own; everywhere else the global ones are among them.
    """
    own = tuple(each for each in COMMANDS if context in each.contexts)
    if context in ("audience", "global"):
        return own
    parent = _PARENTS.get(context)
    if parent is None:
        return tuple(each for each in COMMANDS if context in each.contexts or "global" in each.contexts)
    return own + tuple(each for each in commands_for(parent) if context not in each.not_in)


def meant_by(command: Command, context: Context) -> str:
    """Return the id of what a command does in a context: its own, or that of the command it does there."""
    context = _PARENTS.get(context, context) if context not in command.contexts else context
    return dict(command.acts_as).get(context, command.id)


def action_of(command: Command, context: Context) -> str:
    """Return the name of the action a screen gives to a command in a context: `live.rate_met` → `live_rate_met`."""
    return meant_by(command, context).replace(".", "_")


def acts_over_dialogs(command: Command, context: Context) -> bool:
    """Return whether a command also acts while a dialog is over its screen.

    A clock that runs waits for no answer, and what is not saved can be copied at any moment.
    """
    clock = action_of(command, context) in ("clock_toggle", "clock_next_phase")
    return command.writing and (clock or command.id in ("console.redraw", "console.copy_unsaved"))


def acts_while_writing(action: str, context: Context) -> bool:
    """Return whether an action of this context may run while a text field has the focus."""
    return any(each.writing and action_of(each, context) == action for each in commands_for(context))


def keys_of(command: Command, settings: Settings | None = None) -> tuple[str, ...]:
    """Return the keys in force: of the settings, else of the table; without single ones where these are off."""
    keys = command.keys
    if settings is None:
        return keys
    if command.id in settings.keys:
        keys = tuple(name for key in settings.keys[command.id] for name in both_cases(_key_for(command, key)))
    if settings.single_keys == "off" and not command.essential:
        keys = tuple(key for key in keys if not is_single(key))
    return keys


def _key_for(command: Command, typed: str) -> str:
    """Return a key of the settings by its name; a command may keep what it always had: Esc goes back, Ctrl+Q quits."""
    return typed.lower() if typed.lower() in command.keys else parse_key(typed)


def shown_keys(command: Command, settings: Settings | None = None, language: str = "en") -> tuple[str, ...]:
    """Return the keys in force as they are shown, each letter once, the footer's first."""
    return _shown(keys_of(command, settings), language)


@lru_cache(maxsize=1024)
def _shown(keys: tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(display_key(key, language) for key in keys if not (len(key) == 1 and key.isupper())))


def footer_of(context: Context, settings: Settings | None = None) -> tuple[Command, ...]:
    """Return the commands hinted in the footer that have a key, help first; the bar shows what fits."""
    hinted = [each for each in commands_for(context) if each.footer is not None and keys_of(each, settings)]
    return tuple(sorted(hinted, key=lambda each: each.footer or 0))


def check_keymap(settings: Settings) -> None:
    """Refuse settings that name an unknown command, an unusable key, or one key twice in a context.

    Raises:
        ConsoleError: the first of them; says the file, the command and what to do.
    """
    for id, keys in settings.keys.items():
        if id not in _BY_ID:
            _refuse_unknown(settings, id)
        for key in keys:
            _check_key(settings, id, key)
    for context in CONTEXTS:
        _check_clashes(settings, context)


def _refuse_unknown(settings: Settings, id: str) -> NoReturn:
    near = get_close_matches(id, sorted(_BY_ID), 1)
    if near:
        raise ConsoleError(
            "{file}: keys: there is no command “{id}”; did you mean “{nearest}”?",
            file=settings.file, id=id, nearest=near[0],
        )  # fmt: skip
    raise ConsoleError("{file}: keys: there is no command “{id}”", file=settings.file, id=id)


def _check_key(settings: Settings, id: str, key: str) -> None:
    try:
        name = _key_for(_BY_ID[id], key)
    except ConsoleError as error:
        raise ConsoleError("{file}: keys.{id}: {problem}", file=settings.file, id=id, problem=error) from None
    if is_single(name) and _BY_ID[id].acts_as:
        raise ConsoleError(
            "{file}: keys.{id}: “{key}” would be typed into the text instead; choose a function key",
            file=settings.file, id=id, key=key,
        )  # fmt: skip


def _check_clashes(settings: Settings, context: Context) -> None:
    parent = _PARENTS.get(context)
    owners: dict[str, str] = {}
    for each in commands_for(context):
        # A panel may take a key of its screen; what the screen has twice is found on the screen itself.
        if parent is not None and context not in each.contexts:
            continue
        for key in keys_of(each, settings):
            first = owners.setdefault(key, each.id)
            if first != each.id:
                raise ConsoleError(
                    "{file}: keys: “{key}” is both {first} and {second} in “{context}”",
                    file=settings.file, key=display_key(key), first=first, second=each.id,
                    context=ConsoleError(TITLES[context]),
                )  # fmt: skip
