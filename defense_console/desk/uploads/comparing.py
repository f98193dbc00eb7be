"""What changed between two versions of a document: by size and hash always, as readable text where it can be read.

Reading and comparing run in a process of their own (`uploads/comparing/reading.py`). The thread that calls `compare`
only waits for it. So neither a long document nor one made to harm makes the clock of a live defense wait.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import msgspec

from defense_console.model.comparison import (
    Comparison,
    ComparisonProgress,
    Difference,
    DifferenceLine,
    FileFacts,
    ReadingLimits,
)
from defense_console.model.errors import ConsoleError, system_reason
from defense_console.settings import Settings
from defense_console.uploads.comparing.reading import Advanced, Compared, ComparisonAnswer, ComparisonRequest, Portion
from defense_console.uploads.comparing.texts import check_kind

HASHED: Final = 0.1
"""The part of the whole work that hashing counts for."""
_PIECE: Final = 1 << 20


class ComparingStopped(Exception):
    """The mentor did not want to wait any longer."""


class Interrupt:
    """Lets another thread stop a comparison."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._asked = False

    @property
    def asked(self) -> bool:
        """Return whether somebody wants it to stop."""
        return self._asked

    def ask(self) -> None:
        """Stop it now, wherever it is; from any thread, any number of times."""
        with self._lock:
            self._asked = True
            for process in self._processes:
                process.kill()

    def check(self) -> None:
        """Stop here if it was asked for."""
        if self._asked:
            raise ComparingStopped

    @contextmanager
    def ends(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """End the process when somebody asks while this lasts."""
        with self._lock:
            self._processes.add(process)
            if self._asked:
                process.kill()
        try:
            yield
        finally:
            with self._lock:
                self._processes.discard(process)


def reading_limits(settings: Settings) -> ReadingLimits:
    """Return what the mentor lets one comparison cost."""
    return ReadingLimits(
        megabytes=settings.compare_max_mb,
        unpacked_megabytes=settings.compare_max_unpacked_mb,
        pages=settings.compare_max_pages,
        characters=settings.compare_max_characters,
        seconds=settings.compare_max_s,
        memory_megabytes=settings.compare_max_memory_mb,
    )


def compare(
    old: Path | None,
    new: Path | None,
    name: str,
    *,
    old_name: str = "",
    limits: ReadingLimits | None = None,
    progress: ComparisonProgress = lambda _part: None,
    interrupt: Interrupt | None = None,
) -> Comparison:
    """Compare two versions of a document. Takes its time: call it on a thread of its own.

    Args:
        old: The version before; None when there is none.
        new: The version after; None when it did not come.
        name: File name of the new version, whose ending says how it is read.
        old_name: File name of the old version when it is another.
        limits: What it may cost; the settings' defaults when None.
        progress: Called with how far it is, on the calling thread.
        interrupt: Stops it from another thread.

    Returns:
        Always status, sizes and hashes; the difference of the texts, or the reason why there is none.

    Raises:
        ConsoleError: there is nothing to compare, or a file cannot be read at all.
        ComparingStopped: It was interrupted.
    """
    limits, interrupt = limits or reading_limits(Settings()), interrupt or Interrupt()
    before = None if old is None else file_facts(old, lambda part: progress(HASHED / 2 * part), interrupt)
    after = None if new is None else file_facts(new, lambda part: progress(HASHED / 2 * (1 + part)), interrupt)
    if old is None and new is None:
        raise ConsoleError("There is no version to compare.")
    if new is None or after is None:
        why = ConsoleError("The document did not come: there is nothing to compare it with.")
        return Comparison(name, "missing", before, None, None, why)
    if old is None or before is None:
        why = ConsoleError("This is the first version: there is no earlier one to compare it with.")
        return Comparison(name, "new", None, after, None, why)
    if before.sha256 == after.sha256:
        return Comparison(name, "unchanged", before, after)
    request = ComparisonRequest(os.fsencode(old), _text(old_name or name), os.fsencode(new), _text(name), limits)
    try:
        for each in (request.old_name, request.new_name):
            check_kind(each)  # spares a process that could not read anything
        difference = _compared_apart(request, lambda part: progress(HASHED + (1 - HASHED) * part), interrupt)
    except ConsoleError as error:
        return Comparison(name, "changed", before, after, None, error)
    return Comparison(name, "changed", before, after, difference)


def file_facts(
    path: Path, progress: ComparisonProgress = lambda _part: None, interrupt: Interrupt | None = None
) -> FileFacts:
    """Return the size and SHA-256 of a file of any size.

    Raises:
        ConsoleError: it cannot be read.
        ComparingStopped: It was interrupted.
    """
    digest, size = hashlib.sha256(), 0
    try:
        whole = max(1, path.stat().st_size)
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                progress(min(1.0, size / whole))
                if interrupt is not None:
                    interrupt.check()
    except OSError as error:
        raise ConsoleError("{file}: cannot be read: {problem}", file=path.name,
                           problem=system_reason(error)) from error  # fmt: skip
    return FileFacts(size, digest.hexdigest())


def _text(name: str) -> str:
    """Return a name as text, also an odd one of a file system: only its ending counts."""
    return name.encode("utf-8", "replace").decode()


def _compared_apart(request: ComparisonRequest, progress: ComparisonProgress, interrupt: Interrupt) -> Difference:
    """Have a process compare two texts.

    Raises:
        ConsoleError: it refused, took too long, or ended without an answer.
        ComparingStopped: It was interrupted.
    """
    interrupt.check()
    late = threading.Event()
    try:
        process = subprocess.Popen(
            # -P: no module is taken from the folder the console happens to run in, which may hold students' files.
            [sys.executable, "-P", "-m", "defense_console.uploads.comparing.reading"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise ConsoleError("The documents cannot be read: {problem}", problem=system_reason(error)) from error

    def end_late() -> None:
        late.set()
        process.kill()

    watch = threading.Timer(request.limits.seconds, end_late)
    watch.daemon = True
    watch.start()
    try:
        with process, interrupt.ends(process):
            return _conversation(process, request, progress)
    except ConsoleError:
        interrupt.check()
        if late.is_set():
            raise ConsoleError(
                "Reading took longer than {n} seconds and was ended; compare_max_s in the settings allows no more.",
                n=request.limits.seconds,
            ) from None
        raise
    finally:
        process.kill()
        watch.cancel()


def _conversation(
    process: subprocess.Popen[bytes], request: ComparisonRequest, progress: ComparisonProgress
) -> Difference:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):  # it ended before it read: the missing answer says it
        process.stdin.write(msgspec.json.encode(request) + b"\n")
        process.stdin.close()
    lines: list[DifferenceLine] = []
    for answer in _answers(process.stdout):
        if isinstance(answer, Advanced):
            progress(answer.part)
        elif isinstance(answer, Portion):
            lines += answer.lines
        elif isinstance(answer, Compared):
            return Difference(tuple(lines), answer.counts, answer.coarse, answer.parts)
        else:
            raise ConsoleError(answer.id, **answer.parameters)
    raise _silent()


def _answers(stream: IO[bytes]) -> Iterator[ComparisonAnswer]:
    decode = msgspec.json.Decoder(ComparisonAnswer).decode
    try:
        for line in stream:
            yield decode(line)
    except (msgspec.MsgspecError, OSError):
        raise _silent() from None


def _silent() -> ConsoleError:
    return ConsoleError("The reader ended without an answer: the document is damaged, or needs too much memory.")
