"""The mentor's keys in sentences: which key a message names for a command, and the key tables of `docs/keys.md`."""

from __future__ import annotations

from functools import partial
from itertools import chain

from defense_console.keys.keymap import COMMANDS, CONTEXTS, command, context_title, shown_keys
from defense_console.settings import Settings
from defense_console.words.translation import Keys, name_keys, translator


def name_keys_of(settings: Settings) -> None:
    """Let messages name the keys of these settings from now on."""
    name_keys(partial(key_in_force, settings=settings))


def key_in_force(id: str, language: str = "en", settings: Settings | None = None) -> str:
    """Return the key that a sentence names for a command: its own, else that of a stand-in, else its label.

    Returns:
        The key as it is shown; without any, the label by which the palette finds the command, in quotes.

    Raises:
        KeyError: there is no such command.
    """
    wanted = command(id)
    stand_ins = (each for each in COMMANDS if any(meant == id for _place, meant in each.acts_as))
    for each in chain([wanted], stand_ins):  # most have a key of their own, and nobody looks for another
        if keys := shown_keys(each, settings, language):
            return keys[0]
    _ = translator(language)
    return _("“{label}” (palette)", label=_(wanted.label))


def key_table_markdown(language: str = "en", settings: Settings | None = None) -> str:
    """Return the tables of docs/keys.md: a heading and a Markdown table per context, ending with a newline."""
    _ = translator(language)
    named = Keys(partial(key_in_force, settings=settings), _.language)
    blocks = []
    for context in CONTEXTS:
        rows = [each for each in COMMANDS if context in each.contexts]
        if not rows:
            continue
        head = f"| {_('key')} | {_('action')} | {_('command')} |"
        lines = [f"### {context_title(context, language)}", "", head, "|---|---|---|"]
        for each in rows:
            keys = " ".join(f"`{key}`" for key in shown_keys(each, settings, language)) or _("palette")
            lines.append(f"| {keys} | {_(each.tooltip, key=named)} | `{each.id}` |")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
