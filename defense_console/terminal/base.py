"""The program's options and what every command shares."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, TypeVar

import click

from defense_console.model.errors import N_, ConsoleError
from defense_console.terminal.session import Session as Session
from defense_console.terminal.worded import OneOf, WordedCommand, WordedGroup, run
from defense_console.terminal.words import say_error, sentence
from defense_console.words.translation import LANGUAGES, choose_language, set_language

PROGRAM: Final = "defense-console"
F = TypeVar("F", bound=Callable[..., Any])


def _remember(name: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """Return an option that may stand before and after the command; the last one counts."""

    def remember(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
        if value is not None and not value.strip():  # a variable that is not set must not mean another store
            raise ConsoleError("{name} is missing.", name=f"--{name}")
        if value is not None:
            setattr(ctx.ensure_object(Session), name, value)
            if name == "lang":
                set_language(value)

    return remember


def shared(function: F) -> F:
    """Return the options every command takes."""
    store = click.option(
        "--store", metavar="PATH", expose_value=False, callback=_remember("store"),
        help=N_("Folder of the store, or address of a school (postgresql://…); otherwise DEFENSE_CONSOLE_STORE, "
                "otherwise your user data."),
    )  # fmt: skip
    lang = click.option(
        "--lang", type=OneOf(*LANGUAGES), expose_value=False, callback=_remember("lang"),
        help=N_("Language; otherwise the settings, otherwise the locale."),
    )  # fmt: skip
    return store(lang(function))


class ConsoleGroup(WordedGroup):
    """The program: chooses the language before anything is said, and turns every error into an exit code."""

    COMMANDS = "defense_console.terminal.commands."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.elsewhere: dict[str, str] = {}
        """Commands that are loaded when they are asked for: module and function in `terminal/commands/`, by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *self.elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loaded now where it was not."""
        if cmd_name in self.elsewhere:
            module, _dot, function = self.elsewhere[cmd_name].rpartition(".")
            self.add_command(getattr(import_module(self.COMMANDS + module), function), cmd_name)
            del self.elsewhere[cmd_name]
        return super().get_command(ctx, cmd_name)

    def main(self, args: Sequence[str] | None = None, *_rest: Any, standalone_mode: bool = True, **_extra: Any) -> Any:
        """Run a command line; in stand-alone mode the process ends with its code."""
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session()
        session.lang = _language_in(arguments)
        set_language(choose_language(session.lang))
        if session.lang is None:
            with suppress(ConsoleError):  # what needs the settings says that they cannot be read
                _settings = session.settings
        code = run(self, PROGRAM, arguments, session)
        if standalone_mode:
            sys.exit(code)
        return code


def _language_in(arguments: Sequence[str]) -> str | None:
    """Return the language asked for, read before click does, so that click's own help and errors are in it too."""
    found = None
    for n, argument in enumerate(arguments):
        if argument == "--lang" and n + 1 < len(arguments):
            found = arguments[n + 1]
        elif argument.startswith("--lang="):
            found = argument.partition("=")[2]
    return found if found in LANGUAGES else None


def store_command(group: click.Group, name: str, text: str) -> Callable[[Callable[..., int | None]], click.Command]:
    """Return a command with the shared options; its function takes the session first."""

    def register(function: Callable[..., int | None]) -> click.Command:
        return group.command(name, cls=WordedCommand, help=text)(shared(click.pass_obj(function)))

    return register


def settle_language(session: Session) -> None:
    """Read the settings for their language only: a command that needs nothing else works with broken ones too."""
    try:
        _settings = session.settings
    except ConsoleError as error:
        say_error(sentence(error))
