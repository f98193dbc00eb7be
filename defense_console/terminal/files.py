"""Files the commands read and write."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from defense_console.desk.exchange.saving import refuse, save
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import visible
from defense_console.settings import path_named
from defense_console.terminal.words import printing


def read(file: str) -> bytes:
    """Return a file's bytes; `-` is the standard input."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return _plain(file).read_bytes()
    except OSError as error:
        refuse(file, error)


@contextmanager
def opened_input(file: str) -> Iterator[IO[bytes]]:
    """Yield a file, to read from any place in it; `-` is the standard input, which is then held in memory."""
    if file == "-":
        yield io.BytesIO(sys.stdin.buffer.read())
        return
    try:
        stream = _plain(file).open("rb")
    except OSError as error:
        refuse(file, error)
    with stream:
        yield stream


def _plain(file: str) -> Path:
    """Return the path of a file that ends: a pipe would be waited for, and a device may go on for ever."""
    path = path_named(file)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ConsoleError(
            N_("{file}: this is a device or a pipe, not a file; give - and send its content to the standard input."),
            file=file,
        )
    return path


def write(output: str | None, parts: Iterable[bytes]) -> None:
    """Write to the standard output, or into a file that is whole or not there, for its owner alone.

    Args:
        output: Name of the file; None and `-` are the standard output.
        parts: What to write, in order; exact to the byte, except on a terminal, which would act on control characters.
    """
    if output in (None, "-"):
        with printing():
            if sys.stdout is None:  # closed by the caller
                raise OSError(errno.EBADF, "closed")
            stream = sys.stdout.buffer
            for part in _harmless(parts) if at_terminal() else parts:
                stream.write(part)
            stream.flush()
        return
    target = path_named(output or "")
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise ConsoleError(
            N_("{file}: this is a device or a pipe, not a file; leave -o out and send the output there."),
            file=str(target),
        )
    save(target, parts)


def made_folder(output: str) -> Path:
    """Return a folder to write files into; it is made if it is not there.

    Raises:
        ConsoleError: It cannot be made.
    """
    folder = path_named(output)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        refuse(str(folder), error)
    return folder


def _harmless(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the parts as a terminal may show them, by lines: a part may end inside a character or a line break."""
    begun = b""
    for part in parts:
        *lines, begun = (begun + part).split(b"\n")
        for line in lines:
            yield _shown(line + b"\n")
    yield _shown(begun)


def _shown(line: bytes) -> bytes:
    return visible(line.decode("utf-8", "backslashreplace")).encode()


def at_terminal() -> bool:
    """Return whether the standard output is shown and not kept."""
    return sys.stdout is not None and sys.stdout.isatty()


def refuse_terminal(form: str, output: str | None) -> None:
    """Refuse to write a file that is not text where a terminal would show it."""
    if output in (None, "-") and at_terminal():
        raise ConsoleError("{form} is not text: name a file with -o FILE.", form=form.upper())
