"""What a student sends, opened: a file, a folder or a ZIP archive, as files that are read in pieces."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.settings import path_named
from defense_console.uploads.opening.limits import MB, Limits, Meter, RefusedSource, too_large
from defense_console.uploads.opening.places import TWICE, is_junk, safe_place, slashed
from defense_console.uploads.opening.zips import CHUNK, Zip

SourceKind = Literal["file", "folder", "archive"]
_OPENING: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
"""Without waiting: a pipe that nobody writes to would be waited for, and is then refused."""
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_LINK: Final = N_("It is a link or a device, not a file.")


@dataclass(frozen=True)
class SourceFile:
    """A file of a source, not read yet.

    Attributes:
        place: safe path inside the source, parts joined with `/`.
        told_bytes: size as the source says it, for a progress bar and nothing else.
        chunks: gives its bytes in pieces of at most 1 MiB, once; raises RefusedSource.
    """

    place: str
    told_bytes: int
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Source:
    """What was given: its own name, what it is, its files in order."""

    name: str
    kind: SourceKind
    files: tuple[SourceFile, ...]


@contextmanager
def opened(path: Path, limits: Limits, *, plain: bool = False) -> Iterator[Source]:
    """Open what lies at a path, and close it at the end.

    Args:
        path: A file, a folder, or an archive, which is a file named `.zip`.
        limits: What it may hold.
        plain: Take an archive as the one file it is.

    Raises:
        RefusedSource: It holds something that is refused; also raised while its files are read.
        ConsoleError: There is nothing at this path, or it cannot be read.
    """
    with _explained(path):
        path = path_named(str(path)).resolve(strict=True)
        found = _folder(path, limits) if path.is_dir() else _opened_file(path, path.name)
    if isinstance(found, Source):
        yield found
        return
    with found as file:
        size = os.fstat(file.fileno()).st_size
        if size > limits.max_mb * MB:
            raise RefusedSource(path.name, too_large(limits))
        if plain or path.suffix.lower() != ".zip":
            meter = Meter(limits)
            place = safe_place(slashed(path.name))
            yield Source(place, "file", (SourceFile(place, size, lambda: _chunks(file, place, meter)),))
            return
        with closing(Zip(file, path.name, limits)) as archive:
            files = tuple(SourceFile(place, told, _reading(archive.chunks, place)) for place, told in archive.entries)
            yield Source(safe_place(slashed(path.name)), "archive", files)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say why a path cannot be opened."""
    try:
        yield
    except OSError as error:
        raise ConsoleError("{file}: {reason}", file=str(path), reason=system_reason(error)) from error
    except (RuntimeError, ValueError) as error:  # no such user in ~user, a NUL in the path
        raise ConsoleError("{file}: there is no such file or folder.", file=str(path)) from error


def _reading(chunks: Callable[[str], Iterator[bytes]], place: str) -> Callable[[], Iterator[bytes]]:
    return lambda: chunks(place)


def _opened_file(path: Path, entry: str, flags: int = 0) -> IO[bytes]:
    """Return a regular file, opened; a link where `flags` forbids it, and anything else, is refused."""
    try:
        handle = os.open(path, _OPENING | flags)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise RefusedSource(entry, ConsoleError(_LINK)) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RefusedSource(entry, ConsoleError(_LINK))
    return os.fdopen(handle, "rb", buffering=0)


def _chunks(file: IO[bytes], place: str, meter: Meter) -> Iterator[bytes]:
    total = 0
    file.seek(0)
    while True:
        try:
            chunk = file.read(CHUNK)
        except OSError as error:
            raise _unreadable(place, error) from error
        if not chunk:
            return
        total += len(chunk)
        meter.read(place, len(chunk), total)
        yield chunk


def _unreadable(place: str, error: OSError) -> RefusedSource:
    reason = ConsoleError("It cannot be read ({reason}).", reason=system_reason(error))
    return RefusedSource(place, reason)


# --- folders -----------------------------------------------------------------------------------------------------


def _folder(root: Path, limits: Limits) -> Source:
    meter = Meter(limits)
    files = tuple(
        SourceFile(place, size, _reading(lambda place, path=path: _file_chunks(path, place, meter), place))  # type: ignore[misc]
        for place, path, size in _walked(root, meter)
    )
    return Source(safe_place(slashed(root.name) or "."), "folder", files)


def _file_chunks(path: Path, place: str, meter: Meter) -> Iterator[bytes]:
    try:
        file = _opened_file(path, place, _NO_LINK)
    except OSError as error:
        raise _unreadable(place, error) from error
    with file:
        yield from _chunks(file, place, meter)


def _walked(root: Path, meter: Meter) -> Iterator[tuple[str, Path, int]]:
    """Yield every file below a folder, in order: its place, its path, its size. No link is followed."""
    waiting = [root]
    seen: set[str] = set()
    while waiting:
        folder = waiting.pop()
        above = folder.relative_to(root).as_posix()
        with os.scandir(folder) as found:
            children = sorted(found, key=lambda child: child.name)
        below: list[Path] = []
        for child in children:
            raw = child.name if above == "." else f"{above}/{child.name}"
            place = safe_place(slashed(raw))
            if is_junk(place):
                continue
            meter.entry(raw)
            if place in seen:  # `a\\b` and `b` in a folder `a`, or one letter written in two ways
                raise RefusedSource(raw, ConsoleError(TWICE))
            seen.add(place)
            status = child.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                below.append(Path(child.path))
            elif stat.S_ISREG(status.st_mode):
                yield place, Path(child.path), status.st_size
            else:
                raise RefusedSource(raw, ConsoleError(_LINK))
        waiting += reversed(below)
