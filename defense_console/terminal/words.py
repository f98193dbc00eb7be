"""What the command line says: help and errors in the user's language, text that cannot act on a terminal, JSON.

Loads neither the toolkit of the screens nor anything that draws.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

import click
import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.model.text import one_line, visible
from defense_console.terminal.faults import no_values_told
from defense_console.words.translation import _, ngettext

OK: Final = 0
BUG: Final = 1
REFUSED: Final = 2
"""The user's input or configuration."""
INTERRUPTED: Final = 130

_LONGEST_FOUND: Final = 80
_ACTING: Final = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON may leave as it is and a terminal would act on. Source: RFC 8259 §7."""


# --- click in the user's language --------------------------------------------------------------------------------


class WordedCommand(click.Command):
    """A command whose help is a message id, translated when it is shown."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that prints the help."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _say_help
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage:") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_(self.help or ""))

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return what the command does, for the list of commands."""
        return _(self.help or "")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        with formatter.section(_("Options")):
            records = (self._record(ctx, param) for param in self.get_params(ctx) if isinstance(param, click.Option))
            formatter.write_dl([record for record in records if record is not None])

    def _record(self, ctx: click.Context, param: click.Parameter) -> tuple[str, str] | None:
        record = param.get_help_record(ctx)
        if record is None:
            return None
        return record[0], _("Show this help.") if "--help" in param.opts else _(record[1])


def _say_help(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        say(ctx.get_help())
        ctx.exit()


class WordedGroup(WordedCommand, click.Group):
    """A command with commands of its own."""

    command_class = WordedCommand
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        names = self.list_commands(ctx)
        with formatter.section(_("Commands")):
            found = ((name, self.get_command(ctx, name)) for name in names)
            formatter.write_dl([(name, each.get_short_help_str()) for name, each in found if each is not None])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            known = ", ".join(self.list_commands(ctx))
            text = _("There is no command “{name}”; there are {known}.", name=args[0], known=known)
            raise click.UsageError(text, ctx)
        return super().resolve_command(ctx, args)


class OneOf(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """One of some words, refused in the user's language."""

    name = "word"

    def __init__(self, *words: str) -> None:
        self.words = words

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return the words as help shows them."""
        return f"[{'|'.join(self.words)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word."""
        if value not in self.words:
            self.fail(_("“{value}” is not one of {words}.", value=value, words=", ".join(self.words)), param, ctx)
        return str(value)


def usage_error_text(error: click.ClickException) -> str:
    """Return why a command line was not understood."""
    match error:
        case click.NoSuchOption():
            return _("There is no option {option}.", option=error.option_name)
        case click.MissingParameter() if error.param is not None:
            return _("{name} is missing.", name=(error.param.metavar or error.param.name or "?").upper())
        case click.BadParameter() if error.param is not None:
            return f"{'/'.join(error.param.opts)}: {error.message}"
    return error.format_message()


# --- saying ------------------------------------------------------------------------------------------------------


@contextmanager
def printing() -> Iterator[None]:
    """Turn what the standard output raises into a refusal; a reader that has read enough is no error.

    Raises:
        ConsoleError: It cannot be written: the disk it goes to is full, or it was closed.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        _give_up(sys.stdout)
        raise ConsoleError(N_("The output could not be written: {reason}."), reason=system_reason(error)) from error


def _give_up(stream: TextIO) -> None:
    """Lead a stream nowhere that takes nothing: what it still holds must not fail while the interpreter ends."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(text: str = "") -> None:
    """Print a text of ours, in which user text was already made visible."""
    with printing():
        click.echo(text)


def say_all(lines: Iterable[str]) -> None:
    """Print such texts, one a line."""
    for line in lines:
        say(line)


