"""What the command line says: errors in the user's language, text that cannot act on a terminal, JSON, the exit code.

Loads neither click nor the toolkit of the screens nor anything that draws.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.model.text import one_line, visible
from defense_console.terminal.faults import no_values_told
from defense_console.words.translation import _, ngettext

if TYPE_CHECKING:
    from defense_console.exchange.bad_file import BadLine

OK: Final = 0
BUG: Final = 1
REFUSED: Final = 2
"""The user's input or configuration."""
INTERRUPTED: Final = 130

_LONGEST_FOUND: Final = 80
_ACTING: Final = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON may leave as it is and a terminal would act on. Source: RFC 8259 §7."""


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
        _write(sys.stdout, text + "\n")


def _write(stream: TextIO | None, text: str) -> None:
    """Write at once; where the caller closed the stream, nothing."""
    if stream is not None:
        stream.write(text)
        stream.flush()


def say_all(lines: Iterable[str]) -> None:
    """Print such texts, one a line."""
    for line in lines:
        with printing():
            if sys.stdout is not None:
                sys.stdout.write(line + "\n")
    with printing():
        _write(sys.stdout, "")


def say_json(value: object) -> None:
    """Print one JSON document; characters a terminal would act on are escaped, which changes no value."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    text = _ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
    with printing():
        if (binary := getattr(sys.stdout, "buffer", None)) is None:
            _write(sys.stdout, text)
        else:  # UTF-8 whatever the terminal speaks. Source: RFC 8259 §8.1
            sys.stdout.flush()
            binary.write(text.encode())
            binary.flush()


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
    from defense_console.exchange.bad_file import BadFile

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
        _write(sys.stderr, text + "\n")
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


def ended(do: Callable[[], object]) -> int:
    """Do what a command line asks for and give its exit code: the one place where errors become text.

    Returns:
        0 ok · 1 a fault of ours · 2 the user's input or configuration · 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            ascii_only = (stream.encoding or "").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
            # A terminal without a character must not end a command.
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="replace")
    try:
        with no_values_told(say_bug):
            done = do()
        with printing():
            if sys.stdout is not None:
                sys.stdout.flush()
        return done if isinstance(done, int) else OK
    except KeyboardInterrupt:
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
    import traceback

    kind = type(error).__name__
    _beside(_("This is a fault of the console ({kind}). Please report these lines:", kind=kind))
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        _beside(f"  {file.parent.name}/{file.name}:{frame.lineno} {frame.name}")
