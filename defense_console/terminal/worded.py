"""Click in the user's language: help, errors, and the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from defense_console.terminal.words import INTERRUPTED, REFUSED, ended, say, say_error, say_note
from defense_console.words.translation import _


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


def run(command: click.Command, program: str, arguments: Sequence[str], run_of: object) -> int:
    """Run a command line. Args: run_of: what its commands are given. Returns: its exit code, see `ended`."""

    def invoke() -> object:
        # Not click's own main: it maps errors to other codes, and ends the process when a pipe is closed.
        try:
            with command.make_context(program, list(arguments), obj=run_of) as context:
                return command.invoke(context)
        except click.exceptions.Exit as end:
            return end.exit_code
        except click.ClickException as error:
            say_error(usage_error_text(error))
            if isinstance(error, click.UsageError) and error.ctx is not None:
                say_note(_("See {command} --help.", command=error.ctx.command_path))
            return REFUSED
        except click.Abort:
            return INTERRUPTED

    return ended(invoke)
