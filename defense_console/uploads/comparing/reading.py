"""Reads two versions and compares them in a process of its own: `python -m defense_console.uploads.comparing.reading`.

A request comes as one line of JSON on the standard input; answers go as lines of JSON to the standard output: how far
it is, lines of the difference in portions, and at last the counts or the reason why there is no difference. The process
takes a low priority and limits itself before it opens anything, so that a document made to harm harms only itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from defense_console.model.comparison import Counts, DifferenceLine, Paragraph, PartDifference, ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing.checks import out_of_memory
from defense_console.uploads.comparing.differences import compare_texts
from defense_console.uploads.comparing.parts import differing
from defense_console.uploads.comparing.texts import read_text

PORTION: Final = 500
"""Lines in one answer: the console reads each without making the clock wait."""
_STEP: Final = 0.01
"""Progress smaller than this is not told."""


class ComparisonRequest(msgspec.Struct, frozen=True):
    """What to compare: two files with the names that say their kinds, and what it may cost.

    Paths are bytes, since a file system may hold names that are no text.
    """

    old: bytes
    old_name: str
    new: bytes
    new_name: str
    limits: ReadingLimits


class Advanced(msgspec.Struct, frozen=True, tag="told"):
    """So much is done, from 0 to 1."""

    part: float


class Portion(msgspec.Struct, frozen=True, tag="portion"):
    """The next lines of the difference."""

    lines: tuple[DifferenceLine, ...]


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    """The end: there is a difference, and all of its lines were given; `parts` is what else differs."""

    counts: Counts
    coarse: bool
    parts: tuple[PartDifference, ...] = ()


class NotCompared(msgspec.Struct, frozen=True, tag="refused"):
    """The end: why there is no difference; the message id and the parameters of a `ConsoleError`."""

    id: str
    parameters: dict[str, str | int]


ComparisonAnswer = Advanced | Portion | Compared | NotCompared


def answer_comparison(request: ComparisonRequest, say: Callable[[ComparisonAnswer], None]) -> None:
    """Read, compare, and say what was found; the last answer is `Compared` or `Refused`."""
    told = -1.0

    def progress(start: float, share: float) -> Callable[[float], None]:
        def tell(part: float) -> None:
            nonlocal told
            now = start + share * part
            if now >= told + _STEP:
                told = now
                say(Advanced(round(now, 3)))

        return tell

    def read(path: bytes, name: str, start: float) -> tuple[Paragraph, ...]:
        return read_text(Path(os.fsdecode(path)), name, request.limits, progress(start, 0.4))

    try:
        old = read(request.old, request.old_name, 0.0)
        new = read(request.new, request.new_name, 0.4)
        found = compare_texts(old, new, progress=progress(0.8, 0.2))
        parts = () if found.counts.total else _differing(request)
    except MemoryError:
        say(NotCompared(out_of_memory().id, {}))
    except ConsoleError as error:
        parameters = {key: value if isinstance(value, int) else str(value) for key, value in error.parameters.items()}
        say(NotCompared(error.id, parameters))
    else:
        for at in range(0, len(found.lines), PORTION):
            say(Portion(found.lines[at : at + PORTION]))
        say(Compared(found.counts, found.coarse, parts))


def _differing(request: ComparisonRequest) -> tuple[PartDifference, ...]:
    old, new = (Path(os.fsdecode(path)) for path in (request.old, request.new))
    return differing(old, request.old_name, new, request.new_name, request.limits)


def limit_itself(limits: ReadingLimits) -> None:
    """Take a low priority, and no more time and memory than allowed, as far as the system can see to it."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    try:
        import resource
    except ImportError:  # Windows
        return
    memory = limits.memory_megabytes * 1_000_000
    # The console ends it when the time is over; the processor's time is the second net. A reader has nothing to write.
    limited = {"RLIMIT_AS": memory, "RLIMIT_CPU": limits.seconds + 5, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
    for name, most in limited.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            with suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))


def _answers() -> BinaryIO:
    """Return the standard output for answers alone: what a reader prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def main() -> None:
    """Answer one request."""
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=ComparisonRequest)
    limit_itself(request.limits)
    encode = msgspec.json.Encoder().encode
    with _answers() as answers:

        def say(answer: ComparisonAnswer) -> None:
            answers.write(encode(answer) + b"\n")
            answers.flush()

        answer_comparison(request, say)


if __name__ == "__main__":
    main()