def say_json(value: object) -> None:
    """Print one JSON document; characters a terminal would act on are escaped, which changes no value."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    with printing():
        click.echo(_ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode())


def sentence(error: ConsoleError) -> str:
    """Return the reason of a refusal, translated with all that is in it, user text made visible."""
    return _(error.id, **{name: place(value) for name, value in error.parameters.items()})


def place(value: object) -> object:
    """Return a value for a place of a sentence: a reason is a sentence, numbers stay, texts become harmless."""
    if isinstance(value, ConsoleError):
        return sentence(value)
    return value if isinstance(value, int) else one_line(str(value))


def say_refusal(error: ConsoleError) -> None:
    """Print why something was refused; a file with every one of its lines."""
    if isinstance(error, BadFile):
        for bad in error.lines:
            _beside(bad_line_text(bad, error.entries))
    say_error(sentence(error))


def say_note(text: str) -> None:
    """Print what is good to know on the standard error: a pipe gets the answer alone."""
    _beside(visible(text))


def say_error(text: str) -> None:
    """Print that something went wrong."""
    _beside(_("Error: {text}", text=visible(text)))


def _beside(text: str) -> None:
    """Print on the standard error; where that takes nothing, the exit code still says it."""
    try:
        click.echo(text, err=True)
    except OSError:
        _give_up(sys.stderr)


def say_problems(found: Sequence[tuple[str, ConsoleError]], sound: str) -> int:
    """Say each problem behind its place, or `sound` when there is none. Returns: the exit code."""
    for place, problem in found:
        say(_("{name}: {text}", name=visible(place), text=sentence(problem)))
    if found:
        say_error(ngettext("{n} problem found.", "{n} problems found.", len(found)))
        return REFUSED
    say(sound)
    return 0


def place_in_file(line: int, entries: bool) -> str:
    """Return where something is in a file: the number of an entry or of a line."""
    return _("entry {line}", line=line) if entries else _("line {line}", line=line)


def bad_line_text(bad: BadLine, entries: bool) -> str:
    """Return a line that cannot be taken: its number, its column, what was found, what is expected."""
    where = _("file") if bad.line < 1 else place_in_file(bad.line, entries)
    if bad.column:
        where = _("{where}, column {column}", where=where, column=one_line(bad.column))
    expected = _(bad.expected, **{name: place(value) for name, value in bad.parameters.items()})
    if bad.found is None:
        return _("{where}: expected {expected}", where=where, expected=expected)
    if not bad.found:
        return _("{where}: found nothing, expected {expected}", where=where, expected=expected)
    found = one_line(bad.found)
    found = found if len(found) <= _LONGEST_FOUND else found[:_LONGEST_FOUND] + "…"
    return _("{where}: found “{found}”, expected {expected}", where=where, found=found, expected=expected)


# --- the end of a run --------------------------------------------------------------------------------------------


def run(command: click.Command, program: str, arguments: Sequence[str]) -> int:
    """Run a command line and give its exit code: the one place where errors become text.

    Returns:
        0 ok · 1 a fault of ours · 2 the user's input or configuration · 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without a character must not end a command
    try:
        # Not click's own main: it maps errors to other codes, and ends the process when a pipe is closed.
        with no_values_told(say_bug), command.make_context(program, list(arguments)) as context:
            done = command.invoke(context)
        with printing():
            if sys.stdout is not None:
                sys.stdout.flush()
        return done if isinstance(done, int) else OK
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        say_error(usage_error_text(error))
        if isinstance(error, click.UsageError) and error.ctx is not None:
            _beside(_("See {command} --help.", command=error.ctx.command_path))
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ConsoleError as error:
        say_refusal(error)
        return REFUSED
    except BrokenPipeError:
        _give_up(sys.stdout)  # the reader has read enough
        return OK
    except Exception as error:
        say_bug(error)
        return BUG


def say_bug(error: BaseException) -> None:
    """Print a fault of ours by its places in the code; its message may hold a student's data and is left out."""
    kind = type(error).__name__
    _beside(_("This is a fault of the console ({kind}). Please report these lines:", kind=kind))
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        _beside(f"  {file.parent.name}/{file.name}:{frame.lineno} {frame.name}")
